"""Return on each channel's spend, with its range and the line where it pays for itself."""

from __future__ import annotations

from dashboard.figures.drawing import (
    Document,
    Drawing,
    Look,
    Table,
    estimate_cells,
    estimate_columns,
    labels_axis,
    make_figure,
    names_above,
    row_height,
    side_number,
)
from dashboard.figures.format import write_chance, write_share
from dashboard.figures.ranges import draw_ranges
from mixline.messages import ChannelSummary, ModelSummary

SURE = 0.9  # "very likely"
NUMBER_WIDTH = 52  # pixels at the right for the number alone
NUMBERS_WIDTH = 98  # pixels at the right: the number, and under it whether it pays, in words


def draw_roi(summary: ModelSummary, look: Look, *, in_words: bool = True) -> Drawing:
    """Best first. For conversions the unit is conversions per 1,000 and there is no break-even line.

    `in_words` says under each number whether the channel pays; without it the rows are as high as those of other figures.
    """
    channels = sorted(summary.channels, key=lambda channel: -channel.roi.value)
    labels = [channel.label for channel in channels]
    unit, scale = look.unit, look.unit.roi_scale
    texts = [_hover(channel, look) for channel in channels]
    colors = [look.color(channel.name) for channel in channels]
    # One very uncertain channel must not squeeze all others into a corner: its line then runs to the edge.
    top = max(c.roi.high for c in channels) * scale
    dots = max(c.roi.value for c in channels) * scale
    low = min(0.0, *(c.roi.low * scale for c in channels)) if channels else 0.0
    high = max(min(top, dots * 2.5), 0.0 if unit.conversions else 1.2) * 1.06
    shapes, annotations = ([], []) if unit.conversions else break_even(look)
    figure = make_figure(
        look,
        draw_ranges(labels, [c.roi for c in channels], colors, texts, look, scale),
        xaxis={
            "range": [low * 1.05, high or 1.0],
            "showgrid": True,
            "zeroline": False,
            "fixedrange": True,
            "nticks": 7,
            "title": {"text": f"ROI, {unit.roi_name}"},
        },
        yaxis=labels_axis(labels),
        shapes=shapes,
        annotations=annotations + [_number(channel, look, in_words) for channel in channels],
        margin={"l": 8, "r": NUMBERS_WIDTH if in_words else NUMBER_WIDTH, "t": 26, "b": 8},
    )
    ranges = "Thin line: 90 % range, thick: 50 %." if look.level == 90 else "Thick line: 50 % range."
    what = (
        "Conversions per 1,000 spent" if unit.conversions else f"{unit.outcome_name.capitalize()} {unit.roi_name} spent"
    )
    note = f"{what}, over the modelled period. {ranges}"
    if not unit.conversions and in_words:
        note += " At the right: whether the channel earns more than it costs."
    return Drawing(
        "roi",
        _finding(channels, look),
        note,
        figure,
        row_height(len(labels), 44 if in_words else 36),
        "figure_roi",
        _table(channels, look),
        names_above([_row(channel, look) for channel in channels], look, more=annotations, top=26),
    )


def _row(channel: ChannelSummary, look: Look) -> tuple[str, str, str]:
    words = "" if look.unit.conversions else write_chance(channel.probability_profitable)
    return channel.label, look.unit.roi(channel.roi.value), words


def _number(channel: ChannelSummary, look: Look, in_words: bool) -> Document:
    if not in_words:
        return side_number(channel.label, look.unit.roi(channel.roi.value), NUMBER_WIDTH, look)
    label, number, words = _row(channel, look)
    return side_number(label, number, NUMBERS_WIDTH, look, words, below=True)


def _table(channels: list[ChannelSummary], look: Look) -> Table:
    unit = look.unit
    return Table(
        ("Channel", *estimate_columns("ROI", unit.roi_name), "Probability that ROI exceeds 1"),
        [
            (
                c.label,
                *estimate_cells(c.roi, unit.roi_scale),
                None if unit.conversions else c.probability_profitable,
            )
            for c in channels
        ],
    )


def break_even(look: Look) -> tuple[list[Document], list[Document]]:
    line = {
        "type": "line",
        "xref": "x",
        "yref": "paper",
        "x0": 1,
        "x1": 1,
        "y0": 0,
        "y1": 1,
        "line": {"color": look.tokens.ink_soft, "width": 1, "dash": "dot"},
        "layer": "below",
    }
    label = {
        "xref": "x",
        "yref": "paper",
        "x": 1,
        "y": 1,
        "text": "break-even",
        "showarrow": False,
        "yanchor": "bottom",
        "font": {"size": 11, "color": look.tokens.ink_soft},
    }
    return [line], [label]


def _hover(channel: ChannelSummary, look: Look) -> str:
    unit = look.unit
    text = (
        f"<b>{channel.label}</b><br>ROI {unit.roi(channel.roi.value)} {unit.roi_name}"
        f"<br>{look.level} % range {unit.roi_range(channel.roi, look.level)}"
    )
    if unit.conversions and channel.cpa:
        return f"{text}<br>{unit.money(channel.cpa.value)} per conversion"
    return f"{text}<br>{write_share(channel.probability_profitable)} likely to pay for itself"


def _finding(channels: list[ChannelSummary], look: Look) -> str:
    unit, best = look.unit, channels[0]
    if unit.conversions:
        return f"{best.label} brings the most: {unit.roi(best.roi.value)} {unit.roi_name}"
    if len(channels) == 1:
        words = f"{unit.roi(best.roi.value)} {unit.roi_name} ({unit.roi_range(best.roi, look.level)})"
        return f"{best.label} brought back {words}"
    sure = sum(channel.probability_profitable >= SURE for channel in channels)
    count = "All" if sure == len(channels) else "None" if sure == 0 else str(sure)
    return (
        f"{count} of {len(channels)} channels very likely earn more than they cost; "
        f"{best.label} leads with {unit.roi(best.roi.value)} {unit.roi_name}"
    )
