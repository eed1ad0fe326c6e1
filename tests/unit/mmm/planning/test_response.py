"""The curves shown with a plan pass through its own figures."""

from __future__ import annotations

import numpy as np
import pytest

from mixline.mmm.planner import Bounds, Planner, PlanRequest
from tests.builders import make_model


@pytest.mark.parametrize(
    "parts",
    [
        {},
        {"carry_out": True},
        {"pacing": "flat", "flights": {"channel_0": 2}},
        {"prices": {"channel_1": 1.3}, "periods": 30},
        {"periods": None},
    ],
)
def test_a_curve_passes_through_today_and_the_plan(parts: dict[str, object]) -> None:
    model = make_model(paid=3, draws=20)
    planner = Planner(model)
    bounds = {name: Bounds(0.3, 2.5) for name in model.paid_names}
    found = planner.plan(PlanRequest(bounds=bounds, **parts))  # type: ignore[arg-type]
    for curve, channel in zip(planner.curves(found), found.channels, strict=True):
        assert curve.name == channel.name
        assert curve.spend[0] == 0.0
        assert curve.spend[-1] >= max(channel.spend, channel.spend_today)
        assert (np.diff(curve.spend) > 0).all()
        assert (curve.outcome.low <= curve.outcome.value + 1e-9).all()
        size = curve.outcome.value.max()
        at_plan = np.interp(channel.spend, curve.spend, curve.outcome.value)
        assert at_plan == pytest.approx(channel.contribution.value, abs=0.01 * size)
        high = np.interp(channel.spend, curve.spend, curve.outcome.high)
        assert high == pytest.approx(channel.contribution.high, abs=0.02 * size)


def test_what_was_never_spent_is_marked() -> None:
    model = make_model(paid=2)
    planner = Planner(model)
    found = planner.plan(
        PlanRequest(bounds={n: Bounds(4.0, 4.0) for n in model.paid_names}, spend_all=False, budget=1e9)
    )
    for curve, channel in zip(planner.curves(found), found.channels, strict=True):
        assert channel.extrapolated == (channel.spend > curve.observed_maximum)
