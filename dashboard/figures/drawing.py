"""What every figure needs to know (`Look`) and what every figure gives (`Drawing`).

A figure is a plain plotly document. plotly's own classes check each property, which costs more than a whole page here;
the tests do that check instead.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from dashboard.figures.format import SYMBOLS, RangeLevel, Unit, shorten, unit_of, write_lines
from dashboard.theme import Mode, Tokens, assign_colors, layout_template, tokens
from mixline.messages import Estimate, ModelSummary

Document = dict[str, Any]
ROW_NARROW = 46  # pixels from one row to the next where names stand above
NAME_SHIFT = 17  # pixels from the middle of such a row up to its name
NAME_LETTERS = 24  # of a line of a name at the left of its row, which has two
ABOVE_LETTERS = 44  # of a name above its row on a narrow screen and the number beside it, together
BESIDE_LETTERS = 16  # of a name in the narrow column at the right of a drawing
LOWEST = 140  # pixels: with a row or two there must still be room for the axis


@dataclass(frozen=True)
class Look:
    """Theme, unit, range and the colour of each channel: the same for all figures of a page."""

    mode: Mode
    unit: Unit
    level: RangeLevel
    colors: dict[str, str]
    interval: str = "week"

    @property
    def tokens(self) -> Tokens:
        return tokens(self.mode)

    def color(self, channel: str) -> str:
        return self.colors.get(channel, self.tokens.ink_soft)


@dataclass(frozen=True)
class Table:
    """The numbers of a figure for who wants to take them away: plain, with units in the names of the columns."""

    columns: tuple[str, ...]
    rows: list[tuple[str | float | None, ...]]


@dataclass(frozen=True)
class Narrow:
    """What is different where there is little room, as on a telephone. assets/narrow.js puts it on when the figure is drawn.

    `layout` is laid over the figure's own, one level deep; `data` over the traces at these places; `height` in pixels.
    """

    layout: Document
    height: int
    data: dict[int, Document] = field(default_factory=dict)


@dataclass(frozen=True)
class Drawing:
    """A figure with the finding as its title, what is measured as its note, and its height in pixels.

    `about` is the glossary's key of what the figure means; `table` its numbers. Without a table, the file a person takes
    away holds what is drawn.
    """

    name: str
    title: str
    note: str
    figure: Document
    height: int
    about: str = ""
    table: Table | None = None
    narrow: Narrow | None = None


def make_look(summary: ModelSummary, mode: Mode, level: RangeLevel) -> Look:
    names = [channel.name for channel in summary.channels]
    return Look(mode, unit_of(summary), level, assign_colors(names), summary.interval)


def make_figure(look: Look, data: list[Document], **layout: Any) -> Document:
    """A plotly document with our template."""
    return {"data": data, "layout": {"template": layout_template(look.mode), "hovermode": "closest", **layout}}


def outcome_axis(unit: Unit, **more: Any) -> Document:
    """An axis in the goal's unit. With a `range` its ticks are written as all other numbers are."""
    axis = {"title": {"text": unit.outcome_label}, **more}
    return {**_ticks(unit.outcome, "" if unit.conversions else unit.currency, axis), **axis}


def money_axis(unit: Unit, **more: Any) -> Document:
    axis = {"title": {"text": unit.spend_label}, **more}
    return {**_ticks(unit.money, unit.currency, axis), **axis}


def _ticks(write: Callable[[float], str], currency: str, axis: Document) -> Document:
    """plotly would write a loss as €−50k, and a billion as G."""
    if "range" not in axis:
        return {"tickprefix": SYMBOLS.get(currency, ""), "exponentformat": "B"}
    low, high = axis["range"]
    places = nice_steps(low, high, axis.get("nticks", 6))
    return {"tickvals": places, "ticktext": [write(place) for place in places]}


def nice_steps(low: float, high: float, most: int) -> list[float]:
    """At most `most` round numbers from `low` to `high`, as far apart from each other: steps of 1, 2, 2.5 or 5."""
    if not high > low:
        return [low]
    rough = (high - low) / max(most, 2)
    size = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * size for factor in (1, 2, 2.5, 5, 10) if factor * size >= rough * (1 - 1e-9))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [place * step for place in range(first, last + 1)]


def labels_axis(labels: Sequence[str]) -> Document:
    """Names down the left side, the first on top."""
    return {
        "type": "category",
        "categoryorder": "array",
        "categoryarray": list(reversed(labels)),
        **_long_names(labels),
        "showgrid": False,
        "ticks": "",
        "ticklabelstandoff": 8,
        "fixedrange": True,
    }


def _long_names(labels: Sequence[str]) -> Document:
    """Long names take two lines, not half of the figure; nothing where all are short."""
    if all(len(label) <= NAME_LETTERS for label in labels):
        return {}
    return {"tickvals": list(labels), "ticktext": [write_lines(label, NAME_LETTERS) for label in labels]}


def estimate_columns(what: str, scale_name: str = "") -> tuple[str, ...]:
    """Names of the five numbers of an estimate: the value and both of its ranges."""
    name = f"{what}, {scale_name}" if scale_name else what
    return (name, *(f"{name}, {end}" for end in ("5 %", "95 %", "25 %", "75 %")))


def estimate_cells(estimate: Estimate, scale: float = 1.0) -> tuple[float, ...]:
    """The five numbers `estimate_columns` names."""
    return tuple(
        value * scale for value in (estimate.value, estimate.low, estimate.high, estimate.low50, estimate.high50)
    )


def row_height(rows: int, each: int = 36, rest: int = 64) -> int:
    return max(rows * each + rest, LOWEST)


def numbers_width(texts: Sequence[str], least: int) -> int:
    """Pixels of a column for these numbers in bold, `least` or more: CHF 22.8k takes more room than €22.8k."""
    return max([least, *(round(len(text) * 7.4) + 14 for text in texts)])


def side_number(label: str, text: str, width: int, look: Look, soft: str = "", *, below: bool = False) -> Document:
    """A number in a column of its own, `width` pixels wide, at the right of the row of `label`; what is said softly of it
    stands beside or `below` it.
    """
    parted, size = ("<br>", ";font-size:11px") if below else (" ", "")
    rest = f"{parted}<span style='color:{look.tokens.ink_soft}{size}'>{soft}</span>" if soft else ""
    return {
        "xref": "paper",
        "x": 1,
        "xanchor": "right",
        "xshift": width - 6,
        "yref": "y",
        "y": label,
        "text": f"<b>{text}</b>{rest}",
        "align": "right",
        "showarrow": False,
        "font": {"size": 12, "color": look.tokens.ink},
    }


def names_above(
    rows: Sequence[tuple[str, str, str]], look: Look, *, more: Sequence[Document] = (), top: int = 4, rest: int = 56
) -> Narrow:
    """Rows for little room: each name above its row with its number (and what is softly said of it) at the right, so that the
    drawing has the whole width. `rest` is what the axis takes, `top` the room above, in pixels.
    """
    height = len(rows) * ROW_NARROW + rest + top

    def text(label: str, words: str, x: int) -> Document:
        return {
            "xref": "paper",
            "x": x,
            "xanchor": "right" if x else "left",
            "yref": "y",
            "y": label,
            "yshift": NAME_SHIFT,
            "text": words,
            "showarrow": False,
            "bgcolor": look.tokens.surface,
            "borderpad": 1,
            "font": {"size": 12, "color": look.tokens.ink},
        }

    soft = look.tokens.ink_soft
    numbers = [
        f"<b>{number}</b>" + (f" <span style='color:{soft}'>{also}</span>" if also else "") for _, number, also in rows
    ]
    room = [max(ABOVE_LETTERS - len(number) - len(also), 12) for _, number, also in rows]
    annotations = [text(row[0], shorten(row[0], most), 0) for row, most in zip(rows, room, strict=True)]
    annotations += [text(row[0], number, 1) for row, number in zip(rows, numbers, strict=True) if row[1]]
    layout = {
        "yaxis": {"showticklabels": False},
        "margin": {"l": 2, "r": 6, "t": top, "b": 8},
        "annotations": [*annotations, *more],
    }
    return Narrow(layout, height)
