"""A channel's table is the simulation itself, looked up."""

from __future__ import annotations

import numpy as np
import pytest

from mixline.mmm.planner import PlanRequest
from mixline.mmm.planning.stage import build_stage
from tests.builders import make_model


@pytest.mark.parametrize("carry_out", [False, True])
def test_values_and_slopes_of_a_table_are_those_of_the_simulation(carry_out: bool) -> None:
    model = make_model(paid=3, organic=0)
    stage = build_stage(model, PlanRequest(periods=9, carry_out=carry_out), np.full(3, 400.0))
    for (curve,) in stage.curves:
        for place in (1, 5, len(curve.points) - 1):
            exact = curve.exact(float(curve.points[place]))
            np.testing.assert_allclose(curve.values[:, place], exact.value, rtol=1e-12, atol=1e-12)
            np.testing.assert_allclose(curve.slopes[:, place], exact.slope, rtol=1e-10, atol=1e-12)
        none = curve.exact(0.0)
        np.testing.assert_allclose(curve.values[:, 0], none.value, rtol=1e-12, atol=1e-12)
        assert np.isfinite(curve.slopes).all()


@pytest.mark.parametrize("spend", [3.0, 150.0, 390.0])
def test_slope_and_curvature_are_derivatives(spend: float) -> None:
    model = make_model(paid=3, organic=0)
    stage = build_stage(model, PlanRequest(periods=9), np.full(3, 400.0))
    step = 1e-4 * spend
    for (curve,) in stage.curves:
        low, here, high = (curve.exact(x) for x in (spend - step, spend, spend + step))
        np.testing.assert_allclose((high.value - low.value) / (2 * step), here.slope, rtol=1e-5, atol=1e-9)
        np.testing.assert_allclose((high.slope - low.slope) / (2 * step), here.curvature, rtol=1e-4, atol=1e-9)
