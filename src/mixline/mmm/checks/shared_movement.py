"""Does what the model gives to a channel come at the cost of something else?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from mixline.mmm.checks.findings import Finding, Reading
from mixline.mmm.media_effects import effect_over_time, other_over_time
from mixline.mmm.model import Floats, MixModel

NAMES = {"trend": "the trend", "season": "the season", "monthly": "the time of month", "weekday": "the day of week"}


@dataclass(frozen=True)
class SharedMovementCheck:
    """Does what one part of the model is given come at the cost of another?

    Measured on the draws' departures from their mean, over time and with each draw's level left out: the size of the sum's
    departures over the sizes of both. 1 is independence, 0 a perfect trade. Below 0.65 a third of what is doubtful about
    one is the other's. On 24 simulated companies channels planned apart stay above 0.85 and channels bought together come
    to 0.06-0.24. A display channel that runs in season comes to 0.5-0.7 with the season. So this sees what a correlation of
    spend cannot: a channel whose carried-over, saturated effect has the shape of something else. Pairs whose spend
    correlates are left to `mixline.mmm.checks.rules.CollinearCheck`.
    """

    apart: float = 0.65
    alike: float = 0.9  # correlation of spend or effect from which on the pair is a finding already
    spend: float = 0.02  # of all spend; below it nothing is decided on the channel

    def run(self, reading: Reading) -> Iterator[Finding]:
        model = reading.model
        effects = [effect_over_time(model, m) for m in range(model.paid_count)]
        moves = [_departures(effect) for effect in effects]
        start, stop = model.series.window
        spend = model.series.media[start:stop].T
        labels = [channel.label for channel in reading.channels]
        large = [m for m, c in enumerate(reading.channels) if c.share_of_spend >= self.spend]
        for place, one in enumerate(large):
            for two in large[place + 1 :]:
                ratio = _trade(moves[one], moves[two])
                known = max(_likeness(spend[one], spend[two]), _likeness(effects[one].mean(0), effects[two].mean(0)))
                if ratio < self.apart and known <= self.alike:
                    yield Finding(
                        "shared-movement",
                        "warning",
                        f"{labels[one]} and {labels[two]} cannot be told apart",
                        f"What the model gives more to one it takes from the other: {1 - ratio:.0%} of their doubt is shared.",
                        "Judge them as one, join them into one channel, or let their plans differ for some weeks.",
                        ratio,
                        (model.media_names[one], model.media_names[two]),
                    )
        for one in large:
            for k, name in enumerate(model.other_names):
                ratio = _trade(moves[one], _departures(other_over_time(model, k)))
                if ratio < self.apart:
                    yield Finding(
                        "shared-movement",
                        "info",
                        f"{labels[one]} and {_named(name, model)} cannot be told apart well",
                        f"What the model gives more to one it takes from the other: {1 - ratio:.0%} of their doubt is shared.",
                        "Run the channel outside its usual weeks, or give the model a lift study of it.",
                        ratio,
                        (model.media_names[one], name),
                    )


def _named(term: str, model: MixModel) -> str:
    """A term of the baseline in words; one of the context by its label, a factor's level by what it is called in the data."""
    label = next((c.label for c in model.spec.context if c.name == term and c.label), term.replace("_", " "))
    return NAMES.get(term, label)


def _departures(effect: Floats) -> Floats:
    """Departures (D, W) from the mean draw, each draw's own level left out."""
    shape = effect - effect.mean(1, keepdims=True)
    return np.asarray(shape - shape.mean(0))


def _trade(one: Floats, two: Floats) -> float:
    """Size of the sum over the sizes of both; 1 where nothing is in doubt."""
    size = float((one**2).sum() + (two**2).sum())
    return float(((one + two) ** 2).sum()) / size if size > 0 else 1.0


def _likeness(one: Floats, two: Floats) -> float:
    a, b = one - one.mean(), two - two.mean()
    size = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / size if size > 0 else 0.0
