"""A plan: money per channel and period, what it brings with ranges, against today's plan over the same periods.

Amounts and outcomes are totals over the planned periods. "Today's plan" spends today's mean per period at the request's
prices and pacing. Every figure is the weighted mean over the draws, ranges are quantiles, as in `mixline.mmm.response`.
Imports numpy only.

Axes: C channels, D draws, H planned periods.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from mixline.mmm.curves import observed_maximum
from mixline.mmm.estimates import Band, Estimate, band, estimate, estimates
from mixline.mmm.model import MixModel
from mixline.mmm.planning.limits import CLOSE, Limits
from mixline.mmm.planning.request import PlanRequest
from mixline.mmm.planning.stage import Stage

Floats = NDArray[np.float64]
Held = Literal["", "least", "most", "locked"]


@dataclass(frozen=True)
class PlannedChannel:
    """One channel of a plan. `contribution` is what it brings in the planned periods, carry-over of earlier media
    included as in the report; where carry-out counts, what the planned money brings whenever it comes. `roi` is
    contribution per unit of money, `marginal_roi` the outcome of the next unit; `change` is spend against today's (None
    where nothing is spent today); `held` says which limit stops it; `periods_on` counts periods with spend.
    """

    name: str
    label: str
    spend: float
    spend_today: float
    change: float | None
    least: float
    most: float
    held: Held
    spend_by_period: Floats  # (H,)
    contribution: Estimate
    contribution_today: Estimate
    roi: Estimate
    roi_today: Estimate
    marginal_roi: Estimate
    marginal_roi_today: Estimate
    extrapolated: bool
    periods_on: int


@dataclass(frozen=True)
class Plan:
    """The answer to a `PlanRequest`.

    `uplift` is outcome less today's, `probability_of_uplift` that of any. `marginal_roi` is the outcome of the next unit
    of money, put where nothing but the budget stops it (spread as the plan is where everything is held). `after` is what
    comes after the planned periods, where carry-out counts. `is_today` says that nothing better than today's plan exists.
    """

    request: PlanRequest
    dates: NDArray[np.datetime64]  # (H,)
    channels: tuple[PlannedChannel, ...]
    spend: float
    spend_today: float
    outcome: Estimate
    outcome_today: Estimate
    uplift: Estimate
    probability_of_uplift: float
    contribution: Estimate
    contribution_today: Estimate
    roi: Estimate
    roi_today: Estimate
    marginal_roi: Estimate
    outcome_by_period: Band  # (H,)
    outcome_today_by_period: Floats  # (H,)
    after: float
    is_today: bool
    binding: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def extrapolated(self) -> tuple[str, ...]:
        """Channels that would spend more than was ever seen for a quarter."""
        return tuple(c.name for c in self.channels if c.extrapolated)

    @property
    def spend_per_channel(self) -> dict[str, float]:
        return {c.name: c.spend for c in self.channels}

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types."""
        document = {key: _plain(value) for key, value in asdict(self).items() if key != "request"}
        return {"request": _plain(asdict(self.request)), **document, "extrapolated": list(self.extrapolated)}


def judge(
    model: MixModel,
    stage: Stage,
    request: PlanRequest,
    limits: Limits,
    spend: Floats,
    today: Floats,
    ways: NDArray[np.intp],
    is_today: bool,
) -> Plan:
    """Every figure of a plan of mean spend per period (C,), each channel's money spread in its way (C,)."""
    weights, count = stage.weights, len(stage.periods)
    same = np.zeros(len(today), dtype=np.intp)
    taken_off = stage.history() if stage.carry_out else np.zeros((len(weights), len(today)))
    (effect, slope), (effect_now, slope_now) = (stage.measure(s, w) for s, w in ((spend, ways), (today, same)))
    rest = stage.rest.sum(1)
    then, now = rest + count * effect.sum(1), rest + count * effect_now.sum(1)
    brought, brought_now = count * (effect - taken_off), count * (effect_now - taken_off)
    figures, figures_now = estimates(brought, weights), estimates(brought_now, weights)
    marginal, marginal_now = estimates(slope, weights), estimates(slope_now, weights)
    channels = []
    for c, media in enumerate(model.spec.paid):
        money, money_now = float(spend[c]) * count, float(today[c]) * count
        by_period = spend[c] * stage.schedules[c][ways[c]].money
        channels.append(
            PlannedChannel(
                name=media.name,
                label=media.label or media.name,
                spend=money,
                spend_today=money_now,
                change=money / money_now - 1.0 if money_now > 0 else None,
                least=float(limits.low[c]) * count,
                most=float(limits.high[c]) * count,
                held=_held(limits, c, float(spend[c]), media.name in request.locked),
                spend_by_period=by_period,
                contribution=figures[c],
                contribution_today=figures_now[c],
                roi=figures[c].times(_per(money)),
                roi_today=figures_now[c].times(_per(money_now)),
                marginal_roi=marginal[c],
                marginal_roi_today=marginal_now[c],
                extrapolated=bool(spend[c] > observed_maximum(model, c) * (1 + CLOSE)),
                periods_on=int(np.count_nonzero(by_period)),
            )
        )
    gain = np.zeros(len(weights)) if is_today else then - now
    total, total_now = float(spend.sum()) * count, float(today.sum()) * count
    free = np.array([channel.held == "" for channel in channels])
    shares = spend / spend.sum() if spend.sum() > 0 else np.full(len(spend), 1.0 / len(spend))
    next_unit = slope[:, free].mean(1) if free.any() else slope @ shares
    whole, whole_now = estimate(brought.sum(1), weights), estimate(brought_now.sum(1), weights)
    over_time = stage.over_time(spend, ways)
    return Plan(
        request=request,
        dates=stage.periods.dates,
        channels=tuple(channels),
        spend=total,
        spend_today=total_now,
        outcome=estimate(then, weights),
        outcome_today=estimate(now, weights),
        uplift=estimate(gain, weights),
        probability_of_uplift=float(weights @ (gain > 0)),
        contribution=whole,
        contribution_today=whole_now,
        roi=whole.times(_per(total)),
        roi_today=whole_now.times(_per(total_now)),
        marginal_roi=estimate(next_unit, weights),
        outcome_by_period=band(over_time, weights),
        outcome_today_by_period=weights @ (over_time if is_today else stage.over_time(today, same)),
        after=float(weights @ (then - over_time.sum(1))) if stage.carry_out else 0.0,
        is_today=is_today,
    )


def _held(limits: Limits, channel: int, spend: float, locked: bool) -> Held:
    low, high = float(limits.low[channel]), float(limits.high[channel])
    slack = CLOSE * max(high, 1e-300)
    if locked:
        return "locked"
    if spend >= high - slack:
        return "most"
    return "least" if spend <= low + slack else ""


def _per(money: float) -> float:
    return 1.0 / money if money > 0 else 0.0


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return [str(v) for v in value] if value.dtype.kind == "M" else [float(v) for v in value]
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    return value
