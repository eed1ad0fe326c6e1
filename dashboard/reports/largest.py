"""A sheet of paper holds a dozen rows. Of models with more channels the largest by spend are drawn, and it is said."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from dashboard.figures.drawing import Drawing
from dashboard.figures.format import shorten
from dashboard.figures.placing import spread
from mixline.messages import ChannelSummary, ModelSummary

MOST_ROWS = 12
ROOMY = 10  # rows that need no smaller letters
LONGEST_NAME = 22  # letters of a name beside a row or in a legend
SMALL = 10  # pixels
FEW_TICKS = 4
LINE_APART = 14.0  # pixels from one small name to the next
MOST_NAMED = 10  # lines in a legend; a stack of bars is another matter, as it is not tightened
Item = TypeVar("Item")


def tighten(drawing: Drawing) -> Drawing:
    """Every row with its name, in smaller letters, and long names cut: for figures with more rows than they have room for."""
    layout = drawing.figure["layout"]
    axis = layout.get("yaxis", {})
    rows: list[str] = list(axis.get("categoryarray", []))
    if len(rows) <= ROOMY and all(len(row) <= LONGEST_NAME for row in rows):
        data = [{**trace, "name": cut(trace["name"])} if "name" in trace else trace for trace in drawing.figure["data"]]
        named = sum("name" in trace and trace.get("showlegend", True) for trace in data)
        # A long legend would take the figure's place; the colours are named beside the rows of its neighbours.
        legend = {"showlegend": False} if named > MOST_NAMED else {}
        return replace(drawing, figure={**drawing.figure, "data": data, "layout": {**layout, **legend}})
    names = {"tickmode": "array", "tickvals": rows, "ticktext": [cut(row) for row in rows], "tickfont": {"size": SMALL}}
    notes = [
        {**note, "font": {**note.get("font", {}), "size": min(SMALL, note.get("font", {}).get("size", SMALL))}}
        for note in layout.get("annotations", [])
    ]
    across = layout.get("xaxis", {})
    if "nticks" in across:  # names leave less room for the numbers below
        across = {**across, "nticks": min(across["nticks"], FEW_TICKS)}
    smaller = {**layout, "xaxis": across, "yaxis": {**axis, **names}, "annotations": notes}
    return replace(drawing, figure={**drawing.figure, "layout": smaller})


def respace(drawing: Drawing, height: int) -> Drawing:
    """Names at the right of a figure that is drawn lower than on its page: closer, in smaller letters, none on another.

    `height`: of the plot itself, pixels.
    """
    layout = drawing.figure["layout"]
    notes = sorted(layout.get("annotations", []), key=lambda note: note["y"])
    low, high = layout["yaxis"]["range"]
    apart = min(LINE_APART, height / max(len(notes), 1)) * (high - low) / height
    places = spread([note["y"] for note in notes], apart)
    over = max(places[-1] + apart / 2 - high, 0.0) if places else 0.0
    moved = [
        {**note, "y": place - over, "text": note["text"], "font": {**note["font"], "size": SMALL}}
        for note, place in zip(notes, places, strict=True)
    ]
    return replace(drawing, figure={**drawing.figure, "layout": {**layout, "annotations": moved}})


def cut(name: str) -> str:
    """A name that is not longer than there is room for."""
    return shorten(name, LONGEST_NAME)


def draw_largest(draw: Callable[[ModelSummary], Drawing], summary: ModelSummary) -> Drawing:
    """A figure of the largest channels, under the finding of all of them."""
    if len(summary.channels) <= MOST_ROWS:
        return draw(summary)
    few = draw(summary.model_copy(update={"channels": keep_largest(summary.channels)}))
    return replace(few, title=draw(summary).title, note=f"{few.note} {write_left_out(summary)}")


def keep_largest(channels: Sequence[ChannelSummary]) -> list[ChannelSummary]:
    """The largest by spend, in the order they had."""
    named = {channel.name for channel in sorted(channels, key=lambda channel: -channel.spend)[:MOST_ROWS]}
    return [channel for channel in channels if channel.name in named]


def keep_items(items: Sequence[Item], name: Callable[[Item], str], summary: ModelSummary) -> list[Item]:
    """What belongs to the largest channels, in the order it had."""
    named = {channel.name for channel in keep_largest(summary.channels)}
    return [item for item in items if name(item) in named]


def write_left_out(summary: ModelSummary) -> str:
    """A sentence about what is not on the sheet; empty where everything is."""
    count = len(summary.channels)
    return f"The {MOST_ROWS} largest of {count} channels by spend." if count > MOST_ROWS else ""
