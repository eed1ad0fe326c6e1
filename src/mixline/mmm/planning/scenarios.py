"""The four questions a plan answers, each turned into the best plan at some total or price of money.

The most that a total can bring rises with the total, so the least budget for an outcome, and the highest outcome at a
return, are totals at which that function crosses a line: found by `mixline.mmm.planning.crossing`. A cautious
plan maximises a low quantile of the gain over the draws. Imports numpy only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mixline.mmm.estimates import weighted_quantiles
from mixline.mmm.planning.conflicts import TargetError
from mixline.mmm.planning.crossing import Crossing, Gap, cross
from mixline.mmm.planning.frontier import Frontier
from mixline.mmm.planning.limits import Limits, nearest
from mixline.mmm.planning.request import PlanRequest
from mixline.mmm.planning.solver import Hills, Point, ascend, best_plan
from mixline.mmm.planning.stage import Landscape, Stage

Floats = NDArray[np.float64]
CAUTIOUS_ROUNDS = 10
RETURN_ROUNDS = 8
NEARLY = 1e-9  # share of the best by which a target must stay below it to be met in spite of rounding


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
        TargetError: no plan within the limits reaches the target.
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


def _cross(hills: Hills, question: Question, gap: Gap, end: Literal["least", "most"]) -> Floats:
    least, most = question.limits.reachable
    limits = question.limits.with_total(least, max(min(most, question.limits.total_high), least))
    starts = (*question.starts, question.today)
    returns = question.request.scenario == "roi"

    def highest_return(found: Frontier) -> Point | None:
        return _highest_return(hills, limits, question, found)

    found = cross(
        hills, limits, gap, end, starts=starts, seed=question.seed, closest=highest_return if returns else None
    )
    if not found.met:
        raise _out_of_reach(question, found)
    return found.point.spend


def _out_of_reach(question: Question, found: Crossing) -> TargetError:
    target, point = float(question.request.target or 0.0), found.point
    total = float(point.spend.sum())
    if question.request.scenario == "outcome":
        what, action = "outcome", "Ask for less, or raise the upper bounds."
        reached = target - (question.wanted - point.outcome) * question.periods
    else:
        what, action = "return", "Ask for a lower return, or lower the lower bounds."
        reached = (point.outcome - question.history) / total if total > 0 else 0.0
    return TargetError(
        f"no plan within the limits reaches this {what}",
        target=target,
        reached=reached * (1 - NEARLY) if reached > 0 else None,
        action=action,
    )


def _highest_return(hills: Hills, limits: Limits, question: Question, found: Frontier) -> Point | None:
    """The plan of the highest return: the best one at the price of money at which it earns just what it costs [1].

    [1] W. Dinkelbach, On nonlinear fractional programming, Management Science 13(7), 1967.
    """
    known = np.isfinite(found.outcome) & (found.totals > 0)
    if not known.any():
        return None
    best = float(((found.outcome[known] - question.history) / found.totals[known]).max())
    point: Point | None = None
    for _ in range(RETURN_ROUNDS):
        starts = (*question.starts, question.today, *(() if point is None else (point.spend,)))
        point = best_plan(hills, limits, price=best, starts=starts, seed=question.seed, map_of_totals=found)
        total = float(point.spend.sum())
        if total <= 0:
            return None
        before, best = best, (point.outcome - question.history) / total
        if abs(best - before) <= 1e-11 * abs(before):
            break
    return point
