"""Checks of what an effect rests on: a single odd period, or spend that follows demand instead of making it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np

from mixline.mmm.checks.findings import Finding, Reading
from mixline.mmm.checks.words import write_day, write_return
from mixline.mmm.curves import WORDS
from mixline.mmm.media_effects import effect_over_time
from mixline.mmm.model import Floats, MixModel


@dataclass(frozen=True)
class FollowsDemandCheck:
    """Does one channel return so much more than the others that its spend may follow demand?

    On simulated companies whose search budget follows an unrecorded demand, the lower end of its ROI is 3.4 to 6 times
    the return of all other channels together; where no spend follows demand, never above 1.2 times.
    """

    times: float = 3.0

    def run(self, reading: Reading) -> Iterator[Finding]:
        goal = reading.model.spec.goal
        channels = [channel for channel in reading.channels if channel.spend > 0]
        for channel in channels:
            others = [other for other in channels if other is not channel]
            money = sum(other.spend for other in others)
            rate = sum(other.contribution.value for other in others) / money if money > 0 else 0.0
            if rate > 0 and channel.roi.low > self.times * rate:
                yield Finding(
                    "follows-demand",
                    "warning",
                    f"The spend of {channel.label} may follow demand",
                    f"Even the low end of its return, {write_return(channel.roi.low, goal)}, is "
                    f"{channel.roi.low / rate:.1f} times what the other channels return together "
                    f"({write_return(rate, goal)}).",
                    "If its budget rises when people want to buy anyway, add a measure of demand such as searches for the "
                    "category, or test the channel; its ROI is then too high and its range does not say so.",
                    channel.roi.low / rate,
                    (channel.name,),
                )


@dataclass(frozen=True)
class OutlierCheck:
    """Does one period decide what media bring?

    Each period is left out in turn and the strengths are estimated again (by the formula for leaving out one row, effects
    staying within a relative width of one). On simulated companies without odd weeks no week moves more than 5 % of the
    paid effect; where a week jumps by a third of revenue it moves 8 to 14 %.
    """

    moved: float = 0.07
    odd: float = 4.0  # residuals of the period in robust standard deviations: otherwise it is no outlier

    def figure(self, reading: Reading) -> float:
        """The most of the paid effect that any period moves."""
        return float(leave_one_out(reading.model)[0].max())

    def run(self, reading: Reading) -> Iterator[Finding]:
        model = reading.model
        share, residual = leave_one_out(model)
        size = 1.4826 * float(np.median(np.abs(residual)))
        if size <= 0:
            return
        share = np.where(np.abs(residual) > self.odd * size, share, 0.0)
        worst = int(np.argmax(share))
        if share[worst] > self.moved:
            start, _ = model.series.window
            day = write_day(model.series.dates[start + worst].astype("datetime64[D]").astype(date))
            unit = WORDS[model.interval]
            which = day if unit == "day" else f"the {unit} of {day}"
            yield Finding(
                "outlier",
                "warning",
                f"One {unit} decides much of the media effect",
                f"Without {which} some {share[worst]:.0%} of the paid effect would be elsewhere; the fit is "
                f"{abs(residual[worst]) / size:.0f} times further off there than usual.",
                f"Find out what happened {'on' if unit == 'day' else 'in'} {which}: mark it as an event in the data or "
                "correct the figure.",
                float(share[worst]),
            )


def leave_one_out(model: MixModel) -> tuple[Floats, Floats]:
    """Share of the paid effect that moves when a period is left out, and the residuals, each (W,)."""
    start, stop = model.series.window
    weights, paid = model.draws.weights, model.paid_count
    effects = np.column_stack(
        [np.tensordot(weights, effect_over_time(model, m), 1) for m in range(len(model.media_names))]
    )
    other = model.series.other[start:stop]
    fitted = effects.sum(1) + other @ (weights @ model.draws.coefficients) + weights @ model.draws.intercept
    residual = model.series.outcome[start:stop] - fitted
    spread = other.std(0)
    design = np.column_stack(
        [np.ones(len(residual)), (other - other.mean(0)) / np.where(spread > 0, spread, 1.0), effects]
    )
    noise = float(residual @ residual) / len(residual)
    gram = design.T @ design
    scale = np.maximum(np.diag(gram), 1e-300)
    prior = 1e-9 * scale
    prior[-effects.shape[1] :] += noise  # effects lie within a relative width of one: their coefficient here is 1 +- 1
    root = 1.0 / np.sqrt(scale)
    inverse = np.linalg.inv((gram + np.diag(prior)) * np.outer(root, root)) * np.outer(root, root)
    leverage = np.minimum(np.einsum("ti,ij,tj->t", design, inverse, design), 0.99)
    shift = (design @ inverse) * (residual / (1.0 - leverage))[:, None]
    totals = effects.sum(0)
    moved = np.abs(shift[:, -effects.shape[1] :] * totals)[:, :paid].sum(1)
    whole = float(np.abs(totals[:paid]).sum())
    return (moved / whole if whole > 0 else np.zeros(len(residual))), residual
