"""The four questions a plan answers, each turned into the best plan at some total or price of money.

The most that a total can bring rises with the total, so the least budget for an outcome, and the highest outcome at a
return, are totals at which that function crosses a line: found on tables first, then on the simulation itself. A cautious
plan maximises a low quantile of the gain over the draws. Imports numpy only.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mixline.errors import SpecificationError
from mixline.mmm.estimates import weighted_quantiles
from mixline.mmm.plan_frontier import frontier
from mixline.mmm.plan_limits import Limits, nearest
from mixline.mmm.plan_request import PlanRequest
from mixline.mmm.plan_solver import Hills, Point, ascend, best_plan
from mixline.mmm.plan_stage import Landscape, Stage

Floats = NDArray[np.float64]
CAUTIOUS_ROUNDS = 10
CROSSING_ROUNDS = 8
EXACT = 1e-11  # share of the wanted outcome by which a crossing may miss


@dataclass(frozen=True)
class Question:
    """A request in the solver's units: money and outcome per period."""

    request: PlanRequest
    limits: Limits
    today: Floats  # (C,)
    wanted: float  # "outcome": what paid media must bring; "roi", "marginal_roi": the target
    history: float  # what is taken off the effect before it is compared with spend
    starts: tuple[Floats, ...]
    seed: int
    periods: int


def answer(stage: Stage, question: Question) -> Floats:
    """The best spend per period, shape (C,).

    Raises:
        SpecificationError: no plan within the limits reaches the target.
    """
    land = Landscape(stage, stage.weights)
    spend = solve(land, question)
    return spend if question.request.cautious is None else _cautious(stage, land, question, spend)


def solve(land: Hills, question: Question) -> Floats:
    """`answer` on given curves, for the expected outcome."""
    scenario = question.request.scenario
    if scenario == "outcome":
        return _cross(land, question, lambda total, value: value - question.wanted, "least")
    if scenario == "roi":
        return _cross(land, question, lambda total, value: value - question.history - question.wanted * total, "most")
    price = question.wanted if scenario == "marginal_roi" else 0.0
    limits = question.limits
    return best_plan(land, limits, price=price, starts=question.starts, seed=question.seed).spend


def low_gain(stage: Stage, spend: Floats, today: Floats, ways: NDArray[np.intp], quantile: float) -> float:
    """The quantile over the draws of the gain per period over today's plan."""
    gains = stage.effects(spend, ways).sum(1) - _today_effect(stage, today)
    return float(weighted_quantiles(gains, stage.weights, (quantile,))[0])


def _today_effect(stage: Stage, today: Floats) -> Floats:
    return np.asarray(stage.effects(today, np.zeros(len(today), dtype=np.intp)).sum(1))


def _cautious(stage: Stage, land: Landscape, question: Question, start: Floats) -> Floats:
    """Climb the mean of the draws that gain least, with growing memory of which these were; keep the best by quantile.

    That is fictitious play between the plan and the unlucky draws: where curves are concave it converges.
    """
    quantile = float(question.request.cautious or 0.0)
    weights, now = stage.weights, _today_effect(stage, question.today)

    def judged(spend: Floats) -> tuple[float, Floats]:
        gains = stage.effects(spend, land.best_ways(spend)).sum(1) - now
        return float(weighted_quantiles(gains, weights, (quantile,))[0]), gains

    def unlucky(gains: Floats) -> Floats:
        order = np.argsort(gains, kind="stable")
        passed = np.cumsum(weights[order])
        part = np.zeros(len(weights))
        # The mean of the worst 2q of the draws stands near their middle, the quantile asked for.
        part[order] = np.clip(2 * quantile - (passed - weights[order]), 0.0, weights[order])
        return np.asarray(part / part.sum())

    best, (best_value, gains) = start, judged(start)
    if question.limits.allow(question.today) and best_value < 0.0:
        best, best_value = nearest(question.limits, question.today), 0.0
    memory, spend = unlucky(gains), start
    for turn in range(CAUTIOUS_ROUNDS):
        view = Landscape(stage, memory)
        spend = ascend(view.at, spend, question.limits).spend
        value, gains = judged(spend)
        middle = (spend + best) / 2
        middle_value, _ = judged(middle)
        for candidate, reached in ((spend, value), (middle, middle_value)):
            if reached > best_value:
                best, best_value = candidate, reached
        memory = memory + (unlucky(gains) - memory) / (turn + 2)
    return best


def _cross(land: Hills, question: Question, gap: Callable[[float, float], float], end: str) -> Floats:
    """The plan at the least (or most) total at which the best outcome still meets the target: `gap` >= 0."""
    least, most = question.limits.reachable
    most = max(min(most, question.limits.total_high), least)
    wide = question.limits.with_total(least, most)
    map_of_totals = frontier(land.table, wide)

    def solve(total: float, near: Floats | None = None) -> Point:
        limits = wide.with_total(total, total)
        if near is not None:
            return ascend(land.exact, nearest(limits, near), limits)
        starts = (*question.starts, question.today)
        return best_plan(land, limits, starts=starts, seed=question.seed, map_of_totals=map_of_totals)

    first = most if end == "most" else least
    point = solve(first)
    if gap(first, point.outcome) >= 0:
        return point.spend
    totals = map_of_totals.totals
    met = np.array(
        [gap(t, v) >= 0 if np.isfinite(v) else False for t, v in zip(totals, map_of_totals.outcome, strict=True)]
    )
    inside = np.flatnonzero(met & (totals >= least) & (totals <= most))
    if not inside.size:
        other = least if end == "most" else most
        point = solve(other)
        if gap(other, point.outcome) < 0:
            raise _out_of_reach(question, totals, map_of_totals.outcome, point)
        good, bad = other, first
    elif end == "most":
        good, bad = float(totals[inside[-1]]), float(totals[min(inside[-1] + 1, len(totals) - 1)])
    else:
        good, bad = float(totals[inside[0]]), float(totals[max(inside[0] - 1, 0)])
    bad = first if bad == good else bad
    point = solve(good)
    held = point if gap(good, point.outcome) >= 0 else None
    here, value, before = good, gap(good, point.outcome), None
    size = abs(point.outcome) + abs(question.wanted)
    for _ in range(CROSSING_ROUNDS):
        if 0 <= value <= EXACT * size:
            break
        slope = _marginal(point, wide) if before is None else (value - before[1]) / (here - before[0])
        if before is None:
            slope = slope - (question.wanted if end == "most" else 0.0)
        step = -value / slope if slope else 0.0
        there = here + step
        if not least <= there <= most or there == here:
            there = (good + bad) / 2
        before = (here, value)
        point = solve(there, point.spend)
        here, value = there, gap(there, point.outcome)
        if value >= 0:
            good, held = there, point
        else:
            bad = there
            if -value <= EXACT * size:
                held = point
                break
    return held.spend if held is not None else solve(good).spend


def _marginal(point: Point, limits: Limits) -> float:
    """Outcome of the next unit of money: of the channels that may move."""
    slack = 1e-9 * np.maximum(limits.high - limits.low, 1e-300)
    free = (point.spend > limits.low + slack) & (point.spend < limits.high - slack)
    return float(np.median(point.slope[free] if free.any() else point.slope))


def _out_of_reach(question: Question, totals: Floats, outcome: Floats, most: Point) -> SpecificationError:
    if question.request.scenario == "outcome":
        short = question.wanted - most.outcome
        return SpecificationError(
            "no plan within the limits reaches this outcome",
            where="target",
            got=question.request.target,
            expected=f"at most {_figure(float(question.request.target or 0.0) - short * question.periods)}",
            action="Ask for less, or raise the upper bounds.",
        )
    with np.errstate(divide="ignore", invalid="ignore"):
        returns = np.where(totals > 0, (outcome - question.history) / totals, -np.inf)
    best = float(np.nanmax(np.where(np.isfinite(returns), returns, -np.inf)))
    return SpecificationError(
        "no plan within the limits reaches this return",
        where="target",
        got=question.wanted,
        expected=f"at most {_figure(best)}",
        action="Ask for a lower return, or lower the lower bounds.",
    )


def _figure(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
