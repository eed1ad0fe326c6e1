"""A measure of every channel in several models: dots with ranges, one row per channel, one mark per model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from dashboard.figures.drawing import Document, Drawing, Look, Table, estimate_cells, estimate_columns, make_figure
from dashboard.figures.format import write_share, write_share_range
from dashboard.figures.roi import break_even
from mixline.messages import ComparedChannel, Comparison, Estimate

CompareMeasure = Literal["share_of_effect", "roi", "marginal_roi"]
LETTERS = "ABCDE"
SYMBOLS = ("circle", "diamond", "square", "triangle-up", "x")
LONGEST_TITLE = 40  # characters of a line under an axis: more do not fit a telephone
BETWEEN = 0.17  # rows between the marks of one channel
NAMES: dict[CompareMeasure, str] = {
    "share_of_effect": "Share of effect",
    "roi": "ROI",
    "marginal_roi": "ROI of the next unit of money",
}


def draw_compared(
    comparison: Comparison, measure: CompareMeasure, look: Look, places: Sequence[int] = (), name: str = ""
) -> Drawing:
    """Channels in their order, models from the top down in each row. A channel that a model does not have leaves a gap.

    `places` are the models drawn, all when none is given; each keeps its letter and mark. `name` tells two figures of one
    measure apart.
    """
    places = places or range(len(comparison.models))
    channels = [c for c in comparison.channels if any(_figures(c, measure)[place] is not None for place in places)]
    count = len(places)
    traces: list[Document] = []
    for row, channel in enumerate(channels):
        for step, place in enumerate(places):
            estimate = _figures(channel, measure)[place]
            if estimate is not None:
                traces += _mark(channel, estimate, place, _height(row, step, count), measure, look)
    percent = measure == "share_of_effect"
    shapes, annotations = ([], []) if percent or look.unit.conversions else break_even(look)
    figures = [f for channel in channels for f in _shown(channel, measure, places)]
    scale = _scale(measure, look)
    # One very uncertain channel must not squeeze all others into a corner.
    top = min(max((f.high for f in figures), default=1.0), 2.5 * max((f.value for f in figures), default=1.0))
    low = min(0.0, *(f.low for f in figures)) if figures else 0.0
    axis = {"ticksuffix": " %"} if percent else {}
    figure = make_figure(
        look,
        traces,
        xaxis={
            **axis,
            "range": [low * scale * 1.05, max(top * scale, 0.0 if percent else 1.1) * 1.05],
            "showgrid": True,
            "zeroline": False,
            "fixedrange": True,
            "nticks": 6,
            "title": {"text": _axis_title(measure, look)},
        },
        yaxis={
            "tickvals": [-row for row in range(len(channels))],
            "ticktext": [channel.label for channel in channels],
            "range": [-len(channels) + 0.4, 0.6],
            "showgrid": False,
            "zeroline": False,
            "ticks": "",
            "ticklabelstandoff": 8,
            "fixedrange": True,
        },
        shapes=shapes,
        annotations=annotations,
        margin={"l": 8, "r": 16, "t": 26, "b": 8},
    )
    marks = ", ".join(f"{LETTERS[place]} {_symbol_word(place)}" for place in places)
    note = f"Line: {look.level} % range. {marks}."
    height = round(len(channels) * (22 + 17 * count) + 84)
    return Drawing(
        f"compared-{measure}{name}",
        _finding(channels, measure, places, look),
        note,
        figure,
        height,
        measure,
        _table(comparison, measure, look, places),
    )


def write_figure(figure: Estimate | None, measure: CompareMeasure, look: Look) -> str:
    """The figure with its range, as it stands in tables."""
    if figure is None:
        return "–"
    if measure != "share_of_effect":
        return look.unit.roi_with_range(figure, look.level)
    low, high = (figure.low, figure.high) if look.level == 90 else (figure.low50, figure.high50)
    return f"{write_share(figure.value)} ({write_share_range(low, high)})"


def _figures(channel: ComparedChannel, measure: CompareMeasure) -> list[Estimate | None]:
    found: list[Estimate | None] = getattr(channel, measure)
    return found


def _shown(channel: ComparedChannel, measure: CompareMeasure, places: Sequence[int]) -> list[Estimate]:
    """The channel's figures in the models drawn that have it."""
    figures = _figures(channel, measure)
    return [figure for place in places if (figure := figures[place]) is not None]


def _axis_title(measure: CompareMeasure, look: Look) -> str:
    if measure == "share_of_effect":
        return NAMES[measure]
    name = NAMES[measure] if measure == "roi" else f"ROI of the next {look.unit.money_name}"
    title = f"{name}, {look.unit.roi_name}"
    return title if len(title) <= LONGEST_TITLE else f"{name},<br>{look.unit.roi_name}"


def _scale(measure: CompareMeasure, look: Look) -> float:
    return 100.0 if measure == "share_of_effect" else look.unit.roi_scale


def _height(row: int, place: int, count: int) -> float:
    return -row - (place - (count - 1) / 2) * BETWEEN


def _mark(
    channel: ComparedChannel, figure: Estimate, place: int, y: float, measure: CompareMeasure, look: Look
) -> list[Document]:
    scale, color = _scale(measure, look), look.color(channel.name)
    low, high = (figure.low, figure.high) if look.level == 90 else (figure.low50, figure.high50)
    line: Document = {
        "type": "scatter",
        "mode": "lines",
        "x": [low * scale, high * scale],
        "y": [y, y],
        "line": {"color": color, "width": 3},
        "opacity": 0.6,
        "hoverinfo": "skip",
        "showlegend": False,
    }
    text = f"<b>{channel.label}, {LETTERS[place]}</b><br>{NAMES[measure]} {write_figure(figure, measure, look)}"
    dot: Document = {
        "type": "scatter",
        "mode": "markers",
        "name": f"{channel.label}, {LETTERS[place]}",
        "x": [figure.value * scale],
        "y": [y],
        "marker": {
            "size": 11,
            "symbol": SYMBOLS[place],
            "color": color,
            "line": {"width": 1.5, "color": look.tokens.surface},
        },
        "text": [text],
        "hovertemplate": "%{text}<extra></extra>",
        "showlegend": False,
        "cliponaxis": False,
    }
    return [line, dot]


def _table(comparison: Comparison, measure: CompareMeasure, look: Look, places: Sequence[int]) -> Table:
    """A line per channel and model that has it."""
    scale = "%" if measure == "share_of_effect" else look.unit.roi_name
    rows: list[tuple[str | float | None, ...]] = [
        (
            channel.label,
            f"{LETTERS[place]} · {comparison.models[place].title}",
            *estimate_cells(figure, _scale(measure, look)),
        )
        for channel in comparison.channels
        for place in places
        if (figure := _figures(channel, measure)[place]) is not None
    ]
    return Table(("Channel", "Model", *estimate_columns(NAMES[measure], scale)), rows)


def _symbol_word(place: int) -> str:
    return ("dot", "diamond", "square", "triangle", "cross")[place]


def _finding(channels: Sequence[ComparedChannel], measure: CompareMeasure, places: Sequence[int], look: Look) -> str:
    """How many channels the models agree on: all their ranges overlap. Of one model, its best channel."""
    shared = [c for c in channels if len(_shown(c, measure, places)) > 1]
    name = NAMES[measure] if measure != "marginal_roi" else f"the ROI of the next {look.unit.money_name}"
    start = name[0].upper() + name[1:]
    if len(places) == 1 and channels:
        best = max(channels, key=lambda c: _shown(c, measure, places)[0].value)
        figure = write_figure(_shown(best, measure, places)[0], measure, look)
        return f"{start} in {LETTERS[places[0]]}: {best.label} leads with {figure}"
    apart = [c for c in shared if not _overlap(_shown(c, measure, places))]
    if not shared:
        return f"{start}: the models share no channel"
    if not apart:
        return f"{start}: the ranges of all models overlap in every channel"
    if len(apart) == 1:
        return f"The models disagree on {name} of {apart[0].label}"
    return f"The models disagree on {name} of {len(apart)} of {len(shared)} channels, {apart[0].label} among them"


def _overlap(figures: Sequence[Estimate]) -> bool:
    return max(f.low for f in figures) <= min(f.high for f in figures)
