"""What a model's file says of money by period that is put behind its data as if it had happened.

`mixline.mmm.media_effects`, which the reports of the past are made with, says what it brought: nothing here asks the planner.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from mixline.mmm.estimates import Estimate, estimate
from mixline.mmm.media_effects import effect_over_time, other_over_time, scaled_effect, shapes_of
from mixline.mmm.model import MixModel

YEAR = {"day": 364, "week": 52, "month": 12}  # periods, of days as many as keep the weekday
FAINT = 1e-3  # of a channel's carry-over: what comes later than this is not counted as carry-out
Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Judged:
    """What periods after the data bring in which so much is spent, by draw.

    `outcome` (D, PERIODS); `later` (D,) what comes after them where it counts; `brought` (D, P) by channel; `slope` (D, P) the
    outcome of the next unit of money; `days` the dates on which the periods begin.
    """

    model: MixModel
    outcome: Array
    later: Array
    brought: Array
    slope: Array
    days: tuple[str, ...]

    @property
    def whole(self) -> Array:
        return np.asarray(self.outcome.sum(1) + self.later)

    def estimate(self, by_draw: Array) -> Estimate:
        return estimate(by_draw, self.model.draws.weights)


def judge(
    model: MixModel, spend: Array, *, prices: Mapping[str, float] | None = None, carry_out: bool = False
) -> Judged:
    """The model with periods behind its data in which `spend` (PERIODS, P) happened; all else as a year before, the trend as
    last. Where carry-out counts, what was spent before the plan does not.
    """
    s, count, paid, ahead = model.series, len(model.series.dates), model.paid_count, len(spend)
    year = YEAR[model.interval]
    after = year if carry_out else 0
    start, stop = s.window
    price = np.array([(prices or {}).get(name, 1.0) for name in model.paid_names])
    rate = s.media[start:stop, :paid].sum(0) / s.spend[start:stop].sum(0) / price
    rows = count + np.arange(ahead) - year
    other = s.other[rows].copy()
    other[:, model.other_names.index("trend")] = s.other[-1, model.other_names.index("trend")]
    days = begin_after(model, ahead + after)

    def happen(money: Array, follow: int = after) -> MixModel:
        def go_on(known: Array, new: Array) -> Array:
            return np.concatenate([known, new, np.zeros((after, *known.shape[1:]))])

        series = replace(
            s,
            dates=np.concatenate([s.dates, days]),
            outcome=go_on(s.outcome, np.zeros(ahead)),
            spend=go_on(s.spend, money),
            media=go_on(s.media, np.column_stack([money * rate, s.media[rows][:, paid:]])),
            other=go_on(s.other, other),
            window=(count, count + ahead + follow),
            train=ahead,
        )
        return replace(model, series=series)

    # What is too faint is not counted: of a geometric adstock theta ** n is left after n periods.
    faint = [int(np.ceil(np.log(FAINT) / np.log(shapes_of(model, c).first.max()))) - 1 for c in range(paid)]
    longest = [min(periods, after) for periods in faint]
    later = happen(spend)
    brought, before = (
        [effect_over_time(happen(money, periods), c) for c, periods in enumerate(longest)]
        for money in (spend, np.zeros_like(spend))
    )
    rest = [effect_over_time(later, m) for m in range(paid, len(model.media_names))]
    rest += [other_over_time(later, k) for k in range(len(model.other_names))]
    outcome = model.draws.intercept[:, None] + sum(part[:, :ahead] for part in (*brought, *rest))
    own = [now - was for now, was in zip(brought, before, strict=True)] if carry_out else brought
    slope = [
        scaled_effect(happen(spend, periods), c, np.array([1.0])).slope[:, 0] * (ahead + periods) / spend[:, c].sum()
        for c, periods in enumerate(longest)
    ]
    return Judged(
        later,
        np.asarray(outcome),
        np.asarray(sum(part[:, ahead:].sum(1) for part in own)) if carry_out else np.zeros(len(outcome)),
        np.column_stack([part.sum(1) for part in own]),
        np.column_stack(slope),
        tuple(str(day) for day in days[:ahead]),
    )


def begin_after(model: MixModel, count: int) -> Array:
    """The days on which the periods after the data begin."""
    last, steps = model.series.dates[-1], np.arange(1, count + 1)
    if model.interval == "month":  # of models whose months begin on the first
        return np.asarray((last.astype("datetime64[M]") + steps).astype("datetime64[D]"))
    return np.asarray(last + (7 if model.interval == "week" else 1) * steps)
