"""What a request allows: its limits as mean money per period, and the room a single channel has among them.

What a person asks for holds; what is only usual (`DEFAULT_BOUNDS`) gives way where it would contradict that: a channel held
high, a group's limit or a budget far from today's moves what is usual for the others with it. Imports numpy only.

Axes: C paid channels, Q groups.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mixline.errors import SpecificationError
from mixline.mmm.model import MixModel
from mixline.mmm.planning.conflicts import Conflict, End, LimitsError, Part
from mixline.mmm.planning.limits import CLOSE, Limits
from mixline.mmm.planning.request import DEFAULT_BOUNDS, PlanRequest

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
FARTHEST = 100.0  # times today's spend that a budget moves usual limits: beyond it no curve says anything


@dataclass(frozen=True)
class Room:
    """Least and most a channel can be held at while all other limits hold, money over the plan. `least_by` and `most_by`
    say what stops it there: "" (nothing), "budget" or the name of a group. `others` are what keeps the rest of it.
    """

    least: float
    most: float
    least_by: str
    most_by: str
    others: tuple[Part, ...]


@dataclass(frozen=True)
class _Asked:
    """Limits as asked for; where `usual_low` or `usual_high`, nothing was."""

    base: Floats  # (C,) today's spend, which limits are multiples of
    low: Floats
    high: Floats
    usual_low: Flags
    usual_high: Flags
    group: NDArray[np.int64]
    group_low: Floats  # (Q,)
    group_high: Floats  # (Q,)


def plan_limits(model: MixModel, request: PlanRequest, today: Floats, count: int) -> Limits:
    """The request's limits as mean money per period.

    Raises:
        LimitsError: a group that its channels cannot fill or fit, a budget that the bounds cannot spend.
        SpecificationError: a budget of more than `FARTHEST` times today's that usual limits would have to take.
    """
    asked = _asked(model, request, today, count)
    budget = None if request.budget is None else request.budget / count
    whole = None
    if request.scenario == "budget":
        whole = float(today.sum()) if budget is None else budget
    low, high = _usual(model, asked, request, today, count, whole)
    limits = _limits(asked, low, high)
    for q in range(len(request.groups)):
        _check_group(model, request, limits, q, count)
    limits = _limits(asked, low, high, np.minimum(asked.group_high, max(float(high.sum()), 1e-300)))
    least, most = limits.reachable
    if whole is not None:
        _check_budget(model, request, limits, whole, count, ceiling=not request.spend_all)
        held = min(max(whole, least), most)
        return limits.with_total(held if request.spend_all else least, held)
    if budget is not None and budget < least * (1 - CLOSE):
        _check_budget(model, request, limits, budget, count, ceiling=True)
    return limits.with_total(least, most if budget is None else min(max(budget, least), most))


def find_room(
    model: MixModel, request: PlanRequest, today: Floats, count: int, channel: str, *, any_total: bool
) -> Room:
    """The room of one channel, whatever the request asks of itself. `any_total` leaves the budget out."""
    asked = _asked(model, request, today, count)
    own = model.paid_names.index(channel)
    low, high = (
        np.where(asked.usual_low, 0.0, asked.low),
        np.where(asked.usual_high & (asked.base > 0), np.inf, asked.high),
    )
    others = np.arange(len(low)) != own
    least, most, least_by, most_by = 0.0, np.inf, "", ""
    q = int(asked.group[own])
    mates = others & (asked.group == q) if q >= 0 else np.zeros(len(low), dtype=bool)
    if q >= 0:
        least = max(float(asked.group_low[q] - high[mates].sum()), 0.0)
        most = float(asked.group_high[q] - low[mates].sum())
        least_by = request.groups[q].name if least > 0 else ""
        most_by = request.groups[q].name if np.isfinite(most) else ""
    if request.scenario == "budget" and not any_total:
        whole = float(today.sum()) if request.budget is None else request.budget / count
        needed, taken = float(low[mates].sum()), float(high[mates].sum())
        for other in range(-1, len(asked.group_low)):
            inside = others & (asked.group == other)
            if other == -1:
                needed, taken = needed + float(low[inside].sum()), taken + float(high[inside].sum())
            elif other != q:
                needed += max(float(low[inside].sum()), float(asked.group_low[other]))
                taken += min(float(high[inside].sum()), float(asked.group_high[other]))
        if whole - needed < most:
            most, most_by = whole - needed, "budget"
        if request.spend_all and whole - taken > least:
            least, least_by = whole - taken, "budget"
    parts = _parts(model, request, _limits(asked, low, high), "least", count, others)
    return Room(max(least, 0.0) * count, max(most, 0.0) * count, least_by, most_by, parts)


def _asked(model: MixModel, request: PlanRequest, today: Floats, count: int) -> _Asked:
    start, stop = model.series.window
    base = np.where(today > 0, today, model.series.spend[start:stop].mean(0))
    names = model.paid_names
    scale_low, scale_high = DEFAULT_BOUNDS[request.scenario]
    # A channel on which nothing was spent lately is not started where nobody asks for it, and need not be.
    low, high = np.where(today > 0, scale_low * base, 0.0), scale_high * base
    usual_low, usual_high = np.ones(len(names), dtype=bool), np.ones(len(names), dtype=bool)
    for c, name in enumerate(names):
        if name in request.locked:
            low[c] = high[c] = today[c]
            usual_low[c] = usual_high[c] = False
        elif name in request.bounds:
            bounds = request.bounds[name]
            unit = float(base[c]) if bounds.relative else 1.0 / count
            low[c] = 0.0 if bounds.low is None else bounds.low * unit
            high[c] = max(high[c], low[c]) if bounds.high is None else bounds.high * unit
            usual_low[c], usual_high[c] = False, bounds.high is None
    group = np.full(len(names), -1)
    group_low, group_high = np.zeros(len(request.groups)), np.full(len(request.groups), np.inf)
    for q, named in enumerate(request.groups):
        inside = np.array([name in named.channels for name in names])
        group[inside] = q
        unit = float(base[inside].sum()) if named.bounds.relative else 1.0 / count
        group_low[q] = 0.0 if named.bounds.low is None else named.bounds.low * unit
        group_high[q] = np.inf if named.bounds.high is None else named.bounds.high * unit
    return _Asked(base, low, high, usual_low, usual_high, group, group_low, group_high)


def _usual(
    model: MixModel, asked: _Asked, request: PlanRequest, today: Floats, count: int, whole: float | None
) -> tuple[Floats, Floats]:
    """Lower and upper limits (C,) with what is usual moved as far as what was asked needs, never closer together."""
    low, high = asked.low.copy(), asked.high.copy()
    spare = asked.usual_high & (asked.base > 0)
    # Half of the way to a limit leaves enough to choose from; only beyond that does the limit move.
    tight, ample = ((1.0 + scale) / 2 for scale in DEFAULT_BOUNDS[request.scenario])
    for q in range(len(asked.group_low)):
        inside = asked.group == q
        _shrink(low, asked, inside & asked.usual_low, asked.group_high[q] - low[inside & ~asked.usual_low].sum(), tight)
        _stretch(high, asked, inside & spare, asked.group_low[q] - high[inside & ~spare].sum(), ample)
    if whole is None:
        return low, high
    if today.sum() > 0 and request.budget is not None:
        ratio = whole / float(today.sum())
        if ratio > FARTHEST and asked.usual_high.any():
            raise SpecificationError(
                "the budget is too far from anything the model has seen",
                where="budget",
                got=f"{ratio:,.0f} times today's spend",
                expected=f"at most {FARTHEST:g} times today's {today.sum() * count:,.0f} {model.spec.goal.currency}".rstrip(),
                action="Lower the budget, or set the limits of the channels that are to take it.",
            )
        low[asked.usual_low] = np.minimum(low, asked.low * min(1.0, ratio))[asked.usual_low]
        high[asked.usual_high] = np.maximum(high, asked.high * max(1.0, ratio))[asked.usual_high]
    _shrink(low, asked, asked.usual_low, whole - low[~asked.usual_low].sum(), tight)
    if request.spend_all:
        _stretch(high, asked, spare, whole - high[~spare].sum(), ample)
    # Where groups stand in the way of even shares, any share will do.
    least, most = _limits(asked, low, high).reachable
    if least > whole:
        low[asked.usual_low] = 0.0
    if most < whole and request.spend_all:
        high[spare] = np.maximum(high[spare], whole)
    return low, high


def _shrink(low: Floats, asked: _Asked, which: Flags, left: float, tight: float) -> None:
    """Lower usual limits where less than `tight` of today's spend is left for these channels, in proportion to it."""
    own = float(asked.base[which].sum())
    if own > 0:
        low[which] = np.minimum(low[which], asked.low[which] * min(1.0, max(left / own, 0.0) / tight))


def _stretch(high: Floats, asked: _Asked, which: Flags, left: float, ample: float) -> None:
    """Raise usual limits where more than `ample` of today's spend must go to these channels."""
    own = float(asked.base[which].sum())
    if own > 0:
        high[which] = np.maximum(high[which], asked.high[which] * max(1.0, left / own / ample))


def _limits(asked: _Asked, low: Floats, high: Floats, group_high: Floats | None = None) -> Limits:
    ceiling = asked.group_high if group_high is None else group_high
    return Limits(low, high, asked.group, asked.group_low, ceiling, 0.0, float(high.sum()))


def _check_group(model: MixModel, request: PlanRequest, limits: Limits, q: int, count: int) -> None:
    inside = limits.group == q
    least, most = float(limits.low[inside].sum()), float(limits.high[inside].sum())
    slack = CLOSE * max(most, 1e-300)
    name, currency = request.groups[q].name, model.spec.goal.currency
    ends: tuple[tuple[End, float, float, bool], ...] = (
        ("most", float(limits.group_low[q]), most, limits.group_low[q] > most + slack),
        ("least", float(limits.group_high[q]), least, limits.group_high[q] < least - slack),
    )
    for end, limit, possible, broken in ends:
        if broken:
            parts = _parts(model, request, limits, end, count, inside, groups=False)
            raise LimitsError(Conflict(name, end, limit * count, possible * count, parts, currency))


def _check_budget(
    model: MixModel, request: PlanRequest, limits: Limits, budget: float, count: int, *, ceiling: bool
) -> None:
    least, most = limits.reachable
    slack = CLOSE * max(most, budget, 1e-300)
    end: End | None = "least" if budget < least - slack else None
    if budget > most + slack and not ceiling:
        end = "most"
    if end is not None:
        every = np.ones(len(limits.low), dtype=bool)
        parts = _parts(model, request, limits, end, count, every)
        possible = least if end == "least" else most
        raise LimitsError(Conflict("", end, budget * count, possible * count, parts, model.spec.goal.currency))


def _parts(
    model: MixModel, request: PlanRequest, limits: Limits, end: End, count: int, which: Flags, *, groups: bool = True
) -> tuple[Part, ...]:
    """What each channel, or the group whose own limit is the tighter one, needs at least or can spend at most."""
    low, high = limits.low, limits.high
    ends = low if end == "least" else high
    left = which.copy()
    parts = []
    for q, group in enumerate(request.groups if groups else ()):
        inside = which & (limits.group == q)
        amount, own = float(limits.group_low[q] if end == "least" else limits.group_high[q]), float(ends[inside].sum())
        if inside.any() and np.isfinite(amount) and (amount > own if end == "least" else amount < own):
            parts.append(Part(group.name, group.name, amount * count, "group"))
            left &= ~inside
    for c in np.flatnonzero(left & np.isfinite(ends)):
        media = model.spec.paid[c]
        fixed = media.name in request.locked or bool(0 < high[c] <= low[c] * (1 + CLOSE))
        parts.append(Part(media.name, media.label or media.name, float(ends[c]) * count, "held" if fixed else end))
    return tuple(part for part in parts if part.amount > 0 or end == "most")
