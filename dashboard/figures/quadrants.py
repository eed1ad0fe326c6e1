"""Average against marginal return: what to scale, hold, fix and cut."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from dashboard.figures.drawing import (
    Document,
    Drawing,
    Look,
    Narrow,
    Table,
    estimate_cells,
    estimate_columns,
    make_figure,
)
from dashboard.figures.format import bounds, shorten, write_share
from dashboard.figures.placing import place_labels
from dashboard.theme import fade
from mixline.messages import ChannelSummary, ModelSummary

Advice = Literal["scale", "hold", "fix", "cut"]
HEIGHT = 460
LARGEST = 46  # pixels across the bubble of the largest spend
SMALLEST = 9
NAME_LETTERS, NAME_LETTERS_NARROW = 26, 16
UNCLEAR = 0.4  # opacity of a bubble whose place is not clear
SPACE = 1.28  # of the furthest dot: how far the axes reach
AROUND = (760.0, 400.0)  # pixels of the drawing on a wide screen, to place the names in
AROUND_NARROW = (250.0, 390.0)  # and on a telephone
NARROW_SIZE = 0.72  # of a bubble there
ADVICE: dict[Advice, tuple[str, str]] = {
    "scale": ("Scale", "earned, and more would earn"),
    "hold": ("Hold", "earned, but more would not"),
    "fix": ("Fix", "did not earn, but more would"),
    "cut": ("Cut", "did not earn, and more would not"),
}


@dataclass(frozen=True)
class Lines:
    """Where the four parts meet: break-even, or what all channels together give where nothing breaks even."""

    roi: float
    marginal: float


def draw_quadrants(summary: ModelSummary, look: Look) -> Drawing:
    """A bubble per channel, as large as its spend, with its ranges as a faint cross."""
    unit, scale = look.unit, look.unit.roi_scale
    channels = sorted(summary.channels, key=lambda channel: -channel.spend)
    lines = find_lines(summary, conversions=unit.conversions)
    x = [channel.roi.value * scale for channel in channels]
    y = [channel.marginal_roi.value * scale for channel in channels]
    cross = (lines.roi * scale, lines.marginal * scale)
    ends_x = find_ends(x, cross[0])
    ends_y = find_ends(y, cross[1])
    sizes = bubble_sizes([channel.spend for channel in channels])
    names = [shorten(channel.label, NAME_LETTERS) for channel in channels]
    spots = place_labels(list(zip(x, y, strict=True)), sizes, names, (ends_x, ends_y), AROUND)
    data = [_cross(channel, look) for channel in channels]
    data.append(
        {
            "type": "scatter",
            "mode": "markers+text",
            "x": x,
            "y": y,
            "text": names,
            "textposition": spots,
            "textfont": {"size": 12, "color": look.tokens.ink, "shadow": f"0 0 3px {look.tokens.surface}"},
            "marker": {
                "size": sizes,
                "color": [look.color(channel.name) for channel in channels],
                "opacity": [1 if is_clear(channel, lines) else UNCLEAR for channel in channels],
                "line": {"width": 2, "color": look.tokens.surface},
            },
            "hovertext": [_hover(channel, lines, look) for channel in channels],
            "hovertemplate": "%{hovertext}<extra></extra>",
            "showlegend": False,
        }
    )
    axis = {"showgrid": False, "zeroline": False, "fixedrange": True, "nticks": 6, "ticklabelstandoff": 6}
    per = unit.roi_name
    figure = make_figure(
        look,
        data,
        xaxis={**axis, "range": ends_x, "title": {"text": f"ROI, {per}"}},
        yaxis={**axis, "range": ends_y, "title": {"text": f"ROI of the next, {per}"}},
        shapes=[_line(cross[0], look, "x"), _line(cross[1], look, "y")],
        annotations=_corners(look),
        margin={"l": 8, "r": 12, "t": 8, "b": 8},
    )
    return Drawing(
        "quadrants",
        _finding(channels, lines),
        _note(look),
        figure,
        HEIGHT,
        "figure_quadrants",
        _table(channels, lines, look),
        _narrow(channels, (x, y), (ends_x, ends_y), look),
    )


def _narrow(
    channels: list[ChannelSummary],
    at: tuple[list[float], list[float]],
    ends: tuple[list[float], list[float]],
    look: Look,
) -> Narrow:
    """Smaller bubbles, names placed anew, and the words in the corners over two lines."""
    sizes = [max(SMALLEST, size * NARROW_SIZE) for size in bubble_sizes([channel.spend for channel in channels])]
    names = [shorten(channel.label, NAME_LETTERS_NARROW) for channel in channels]
    spots = place_labels(list(zip(*at, strict=True)), sizes, names, ends, AROUND_NARROW)
    words = [{**corner, "text": corner["text"].replace(", ", ",<br>")} for corner in _corners(look)]
    return Narrow(
        {"annotations": words, "margin": {"l": 2, "r": 6, "t": 8, "b": 8}},
        HEIGHT,
        {len(channels): {"text": names, "textposition": spots, "marker": {"size": sizes}}},
    )


def find_lines(summary: ModelSummary, *, conversions: bool) -> Lines:
    if conversions:
        return Lines(summary.blended_roi.value, summary.marginal_roi.value)
    return Lines(1.0, 1.0)


def advise(channel: ChannelSummary, lines: Lines) -> Advice:
    """Which of the four parts a channel is in. On a line counts as above it."""
    earned, more = channel.roi.value >= lines.roi, channel.marginal_roi.value >= lines.marginal
    if earned:
        return "scale" if more else "hold"
    return "fix" if more else "cut"


def is_clear(channel: ChannelSummary, lines: Lines) -> bool:
    """Whether both returns are on one side of their line with their 50 % ranges: three times as likely there as not."""
    pairs = ((channel.roi, lines.roi), (channel.marginal_roi, lines.marginal))
    return all(estimate.low50 >= line or estimate.high50 < line for estimate, line in pairs)


def find_ends(values: list[float], line: float) -> list[float]:
    """From nothing (or the lowest loss) to beyond the furthest dot, with the line well inside."""
    top = max([*values, line * 1.25]) * SPACE
    low = min([0.0, *values])
    return [low * SPACE, top]


def bubble_sizes(spends: list[float]) -> list[float]:
    """Across, in pixels: areas are as spends are."""
    most = max(spends, default=0.0)
    return [max(SMALLEST, LARGEST * (spend / most) ** 0.5) if most > 0 else SMALLEST for spend in spends]


def _cross(channel: ChannelSummary, look: Look) -> Document:
    """The ranges of both returns. Where one is very wide it runs to the edge."""
    scale = look.unit.roi_scale
    x, y = channel.roi.value * scale, channel.marginal_roi.value * scale
    low, high = (end * scale for end in bounds(channel.roi, look.level))
    under, over = (end * scale for end in bounds(channel.marginal_roi, look.level))
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [low, high, None, x, x],
        "y": [y, y, None, under, over],
        "line": {"color": fade(look.color(channel.name), 0.4), "width": 1.5},
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _line(value: float, look: Look, axis: Literal["x", "y"]) -> Document:
    other = "y" if axis == "x" else "x"
    return {
        "type": "line",
        f"{axis}ref": axis,
        f"{other}ref": "paper",
        f"{axis}0": value,
        f"{axis}1": value,
        f"{other}0": 0,
        f"{other}1": 1,
        "line": {"color": look.tokens.ink_soft, "width": 1, "dash": "dot"},
        "layer": "below",
    }


def _corners(look: Look) -> list[Document]:
    places: dict[Advice, tuple[float, float]] = {"scale": (1, 1), "hold": (1, 0), "fix": (0, 1), "cut": (0, 0)}
    found = []
    for advice, (x, y) in places.items():
        name, meaning = ADVICE[advice]
        words = meaning if not look.unit.conversions else ""
        found.append(
            {
                "xref": "paper",
                "yref": "paper",
                "x": x,
                "y": y,
                "xanchor": "right" if x else "left",
                "yanchor": "top" if y else "bottom",
                "xshift": -6 if x else 6,
                "yshift": -4 if y else 4,
                "align": "right" if x else "left",
                "text": f"<b>{name}</b>" + (f"<br><span style='font-size:11px'>{words}</span>" if words else ""),
                "showarrow": False,
                "bgcolor": fade(look.tokens.surface, 0.85),  # lines run under the words, not through them
                "font": {"size": 14, "color": look.tokens.ink_soft},
            }
        )
    return found


def _hover(channel: ChannelSummary, lines: Lines, look: Look) -> str:
    unit, level = look.unit, look.level
    name, meaning = ADVICE[advise(channel, lines)]
    return (
        f"<b>{channel.label}: {name.lower()}</b>" + ("" if unit.conversions else f"<br>It {meaning}") + "<br>"
        f"ROI {unit.roi_with_range(channel.roi, level)}<br>of the next {unit.roi_with_range(channel.marginal_roi, level)}"
        f"<br>Spend {unit.money(channel.spend)}, {write_share(channel.share_of_spend)} of all"
        + ("" if is_clear(channel, lines) else "<br><i>a 50 % range reaches across a line: not clear yet</i>")
    )


def _finding(channels: list[ChannelSummary], lines: Lines) -> str:
    """What to do, by the names of the channels it is to be done with."""
    by: dict[Advice, list[str]] = {advice: [] for advice in ADVICE}
    unclear: list[str] = []
    for channel in channels:
        (by[advise(channel, lines)] if is_clear(channel, lines) else unclear).append(channel.label)
    parts = [f"{ADVICE[advice][0].lower()} {_list(names)}" for advice, names in by.items() if names]
    if not channels:
        return "No channels"
    if not parts:
        return "No channel's returns are clearly on one side: learn more before money is moved"
    parts += [f"{_list(unclear)} {'is' if len(unclear) == 1 else 'are'} not clear yet"] if unclear else []
    text = "; ".join(parts)
    return text[:1].upper() + text[1:]


def _list(names: list[str]) -> str:
    if len(names) > 3:
        return f"{names[0]}, {names[1]} and {len(names) - 2} more"
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _note(look: Look) -> str:
    if look.unit.conversions:
        where = "Dotted lines: all channels together; right of and above them is better than that."
    else:
        where = "Dotted lines: break-even; right of it a channel earned its cost, above it the next unit of money earns its."
    return f"Size: spend. Crosses: {look.level} % ranges. Faded: a 50 % range reaches across a line. {where}"


def _table(channels: list[ChannelSummary], lines: Lines, look: Look) -> Table:
    unit = look.unit
    return Table(
        (
            "Channel",
            "Advice",
            unit.spend_label,
            *estimate_columns("ROI", unit.roi_name),
            *estimate_columns("ROI of the next", unit.roi_name),
        ),
        [
            (
                c.label,
                ADVICE[advise(c, lines)][0],
                c.spend,
                *estimate_cells(c.roi, unit.roi_scale),
                *estimate_cells(c.marginal_roi, unit.roi_scale),
            )
            for c in channels
        ],
    )
