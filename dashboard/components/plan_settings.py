"""What a plan was asked for, in words: beside it on paper and in its files, where the form is not."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from dashboard.components.plan_inputs import FLIGHT, PERCENTS, PlanInputs
from dashboard.components.plan_solving import Solved
from dashboard.figures.drawing import Look
from dashboard.figures.format import INTERVALS, MINUS, write_date, write_periods

SAME = 1e-9  # of today's spend: what sums differ by


def settings_words(solved: Solved, labels: Mapping[str, str], look: Look) -> list[str]:
    """One sentence for each answer of the form, the usual ones included."""
    asked, plan = solved.asked, solved.plan
    one, many = INTERVALS[look.interval]
    low, high = PERCENTS[asked.goal]
    if asked.goal == "budget" and plan.spend_today > 0:  # usual limits go with the budget
        ratio = plan.spend / plan.spend_today
        low, high = low * min(1.0, ratio), high * max(1.0, ratio)

    def name(channel: str) -> str:
        return labels.get(channel, channel)

    words = [
        _goal(solved, look),
        f"Over {write_periods(len(plan.dates), look.interval)}, {span_words(plan.dates[0].item(), plan.dates[-1].item(), look)}.",
        _spread(asked, labels, one, many),
        f"Today is the mean of {'all modelled time' if asked.today is None else f'the last {asked.today} {many}'}.",
        f"Each channel may spend {_percent(low)} to {_percent(high)} of today where nothing else is said.",
    ]
    words += [f"{name(channel)} is held at {_percent(share)} of today." for channel, share in asked.held.items()]
    words += [
        f"{name(channel)} may spend {_ends(*ends)} of today."
        for channel, ends in asked.bounds.items()
        if channel not in asked.held and ends != (None, None)
    ]
    for group in sorted(set(asked.groups.values())):
        ends = asked.group_bounds.get(group, (None, None))
        if ends != (None, None):
            members = ", ".join(name(channel) for channel, own in asked.groups.items() if own == group)
            words.append(f"Group {group} ({members}) may spend {_ends(*ends)} of today together.")
    words += [
        f"{name(channel)} costs {_percent(abs(change))} {'more' if change > 0 else 'less'} than today."
        for channel, change in asked.prices.items()
        if change
    ]
    if asked.cautious and asked.goal == "budget":
        words.append("Cautious: the gain that can be counted on in three of four cases is made largest.")
    if asked.carry_out:
        words.append(f"What the money brings after the last {one} counts, too.")
    return words


def span_words(first: date, last: date, look: Look) -> str:
    """The planned periods, by the first and the last."""
    if look.interval == "month":
        return f"from {first:%B %Y} to {last:%B %Y}" if first != last else f"{first:%B %Y}"
    if look.interval == "day":
        return f"from {write_date(first)} to {write_date(last)}" if first != last else write_date(first)
    begins = f"the week of {write_date(first)}"
    return f"from {begins} to that of {write_date(last)}" if first != last else begins


def _goal(solved: Solved, look: Look) -> str:
    unit, plan, asked = look.unit, solved.plan, solved.asked
    if asked.goal == "budget":
        whole = unit.money(plan.spend)
        same = abs(plan.spend - plan.spend_today) <= SAME * plan.spend_today
        return f"The most {unit.outcome_name} for {whole}{', as today' if same else ''}."
    target = solved.missed if solved.missed is not None else float(plan.request.target or 0.0)
    if asked.goal == "outcome":
        return f"The least budget for {unit.outcome(target)} {unit.outcome_name}."
    if asked.goal == "roi":
        return f"The most {unit.outcome_name} at a return of {unit.roi(target)} {unit.roi_name}."
    return f"Spend until the next money brings {unit.roi(target)} {unit.roi_name}."


def _spread(asked: PlanInputs, labels: Mapping[str, str], one: str, many: str) -> str:
    if asked.pace == "even":
        return f"Money is spent evenly, the same every {one}."
    if asked.pace == "flights":
        least = asked.flight or FLIGHT
        return f"Channels may run in flights of {least} {one if least == 1 else many} or more, with pauses."
    if asked.pace == "own" and asked.weights:
        return f"Money is spread as in the table for {', '.join(labels.get(n, n) for n in asked.weights)}, else as a year before."
    return "Money is spread over time as a year before."


def _ends(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return f"at least {_percent(low)}" if low is not None else f"at most {_percent(high or 0.0)}"
    return f"{_percent(low)} to {_percent(high)}"


def _percent(value: float) -> str:
    return f"{value:.3g} %".replace("-", MINUS)
