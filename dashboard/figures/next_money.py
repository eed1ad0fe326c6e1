"""Where the next 10,000 would work hardest."""

from __future__ import annotations

from dashboard.figures.drawing import (
    Drawing,
    Look,
    Table,
    estimate_cells,
    estimate_columns,
    labels_axis,
    make_figure,
    names_above,
    outcome_axis,
    row_height,
    side_number,
)
from dashboard.figures.ranges import draw_ranges
from mixline.messages import ChannelSummary, Estimate, ModelSummary

AMOUNT = 10_000.0


def draw_next_money(summary: ModelSummary, look: Look) -> Drawing:
    """Expected extra outcome of 10,000 more in each channel, from the marginal ROI at today's spend, best first."""
    ranked = rank_channels(summary)
    unit = look.unit
    labels = [channel.label for channel in ranked]
    gains = [scale_estimate(channel.marginal_roi, AMOUNT) for channel in ranked]
    texts = [
        f"<b>{label}</b><br>{unit.money(AMOUNT)} more would bring {unit.outcome(gain.value)}"
        f"<br>{look.level} % range {unit.outcome_range(gain, look.level)}"
        for label, gain in zip(labels, gains, strict=True)
    ]
    colors = [look.color(channel.name) for channel in ranked]
    lines = []
    if not unit.conversions:
        lines = [_line_at(AMOUNT, look)]
    figure = make_figure(
        look,
        draw_ranges(labels, gains, colors, texts, look),
        xaxis=outcome_axis(unit, rangemode="tozero", showgrid=True, fixedrange=True, zeroline=False, nticks=5),
        yaxis=labels_axis(labels),
        shapes=lines,
        annotations=[side_number(a, unit.outcome(g.value), 64, look) for a, g in zip(labels, gains, strict=True)],
        margin={"l": 8, "r": 64, "t": 8, "b": 8},
    )
    table = Table(
        ("Channel", *estimate_columns(f"Extra {unit.outcome_label}, of {AMOUNT:,.0f} more")),
        [(label, *estimate_cells(gain)) for label, gain in zip(labels, gains, strict=True)],
    )
    finding, height = _finding(ranked, gains, look), row_height(len(labels), 34)
    narrow = names_above([(a, unit.outcome(g.value), "") for a, g in zip(labels, gains, strict=True)], look)
    return Drawing("next-money", finding, _note(look), figure, height, "figure_next_money", table, narrow)


def rank_channels(summary: ModelSummary) -> list[ChannelSummary]:
    return sorted(summary.channels, key=lambda channel: -channel.marginal_roi.value)


def scale_estimate(estimate: Estimate, by: float) -> Estimate:
    return Estimate(**{name: value * by for name, value in estimate.model_dump().items()})


def _line_at(value: float, look: Look) -> dict[str, object]:
    return {
        "type": "line",
        "xref": "x",
        "yref": "paper",
        "x0": value,
        "x1": value,
        "y0": 0,
        "y1": 1,
        "line": {"color": look.tokens.ink_soft, "width": 1, "dash": "dot"},
        "layer": "below",
    }


def _finding(ranked: list[ChannelSummary], gains: list[Estimate], look: Look) -> str:
    unit = look.unit
    return (
        f"The next {unit.money(AMOUNT)} works hardest in {ranked[0].label}: about {unit.outcome(gains[0].value)} "
        f"({unit.outcome_range(gains[0], look.level)})"
    )


def _note(look: Look) -> str:
    unit = look.unit
    even = (
        ""
        if unit.conversions
        else f" Left of the dotted line it brings back less than the {unit.money(AMOUNT)} it costs."
    )
    ranges = "Thin line: 90 % range, thick: 50 %." if look.level == 90 else "Thick line: 50 % range."
    return f"Extra {unit.outcome_name} of {unit.money(AMOUNT)} more in one channel, at today's spend. {ranges}{even}"
