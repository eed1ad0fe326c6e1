"""From the outcome of today's plan to the outcome of the plan, channel by channel."""

from __future__ import annotations

from collections.abc import Mapping

from dashboard.figures.drawing import (
    Document,
    Drawing,
    Look,
    Narrow,
    Table,
    labels_axis,
    make_figure,
    outcome_axis,
    row_height,
    side_number,
)
from dashboard.figures.format import RangeLevel
from mixline.mmm.planner import Plan

NUMBERS_WIDTH = 92


def list_steps(plan: Plan) -> list[tuple[str, float]]:
    """Channel and what it brings more than today; they add up to the uplift."""
    steps = [(c.name, c.contribution.value - c.contribution_today.value) for c in plan.channels]
    return sorted(steps, key=lambda step: -step[1])


def draw_bridge(plan: Plan, labels: Mapping[str, str], look: Look) -> Drawing:
    """Steps from today's outcome to the plan's. The axis starts near them: the change is small beside the whole."""
    unit, tokens = look.unit, look.tokens
    steps = list_steps(plan)
    today, then = plan.outcome_today.value, plan.outcome.value
    given = {c.name: c.label for c in plan.channels}
    names = ["Today", *(labels.get(name, given[name]) for name, _ in steps), "Plan"]
    starts, place = [], today
    for _, value in steps:
        starts.append(place)
        place += value
    gain = to_ends(plan, look.level)
    reach = [] if plan.is_today else [today + gain[0], today + gain[1]]
    ends = [today, then, *starts, *(s + v for s, (_, v) in zip(starts, steps, strict=True)), *reach]
    low, high = min(ends), max(ends)
    room = 0.25 * (high - low) or 0.01 * abs(today) or 1.0
    left = low - room
    bars: Document = {
        "type": "bar",
        "orientation": "h",
        "y": names,
        "base": [left, *starts, left],
        "x": [today - left, *(value for _, value in steps), then - left],
        "marker": {
            "color": [tokens.context[1], *(look.color(name) for name, _ in steps), tokens.accent],
            "cornerradius": 3,
        },
        "width": 0.62,
        "hovertext": [
            f"<b>{name}</b><br>{text}" for name, text in zip(names, _texts(steps, today, then, look), strict=True)
        ],
        "hovertemplate": "%{hovertext}<extra></extra>",
        "showlegend": False,
        "error_x": _whisker(plan, reach, look),
    }
    numbers = [
        side_number(name, text, NUMBERS_WIDTH, look)
        for name, text in zip(names, _texts(steps, today, then, look), strict=True)
    ]
    axis = outcome_axis(unit, range=[left, high + room * 0.2], showgrid=True, zeroline=False, fixedrange=True, nticks=4)
    figure = make_figure(
        look, [bars], xaxis=axis, yaxis=labels_axis(names), annotations=numbers,
        margin={"l": 8, "r": NUMBERS_WIDTH, "t": 8, "b": 8},
    )  # fmt: skip
    change = unit.outcome(then - today, sign=True)
    first, last = unit.outcome_change(today, then)
    title = f"{change} {unit.outcome_name}: from {first} to {last}"
    if plan.is_today:
        title = f"{unit.outcome(then)} {unit.outcome_name}, as today"
    ranged = "" if plan.is_today else f" Whisker: {look.level} % range of the change."
    note = f"What each channel brings more or less than today.{ranged} The axis does not start at zero."
    table = Table(("Step", unit.outcome_label), [("Today", today), *((n, v) for n, (_, v) in zip(names[1:], steps, strict=False)),
                                                 ("Plan", then)])  # fmt: skip
    height = row_height(len(names))
    few = outcome_axis(unit, range=axis["range"], nticks=3)
    narrow = Narrow({"xaxis": {name: few[name] for name in ("tickvals", "ticktext")}}, height)
    return Drawing("plan-bridge", title, note, figure, height, "figure_plan_bridge", table, narrow)


def _texts(steps: list[tuple[str, float]], today: float, then: float, look: Look) -> list[str]:
    unit = look.unit
    first, last = unit.outcome_change(today, then)
    return [first, *(unit.outcome(value, sign=True) for _, value in steps), last]


def to_ends(plan: Plan, level: RangeLevel) -> tuple[float, float]:
    """Ends of the range of what the plan brings more than today."""
    gain = plan.uplift
    return (gain.low, gain.high) if level == 90 else (gain.low50, gain.high50)


def _whisker(plan: Plan, reach: list[float], look: Look) -> Document:
    """At the end of the plan's bar: the range of the change, from today on. Nothing where nothing changes."""
    then = plan.outcome.value
    none = [None] * (len(plan.channels) + 1)  # a length of 0 would draw its caps
    low, high = reach or (then, then)
    return {
        "type": "data",
        "symmetric": False,
        "array": [*none, max(high - then, 0.0)],
        "arrayminus": [*none, max(then - low, 0.0)],
        "visible": bool(reach),
        "color": look.tokens.ink,
        "thickness": 1.4,
        "width": 4,
    }
