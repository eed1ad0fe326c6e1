"""The distance of a refresh: Robyn's formula, on numbers done by hand and in the search (test_golden_robyn has Robyn's own)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mixline.errors import SpecificationError
from mixline.mmm.inputs.features import prepare
from mixline.mmm.search.candidate_space import decode, dimensions, evaluate
from mixline.mmm.search.refresh_loss import INTERCEPT, distance_from_earlier, refresh_distance, shares_of_fit
from mixline.mmm.search.result import Prepared
from mixline.mmm.simulation.simulate import simulate
from mixline.mmm.specification import Refresh


@pytest.fixture(scope="module")
def prepared() -> Prepared:
    world = simulate("clean", weeks=80, channels=3)
    return prepare(world.spec, world.frame)


def test_formula_by_hand() -> None:
    """Two paid media moved by 0.3 and 0.4, two other terms by 0.1 and 0.7; a quarter of the window is new."""
    earlier = np.array([0.1, 0.2, 0.3, 0.4])
    now = earlier + np.array([0.3, -0.4, 0.1, -0.7])
    found = refresh_distance(now[None, :], earlier, 2, steps=5, window=20)
    assert found[0] == pytest.approx(np.sqrt(0.25 / 2) + np.sqrt(0.5 / 2) / 0.75, rel=1e-15)


def test_the_same_decomposition_has_no_distance() -> None:
    shares = np.array([[0.2, 0.3, 0.5]])
    assert refresh_distance(shares, shares[0], 1, steps=1, window=10)[0] == 0.0


def test_a_share_that_is_no_number_is_infinitely_far() -> None:
    shares = shares_of_fit(np.array([[0.0, 0.0]]), np.zeros((1, 0)), np.zeros(1))
    assert refresh_distance(shares, np.array([0.5, 0.2, 0.3]), 2, steps=1, window=10)[0] == np.inf


def test_shares_add_up_to_one() -> None:
    rng = np.random.default_rng(1)
    shares = shares_of_fit(rng.random((4, 3)), rng.random((4, 2)), rng.random(4))
    np.testing.assert_allclose(shares.sum(1), 1.0)


def test_search_compares_with_the_earlier_shares(prepared: Prepared) -> None:
    """Every candidate's second loss, computed again term by term from what the kernel gave."""
    space = dimensions(prepared)
    units = np.random.default_rng(3).random((20, len(space)))
    names = (*prepared.media_names, *prepared.other_names, INTERCEPT)
    shares = {name: 1.0 / len(names) for name in names if name != "holiday"}  # the earlier model had no holidays
    refreshing = replace(prepared, spec=replace(prepared.spec, refresh=Refresh("m", 12, shares)))
    found = evaluate(refreshing, decode(refreshing, space, units))
    start, stop = prepared.window
    paid = prepared.spend.shape[1]
    for c in range(len(units)):
        totals = dict(zip(prepared.media_names, found.contribution[c], strict=True))
        for k, name in enumerate(prepared.other_names):
            totals[name] = found.coefficients[c, k] * prepared.other[start:stop, k].sum()
        totals[INTERCEPT] = found.intercept[c] * (stop - start)
        whole = sum(totals.values())
        gaps = [(totals[name] / whole - shares.get(name, 0.0)) ** 2 for name in names]
        media, rest = np.sqrt(np.mean(gaps[:paid])), np.sqrt(np.mean(gaps[paid:]))
        assert found.rssd[c] == pytest.approx(media + rest / (1 - 12 / (stop - start)), rel=1e-10)


def test_a_window_of_new_periods_only_is_refused() -> None:
    world = simulate("clean", weeks=60, channels=3)
    spec = replace(world.spec, refresh=Refresh("m", 60, {}))
    with pytest.raises(SpecificationError, match="nothing of the earlier window"):
        prepare(spec, world.frame)


def test_first_build_keeps_its_own_loss(prepared: Prepared) -> None:
    assert distance_from_earlier(prepared, np.ones((2, 3))).tolist() == [0.0, 0.0]
