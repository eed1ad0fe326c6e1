"""Families of candidates: found where they are, the same every time, each with its best candidate."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mixline.errors import InputError
from mixline.mmm.ensemble.clustering import MOST, cluster, spread_interval

RECORDED = json.loads((Path(__file__).resolve().parents[3] / "fixtures" / "robyn" / "convergence.json").read_text())[
    "interval"
]


def groups(*sizes: int, width: int = 4) -> np.ndarray:
    generator = np.random.default_rng(7)
    centres = np.eye(len(sizes), width) * 5
    return np.vstack([generator.normal(c, 0.05, (n, width)) for c, n in zip(centres, sizes, strict=True)])


def test_separate_groups_are_found_and_sorted_by_size() -> None:
    points = groups(10, 30, 20)
    found = cluster(points, np.arange(60.0))
    assert len(found) == 3
    np.testing.assert_array_equal(found.label, np.repeat([3, 1, 2], [10, 30, 20]))
    np.testing.assert_array_equal(found.top, [10, 40, 0])


def test_equal_candidates_share_a_cluster() -> None:
    points = np.vstack([groups(6, 6, 6)] * 2)
    found = cluster(points, np.zeros(36))
    np.testing.assert_array_equal(found.label[:18], found.label[18:])


def test_columns_with_gaps_and_constant_columns_have_no_say() -> None:
    points = groups(10, 30, 20)
    spoiled = np.column_stack([points, np.full(60, np.nan), np.full(60, 3.0)])
    np.testing.assert_array_equal(cluster(points, np.zeros(60)).label, cluster(spoiled, np.zeros(60)).label)


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 60), st.integers(1, 6), st.integers(0, 2**31 - 1))
def test_every_candidate_has_a_cluster_and_every_cluster_its_best(count: int, width: int, seed: int) -> None:
    generator = np.random.default_rng(seed)
    points, score = generator.random((count, width)), generator.random(count)
    if count == 1:
        points = np.vstack([points, points + 1])
        score = np.append(score, 0.5)
    found = cluster(points, score)
    assert 1 <= len(found) <= MOST
    assert set(found.label) == set(range(1, len(found) + 1))
    for number, top in enumerate(found.top, start=1):
        assert found.label[top] == number
        assert score[top] == score[found.label == number].min()
    again = cluster(points, score)
    np.testing.assert_array_equal(again.label, found.label)
    assert cluster(points, score, count=len(np.unique(points, axis=0))).within[-1] == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(
    ("points", "count"), [(np.zeros((0, 2)), None), (np.ones((5, 2)), None), (np.eye(3), 4), (np.eye(3), 0)]
)
def test_what_cannot_be_grouped_is_refused(points: np.ndarray, count: int | None) -> None:
    with pytest.raises(InputError):
        cluster(points, np.zeros(len(points)), count=count)


def test_spread_interval_is_the_recorded_one_but_for_the_bootstrap_noise() -> None:
    # Robyn draws 1,000 resamples (seed 1 of R's generator): its standard error is 0.3 % off the exact one used here.
    found = spread_interval(RECORDED["values"])
    assert found.mean == pytest.approx(np.mean(RECORDED["values"]), rel=1e-12)
    assert (found.low, found.high) == pytest.approx(RECORDED["ci"], rel=0.01)


def test_spread_interval_needs_three_models_and_stays_above_zero() -> None:
    with pytest.raises(InputError):
        spread_interval([1.0, np.nan, 2.0])
    assert spread_interval([0.0, 0.1, 5.0]).low == 0.0
