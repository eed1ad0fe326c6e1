"""The best outcome of every total spend, found without assuming concave curves.

An S-shaped channel may be worth nothing or a lot, which climbing from one start misses. Dynamic programming over units of
money finds the best split of every total at once, on a coarse grid; the prices of money at the corners of the channels'
upper hulls give starts that no grid of totals limits. Both are starts for `mixline.mmm.planning.solver`. Imports numpy only.

Axes: C channels, Q groups, S steps of the total, N points of a channel's table.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from mixline.mmm.planning.limits import Limits

Floats = NDArray[np.float64]
Table = Callable[[int, Floats], Floats]  # channel, spend (N,) -> mean outcome per period (N,)
STEPS = 240
HULL_POINTS = 161


@dataclass(frozen=True)
class Frontier:
    """`totals[s]` and the best outcome found for it; -inf where the groups allow no split."""

    totals: Floats  # (S + 1,)
    outcome: Floats  # (S + 1,)
    spend_at: Callable[[int], Floats]  # step -> spend (C,)


@dataclass(frozen=True)
class _Part:
    """Best outcome of some channels by the number of steps they take, and the steps each of them takes."""

    outcome: Floats
    steps_of: Callable[[int], dict[int, int]]


def frontier(table: Table, limits: Limits, steps: int = STEPS) -> Frontier:
    """Best splits of every total from the channels' least to their most (at most the limit on the total)."""
    least = float(limits.low.sum())
    most = max(min(float(limits.high.sum()), limits.total_high), least)
    step = (most - least) / steps
    if step <= 0.0:
        value = sum(float(table(c, limits.low[c : c + 1])[0]) for c in range(len(limits.low)))
        return Frontier(np.array([least]), np.array([value]), lambda _: limits.low.copy())
    whole = _Part(np.zeros(1), lambda _: {})
    for c in np.flatnonzero(limits.group < 0):
        whole = _join(whole, _channel(table, limits, int(c), step, steps), steps)
    for q in range(len(limits.group_low)):
        members = np.flatnonzero(limits.group == q)
        part = _Part(np.zeros(1), lambda _: {})
        for c in members:
            part = _join(part, _channel(table, limits, int(c), step, steps), steps)
        amount = float(limits.low[members].sum()) + step * np.arange(len(part.outcome))
        allowed = (amount >= limits.group_low[q] - step / 2) & (amount <= limits.group_high[q] + step / 2)
        if not allowed.any():
            middle = (limits.group_low[q] + limits.group_high[q]) / 2
            allowed[int(np.argmin(np.abs(amount - middle)))] = True
        whole = _join(whole, _Part(np.where(allowed, part.outcome, -np.inf), part.steps_of), steps)

    def spend_at(index: int) -> Floats:
        taken = whole.steps_of(index)
        return limits.low + step * np.array([taken.get(c, 0) for c in range(len(limits.low))])

    totals: Floats = np.asarray(least + step * np.arange(len(whole.outcome)), dtype=np.float64)
    return Frontier(totals, whole.outcome, spend_at)


def hull_starts(table: Table, limits: Limits, price: float) -> list[Floats]:
    """Spend (C,) at the price of money that meets the total, groups aside: just below it and just above."""
    # Points lie closer together near the lower end, where curves bend most.
    places = np.linspace(0.0, 1.0, HULL_POINTS) ** 2
    spend = limits.low[:, None] + (limits.high - limits.low)[:, None] * places
    outcome = np.array([table(c, row) for c, row in enumerate(spend)])
    rows = np.arange(len(spend))

    def answer(money_price: float) -> Floats:
        return np.asarray(spend[rows, (outcome - money_price * spend).argmax(1)])

    free = answer(price)
    if limits.total_low <= free.sum() <= limits.total_high:
        return [free]
    wanted = limits.total_low if free.sum() < limits.total_low else limits.total_high
    with np.errstate(divide="ignore", invalid="ignore"):
        steepest = np.nan_to_num(np.abs(np.diff(outcome, axis=1) / np.diff(spend, axis=1)), posinf=0.0).max()
    dear, cheap = float(steepest) * 2 + abs(price), -float(steepest) * 2 - abs(price)
    for _ in range(50):
        middle = (dear + cheap) / 2
        if answer(middle).sum() > wanted:
            cheap = middle
        else:
            dear = middle
    return [answer(dear), answer(cheap)]


def _channel(table: Table, limits: Limits, channel: int, step: float, steps: int) -> _Part:
    room = float(limits.high[channel] - limits.low[channel])
    count = min(int(room / step + 1e-9), steps)
    spend = limits.low[channel] + step * np.arange(count + 1)
    return _Part(table(channel, spend), lambda index: {channel: index})


def _join(first: _Part, second: _Part, steps: int) -> _Part:
    """Best share-out of every number of steps between two parts."""
    gains = second.outcome
    width = len(gains)
    size = min(len(first.outcome) + width - 1, steps + 1)
    padded = np.concatenate([np.full(width - 1, -np.inf), first.outcome, np.full(width, -np.inf)])
    candidates = sliding_window_view(padded, width)[:size] + gains[::-1]
    chosen = width - 1 - candidates.argmax(1)
    outcome = candidates.max(1)

    def steps_of(index: int) -> dict[int, int]:
        mine = int(chosen[index])
        return first.steps_of(index - mine) | second.steps_of(mine)

    return _Part(outcome, steps_of)
