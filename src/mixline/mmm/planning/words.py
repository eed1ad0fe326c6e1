"""A plan in sentences: what stops it, what to change, what to know before following it. Imports numpy only."""

from __future__ import annotations

import numpy as np

from mixline.mmm.model import MixModel
from mixline.mmm.planning.limits import CLOSE, Limits
from mixline.mmm.planning.request import PlanRequest
from mixline.mmm.planning.result import Plan, PlannedChannel

SMALL = 0.005  # a change below half a percent is no change to speak of


def binding_words(model: MixModel, plan: Plan, limits: Limits) -> tuple[str, ...]:
    """The limits that stop the plan from bringing more."""
    request, count = plan.request, len(plan.dates)
    words = []
    slack = CLOSE * max(plan.spend, 1e-300)
    if request.scenario == "budget" and plan.spend >= (request.budget or plan.spend_today) - slack:
        words.append(
            f"The budget of {_money(model, plan.spend)}: the next unit of money would bring {_ratio(plan.marginal_roi.value)}."
        )
    elif request.scenario != "budget" and request.budget is not None and plan.spend >= request.budget - slack:
        words.append(f"The ceiling of {_money(model, request.budget)} on the budget.")
    for channel in plan.channels:
        if channel.held == "locked":
            words.append(f"{channel.label} is locked at {_money(model, channel.spend)}.")
        elif channel.held and channel.most > 0:
            verb = "may not spend more than" if channel.held == "most" else "may not spend less than"
            words.append(f"{channel.label} {verb} {_money(model, channel.spend)}{_times_today(channel)}.")
    for q, group in enumerate(request.groups):
        total = sum(c.spend for c in plan.channels if c.name in group.channels)
        if total >= limits.group_high[q] * count - slack:
            words.append(f"The group {group.name} may not spend more than {_money(model, total)}.")
        elif total <= limits.group_low[q] * count + slack:
            words.append(f"The group {group.name} may not spend less than {_money(model, total)}.")
    return tuple(words)


def change_words(model: MixModel, plan: Plan) -> tuple[str, ...]:
    """What to change against today's plan, the largest amounts first."""
    if plan.is_today:
        return ("Nothing better than today's plan exists within these limits: keep it.",)
    moved = sorted(plan.channels, key=lambda c: -abs(c.spend - c.spend_today))
    largest = max(plan.spend, plan.spend_today)
    words = []
    for channel in moved:
        difference = channel.spend - channel.spend_today
        if abs(difference) <= SMALL * max(channel.spend_today, SMALL * largest):
            continue
        verb = "Raise" if difference > 0 else "Cut"
        by = f" by {abs(channel.change):.0%}" if channel.change is not None else " from nothing"
        words.append(f"{verb} {channel.label}{by}, from {_money(model, channel.spend_today)} "
                     f"to {_money(model, channel.spend)}.")  # fmt: skip
    for channel in plan.channels:
        if channel.name in plan.request.flights and channel.periods_on < len(plan.dates):
            words.append(f"Run {channel.label} in {channel.periods_on} of {len(plan.dates)} {model.interval}s only.")
    return tuple(words) or ("Spend stays as it is today.",)


def note_words(model: MixModel, plan: Plan, unplanned: tuple[str, ...]) -> tuple[str, ...]:
    """What to know before following the plan."""
    request: PlanRequest = plan.request
    words = []
    beyond = [c.label for c in plan.channels if c.extrapolated]
    if beyond:
        words.append(f"More is planned than was ever spent for a quarter on: {', '.join(beyond)}. "
                     "What it brings there is extrapolated.")  # fmt: skip
    if unplanned:
        words.append(f"Nothing was spent in the window on: {', '.join(unplanned)}. They stay without spend.")
    if request.prices:
        words.append("Today's plan is judged at the new prices, too.")
    if request.carry_out:
        words.append("Effects that come after the planned periods are counted, as if nothing were spent then.")
    if request.cautious is not None:
        words.append(f"Cautious: the plan is best in the gain that {1 - request.cautious:.0%} of the draws exceed.")
    if not plan.is_today and plan.probability_of_uplift < 0.8 and plan.uplift.value > 0:
        words.append(f"The gain is uncertain: its probability is {plan.probability_of_uplift:.0%}.")
    return tuple(words)


def _times_today(channel: PlannedChannel) -> str:
    if channel.spend_today <= 0:
        return ""
    return f", {channel.spend / channel.spend_today:.2g} times today's"


def _money(model: MixModel, amount: float) -> str:
    figure = f"{amount:,.0f}" if abs(amount) >= 100 else f"{amount:,.3g}"
    currency = model.spec.goal.currency
    return f"{figure} {currency}" if currency else figure


def _ratio(value: float) -> str:
    return f"{value:.2f}" if np.abs(value) >= 0.1 else f"{value:.2g}"
