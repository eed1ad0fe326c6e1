"""Money in any unit: the same company in cents, in lire or in millions gets the same answer."""

from __future__ import annotations

import warnings
from functools import cache

import numpy as np
import pandas as pd
import pytest

from mixline.errors import DataError
from mixline.mmm.checks.review import review
from mixline.mmm.fitting import fit
from mixline.mmm.inputs.features import prepare
from mixline.mmm.model import MixModel
from mixline.mmm.response import channel_results, contributions
from mixline.mmm.simulation.simulate import simulate
from mixline.mmm.transforms.ridge import lambda_range

WORLD = simulate("clean", seed=3)
SPEC = WORLD.spec.with_search(trials=1, iterations=100)
SPENDS = [m.spend for m in SPEC.media if m.spend is not None]


def scaled(outcome: float, spend: float) -> pd.DataFrame:
    frame = WORLD.frame.copy()
    frame[SPEC.goal.column] = frame[SPEC.goal.column].astype(float) * outcome
    for column in SPENDS:
        frame[column] = frame[column].astype(float) * spend
    return frame


@cache
def as_it_is() -> MixModel:
    return fit(SPEC, WORLD.frame)


@pytest.mark.parametrize(
    ("outcome", "spend"), [(2.0**40, 2.0**40), (2.0**-40, 2.0**-40), (2.0**40, 2.0**-30), (1.0, 2.0**60)]
)
def test_another_unit_changes_no_loss_and_no_figure(outcome: float, spend: float) -> None:
    """Revenue is about 1e18 or 1e-6 a week. Powers of two: only the logarithm of lambda is rounded otherwise."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = fit(SPEC, scaled(outcome, spend))
    base = as_it_is()
    np.testing.assert_allclose(model.draws.beta, base.draws.beta * outcome, rtol=1e-9)
    np.testing.assert_allclose(model.draws.inflexion, base.draws.inflexion * spend, rtol=1e-9)
    np.testing.assert_allclose(model.candidates["nrmse"], base.candidates["nrmse"], rtol=1e-9)
    np.testing.assert_allclose(model.candidates["rssd"], base.candidates["rssd"], rtol=1e-9)

    ours, theirs = contributions(model).fitted, contributions(base).fitted
    np.testing.assert_allclose(ours, theirs * outcome, rtol=1e-9)
    for one, other in zip(channel_results(model), channel_results(base), strict=True):
        assert one.roi.value == pytest.approx(other.roi.value * outcome / spend, rel=1e-9)
        assert one.contribution.low == pytest.approx(other.contribution.low * outcome, rel=1e-9)
    if outcome == spend:  # a return of 2**70 is implausible, and said to be
        assert review(model).verdict == review(base).verdict


@pytest.mark.parametrize(("outcome", "spend"), [(1e12, 1e12), (1e-6, 1e-6), (1e12, 1e-6)])
def test_a_decimal_unit_changes_only_rounding(outcome: float, spend: float) -> None:
    model, base = fit(SPEC, scaled(outcome, spend)), as_it_is()
    np.testing.assert_allclose(model.draws.beta, base.draws.beta * outcome, rtol=1e-9)
    np.testing.assert_allclose(model.candidates["nrmse"], base.candidates["nrmse"], rtol=1e-9)
    for one, other in zip(channel_results(model), channel_results(base), strict=True):
        for end in ("value", "low", "high"):
            mine, theirs = getattr(one.roi, end), getattr(other.roi, end)
            assert mine == pytest.approx(theirs * outcome / spend, rel=1e-9), (one.name, end)


@pytest.mark.parametrize("scale", [1e200, 1e-200])
def test_numbers_beyond_calculation_are_refused_in_a_sentence(scale: float) -> None:
    with pytest.raises(DataError, match=r"revenue.*size that cannot be calculated with"):
        prepare(SPEC, scaled(scale, 1.0))
    with pytest.raises(DataError, match="size that cannot be calculated with"):
        prepare(SPEC, scaled(1.0, scale))


@pytest.mark.parametrize("scale", [2.0**1000, 2.0**-900, 1.0])
def test_the_lambda_range_knows_no_overflow(scale: float) -> None:
    rng = np.random.default_rng(1)
    x, y = rng.uniform(0, 4, (50, 3)), rng.normal(2.0, 1.0, 50)
    base = lambda_range(x, y)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert lambda_range(x * scale, y) == base
        assert lambda_range(x, y * scale) == tuple(v * scale for v in base)
