"""A plan in words: its headline, what stops a channel, what to know before following it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from dashboard.components.plan_inputs import PlanInputs
from dashboard.figures.drawing import Look
from dashboard.figures.format import write_chance, write_periods, write_share
from mixline.messages import Estimate
from mixline.mmm.planner import Plan, PlannedChannel

SMALL = 0.005


def plan_headline(plan: Plan, inputs: PlanInputs, look: Look) -> str:
    """What the plan brings, in one sentence."""
    unit = look.unit
    ahead = write_periods(len(plan.dates), look.interval)
    if plan.is_today:
        keep = f"keep spending {unit.money(plan.spend)} over {ahead}"
        return f"Nothing better than today's plan exists within these limits: {keep}."
    budget = unit.money(plan.spend)
    difference = plan.spend - plan.spend_today
    same = abs(difference) < SMALL * max(plan.spend_today, 1e-9)
    spend = f"the same {budget}" if same else f"{budget} ({unit.money(difference, sign=True)} against today)"
    gain = plan.uplift.value
    brings = f"{unit.outcome(abs(gain))} {'more' if gain >= 0 else 'less'} {unit.outcome_name}"
    if inputs.goal == "budget":
        return f"Spending {spend} this way over {ahead} brings {brings} than today's plan."
    if inputs.goal == "outcome":
        return f"The least budget for {unit.outcome(plan.outcome.value)} {unit.outcome_name} over {ahead} is {spend}."
    return f"At {unit.roi(plan.roi.value)} {unit.roi_name}, {spend} over {ahead} brings {brings} than today's plan."


def plan_certainty(plan: Plan, look: Look) -> str:
    """The range of the uplift and how likely there is any."""
    if plan.is_today:
        return "The model finds no change that is expected to bring more."
    low_high = look.unit.outcome_range(to_message(plan.uplift), 90)
    chance = plan.probability_of_uplift
    shown = "> 99 %" if chance > 0.99 else "< 1 %" if chance < 0.01 else write_share(chance)
    return (
        f"Uplift {look.unit.outcome(plan.uplift.value, sign=True)}, 90 % range {low_high}. "
        f"Any uplift: {write_chance(chance)} ({shown})."
    )


def stop_words(channel: PlannedChannel) -> str:
    """Which limit stops a channel."""
    if channel.held == "locked":
        return "Locked at today's spend"
    if not channel.held:
        return "–"
    if channel.spend_today <= 0:
        return "No spend today" if channel.most <= 0 else f"At its {channel.held}"
    return f"At its {channel.held}, {write_share(channel.spend / channel.spend_today)} of today"


def warnings(plan: Plan, labels: Mapping[str, str]) -> list[str]:
    """Where the data cannot speak for the plan."""
    found = []
    beyond = [labels.get(c.name, c.label) for c in plan.channels if c.extrapolated]
    if beyond:
        found.append(
            f"More is planned than was ever spent for a quarter on {', '.join(beyond)}: what it brings there is a guess."
        )
    wants_more = plan.request.scenario != "outcome" and not plan.is_today
    if wants_more and plan.uplift.value > 0 and plan.probability_of_uplift < 0.8:
        found.append("The gain is uncertain: test it in part before moving the whole budget.")
    return found


def to_message(estimate: object) -> Estimate:
    """The engine's figure as the dashboard's."""
    return Estimate(**asdict(estimate))  # type: ignore[call-overload]
