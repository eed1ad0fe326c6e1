"""From what a person filled in to a plan: the target today gives where none was named, and one call of the planner.

A person who moves a channel expects a plan. Where the others cannot give or take so much, the channel stops there; where a
target cannot be reached, the plan comes as close as it can. Both are said (`dashboard.components.plan_notes`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

from dashboard.components.plan_inputs import PlanInputs, with_flights
from dashboard.figures.format import unit_of
from mixline.errors import SpecificationError
from mixline.messages import ModelSummary
from mixline.mmm.planner import Plan, Planner, PlanRequest, Room, TargetError

PLACES = 10**6  # a share in per cent is kept to so many parts
AT_STOP = 0.1  # per cent of today's spend


@dataclass(frozen=True)
class Stop:
    """Where a moved channel stopped, in per cent of today's spend, and its room."""

    channel: str
    wanted: float
    reached: float
    end: Literal["least", "most"]
    room: Room


@dataclass(frozen=True)
class Solved:
    """A question with its answer.

    `today` is the plan that keeps every channel at today's spend, paced in the same way. `inputs` hold a moved channel where
    it `stop`ped. `missed` is a target that cannot be reached, in the engine's unit: the plan is the closest.
    """

    inputs: PlanInputs
    today: Plan
    plan: Plan
    stop: Stop | None = None
    missed: float | None = None

    @property
    def asked(self) -> PlanInputs:
        """The question as it was asked, with the moved channel where it was moved to."""
        if self.stop is None:
            return self.inputs
        held = {**self.inputs.held, self.stop.channel: self.stop.wanted}
        return replace(self.inputs, held=held, moved=self.stop.channel)

    def share(self, channel: str) -> float:
        """Planned spend of a channel in per cent of today's; 100 where nothing is spent today."""
        for found in self.plan.channels:
            if found.name == channel and found.spend_today > 0:
                return 100 * found.spend / found.spend_today
        return 100.0


def solve_today(planner: Planner, summary: ModelSummary, inputs: PlanInputs) -> Plan:
    """Today's spend over the same periods, paced and priced in the same way; without pauses, as plans are measured against."""
    names = planner.model.paid_names
    plain = PlanInputs(
        ahead=inputs.ahead, prices=inputs.prices, pace=inputs.pace, weights=inputs.weights, today=inputs.today,
        carry_out=inputs.carry_out, held=dict.fromkeys(names, 100.0),
    )  # fmt: skip
    return planner.plan(plain.request(summary.interval, None))


def solve(planner: Planner, summary: ModelSummary, inputs: PlanInputs, today: Plan | None = None) -> Solved:
    """The plan that answers; `today` where `solve_today` gave it already.

    Raises:
        SpecificationError: limits that contradict each other wherever the moved channel stands.
    """
    today = today or solve_today(planner, summary, inputs)
    target = _target(summary, inputs, today)
    stop = _find_stop(planner, summary, inputs, today, target)
    held = dict(inputs.held) | ({stop.channel: stop.reached} if stop else {})
    inputs = replace(inputs, held=held, moved="")
    request = _request(planner, summary, inputs, target)
    everything = spend_if_held(inputs, today)
    if inputs.goal == "budget" and everything is not None:
        request = request.change(budget=everything)
    try:
        return Solved(inputs, today, planner.plan(request), stop)
    except TargetError as error:
        if error.reached is None:
            raise
        return Solved(inputs, today, planner.plan(request.change(target=error.reached)), stop, target)


def _request(planner: Planner, summary: ModelSummary, inputs: PlanInputs, target: float | None) -> PlanRequest:
    return with_flights(inputs, inputs.request(summary.interval, target), planner.model.paid_names)


def _find_stop(
    planner: Planner, summary: ModelSummary, inputs: PlanInputs, today: Plan, target: float | None
) -> Stop | None:
    """Where the moved channel stops; None where it goes as far as it was moved."""
    name = inputs.moved
    spend = next((c.spend_today for c in today.channels if c.name == name), 0.0)
    if name not in inputs.held or spend <= 0:
        return None
    rest = replace(inputs, held={other: share for other, share in inputs.held.items() if other != name})
    free = spend_if_held(inputs, today) is not None
    room = planner.room(_request(planner, summary, rest, target), name, any_total=free)
    wanted = inputs.held[name]
    least, most = 100 * room.least / spend, 100 * room.most / spend
    if least > most:
        return None  # others contradict each other: the planner says so
    # A slider shows its stop rounded: who lets go of it there, or moves it there again, is told as well.
    if wanted > most - AT_STOP:
        return Stop(name, wanted, math.floor(most * PLACES) / PLACES, "most", room)
    if least > 0 and wanted < least + AT_STOP:
        return Stop(name, wanted, math.ceil(least * PLACES) / PLACES, "least", room)
    return None


def spend_if_held(inputs: PlanInputs, today: Plan) -> float | None:
    """What a plan spends in which every channel is held: its budget then, whatever stands in the field."""
    paid = [channel for channel in today.channels if channel.spend_today > 0]
    if not paid or any(channel.name not in inputs.held for channel in paid):
        return None
    return sum(channel.spend_today * inputs.held[channel.name] / 100 for channel in paid)


def default_target(summary: ModelSummary, inputs: PlanInputs, today: Plan) -> float | None:
    """What an empty target means, in the engine's unit: today's, or that the next unit of money brings itself back."""
    if inputs.goal == "roi":
        return today.roi_today.value
    if inputs.goal == "marginal_roi":
        return 1.0 if summary.goal_kind == "revenue" else today.marginal_roi.value
    return today.outcome_today.value if inputs.goal == "outcome" else None


def _target(summary: ModelSummary, inputs: PlanInputs, today: Plan) -> float | None:
    if inputs.goal == "budget":
        return None
    if inputs.target is None:
        target = default_target(summary, inputs, today)
    else:
        scale = unit_of(summary).roi_scale if inputs.goal != "outcome" else 1.0
        target = inputs.target / scale
    if target is None or target <= 0:
        raise SpecificationError(
            "there is no target", where="target", got=target, expected="a number above 0", action="Name one."
        )
    return target
