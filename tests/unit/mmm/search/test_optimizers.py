"""One suite for both optimisers: TwoPointsDE on arrays and nevergrad's own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

import mixline.mmm as mmm
from mixline.mmm.recipes.document import read_document
from mixline.mmm.search.evolution import Evolution
from mixline.mmm.search.nevergrad_search import NevergradSearch
from mixline.mmm.specification import SpecificationError, Validation

SIZE, BATCH = 6, 20
Optimizer = Evolution | NevergradSearch
Make = Callable[[int, tuple[float, ...]], Optimizer]


def _arrays(seed: int, weights: tuple[float, ...]) -> Optimizer:
    return Evolution(SIZE, BATCH, weights, np.random.default_rng(seed))


def _nevergrad(seed: int, weights: tuple[float, ...]) -> Optimizer:
    return NevergradSearch(SIZE, BATCH, 400, weights, seed)


both = pytest.mark.parametrize("make", [_arrays, _nevergrad], ids=["arrays", "nevergrad"])


def _path(optimizer: Optimizer, several: bool, rounds: int = 20) -> tuple[np.ndarray, np.ndarray]:
    points, told = [], []
    for _ in range(rounds):
        asked = optimizer.ask(BATCH)
        losses = np.column_stack([((asked - 0.3) ** 2).mean(1), ((asked - 0.7) ** 2).mean(1)])
        optimizer.tell(losses if several else losses[:, :1])
        points.append(asked)
        told.append(losses)
    return np.concatenate(points), np.concatenate(told)


@both
def test_the_same_seed_gives_the_same_path(make: Make) -> None:
    first, again, other = (_path(make(seed, (1.0, 1.0)), True, 8)[0] for seed in (3, 3, 4))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


@both
def test_candidates_stay_in_the_box(make: Make) -> None:
    points, _ = _path(make(1, (1.0, 1.0)), True)
    assert points.shape == (20 * BATCH, SIZE)
    assert ((points >= 0) & (points <= 1)).all()


@both
@pytest.mark.parametrize("several", [False, True], ids=["one loss", "two losses"])
def test_losses_come_down(make: Make, several: bool) -> None:
    _, told = _path(make(2, (1.0, 1.0) if several else (1.0,)), several)
    assert told[-BATCH * 4 :, 0].min() < told[:BATCH, 0].min()


@both
def test_a_model_can_be_fitted_with_either(make: Make) -> None:
    world = mmm.simulate_world("clean", seed=4, weeks=80, channels=3)
    name = "nevergrad" if make is _nevergrad else "arrays"
    spec = replace(
        world.spec,
        search=replace(world.spec.search, trials=1, iterations=60, optimizer=name),  # type: ignore[arg-type]
        validation=Validation(),
    )
    model = mmm.fit(spec, world.frame)
    assert model.spec.search.optimizer == name
    assert read_document(spec.to_dict()) == spec


def test_an_unknown_optimizer_is_one_sentence() -> None:
    world = mmm.simulate_world("clean", seed=4, weeks=80, channels=3)
    document = world.spec.to_dict()
    document["search"]["optimizer"] = "guessing"
    with pytest.raises(SpecificationError, match=r"search\.optimizer.*guessing.*nevergrad"):
        read_document(document)
