"""One, two or three objectives: what each weight does to what the search finds."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import cache

import numpy as np
import pytest

from mixline.mmm.inputs.features import prepare
from mixline.mmm.search.result import Candidates
from mixline.mmm.search.trial import search_trial
from mixline.mmm.simulation.simulate import simulate
from mixline.mmm.specification import Study

WORLD = simulate("realistic", seed=3, weeks=90, channels=4)


def study() -> Study:
    """An experiment that found far more than the data say: only a search that heeds it comes near."""
    channel = WORLD.truth.paid[1]
    day = WORLD.truth.dates[40].astype("datetime64[D]").astype(object)
    effect = 3.0 * float(channel.contribution[40:60].sum())
    return Study((channel.name,), day, day + timedelta(days=7 * 20 - 1), effect, 1.0, 0.95)


@cache
def searched(rssd: float, lift: float | None, optimizer: str = "arrays") -> Candidates:
    spec = replace(WORLD.spec, studies=() if lift is None else (study(),))
    size = {"trials": 1, "iterations": 600, "rssd_weight": rssd, "lift_weight": lift or 0.0, "optimizer": optimizer}
    return search_trial(prepare(spec.with_search(**size), WORLD.frame), 1)


def late(losses: np.ndarray) -> float:
    """Where the search went: the median of its last third."""
    return float(np.median(losses[-200:]))


@pytest.mark.parametrize("optimizer", ["arrays", "nevergrad"])
def test_without_rssd_the_error_alone_is_searched(optimizer: str) -> None:
    if optimizer == "nevergrad":
        pytest.importorskip("nevergrad")
    both, alone = searched(1.0, None, optimizer), searched(0.0, None, optimizer)
    assert late(alone.nrmse) < late(both.nrmse)
    assert late(alone.rssd) > late(both.rssd)


def test_a_lower_weight_of_rssd_lets_shares_of_effect_leave_shares_of_spend() -> None:
    heavy, light, none = (late(searched(weight, None).rssd) for weight in (4.0, 0.25, 0.0))
    assert heavy < light < none


def test_a_third_objective_is_the_distance_from_lift_studies() -> None:
    two, three = searched(1.0, 0.0), searched(1.0, 1.0)
    assert late(three.lift) < late(two.lift)
    assert np.isnan(searched(1.0, None).lift).all()


def test_dropped_studies_leave_the_path_as_it_was() -> None:
    np.testing.assert_array_equal(searched(1.0, 0.0).nrmse, searched(1.0, None).nrmse)
