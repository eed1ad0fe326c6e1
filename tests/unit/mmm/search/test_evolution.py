"""The optimiser: reproducible, inside its box, keeps the front, and as good as nevergrad's at equal budget."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mixline.mmm.search.evolution import Evolution
from mixline.mmm.search.pareto import fronts, hypervolume

SIZE = 12


def losses(points: np.ndarray) -> np.ndarray:
    """Two hills that pull apart, bent so that parameters depend on each other."""
    bent = points + 0.2 * np.roll(points, 1, axis=1)
    return np.column_stack([((bent - 0.4) ** 2).mean(1), ((bent - 0.8) ** 2).mean(1)])


def run(seed: int, budget: int, batch: int = 20, weights: tuple[float, ...] = (1.0, 1.0)) -> np.ndarray:
    evolution = Evolution(SIZE, batch, weights, np.random.default_rng(seed))
    told = []
    for _ in range(budget // batch):
        found = losses(evolution.ask(batch))[:, : len(weights)]
        evolution.tell(found)
        told.append(found)
    return np.concatenate(told)


def test_the_same_seed_gives_the_same_path() -> None:
    np.testing.assert_array_equal(run(3, 400), run(3, 400))
    assert (run(3, 400) != run(4, 400)).any()


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 9), st.integers(1, 45), st.integers(0, 99), st.booleans())
def test_candidates_stay_in_the_box_and_the_front_is_the_front(size: int, batch: int, seed: int, two: bool) -> None:
    evolution = Evolution(size, batch, (1.0, 0.5) if two else (1.0,), np.random.default_rng(seed))
    told = np.zeros((0, 2 if two else 1))
    for count in (batch, batch, max(1, batch // 2), batch, batch, batch):
        points = evolution.ask(count)
        assert points.shape == (count, size)
        assert ((points >= 0) & (points <= 1)).all()
        rows = np.column_stack([((points - 0.3) ** 2).mean(1), ((points - 0.6) ** 2).mean(1)])[:, : told.shape[1]]
        evolution.tell(rows)
        told = np.concatenate([told, rows])
    if two:
        best = told[fronts(told[:, 0], told[:, 1]) == 1]
        np.testing.assert_array_equal(np.unique(evolution.front_losses, axis=0), np.unique(best, axis=0))
    else:
        assert evolution.front_losses[0, 0] == told.min()


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 99), st.integers(5, 30))
def test_the_front_of_three_losses_is_what_nothing_beats(seed: int, batch: int) -> None:
    evolution = Evolution(4, batch, (1.0, 1.0, 0.5), np.random.default_rng(seed))
    told = np.zeros((0, 3))
    for _ in range(6):
        points = evolution.ask(batch)
        # Rounded, so that equal and partly equal losses occur.
        rows = np.column_stack([((points - aim) ** 2).mean(1).round(1) for aim in (0.3, 0.5, 0.7)])
        evolution.tell(rows)
        told = np.concatenate([told, rows])
    beaten = [((told <= row).all(1) & (told < row).any(1)).any() for row in told]
    best = np.unique(told[~np.array(beaten)], axis=0)
    np.testing.assert_array_equal(np.unique(evolution.front_losses, axis=0), best)
    assert len(evolution.front_losses) == len(best)


def test_one_loss_comes_down_to_its_minimum() -> None:
    assert run(1, 3000, weights=(1.0,))[:, 0].min() < 1e-6


def test_a_loss_without_weight_moves_nothing() -> None:
    evolution = Evolution(SIZE, 20, (1.0, 0.0), np.random.default_rng(0))
    for _ in range(150):
        evolution.tell(losses(evolution.ask(20)))
    assert np.median(evolution.losses[:, 0]) < 0.25 * np.median(run(0, 3000)[-30:, 0])


def test_as_good_as_nevergrad_at_equal_budget() -> None:
    ng = pytest.importorskip("nevergrad")

    def reference(seed: int, budget: int) -> np.ndarray:
        parameter = ng.p.Array(shape=(SIZE,), lower=0.0, upper=1.0)
        parameter.random_state = np.random.RandomState(seed)
        optimizer = ng.optimizers.registry["TwoPointsDE"](parametrization=parameter, budget=budget, num_workers=20)
        optimizer.tell(ng.p.MultiobjectiveReference(), [1.0, 1.0])
        told = []
        for _ in range(budget // 20):
            asked = [optimizer.ask() for _ in range(20)]
            found = losses(np.array([a.value for a in asked]))
            for point, loss in zip(asked, found.tolist(), strict=True):
                optimizer.tell(point, loss)
            told.append(found)
        return np.concatenate(told)

    def area(table: np.ndarray) -> float:
        return hypervolume(table[:, 0], table[:, 1], (0.2, 0.2))

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = [area(reference(seed, 600)) for seed in range(4)]
    ours = [area(run(seed, 600)) for seed in range(12)]
    assert np.mean(ours) > np.mean(theirs) * 0.98, (ours, theirs)
