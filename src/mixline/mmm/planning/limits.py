"""The limits of a plan, and the best step inside them.

A plan is one mean spend per channel. Its limits are two numbers per channel, two per group of channels (no channel in two
groups) and two for the total. Within such limits a sum of one-dimensional quadratics has an exact maximum: every channel
answers to a price of money, a group's members to the price held within the two at which the group meets its limits.
Imports numpy only.

Axes: C channels, Q groups.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
CLOSE = 1e-9  # amounts closer than this share of the total are the same amount


@dataclass(frozen=True)
class Limits:
    """Money per period. `group` holds each channel's group, or -1; `total_low == total_high` fixes the total."""

    low: Floats  # (C,)
    high: Floats  # (C,)
    group: NDArray[np.int64]  # (C,)
    group_low: Floats  # (Q,)
    group_high: Floats  # (Q,)
    total_low: float
    total_high: float

    @property
    def reachable(self) -> tuple[float, float]:
        """Least and most total that channels and groups allow."""
        free = self.group < 0
        least, most = float(self.low[free].sum()), float(self.high[free].sum())
        for q in range(len(self.group_low)):
            inside = self.group == q
            least += max(float(self.low[inside].sum()), float(self.group_low[q]))
            most += min(float(self.high[inside].sum()), float(self.group_high[q]))
        return least, most

    def with_total(self, low: float, high: float) -> Limits:
        """The same limits with another total, held within what channels and groups allow."""
        least, most = self.reachable
        return Limits(
            self.low,
            self.high,
            self.group,
            self.group_low,
            self.group_high,
            min(max(low, least), most),
            max(min(high, most), least),
        )

    def allow(self, spend: Floats) -> bool:
        """Whether a plan is within all limits, to rounding."""
        slack = CLOSE * max(float(np.abs(self.high).sum()), 1e-300)
        if (spend < self.low - slack).any() or (spend > self.high + slack).any():
            return False
        for q in range(len(self.group_low)):
            part = float(spend[self.group == q].sum())
            if not self.group_low[q] - slack <= part <= self.group_high[q] + slack:
                return False
        return bool(self.total_low - slack <= spend.sum() <= self.total_high + slack)


@dataclass(frozen=True)
class _Answers:
    """How channels answer to a price of money: each maximises slope * d - curvature * d**2 / 2 less the price of its spend,
    d = spend - center, within `low` and `high`; the price it hears is held within `lowest` and `highest`. All (C,).
    """

    center: Floats
    slope: Floats
    curvature: Floats
    low: Floats
    high: Floats
    lowest: Floats
    highest: Floats

    def only(self, inside: NDArray[np.bool_]) -> _Answers:
        """Some of the channels, at any price."""
        free = np.full(int(inside.sum()), np.inf)
        center, slope, curvature = self.center[inside], self.slope[inside], self.curvature[inside]
        return _Answers(center, slope, curvature, self.low[inside], self.high[inside], -free, free)

    def spend_at(self, prices: Floats) -> Floats:
        """Each channel's answer to each price, shape (prices, C)."""
        heard = np.clip(prices[:, None], self.lowest, self.highest)
        with np.errstate(over="ignore"):
            spend: Floats = np.clip(self.center + (self.slope - heard) / self.curvature, self.low, self.high)
        return spend

    def price_of(self, wanted: float) -> float:
        """The price at which the answers add up to `wanted`."""
        prices, _, _, part = self._bracket(wanted)
        return float(prices[0] + part * (prices[1] - prices[0]))

    def meet(self, wanted: float) -> Floats:
        """Answers that add up to `wanted`. Between two allowed plans every mixture is allowed, and the sum is exact."""
        _, first, second, part = self._bracket(wanted)
        mixture: Floats = np.clip(first + part * (second - first), self.low, self.high)
        return mixture

    def _bracket(self, wanted: float) -> tuple[Floats, Floats, Floats, float]:
        """(two prices, spend at each, weight of the second) between which the sum passes through `wanted` in a straight line."""
        least = self.slope - self.curvature * (self.high - self.center)
        most = self.slope - self.curvature * (self.low - self.center)
        prices = np.concatenate([least, most, self.lowest, self.highest])
        prices = np.unique(prices[np.isfinite(prices)])
        margin = 1.0 + float(np.abs(prices).max())
        prices = np.concatenate([[prices[0] - margin], prices, [prices[-1] + margin]])
        spend = self.spend_at(prices)
        totals = spend.sum(1)  # falls with the price
        after = int(np.clip(np.searchsorted(-totals, -wanted), 1, len(prices) - 1))
        above, below = float(totals[after - 1]), float(totals[after])
        part = (above - wanted) / (above - below) if above > below else 0.0
        return prices[after - 1 : after + 1], spend[after - 1], spend[after], float(np.clip(part, 0.0, 1.0))


def best_step(limits: Limits, center: Floats, slope: Floats, curvature: Floats, price: float = 0.0) -> Floats:
    """Spend that maximises sum(slope * d - curvature * d**2 / 2) - price * sum(d), d = spend - center, within the limits.

    `curvature` must be positive. All arrays (C,).
    """
    lowest, highest = np.full(len(center), -np.inf), np.full(len(center), np.inf)
    free = _Answers(center, slope, curvature, limits.low, limits.high, lowest, highest)
    for q in range(len(limits.group_low)):
        inside = limits.group == q
        members = free.only(inside)
        least, most = members.low.sum(), members.high.sum()
        for ends, wanted in ((lowest, limits.group_high[q]), (highest, limits.group_low[q])):
            if least < wanted < most:
                ends[inside] = members.price_of(float(wanted))
            elif wanted <= least and ends is lowest:
                ends[inside] = np.inf  # the group is held at its members' least
            elif wanted >= most and ends is highest:
                ends[inside] = -np.inf  # the group is held at its members' most
    answers = replace(free, lowest=lowest, highest=np.maximum(highest, lowest))
    at_price: Floats = answers.spend_at(np.array([price])).ravel()
    total = float(at_price.sum())
    if limits.total_low <= total <= limits.total_high:
        return at_price
    return answers.meet(limits.total_low if total < limits.total_low else limits.total_high)


def nearest(limits: Limits, spend: Floats) -> Floats:
    """The allowed plan closest to `spend`, distances counted in shares of each channel's own range."""
    span = np.maximum(limits.high - limits.low, 1e-9 * (float(limits.high.max()) or 1.0))
    return best_step(limits, spend, np.zeros(len(spend)), 1.0 / span)
