"""The planner: the best way to spend over the periods ahead.

    plan(model, PlanRequest(periods=13, budget=500_000))

Every plan is judged by simulating the whole adstock over the planned periods, with what earlier media carries in. Given
how a channel's money is spread, its response is a function of its mean spend alone, so a plan is a sum of curves under
limits, and its best is found from many starts with analytic slopes. A `Planner` keeps the curves between requests: moving
a slider only solves again. Imports numpy only, because the dashboard loads this module.

Differs from Robyn 3.12.1's allocator where that is wrong: carry-over moves with spend, today's outcome is computed like
the plan's, the constraint on returns has its right slope, and a budget that cannot be spent is refused.
"""

from __future__ import annotations

from dataclasses import replace
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from mixline.errors import SpecificationError
from mixline.mmm.model import MixModel
from mixline.mmm.planning.document import read_request, write_request
from mixline.mmm.planning.limits import CLOSE, Limits
from mixline.mmm.planning.periods import planned_periods, today_spend
from mixline.mmm.planning.request import DEFAULT_BOUNDS, Bounds, ChannelGroup, PlanRequest
from mixline.mmm.planning.response import PlannedCurve, planned_curves
from mixline.mmm.planning.result import Plan, PlannedChannel, judge
from mixline.mmm.planning.scenarios import Question, answer, low_gain
from mixline.mmm.planning.stage import Landscape, Stage, build_stage, stage_key
from mixline.mmm.planning.words import binding_words, change_words, note_words

__all__ = [
    "Bounds",
    "ChannelGroup",
    "Plan",
    "PlanRequest",
    "PlannedChannel",
    "PlannedCurve",
    "Planner",
    "plan",
    "read_request",
    "write_request",
]

Floats = NDArray[np.float64]
STAGES_KEPT = 6
ROOM = 4.0  # tables reach at least so many times today's spend, so that a moved slider finds them ready


def plan(model: MixModel, request: PlanRequest, seed: int = 0) -> Plan:
    """The best plan for a request.

    Raises:
        SpecificationError: an unknown channel, limits that contradict each other, a budget or target out of reach.
    """
    return Planner(model).plan(request, seed)


class Planner:
    """Plans for one model. Threads may share it."""

    def __init__(self, model: MixModel) -> None:
        self.model = model
        self._building = Lock()
        self._stages: dict[tuple[object, ...], Stage] = {}

    def plan(self, request: PlanRequest, seed: int = 0) -> Plan:
        """The best plan for a request. Curves of similar requests are used again; the answer does not depend on them."""
        model = self.model
        request.check_against(model.paid_names)
        periods = planned_periods(model, request.periods)
        today = today_spend(model, request.today_periods)
        limits = plan_limits(model, request, today, len(periods))
        stage = self._stage(request, limits)
        question = _question(request, stage, limits, today, seed)
        spend = answer(stage, question)
        land = Landscape(stage, stage.weights)
        ways = land.best_ways(spend)
        is_today = _today_is_as_good(stage, land, question, spend, ways)
        if is_today:
            spend, ways = today.copy(), np.zeros(len(today), dtype=np.intp)
        found = judge(model, stage, request, limits, spend, today, ways, is_today)
        unplanned = tuple(
            media.label or media.name
            for c, media in enumerate(model.spec.paid)
            if limits.high[c] == 0.0 and media.name not in request.bounds and media.name not in request.locked
        )
        return replace(
            found,
            binding=binding_words(model, found, limits),
            changes=change_words(model, found),
            notes=note_words(model, found, unplanned),
        )

    def curves(self, found: Plan) -> tuple[PlannedCurve, ...]:
        """The curves a plan of this planner was found on, through today's and the planned spend of every channel."""
        request = found.request
        today = today_spend(self.model, request.today_periods)
        limits = plan_limits(self.model, request, today, len(found.dates))
        return planned_curves(self.model, self._stage(request, limits), found)

    def _stage(self, request: PlanRequest, limits: Limits) -> Stage:
        most = np.minimum(limits.high, np.maximum(limits.total_high, limits.low))
        usual = today_spend(self.model, None)
        reach = np.maximum(np.maximum(most, ROOM * usual), 1e-9 * (float(usual.sum()) or 1.0))
        # By powers of two, so that most moves of a slider find the same tables, whatever was asked before.
        reach = np.exp2(np.ceil(np.log2(reach)))
        key = (*stage_key(request), *map(float, reach))
        with self._building:
            if key not in self._stages:
                while len(self._stages) >= STAGES_KEPT:
                    self._stages.pop(next(iter(self._stages)))
                self._stages[key] = build_stage(self.model, request, reach)
            return self._stages[key]


def _question(request: PlanRequest, stage: Stage, limits: Limits, today: Floats, seed: int) -> Question:
    weights, count = stage.weights, len(stage.periods)
    wanted = float(request.target or 0.0)
    if request.scenario == "outcome":
        wanted = wanted / count - float(weights @ stage.rest.mean(1))
    history = float(weights @ stage.history().sum(1)) if request.carry_out else 0.0
    return Question(request, limits, today, wanted, history, (today,), seed, count)


def plan_limits(model: MixModel, request: PlanRequest, today: Floats, count: int) -> Limits:
    """The request's limits as mean money per period.

    Raises:
        SpecificationError: a group that its channels cannot fill or fit, a budget that the bounds cannot spend.
    """
    start, stop = model.series.window
    usual = model.series.spend[start:stop].mean(0)
    base = np.where(today > 0, today, usual)
    names = model.paid_names
    budget = None if request.budget is None else request.budget / count
    scale_low, scale_high = DEFAULT_BOUNDS[request.scenario]
    if request.scenario == "budget" and budget is not None and today.sum() > 0:
        # A budget far from today's moves what is usual with it.
        scale_low *= min(1.0, budget / float(today.sum()))
        scale_high *= max(1.0, budget / float(today.sum()))
    low, high = np.where(today > 0, scale_low * base, 0.0), scale_high * base
    for c, name in enumerate(names):
        if name in request.locked:
            low[c] = high[c] = today[c]
        elif name in request.bounds:
            bounds = request.bounds[name]
            unit = float(base[c]) if bounds.relative else 1.0 / count
            low[c] = 0.0 if bounds.low is None else bounds.low * unit
            high[c] = max(high[c], low[c]) if bounds.high is None else bounds.high * unit
    group = np.full(len(names), -1)
    group_low, group_high = np.zeros(len(request.groups)), np.full(len(request.groups), np.inf)
    for q, named in enumerate(request.groups):
        inside = np.array([name in named.channels for name in names])
        group[inside] = q
        unit = float(base[inside].sum()) if named.bounds.relative else 1.0 / count
        group_low[q] = 0.0 if named.bounds.low is None else named.bounds.low * unit
        group_high[q] = np.inf if named.bounds.high is None else named.bounds.high * unit
        _check_group(named, float(low[inside].sum()), float(high[inside].sum()), group_low[q], group_high[q], count)
    group_high = np.minimum(group_high, max(float(high.sum()), 1e-300))
    limits = Limits(low, high, group, group_low, group_high, 0.0, float(high.sum()))
    least, most = limits.reachable
    if request.scenario == "budget":
        budget = float(today.sum()) if budget is None else budget
        _check_budget(budget, least, most, count, ceiling=not request.spend_all)
        held = min(max(budget, least), most)
        return replace(limits, total_low=held if request.spend_all else least, total_high=held)
    if budget is not None and budget < least * (1 - CLOSE):
        _check_budget(budget, least, most, count, ceiling=True)
    return replace(limits, total_low=least, total_high=most if budget is None else min(max(budget, least), most))


def _check_group(group: ChannelGroup, least: float, most: float, low: float, high: float, count: int) -> None:
    slack = CLOSE * max(most, 1e-300)
    if low > most + slack:
        raise SpecificationError(
            "its channels may not spend the group's least", where=f"groups.{group.name}", got=round(low * count, 2),
            expected=f"at most {most * count:,.2f}", action="Raise the channels' upper bounds or lower the group's least.",
        )  # fmt: skip
    if high < least - slack:
        raise SpecificationError(
            "its channels must spend more than the group's most", where=f"groups.{group.name}", got=round(high * count, 2),
            expected=f"at least {least * count:,.2f}", action="Lower the channels' lower bounds or raise the group's most.",
        )  # fmt: skip


def _check_budget(budget: float, least: float, most: float, count: int, *, ceiling: bool) -> None:
    slack = CLOSE * max(most, budget, 1e-300)
    if budget > most + slack and not ceiling:
        raise SpecificationError(
            "the budget cannot be spent within the upper bounds", where="budget", got=round(budget * count, 2),
            expected=f"{least * count:,.2f} to {most * count:,.2f}", action="Let channels go higher, or lower the budget.",
        )  # fmt: skip
    if budget < least - slack:
        raise SpecificationError(
            "the lower bounds need more than the budget", where="budget", got=round(budget * count, 2),
            expected=f"{least * count:,.2f} to {most * count:,.2f}", action="Let channels go lower, or raise the budget.",
        )  # fmt: skip


def _today_is_as_good(stage: Stage, land: Landscape, question: Question, spend: Floats, ways: NDArray[np.intp]) -> bool:
    """Whether today's plan is allowed and answers the request as well as the plan found."""
    today, request = question.today, question.request
    if not question.limits.allow(today):
        return False
    if request.cautious is not None:
        return low_gain(stage, spend, today, ways, request.cautious) <= 0.0
    same = np.zeros(len(today), dtype=np.intp)
    now = float(stage.weights @ stage.effects(today, same).sum(1))
    then = float(stage.weights @ stage.effects(spend, ways).sum(1))
    slack = 1e-12 * abs(then)
    if request.scenario == "outcome":
        return now >= question.wanted - slack and today.sum() <= spend.sum() * (1 + 1e-12)
    if request.scenario == "roi":
        meets = now - question.history >= question.wanted * today.sum() - slack
        return bool(meets and now >= then - slack)
    price = question.wanted if request.scenario == "marginal_roi" else 0.0
    return now - price * float(today.sum()) >= then - price * float(spend.sum()) - slack
