"""Share of spend against share of effect."""

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
from dashboard.figures.format import bounds, write_share, write_share_range
from dashboard.figures.next_money import scale_estimate
from dashboard.figures.ranges import draw_ranges
from mixline.messages import ChannelSummary, ModelSummary


def draw_shares(summary: ModelSummary, look: Look, *, with_roi: bool = False) -> Drawing:
    """A hollow mark for the share of spend, a dot with its range for the share of effect; largest spend first.

    `with_roi` writes each channel's ROI at the right, where no other figure says it.
    """
    channels = sorted(summary.channels, key=lambda channel: -channel.spend)
    labels = [channel.label for channel in channels]
    effects = [scale_estimate(channel.share_of_effect, 100) for channel in channels]
    texts = [_hover(channel, look) for channel in channels]
    spend: Document = {
        "type": "scatter",
        "mode": "markers",
        "name": "Share of spend",
        "x": [channel.share_of_spend * 100 for channel in channels],
        "y": labels,
        "marker": {
            "size": 15,
            "symbol": "diamond-open",
            "color": look.tokens.ink,
            "line": {"width": 1.8, "color": look.tokens.ink},
        },
        "text": texts,
        "hovertemplate": "%{text}<extra></extra>",
        "showlegend": False,
        "cliponaxis": False,
    }
    colors = [look.color(channel.name) for channel in channels]
    figure = make_figure(
        look,
        [*draw_ranges(labels, effects, colors, texts, look), spend],
        xaxis={
            "ticksuffix": " %",
            "rangemode": "tozero",
            "showgrid": True,
            "zeroline": False,
            "fixedrange": True,
            "nticks": 6,
            "title": {"text": "Share of all paid media"},
        },
        yaxis=labels_axis(labels),
        **(_returns(channels, look) if with_roi else {}),
    )
    note = f"Diamond: share of spend. Dot: share of effect with its {look.level} % range."
    note += f" At the right: ROI, {look.unit.roi_name}." if with_roi else ""
    table = Table(
        ("Channel", "Share of spend", *estimate_columns("Share of effect")),
        [(c.label, c.share_of_spend, *estimate_cells(c.share_of_effect)) for c in channels],
    )
    narrow = names_above([(c.label, write_share(c.share_of_effect.value), "") for c in channels], look)
    height = row_height(len(labels), 44)
    return Drawing("shares", _finding(channels), note, figure, height, "figure_shares", table, narrow)


def _returns(channels: list[ChannelSummary], look: Look) -> Document:
    numbers = [side_number(c.label, look.unit.roi(c.roi.value), 46, look) for c in channels]
    return {"annotations": numbers, "margin": {"l": 8, "r": 46, "t": 8, "b": 8}}


def _hover(channel: ChannelSummary, look: Look) -> str:
    low, high = bounds(channel.share_of_effect, look.level)
    return (
        f"<b>{channel.label}</b><br>{write_share(channel.share_of_spend)} of spend"
        f"<br>{write_share(channel.share_of_effect.value)} of effect ({write_share_range(low, high)})"
    )


def _finding(channels: list[ChannelSummary]) -> str:
    """The channel whose effect is furthest from its spend, and only if the range says so too."""
    if len(channels) == 1:
        return f"{channels[0].label} is all of paid media: all of its spend and all of its effect"
    best = max(channels, key=lambda c: c.share_of_effect.value - c.share_of_spend)
    worst = min(channels, key=lambda c: c.share_of_effect.value - c.share_of_spend)
    if best.share_of_effect.low > best.share_of_spend:
        return _sentence(best)
    if worst.share_of_effect.high < worst.share_of_spend:
        return _sentence(worst, "only ")
    return "No channel's share of effect is clearly away from its share of spend"


def _sentence(channel: ChannelSummary, word: str = "") -> str:
    effect, spend = write_share(channel.share_of_effect.value), write_share(channel.share_of_spend)
    return f"{channel.label} brings {word}{effect} of the effect with {spend} of the spend"
