"""A simulated company's truth as a model: one draw whose parameters are the simulator's own.

from tests.truth_model import true_model, true_effect
"""

from __future__ import annotations

import numpy as np

from mixline.mmm.model import Draws, Floats, MixModel, Series
from mixline.mmm.planner import Plan
from mixline.mmm.simulation.simulate import World
from mixline.mmm.simulation.truth import carry_over, saturate


def true_model(world: World) -> MixModel:
    """A model of one draw whose parameters are the truth's."""
    truth = world.truth
    channels = [truth.channel(media.name) for media in world.spec.ordered_media]
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


def true_effect(world: World, spend: dict[str, Floats]) -> float:
    """What paid channels truly bring in the periods after the data, by money per period (H,), by the simulator's formulas.

    Kernels of Weibull adstocks end where the data did, as the simulator's do.
    """
    total = 0.0
    for name, money in spend.items():
        channel = world.truth.channel(name)
        rate = float(channel.media.sum() / channel.spend.sum())
        series = np.concatenate([channel.media, money * rate])
        if channel.adstock == "geometric":
            level = carry_over(series, channel.adstock, channel.parameters)
        else:
            impulse = np.zeros(len(channel.media))
            impulse[0] = 1.0
            kernel = carry_over(impulse, channel.adstock, channel.parameters)
            level = np.convolve(series, kernel)[: len(series)]
        total += float(channel.beta * saturate(level, channel.alpha, channel.inflexion)[len(channel.media) :].sum())
    return total


def true_gain(world: World, found: Plan, today: Plan) -> float:
    """True outcome gained over the planned periods against today's plan (a plan with everything locked)."""
    return true_effect(world, {c.name: c.spend_by_period for c in found.channels}) - true_effect(
        world, {c.name: c.spend_by_period for c in today.channels}
    )
