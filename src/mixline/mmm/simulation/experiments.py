"""Experiments in simulated companies: the lift studies an honest (or a mistaken) experimenter would report."""

from __future__ import annotations

from datetime import date, timedelta
from statistics import NormalDist

import numpy as np

from mixline.mmm.simulation.simulate import World
from mixline.mmm.specification import Study

ERROR = 0.25  # standard error as a share of the true effect: what a good experiment reaches


def run_experiment(
    world: World, name: str, rng: np.random.Generator, *, weeks: int = 8, after: int = 104, factor: float = 1.0
) -> Study:
    """Test a channel in the weeks of its highest spend after row `after`.

    The effect found is the simulator's times `factor` (other than 1 makes the experiment wrong), with a sampling error of
    `ERROR` of the truth; the confidence is one less its p-value. Weekly worlds only.
    """
    channel = world.truth.channel(name)
    first = after + int(np.argmax(np.convolve(channel.spend[after:], np.ones(weeks), "valid")))
    rows = slice(first, first + weeks)
    truth = float(channel.contribution[rows].sum())
    effect = factor * truth + ERROR * truth * float(rng.standard_normal())
    confidence = 2 * NormalDist().cdf(abs(effect) / (ERROR * truth)) - 1
    day: date = world.truth.dates[first].astype("datetime64[D]").astype(object)
    spent = float(channel.spend[rows].sum())
    return Study((name,), day, day + timedelta(days=7 * weeks - 1), effect, spent, min(confidence, 1.0))
