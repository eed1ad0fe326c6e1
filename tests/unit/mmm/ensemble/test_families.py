"""Families of candidates: good ones only, the same every time, and the channel that makes the difference is named."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mixline.mmm.ensemble.candidate_table import candidate_error, candidate_returns, chosen_row
from mixline.mmm.ensemble.families import NONE, describe_families, families_of, group_candidates, write_family
from mixline.mmm.fitting import fit
from mixline.mmm.model import MixModel
from mixline.mmm.simulation.simulate import simulate


@pytest.fixture(scope="module")
def model() -> MixModel:
    world = simulate("clean", weeks=110, channels=3)
    return fit(world.spec.with_search(trials=2, iterations=120), world.frame)


def stories(*counts: int) -> tuple[np.ndarray, np.ndarray]:
    """Candidates that agree on the first channel and tell different stories of the second."""
    generator = np.random.default_rng(3)
    second = np.repeat(10.0 * np.arange(1, len(counts) + 1), counts)
    table = np.column_stack([np.full(sum(counts), 50.0), second, np.full(sum(counts), 20.0)])
    table[:, 1] *= generator.normal(1, 0.005, sum(counts))
    return table, generator.random(sum(counts))


def test_candidates_that_were_not_good_are_in_no_family() -> None:
    table, error = stories(20, 15, 10)
    good = np.ones(45, dtype=bool)
    good[[3, 40]] = False
    label = group_candidates(table, error, good)
    assert set(label[~good]) == {NONE}
    assert (label[good] > 0).all()


def test_channel_that_differs_is_named_with_its_change() -> None:
    table, error = stories(30, 20, 14)
    label = group_candidates(table, error, np.ones(64, dtype=bool))
    found = describe_families(label, error, table)
    assert [family.size for family in found] == sorted((family.size for family in found), reverse=True)
    assert sum(family.size for family in found) == 64
    first = found[0]
    assert first.differs == 1
    rest = table[label != 1, 1].mean()
    assert first.apart == pytest.approx(table[label == 1, 1].mean() / rest - 1)
    assert error[first.best] == error[label == 1].min()
    assert first.apart < -0.4
    for family in found:
        for mean, spread in zip(family.means, family.spreads, strict=True):
            assert spread is None or spread.low <= mean <= spread.high


def test_few_or_equal_candidates_are_one_story() -> None:
    table, error = stories(4, 4)
    assert (group_candidates(table, error, np.ones(8, dtype=bool)) == NONE).all()
    equal = np.ones((30, 2))
    assert (group_candidates(equal, np.arange(30.0), np.ones(30, dtype=bool)) == NONE).all()
    assert describe_families(np.full(30, NONE), np.arange(30.0), equal) == ()
    assert write_family(np.full(30, NONE), 0) == ""


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**31 - 1), st.floats(1e-6, 1e9))
def test_families_do_not_depend_on_the_unit_of_money(seed: int, unit: float) -> None:
    generator = np.random.default_rng(seed)
    table, error = generator.random((40, 3)) + 1, generator.random(40)
    every = np.ones(40, dtype=bool)
    one, other = group_candidates(table, error, every), group_candidates(table * unit, error, every)
    assert (one == other).mean() > 0.9  # rounding may move a candidate between two families


def test_a_fitted_model_keeps_its_families_and_says_where_it_stands(model: MixModel) -> None:
    label = model.candidates["cluster"]
    good = model.candidates["near_optimal"] | (model.candidates["front"] == 1)
    assert set(np.unique(label[~good])) <= {NONE}
    assert label[chosen_row(model)] > 0
    assert "good candidates" in model.reason


def test_families_of_a_model_that_did_not_keep_them_are_found_again(model: MixModel) -> None:
    returns, error = candidate_returns(model), candidate_error(model)
    assert returns is not None
    kept = families_of(model.candidates, error, returns)
    older = {name: column for name, column in model.candidates.items() if name != "cluster"}
    again = families_of(older, error, returns)
    np.testing.assert_array_equal(kept == NONE, again == NONE)
    assert (kept == again).mean() > 0.95  # ROI is contribution in another unit


@pytest.mark.parametrize("count", [12, 20, 30, 60, 120])
def test_a_family_holds_a_dozen_in_the_mean(count: int) -> None:
    generator = np.random.default_rng(count)
    label = group_candidates(generator.random((count, 6)), generator.random(count), np.ones(count, dtype=bool))
    assert len(set(label)) <= max(2, count // 12)
