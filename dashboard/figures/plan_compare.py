"""Plans side by side by what they gain over today's."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.figures.drawing import (
    Document,
    Drawing,
    Look,
    Table,
    estimate_columns,
    labels_axis,
    make_figure,
    names_above,
    outcome_axis,
    row_height,
    side_number,
)
from mixline.mmm.planner import Plan

NUMBERS_WIDTH = 92
ALIKE = 0.01  # gains closer than this share of the larger one


def draw_compare(names: Sequence[str], plans: Sequence[Plan], look: Look) -> Drawing:
    """Expected uplift as a dot with its range, one row per plan in the order given."""
    unit = look.unit
    ends = [(p.uplift.low, p.uplift.high) if look.level == 90 else (p.uplift.low50, p.uplift.high50) for p in plans]
    data: list[Document] = []
    for name, plan, (low, high) in zip(names, plans, ends, strict=True):
        text = f"<b>{name}</b><br>{unit.outcome(plan.uplift.value, sign=True)}"
        text += f" ({unit.outcome(low, sign=True)} to {unit.outcome(high, sign=True)})"
        data.append(
            {
                "type": "scatter", "mode": "lines", "x": [low, high], "y": [name, name],
                "line": {"color": look.tokens.accent, "width": 3}, "hoverinfo": "skip", "showlegend": False,
            }
        )  # fmt: skip
        data.append(
            {
                "type": "scatter", "mode": "markers", "x": [plan.uplift.value], "y": [name],
                "marker": {"size": 12, "color": look.tokens.accent, "line": {"width": 2, "color": look.tokens.surface}},
                "text": [text], "hovertemplate": "%{text}<extra></extra>", "showlegend": False,
            }
        )  # fmt: skip
    numbers = [
        side_number(n, unit.outcome(p.uplift.value, sign=True), NUMBERS_WIDTH, look)
        for n, p in zip(names, plans, strict=True)
    ]
    low, high = min(0.0, *(end[0] for end in ends)), max(0.0, *(end[1] for end in ends))
    room = 0.04 * (high - low) or 1.0
    span = [low - room, high + room]
    axis = outcome_axis(unit, title={"text": f"{unit.outcome_label} more than today"}, showgrid=True, zeroline=True,
                        fixedrange=True, nticks=5, range=span)  # fmt: skip
    figure = make_figure(look, data, xaxis=axis, yaxis=labels_axis(names), annotations=numbers,
                         margin={"l": 8, "r": NUMBERS_WIDTH, "t": 8, "b": 8})  # fmt: skip
    best = max(range(len(plans)), key=lambda i: plans[i].uplift.value)
    gains = [plan.uplift.value for plan in plans]
    alike = max(gains) - min(gains) <= ALIKE * max(abs(gain) for gain in gains)
    title = (
        "These plans gain alike"
        if alike
        else f"{names[best]} gains most: {unit.outcome(plans[best].uplift.value, sign=True)}"
    )
    gained = [p.uplift for p in plans]
    table = Table(
        ("Plan", *estimate_columns(f"{unit.outcome_label} more than today")),
        [(n, u.value, u.low, u.high, u.low50, u.high50) for n, u in zip(names, gained, strict=True)],
    )
    narrow = names_above(
        [(n, unit.outcome(p.uplift.value, sign=True), "") for n, p in zip(names, plans, strict=True)], look
    )
    few = outcome_axis(unit, range=span, nticks=4)
    narrow.layout["xaxis"] = {name: few[name] for name in ("tickvals", "ticktext")}
    return Drawing(
        "plan-compare",
        title,
        f"Gain over today's spend with its {look.level} % range.",
        figure,
        row_height(len(names), 44),
        "figure_plan_compare",
        table,
        narrow,
    )
