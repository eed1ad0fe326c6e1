"""Where the next 10,000 would work hardest."""

from __future__ import annotations

import math

from dashboard.figures.drawing import (
    Drawing,
    Look,
    Table,
    estimate_cells,
    estimate_columns,
    labels_axis,
    make_figure,
    names_above,
    numbers_width,
    outcome_axis,
    row_height,
    side_number,
)
from dashboard.figures.format import bounds
from dashboard.figures.ranges import draw_ranges
from mixline.messages import ChannelSummary, Estimate, ModelSummary

AMOUNT = 10_000.0
LEAST, MOST = (
    0.001,
    0.2,
)  # of a week's spend: outside, the usual amount is nothing to one company or everything to another
PART = 0.1  # of a week's spend, rounded down to a power of ten: the amount there
WEEKS = {"day": 1 / 7, "week": 1.0, "month": 365.25 / 7 / 12}


def draw_next_money(summary: ModelSummary, look: Look) -> Drawing:
    """Expected extra outcome of a little more in each channel, from the marginal ROI at today's spend, best first."""
    ranked, amount = rank_channels(summary), find_amount(summary)
    unit = look.unit
    labels = [channel.label for channel in ranked]
    gains = [scale_estimate(channel.marginal_roi, amount) for channel in ranked]
    texts = [
        f"<b>{label}</b><br>{unit.money(amount)} more would bring {unit.outcome(gain.value)}"
        f"<br>{look.level} % range {unit.outcome_range(gain, look.level)}"
        for label, gain in zip(labels, gains, strict=True)
    ]
    colors = [look.color(channel.name) for channel in ranked]
    lines = []
    if not unit.conversions:
        lines = [_line_at(amount, look)]
    side = numbers_width([unit.outcome(gain.value) for gain in gains], 64)
    figure = make_figure(
        look,
        draw_ranges(labels, gains, colors, texts, look),
        xaxis=outcome_axis(unit, rangemode="tozero", showgrid=True, fixedrange=True, zeroline=False, nticks=5),
        yaxis=labels_axis(labels),
        shapes=lines,
        annotations=[side_number(a, unit.outcome(g.value), side, look) for a, g in zip(labels, gains, strict=True)],
        margin={"l": 8, "r": side, "t": 8, "b": 8},
    )
    table = Table(
        ("Channel", *estimate_columns(f"Extra {unit.outcome_label}, of {amount:,.0f} more")),
        [(label, *estimate_cells(gain)) for label, gain in zip(labels, gains, strict=True)],
    )
    note = f"{_surest(ranked, gains, look, amount)}{_note(look, amount)}"
    finding, height = _finding(ranked, gains, look, amount), row_height(len(labels), 34)
    narrow = names_above([(a, unit.outcome(g.value), "") for a, g in zip(labels, gains, strict=True)], look)
    return Drawing("next-money", finding, note, figure, height, "figure_next_money", table, narrow)


def rank_channels(summary: ModelSummary) -> list[ChannelSummary]:
    return sorted(summary.channels, key=lambda channel: -channel.marginal_roi.value)


def find_amount(summary: ModelSummary) -> float:
    """10,000 wherever that is a step a company of this size would take; else a power of ten that is."""
    week = summary.spend / summary.periods / WEEKS[summary.interval] if summary.periods else 0.0
    if week <= 0 or LEAST * week <= AMOUNT <= MOST * week:
        return AMOUNT
    return float(10.0 ** math.floor(math.log10(PART * week) + 1e-9))


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


def _finding(ranked: list[ChannelSummary], gains: list[Estimate], look: Look, amount: float) -> str:
    unit = look.unit
    where = f"in {ranked[0].label} brings" if len(ranked) == 1 else f"works hardest in {ranked[0].label}:"
    return (
        f"The next {unit.money(amount)} {where} about {unit.outcome(gains[0].value)} "
        f"({unit.outcome_range(gains[0], look.level)})"
    )


def _surest(ranked: list[ChannelSummary], gains: list[Estimate], look: Look, amount: float) -> str:
    """The channel whose range begins highest, where that is not the one expected to bring the most; of money, only where it
    comes back even there.
    """
    lows = [bounds(gain, look.level)[0] for gain in gains]
    place = max(range(len(lows)), key=lows.__getitem__, default=0)
    if place == 0 or lows[place] <= (0.0 if look.unit.conversions else amount):
        return ""
    return f"Surest is {ranked[place].label}: {look.unit.outcome(lows[place])} even at the low end of its range. "


def _note(look: Look, amount: float) -> str:
    unit = look.unit
    even = (
        ""
        if unit.conversions
        else f" Left of the dotted line it brings back less than the {unit.money(amount)} it costs."
    )
    ranges = "Thin line: 90 % range, thick: 50 %." if look.level == 90 else "Thick line: 50 % range."
    return f"Extra {unit.outcome_name} of {unit.money(amount)} more in one channel, at today's spend. {ranges}{even}"
