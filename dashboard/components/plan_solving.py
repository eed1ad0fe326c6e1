"""From what a person filled in to a plan: the target today gives where none was named, and one call of the planner."""

from __future__ import annotations

from dashboard.components.plan_inputs import PlanInputs
from dashboard.figures.format import unit_of
from mixline.messages import ModelSummary
from mixline.mmm.planner import Plan, Planner, PlanRequest


def solve_today(planner: Planner, summary: ModelSummary, inputs: PlanInputs) -> Plan:
    """A plan over the same periods that nothing restricts, for its figures of today."""
    periods = PlanInputs(ahead=inputs.ahead).request(summary.interval, None).periods
    return planner.plan(PlanRequest(periods=periods))


def solve(planner: Planner, summary: ModelSummary, inputs: PlanInputs) -> Plan:
    """The plan that answers. Raises SpecificationError when nothing can."""
    target = inputs.target
    if inputs.goal == "roi":
        today = None if target is not None else solve_today(planner, summary, inputs).roi_today.value
        target = today if target is None else target / unit_of(summary).roi_scale
    elif inputs.goal == "outcome" and target is None:
        target = solve_today(planner, summary, inputs).outcome_today.value
    return planner.plan(inputs.request(summary.interval, target))
