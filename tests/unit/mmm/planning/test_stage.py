"""What a stage leaves out to be quick changes nothing: faded media, ways of spreading money that cannot be the best."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mixline.mmm.model import MixModel
from mixline.mmm.planner import PlanRequest
from mixline.mmm.planning.curves import channel_past
from mixline.mmm.planning.stage import Landscape, Stage, build_stage
from tests.builders import make_model


def flight_stage(model: MixModel, periods: int) -> Stage:
    flights = dict.fromkeys(model.paid_names, 2)
    request = PlanRequest(periods=periods, pacing="flat", flights=flights)
    return build_stage(model, request, np.full(model.paid_count, 600.0))


def steep(model: MixModel) -> MixModel:
    return replace(model, draws=replace(model.draws, alpha=model.draws.alpha * 4))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("bend", [lambda model: model, steep], ids=["as made", "steep"])
def test_the_best_way_is_the_best_of_all_ways_simulated(seed: int, bend: object) -> None:
    model = bend(make_model(periods=110, paid=3, organic=0, seed=seed))  # type: ignore[operator]
    stage = flight_stage(model, 12)
    land = Landscape(stage, stage.weights)
    assert len(stage.curves[0]) > 5
    for amount in (0.0, 0.4, 15.0, 60.0, 140.0, 600.0):
        spend = np.full(3, amount)
        every = [[float(stage.weights @ curve.by_draw(amount)) for curve in ways] for ways in stage.curves]
        value, _, _ = land.exact(spend)
        np.testing.assert_allclose(value, [max(found) for found in every], rtol=1e-12)
        chosen = [found[way] for found, way in zip(every, land.best_ways(spend), strict=True)]
        np.testing.assert_allclose(chosen, value, rtol=1e-12)


def test_faded_media_is_forgotten_before_its_numbers_become_slow() -> None:
    model = make_model(periods=400, paid=3, organic=0)
    for channel in range(3):
        weights = channel_past(model, channel, 400, 60, carry_out=False).weights
        assert weights[weights != 0.0].min() > 1e-200, "numbers near the smallest there are slow a processor down"
