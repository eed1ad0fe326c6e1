"""The truth as a model: plans are judged by the simulator's own formulas, against the simulator's own best plan."""

from __future__ import annotations

import numpy as np
import pytest

from mixline.mmm.model import Draws, MixModel, Series
from mixline.mmm.planner import Bounds, Plan, PlanRequest, plan
from mixline.mmm.simulate import World, simulate


def true_model(world: World) -> MixModel:
    """A model of one draw whose parameters are the truth's."""
    truth = world.truth
    channels = sorted(truth.channels, key=lambda c: not c.paid)
    media = {m.name: m for m in world.spec.ordered_media}
    channels = [truth.channel(name) for name in media]
    paid = [c for c in channels if c.paid]
    rest = sum(np.asarray(v) for v in truth.terms.values())
    count = len(truth.dates)
    return MixModel(
        spec=world.spec,
        series=Series(
            dates=truth.dates.astype("datetime64[D]"),
            outcome=truth.outcome,
            spend=np.column_stack([c.spend for c in paid]),
            media=np.column_stack([c.media for c in channels]),
            other=np.asarray(rest)[:, None],
            window=(0, count),
            train=count,
        ),
        draws=Draws(
            weights=np.ones(1),
            adstock=np.array([[c.parameters for c in channels]]),
            alpha=np.array([[c.alpha for c in channels]]),
            inflexion=np.array([[c.inflexion for c in channels]]),
            beta=np.array([[c.beta for c in channels]]),
            coefficients=np.ones((1, 1)),
            intercept=np.zeros(1),
            candidate=np.zeros(1, dtype=np.int64),
            chosen=0,
        ),
        media_names=tuple(c.name for c in channels),
        other_names=("all else",),
        other_groups=("component",),
        interval=truth.interval,  # type: ignore[arg-type]
        candidates={},
        metrics={},
        reason="the truth",
    )


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
