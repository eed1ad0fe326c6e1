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

from mixline.mmm.model import MixModel
from mixline.mmm.planning.allowed import Room, find_room, plan_limits
from mixline.mmm.planning.conflicts import Conflict, LimitsError, Part, TargetError
from mixline.mmm.planning.document import read_request, write_request
from mixline.mmm.planning.limits import Limits
from mixline.mmm.planning.periods import planned_periods, today_spend
from mixline.mmm.planning.request import Bounds, ChannelGroup, PlanRequest
from mixline.mmm.planning.response import PlannedCurve, planned_curves
from mixline.mmm.planning.result import Plan, PlannedChannel, judge
from mixline.mmm.planning.scenarios import Question, answer, low_gain
from mixline.mmm.planning.stage import Landscape, Stage, build_stage, stage_key
from mixline.mmm.planning.words import binding_words, change_words, note_words

__all__ = [
    "Bounds",
    "ChannelGroup",
    "Conflict",
    "LimitsError",
    "Part",
    "Plan",
    "PlanRequest",
    "PlannedChannel",
    "PlannedCurve",
    "Planner",
    "Room",
    "TargetError",
    "plan",
    "plan_limits",
    "read_request",
    "write_request",
]

Floats = NDArray[np.float64]
STAGES_KEPT = 6
ROOM = 4.0  # tables reach at least so many times today's spend, so that a moved slider finds them ready


def plan(model: MixModel, request: PlanRequest, seed: int = 0) -> Plan:
    """The best plan for a request.

    Raises:
        SpecificationError: an unknown channel.
        LimitsError: limits that contradict each other. TargetError: a target out of reach.
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

    def room(self, request: PlanRequest, channel: str, *, any_total: bool = False) -> Room:
        """How little and how much a channel can be held at while everything else a request asks for holds.

        What the request asks of the channel itself is left aside; `any_total` leaves the budget aside, too.
        """
        request.check_against(self.model.paid_names)
        periods = planned_periods(self.model, request.periods)
        today = today_spend(self.model, request.today_periods)
        return find_room(self.model, request, today, len(periods), channel, any_total=any_total)

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
