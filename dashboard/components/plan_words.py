"""A plan in words: its headline, what stops a channel, what to know before following it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from dashboard.components.plan_inputs import PlanInputs
from dashboard.figures.drawing import Look
from dashboard.figures.format import write_chance, write_periods, write_share
from mixline.messages import Estimate
from mixline.mmm.planner import Plan, PlannedChannel

SMALL = 0.005
MOST_STEPS = 5  # channels named on one line


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
    as_wanted = not at_limits(plan)
    if inputs.goal == "budget":
        return f"Spending {spend} this way over {ahead} brings {brings} than today's plan."
    if inputs.goal == "outcome":
        return f"The least budget for {unit.outcome(plan.outcome.value)} {unit.outcome_name} over {ahead} is {spend}."
    if inputs.goal == "marginal_roi" and as_wanted:
        until = unit.roi(plan.request.target or 0.0)
        return f"Spending {spend} over {ahead}, until the next money brings {until} {unit.roi_name}, brings {brings} than today."
    if inputs.goal == "marginal_roi":
        return f"Spending {spend} over {ahead} brings {brings} than today's plan."
    return f"At {unit.roi(plan.roi.value)} {unit.roi_name}, {spend} over {ahead} brings {brings} than today's plan."


def plan_certainty(plan: Plan, look: Look) -> str:
    """The range of what the plan brings more than today's, and how likely it brings more at all."""
    if plan.is_today:
        return "The model finds no change that is expected to bring more."
    unit, chance, gain = look.unit, plan.probability_of_uplift, plan.uplift.value
    name = unit.outcome_name.capitalize()
    low_high = unit.outcome_range(to_message(plan.uplift), look.level)
    as_today = abs(gain) < 1e-6 * max(abs(plan.outcome.value), 1e-300)
    change = (
        f"as today, {look.level} % range of the change"
        if as_today
        else f"{unit.outcome(gain, sign=True)} against today, {look.level} % range"
    )
    said = [
        f"{name} {change} {low_high}.",
        f"More than today: {write_chance(chance)} ({odds_words(chance)}).",
    ]
    if rate := _rate(plan, look):
        said.append(rate)
    if gain > 0 and plan.request.scenario != "outcome":
        said.append("Count on the lower half of the range: the best of many plans is also the luckiest.")
    return " ".join(said)


def _rate(plan: Plan, look: Look) -> str:
    """What each piece of money more or less brings or costs, where both go the same way."""
    unit, more, gain = look.unit, plan.spend - plan.spend_today, plan.uplift.value
    if abs(more) < SMALL * max(plan.spend, plan.spend_today) or more * gain <= 0:
        return ""
    piece, plural = (f"1,000 {unit.moneys_name}", True) if unit.conversions else (unit.money_name, False)
    verb = ("bring" if more > 0 else "cost") + ("" if plural else "s")
    amount = f"{unit.roi(gain / more)} {unit.outcome_name}" if unit.conversions else unit.each(gain / more)
    of = "" if unit.conversions else f" of {unit.outcome_name}"
    return f"Each {piece} {'more' if more > 0 else 'saved'} {verb} {amount}{of}."


def at_limits(plan: Plan) -> str:
    """The limit, least or most, that holds every channel with any spend that is free to move; nothing where none does."""
    free = [c for c in plan.channels if c.most > 0 and not is_held(c)]
    ends = {c.held if c.held in ("least", "most") else "" for c in free}
    return ends.pop() if len(ends) == 1 else ""


def is_held(channel: PlannedChannel) -> bool:
    """Whether a person fixed its spend, so that its limits say nothing of what was asked."""
    return channel.held == "locked" or channel.most - channel.least <= 1e-9 * channel.most


def odds_words(chance: float) -> str:
    """How likely there is any gain: nothing that comes is certain, whatever the draws say."""
    return "> 99 %" if chance > 0.99 else "< 1 %" if chance < 0.01 else write_share(chance)


def stop_words(channel: PlannedChannel) -> str:
    """Which limit stops a channel."""
    if channel.held == "locked":
        return "Held at today's spend"
    if not channel.held:
        return "–"
    if channel.spend_today <= 0:
        return "No spend today" if channel.most <= 0 else f"At its {channel.held}"
    where = f"{write_share(channel.spend / channel.spend_today)} of today"
    return f"Held at {where}" if is_held(channel) else f"At its {channel.held}, {where}"


def binding_words(plan: Plan, look: Look) -> list[str]:
    """What stops the plan as a whole: its budget, its target, its groups."""
    unit, request = look.unit, plan.request
    following = next_words(plan.marginal_roi.value, look, "would bring")
    found = []
    if request.scenario == "budget":
        found.append(f"The budget of {unit.money(plan.spend)} is spent: {following}.")
    elif request.scenario == "outcome" and not at_limits(plan):
        found.append(f"The target is met with nothing to spare: {following}.")
    elif request.scenario == "roi" and not at_limits(plan):
        found.append(f"More would lower the return below {unit.roi(request.target or 0.0)}.")
    for group in request.groups:
        inside = [c for c in plan.channels if c.name in group.channels]
        spend, today = sum(c.spend for c in inside), sum(c.spend_today for c in inside)
        for end, word in ((group.bounds.high, "most"), (group.bounds.low, "least")):
            if end is not None and today > 0 and abs(spend / today - end) < 1e-6:
                found.append(f"{group.name} is at its {word}, {write_share(end)} of today.")
    return found


def warnings(plan: Plan, labels: Mapping[str, str]) -> list[str]:
    """Where the data cannot speak for the plan."""
    found = []
    beyond = [labels.get(c.name, c.label) for c in plan.channels if c.extrapolated]
    if beyond:
        found.append(
            f"More is planned for {list_names(beyond)} than was ever spent on {'it' if len(beyond) == 1 else 'them'} for a "
            "quarter of a year: what that brings is a guess."
        )
    wants_more = plan.request.scenario != "outcome" and not plan.is_today
    if wants_more and plan.uplift.value > 0 and plan.probability_of_uplift < 0.8:
        found.append("The gain is uncertain: test it in part before moving the whole budget.")
    return found


def next_words(rate: float, look: Look, verb: str = "") -> str:
    """What the next piece of money brings, with its unit: the next euro brings €1.40."""
    unit = look.unit
    if unit.conversions:
        return f"the next 1,000 {unit.moneys_name} {verb or 'bring'} {unit.roi(rate)} conversions"
    return f"the next {unit.money_name} {verb or 'brings'} {unit.each(rate)}"


def list_names(names: Sequence[str]) -> str:
    """TV, Search and Radio."""
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else "".join(names)


def to_message(estimate: object) -> Estimate:
    """The engine's figure as the dashboard's."""
    return Estimate(**asdict(estimate))  # type: ignore[call-overload]


def moved_channels(plan: Plan) -> list[PlannedChannel]:
    """Channels whose spend changes by an amount worth a sentence, the largest first."""
    ordered = sorted(plan.channels, key=lambda c: -abs(c.spend - c.spend_today))
    return [c for c in ordered if abs(c.spend - c.spend_today) >= SMALL * max(c.spend_today, SMALL * plan.spend)]


def step_words(plan: Plan, labels: Mapping[str, str], look: Look) -> list[str]:
    """What to change, the largest amounts first."""
    found = []
    for c in moved_channels(plan):
        verb = "Raise" if c.spend > c.spend_today else "Cut"
        by = f" by {write_share(abs(c.change))}" if c.change is not None else ""
        money = f"from {look.unit.money(c.spend_today)} to {look.unit.money(c.spend)}"
        found.append(f"{verb} {labels.get(c.name, c.label)}{by}, {money}.")
    return found
