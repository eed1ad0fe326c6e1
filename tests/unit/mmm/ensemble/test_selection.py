"""The choice among candidates: near-optimal, alive, in agreement with studies and with the ensemble; and the reason."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mixline.mmm.ensemble.selection import AGREEING, choose
from mixline.mmm.search.result import Candidates


def candidates(count: int = 200, *, studied: bool = False) -> Candidates:
    rng = np.random.default_rng(1)
    error = 0.05 + 0.00001 * np.arange(count)  # all within five per cent
    nothing = np.full(count, np.nan)
    return Candidates(
        trial=np.repeat([1, 2], count // 2),
        iteration=np.tile(np.arange(1, count // 2 + 1), 2),
        adstock=rng.random((count, 2, 2)),
        alpha=rng.random((count, 2)),
        gamma=rng.random((count, 2)),
        ridge=np.ones(count),
        penalty=np.ones((count, 2)),
        train=np.full(count, 100),
        inflexion=np.ones((count, 2)),
        beta=np.ones((count, 2)),
        coefficients=np.zeros((count, 0)),
        intercept=np.zeros(count),
        nrmse=error,
        nrmse_validation=nothing,
        nrmse_test=nothing,
        rssd=rng.random(count),
        contribution=rng.normal(100.0, 10.0, (count, 2)),
        lift=rng.random(count) if studied else nothing,
    )


def test_of_those_that_agree_with_the_studies_the_one_nearest_to_the_ensemble_is_chosen() -> None:
    found = candidates(studied=True)
    drawn = np.random.default_rng(2).normal([120.0, 90.0], 5.0, (50, 2))
    choice = choose(found, 2, drawn)
    allowed = np.argsort(found.lift)[: round(AGREEING * len(found))]
    assert choice.chosen in allowed
    spread = np.abs(drawn - drawn.mean(0)).mean(0)
    distance = (np.abs(found.contribution - drawn.mean(0)) / spread).mean(1)
    assert distance[choice.chosen] == pytest.approx(distance[allowed].min())
    assert len(choice.near) == len(found)  # agreement narrows the choice, not what counts as near-optimal


def test_the_reason_says_what_the_studies_had_to_do_with_it() -> None:
    found = candidates(studied=True)
    reason = choose(found, 2).reason
    assert "from the 50 of them that agree best with the lift studies" in reason
    assert f"fitted without the lift studies it is {found.lift[choose(found, 2).chosen]:.0%} off them" in reason
    assert "studies" not in choose(found, 2, heed_studies=False).reason


def test_studies_that_do_not_count_and_none_at_all_choose_the_same() -> None:
    with_studies, without = candidates(studied=True), candidates()
    one, two = choose(with_studies, 2, heed_studies=False), choose(without, 2)
    assert one.chosen == two.chosen
    assert one.reason == two.reason


def test_channels_at_zero_are_left_aside() -> None:
    found = candidates()
    contribution = found.contribution.copy()
    contribution[::2, 1] = 0.0
    choice = choose(replace(found, contribution=contribution), 2)
    assert choice.chosen % 2 == 1
    assert "left aside" in choice.reason


def test_one_candidate_left_aside_is_told_as_one() -> None:
    found = candidates()
    found.contribution[3, 0] = 0.0
    assert "One was left aside because a paid channel has no effect in it." in choose(found, 2).reason
    found.contribution[4, 0] = 0.0
    assert "2 were left aside because a paid channel has no effect in them." in choose(found, 2).reason


def test_the_best_of_all_trials_are_not_told_as_so_many_of_each() -> None:
    assert "among the 200 best of 2 trials because" in choose(candidates(), 2).reason
