"""What a person has to know of the answer: where a moved channel stopped, what gave way, what cannot all hold."""

from __future__ import annotations

import math
from collections.abc import Mapping

from dashboard.components.plan_inputs import PERCENTS
from dashboard.components.plan_solving import Solved, Stop, spend_if_held
from dashboard.components.plan_typed import no_dust
from dashboard.components.plan_words import at_limits, next_words
from dashboard.figures.drawing import Look
from dashboard.figures.format import INTERVALS, MINUS, write_share
from mixline.errors import MixlineError, SpecificationError
from mixline.mmm.planner import Conflict, LimitsError, Part

MOST_NAMED = 3
FIELDS: Mapping[str, str] = {
    "ahead": "{} ahead", "budget": "The total budget", "target": "The target", "spend": "A channel's spend",
    "hold": "A channel's spend", "bounds": "A limit of a channel", "group_bounds": "A limit of a group",
    "prices": "A change of price", "weights": "A weight of the spend over time", "flight": "The shortest flight",
}  # fmt: skip
CLEAR = 0.005  # half a per cent beyond what is usual is not worth a sentence


def answer_notes(solved: Solved, labels: Mapping[str, str], look: Look) -> list[str]:
    """Sentences that belong to the headline."""
    notes = []
    if alike := _same_terms(solved):
        notes.append(alike)
    if solved.stop is not None:
        notes.append(_stop(solved, solved.stop, labels, look))
    if solved.missed is not None:
        notes.append(_missed(solved, solved.missed, look))
    elif spare := _spare(solved, look):
        notes.append(spare)
    everything, budget = spend_if_held(solved.inputs, solved.today), solved.inputs.budget
    if solved.inputs.goal == "budget" and everything is not None and budget is not None:
        if abs(everything - budget) > 0.005 * budget:
            notes.append(
                f"Every channel is held, so the plan spends what they need, not the budget of {look.unit.money(budget)}."
            )
    elif beyond := [labels.get(name, name) for name in _beyond_usual(solved)]:
        low, high = PERCENTS[solved.inputs.goal]
        notes.append(f"To make room, {_listed(beyond)} {'leaves' if len(beyond) == 1 else 'leave'} the usual {low:g} % to "
                     f"{high:g} % of today.")  # fmt: skip
    return notes


def _same_terms(solved: Solved) -> str:
    """What today's spend is judged under as well: a gain is of the mix of channels, not of weeks or prices."""
    inputs, plan = solved.inputs, solved.plan
    if (
        any(0 < c.periods_on < len(plan.dates) for c in plan.channels) and inputs.pace == "flights"
    ):  # today's never pauses
        prices = " and at the same prices" if inputs.prices else ""
        return f"Today's plan is taken without pauses{prices}: a part of the gain may be that of the pauses."
    terms = []
    if inputs.pace != "year":
        terms.append("spread over time in the same way")
    if inputs.prices:
        terms.append("at the same prices")
    return (
        f"Today's plan, too, is taken {' and '.join(terms)}: the gain is that of the channels alone." if terms else ""
    )


def fault_sentence(error: MixlineError, labels: Mapping[str, str], look: Look) -> str:
    """Why there is no plan, in the page's words and units; nothing for what is not about the question."""
    if isinstance(error, LimitsError):
        return _conflict(error.conflict, labels, look)
    if isinstance(error, SpecificationError) and error.where.startswith(("bounds.", "weights.")):
        name = error.where.partition(".")[2]
        what = error.what.replace(name, labels.get(name, name))
        return f"{what[:1].upper()}{what[1:]}. {error.action}"
    if isinstance(error, MixlineError) and error.where in FIELDS and error.expected:
        many = INTERVALS[look.interval][1]
        return f"{FIELDS[error.where].format(many.capitalize())} must be {error.expected}, not {write_got(error.got)}."
    return ""


def write_got(got: object) -> str:
    """What was typed, as a person wrote it."""
    text = str(got if got is not None else "").strip("'\"").removesuffix(".0")
    return text.replace("-", MINUS) or "empty"


def _stop(solved: Solved, stop: Stop, labels: Mapping[str, str], look: Look) -> str:
    spend = next(c.spend for c in solved.plan.channels if c.name == stop.channel)
    spend = no_dust(spend, 100 * spend / stop.reached if stop.reached else 0.0)
    share = f", {write_share(stop.reached / 100)} of today" if spend else ""
    where = f"{labels.get(stop.channel, stop.channel)} stops at {look.unit.money(spend)}{share}"
    by = stop.room.most_by if stop.end == "most" else stop.room.least_by
    if by != "budget":
        more, end = ("more", "Raise its most") if stop.end == "most" else ("less", "Lower its least")
        return f"{where}: {by} may not spend {more}. {end} to move it further."
    if stop.end == "least":
        return (
            f"{where}: the others can take no more of the budget. Lower the total budget, or let one of them go higher."
        )
    if not stop.room.others:
        return f"{where}: that is the whole budget. Raise the total budget to move it further."
    kept = _named(stop.room.others, labels, look)
    return f"{where}: the rest of the budget is kept by {kept}. Raise the total budget, or let one of them go."


def _missed(solved: Solved, asked: float, look: Look) -> str:
    unit, plan = look.unit, solved.plan
    if solved.inputs.goal == "outcome":
        reached = unit.outcome(plan.outcome.value)
        return (
            f"No plan within these limits reaches {unit.outcome(asked)} {unit.outcome_name}: this one comes closest, with "
            f"{reached}. Ask for less, or let channels spend more."
        )
    return (
        f"No plan within these limits returns {unit.roi(asked)} {unit.roi_name}: this one comes closest, with "
        f"{unit.roi(plan.roi.value)}. Ask for less, or let channels spend less."
    )


def _spare(solved: Solved, look: Look) -> str:
    """Where limits, and not the target, end the plan: every channel stands at its least, or every one at its most."""
    unit, plan, target = look.unit, solved.plan, solved.plan.request.target
    end = at_limits(plan)
    if not end or target is None:
        return ""
    if end == "least" and solved.inputs.goal == "outcome" and plan.outcome.value > target * (1 + CLEAR):
        return (
            f"Even the least that these limits allow brings more than {unit.outcome(target)} {unit.outcome_name}. Lower the "
            "least of channels to spend less."
        )
    if end == "most" and solved.inputs.goal == "roi" and plan.roi.value > target * (1 + CLEAR):
        return (
            f"Even the most that these limits allow returns more than {unit.roi(target)} {unit.roi_name}. Raise the most of "
            "channels to spend more."
        )
    if solved.inputs.goal == "marginal_roi" and end == "most" and plan.marginal_roi.value > target * (1 + CLEAR):
        return (
            f"At the most that these limits allow, {next_words(plan.marginal_roi.value, look)}: more would still pay."
        )
    if solved.inputs.goal == "marginal_roi" and end == "least" and plan.marginal_roi.value < target * (1 - CLEAR):
        return f"Even at the least that these limits allow, {next_words(plan.marginal_roi.value, look)}: less than was asked."
    return ""


def _beyond_usual(solved: Solved) -> list[str]:
    """Channels that nobody limited and that go beyond what is usual for this budget."""
    plan, inputs = solved.plan, solved.inputs
    if inputs.goal != "budget" or plan.spend_today <= 0:
        return []
    low, high = (percent / 100 for percent in PERCENTS["budget"])
    ratio = plan.spend / plan.spend_today
    low, high = low * min(1.0, ratio), high * max(1.0, ratio)
    free = [c for c in plan.channels if c.spend_today > 0 and c.name not in inputs.held and c.name not in inputs.bounds]
    return [c.name for c in free if not low - CLEAR <= c.spend / c.spend_today <= high + CLEAR]


def _conflict(conflict: Conflict, labels: Mapping[str, str], look: Look) -> str:
    money = look.unit.money
    named = _named(conflict.parts, labels, look, conflict.end == "most")
    what = conflict.group or "The total budget"
    if conflict.end == "least":
        field = f"the most of {conflict.group}" if conflict.group else "the budget"
        return (
            f"{what} is {money(conflict.gap)} too small: {money(conflict.possible)} are needed by {named}. "
            f"Raise {field} to {_round(conflict.possible, math.ceil)}, or lower one of them."
        )
    field = f"the least of {conflict.group}" if conflict.group else "the budget"
    return (
        f"{what} is {money(conflict.gap)} too large: only {money(conflict.possible)} can be spent on {named}. "
        f"Lower {field} to {_round(conflict.possible, math.floor)}, or let one of them go higher."
    )


def _named(parts: tuple[Part, ...], labels: Mapping[str, str], look: Look, most: bool = False) -> str:
    """Search (held at €200k), Radio (at least €90k) and 2 others."""
    ordered = sorted(parts, key=lambda part: -part.amount)
    said = []
    for part in ordered[:MOST_NAMED]:
        verb = "held at" if part.why == "held" else "at most" if most else "at least"
        said.append(f"{labels.get(part.name, part.label)} ({verb} {look.unit.money(part.amount)})")
    left = len(ordered) - len(said)
    return _listed([*said, *([f"{left} {'other' if left == 1 else 'others'}"] if left else [])])


def _listed(names: list[str]) -> str:
    if len(names) > MOST_NAMED + 1:
        names = [*names[:MOST_NAMED], f"{len(names) - MOST_NAMED} others"]
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else "".join(names) or "the channels"


def _round(value: float, towards: object) -> str:
    """A figure to type: whole, and never on the wrong side of what is needed."""
    whole = math.ceil(value) if towards is math.ceil else math.floor(value)
    return f"{whole:,}"
