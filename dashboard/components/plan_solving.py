"""From what a person filled in to a plan: the target today gives where none was named, and one call of the planner."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.components.plan_inputs import PlanInputs, with_flights
from dashboard.figures.format import unit_of
from mixline.errors import SpecificationError
from mixline.messages import ModelSummary
from mixline.mmm.planner import Plan, Planner


@dataclass(frozen=True)
class Solved:
    """A question with its answer; `today` is the plan that keeps every channel at today's spend, paced in the same way."""

    inputs: PlanInputs
    today: Plan
    plan: Plan

    def share(self, channel: str) -> float:
        """Planned spend of a channel in per cent of today's; 100 where nothing is spent today."""
        for found in self.plan.channels:
            if found.name == channel and found.spend_today > 0:
                return 100 * found.spend / found.spend_today
        return 100.0


def solve_today(planner: Planner, summary: ModelSummary, inputs: PlanInputs) -> Plan:
    """Today's spend over the same periods, paced and priced in the same way."""
    names = planner.model.paid_names
    plain = PlanInputs(
        ahead=inputs.ahead, prices=inputs.prices, pace=inputs.pace, weights=inputs.weights, today=inputs.today,
        carry_out=inputs.carry_out, held=dict.fromkeys(names, 100.0),
    )  # fmt: skip
    return planner.plan(with_flights(inputs, plain.request(summary.interval, None), names))


def solve(planner: Planner, summary: ModelSummary, inputs: PlanInputs, today: Plan | None = None) -> Solved:
    """The plan that answers; `today` where `solve_today` gave it already. Raises SpecificationError when nothing can."""
    today = today or solve_today(planner, summary, inputs)
    target = _target(summary, inputs, today)
    request = with_flights(inputs, inputs.request(summary.interval, target), planner.model.paid_names)
    everything = spend_if_held(inputs, today)
    if inputs.goal == "budget" and everything is not None:
        request = request.change(budget=everything)
    return Solved(inputs, today, planner.plan(request))


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
