"""What a report is made of: sheets of paper with figures, numbers and words on them.

A report is composed (`onepage`, `measurement`) from documents, then written (`page`) and printed (`printing`). What composes
takes figures from `dashboard.figures`; what writes and prints computes nothing. All text here is plain: the writer escapes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from dashboard.figures.drawing import Drawing
from mixline.messages import Verdict

Kind = Literal["onepage", "measurement"]
KINDS: tuple[Kind, ...] = ("onepage", "measurement")


@dataclass(frozen=True)
class Panel:
    """A figure under its finding."""

    drawing: Drawing
    area: str = ""  # its place on the sheet


@dataclass(frozen=True)
class Number:
    """A headline number: its name, the value as written, its unit, and its range."""

    name: str
    value: str
    unit: str
    detail: str


@dataclass(frozen=True)
class Numbers:
    items: tuple[Number, ...]
    area: str = "numbers"


@dataclass(frozen=True)
class Verdicts:
    """Whether to trust the numbers, the worst finding, and what to do about it."""

    verdict: Verdict
    heading: str
    worst: str
    action: str = ""
    area: str = "verdict"


@dataclass(frozen=True)
class Words:
    """Paragraphs or, where `listed`, short sentences under a heading; a (term, text) pair is a definition."""

    heading: str
    lines: tuple[str | tuple[str, str], ...]
    area: str = ""
    listed: bool = False


@dataclass(frozen=True)
class Table:
    """`colors` are the swatches before the first column's cells; `numbers` how many of the columns after it are figures."""

    heading: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: int
    colors: tuple[str, ...] = ()
    note: str = ""
    area: str = ""


Block = Panel | Numbers | Verdicts | Words | Table


@dataclass(frozen=True)
class Sheet:
    """One sheet of A4, landscape. `layout` names its arrangement in the style sheet."""

    layout: str
    kicker: str
    title: str
    lede: str
    blocks: tuple[Block, ...]
    facts: tuple[str, ...] = ()
    aside: tuple[Block, ...] = ()  # beside the title


@dataclass(frozen=True)
class Report:
    """A report with the name of its file (without an ending) and its language's title."""

    kind: Kind
    name: str
    title: str
    sheets: tuple[Sheet, ...]
    made: datetime  # when the model was, not the report: the same model gives the same bytes
    model: str = ""  # the beginning of its id, on every sheet

    @property
    def drawings(self) -> tuple[Drawing, ...]:
        return tuple(block.drawing for sheet in self.sheets for block in sheet.blocks if isinstance(block, Panel))
