"""The form of the planner as it stands in the browser, read into a question; what was touched last decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dashboard.components.plan_address import read_inputs, write_inputs
from dashboard.components.plan_channels import HOLD, SLIDER, SPEND
from dashboard.components.plan_inputs import GROUPS, Ends, PlanInputs
from dashboard.components.plan_typed import read_typed

NO_ENDS: Ends = (None, None)
EXACT = 6  # places of a share in per cent: a unit of money in a hundred million


@dataclass(frozen=True)
class Known:
    """What the page showed when the form was touched, by channel: per cent of today at which it is held, per cent of today
    that the plan spends, and today's spend in money over the plan.
    """

    held: Mapping[str, float] = field(default_factory=dict)
    shares: Mapping[str, float] = field(default_factory=dict)
    today: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Touched:
    """The slider, number or tick that was touched last; an empty kind for anything else."""

    kind: str = ""
    channel: str = ""


def read_touched(triggered: object) -> Touched:
    """What a callback was triggered by."""
    if isinstance(triggered, Mapping) and triggered.get("type") in (SLIDER, SPEND, HOLD):
        return Touched(str(triggered["type"]), str(triggered["channel"]))
    return Touched()


def read_held(
    channels: list[str], sliders: list[float | None], spends: list[object], holds: list[bool | None], known: Known,
    touched: Touched,
) -> dict[str, float]:  # fmt: skip
    """Per cent of today's spend at which channels are held: a moved slider or typed number holds its channel there."""
    held = {}
    for name, slider, spend, tick in zip(channels, sliders, spends, holds, strict=True):
        if touched == Touched(SLIDER, name) and slider is not None:
            held[name] = round(float(slider), EXACT)
        elif touched == Touched(SPEND, name):
            money = read_typed("spend", spend)
            if money is not None and known.today.get(name, 0.0) > 0:
                held[name] = round(max(100.0 * money / known.today[name], 0.0), EXACT)
        elif tick:
            held[name] = known.held.get(name, round(known.shares.get(name, 100.0), EXACT))
    return held


def read_form(form: Mapping[str, Any], names: Mapping[str, list[str]], held: Mapping[str, float],
              weights: Mapping[str, tuple[float, ...]]) -> PlanInputs:  # fmt: skip
    """The question of the form. `names` are the channels and groups in the order of the lists of the form.

    Raises:
        InputError: a number that cannot be used, said as if it stood in the address.
    """
    ends = dict(zip(names["limits"], zip(form["lows"], form["highs"], strict=True), strict=True))
    group_ends = dict(zip(names["groups"], zip(form["group_lows"], form["group_highs"], strict=True), strict=True))
    asked = PlanInputs(
        goal=form["goal"],
        ahead=form["ahead"],
        budget=read_typed("budget", form["budget"]),
        target=read_typed("target", form["target"]),
        bounds={name: pair for name, pair in ends.items() if pair != NO_ENDS},
        held=dict(held),
        groups={name: group for name, group in zip(names["limits"], form["groups"], strict=True) if group in GROUPS},
        group_bounds={group: pair for group, pair in group_ends.items() if pair != NO_ENDS},
        prices={name: change for name, change in zip(names["limits"], form["prices"], strict=True) if change},
        pace=form["pace"],
        flight=form["flight"] if form["pace"] == "flights" else None,
        weights=dict(weights),
        cautious=bool(form["cautious"]),
        carry_out=bool(form["after"]),
        today=int(form["today"]) if str(form["today"] or "").isdecimal() else None,
    )
    return read_inputs(write_inputs(asked))  # the one place that checks what may be asked
