"""The truth as a model: plans are judged by the simulator's own formulas, against the simulator's own best plan."""

from __future__ import annotations

import numpy as np
import pytest

from mixline.mmm.planner import Bounds, Plan, PlanRequest, plan
from mixline.mmm.simulation.simulate import World, simulate
from tests.truth_model import true_gain, true_model


def gained(world: World, found: Plan) -> float:
    """True outcome gained over what was done."""
    gain = 0.0
    for channel in found.channels:
        truth = world.truth.channel(channel.name)
        before, after = truth.response(np.array([1.0, channel.spend / truth.spend.sum()]))
        gain += after - before
    return gain


@pytest.mark.parametrize("name", ["clean", "realistic"])
@pytest.mark.parametrize("seed", [1, 2])
def test_knowing_the_truth_the_plan_is_the_true_best(name: str, seed: int) -> None:
    world = simulate(name, seed)
    model = true_model(world)
    best = world.truth.best_plan(0.5, 2.0)
    bounds = {n: Bounds(0.5, 2.0) for n in model.paid_names}
    found = plan(model, PlanRequest(periods=None, bounds=bounds))
    true_gain = gained(world, found)
    assert true_gain >= best.uplift * (1 - 1e-6)
    np.testing.assert_allclose(found.uplift.value, true_gain, rtol=1e-6)
    np.testing.assert_allclose(found.outcome_today.value, world.truth.outcome.sum(), rtol=1e-9)


@pytest.mark.parametrize("carry_out", [False, True])
def test_a_plan_of_weeks_ahead_brings_what_the_simulator_says(carry_out: bool) -> None:
    world = simulate("realistic", 3)
    model = true_model(world)
    today = plan(model, PlanRequest(periods=20, locked=model.paid_names))
    found = plan(model, PlanRequest(periods=20, bounds={n: Bounds(0.5, 2.0) for n in model.paid_names}))
    np.testing.assert_allclose(found.uplift.value, true_gain(world, found, today), rtol=1e-6)
    later = plan(model, PlanRequest(periods=20, carry_out=carry_out, locked=model.paid_names))
    assert (later.after > 0) == carry_out
