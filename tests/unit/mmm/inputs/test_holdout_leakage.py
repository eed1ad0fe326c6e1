"""A hold-out is not looked at: outcomes of held-out rows change nothing in what a candidate is fitted to and says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mixline.errors import DataError, SpecificationError
from mixline.mmm.inputs.features import prepare
from mixline.mmm.search.candidate_space import decode, dimensions, evaluate
from mixline.mmm.search.result import Candidates, Prepared
from mixline.mmm.simulation.simulate import simulate
from mixline.mmm.specification import ModelSpec, Range, Validation
from mixline.mmm.transforms.losses import split_rows

WORLD = simulate("realistic", seed=5, channels=4)
TRAIN = Range(0.5, 0.8)
FITTED = ("intercept", "beta", "coefficients", "inflexion", "contribution", "nrmse", "rssd", "train")


def spec(**changes: object) -> ModelSpec:
    return replace(WORLD.spec, validation=replace(Validation(train=TRAIN), **changes))  # type: ignore[arg-type]


def known() -> int:
    return split_rows(len(WORLD.frame), TRAIN.low)[0]


def changed(seed: int, kind: str) -> np.ndarray:
    outcome = WORLD.frame["revenue"].to_numpy(dtype=float).copy()
    rest = len(outcome) - known()
    rng = np.random.default_rng(seed)
    outcome[known() :] = {
        "noise": outcome.mean() * rng.lognormal(0, 1, rest),
        "huge": outcome[known() :] * 1e6,
        "zero": np.zeros(rest),
        "negative": -outcome[known() :],
        "line": np.linspace(0, 9 * outcome.max(), rest),
    }[kind]
    return outcome


def candidates(prepared: Prepared, units: np.ndarray) -> Candidates:
    return evaluate(prepared, decode(prepared, dimensions(prepared), units))


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(["noise", "huge", "zero", "negative", "line"]))
def test_held_out_outcomes_change_nothing_that_is_fitted(seed: int, kind: str) -> None:
    plain = prepare(spec(), WORLD.frame)
    other = prepare(spec(), WORLD.frame.assign(revenue=changed(seed, kind)))
    for name in ("media", "spend", "other", "low", "high", "cost"):
        np.testing.assert_array_equal(getattr(plain, name), getattr(other, name), err_msg=name)
    assert plain.lambdas == other.lambdas
    assert (plain.other_names, plain.ranges, plain.notes) == (other.other_names, other.ranges, other.notes)
    units = np.random.default_rng(seed).random((6, len(dimensions(plain))))
    units[:, [d.parameter == "train" for d in dimensions(plain)]] = 0.0  # fitted on the rows both have in common
    ours, theirs = candidates(plain, units), candidates(other, units)
    for name in FITTED:
        np.testing.assert_array_equal(getattr(ours, name), getattr(theirs, name), err_msg=name)
    assert (ours.nrmse_validation != theirs.nrmse_validation).all()


def test_robyns_form_does_look() -> None:
    """So the test above would notice."""
    plain = prepare(spec(leaking=True), WORLD.frame)
    other = prepare(spec(leaking=True), WORLD.frame.assign(revenue=changed(1, "noise")))
    assert plain.lambdas != other.lambdas
    assert np.abs(plain.other - other.other).max() > 0


def test_without_a_hold_out_the_whole_series_is_used() -> None:
    whole = prepare(WORLD.spec, WORLD.frame)
    leaking = prepare(spec(leaking=True), WORLD.frame)
    all_rows = prepare(replace(WORLD.spec, validation=Validation(train=Range(1.0, 1.0))), WORLD.frame)
    for other in (leaking, all_rows):
        np.testing.assert_array_equal(whole.other, other.other)
        assert whole.lambdas == other.lambdas


def test_the_unit_of_exposure_is_taken_out_again() -> None:
    """The cost per exposure is that of the whole window; that tells a candidate nothing."""
    plain = prepare(spec(), WORLD.frame)
    column = next(m.exposure for m in WORLD.spec.ordered_media if m.exposure and m.spend)
    units = np.full((1, len(dimensions(plain))), 0.4)
    scaled = prepare(spec(), WORLD.frame.assign(**{column: WORLD.frame[column] * 7.0}))
    np.testing.assert_allclose(candidates(plain, units).nrmse, candidates(scaled, units).nrmse, rtol=1e-9)


def test_components_are_carried_on_sensibly() -> None:
    """Projected season and holidays stay within what was seen, by and large."""
    prepared = prepare(spec(), WORLD.frame)
    for name in ("season", "holiday"):
        series = prepared.other[:, prepared.other_names.index(name)]
        assert np.abs(series[known() :]).max() < 2 * np.abs(series[: known()]).max(), name


def test_too_little_to_fit_on_is_one_sentence() -> None:
    with pytest.raises(SpecificationError, match="too few rows to fit on") as caught:
        prepare(replace(WORLD.spec, validation=Validation(train=Range(0.11, 0.9))), WORLD.frame)
    assert caught.value.where == "validation.train"


def test_an_outcome_that_starts_to_move_in_the_hold_out_is_refused() -> None:
    frame = WORLD.frame.assign(revenue=np.where(np.arange(len(WORLD.frame)) < known(), 5.0, WORLD.frame["revenue"]))
    with pytest.raises(DataError, match="never changes in the rows fitted on"):
        prepare(spec(), frame)
