"""The figures in a sentence, held against what they have to be, however the sentence is worded."""

from __future__ import annotations

import re

DATE = re.compile(
    r"\b\d{1,2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4}\b|\b\d{4}-\d{2}-\d{2}\b"
    r"|\b(?:January|February|March|April|May|June|July|August|September|October|November|December) \d{4}\b"
)
CHANNEL = re.compile(r"(?:[Cc]hannel|[Oo]rganic)[ _]\d+")
FIGURE = re.compile(r"[−+]?[€$£]?\d[\d,]*(?:\.\d+)?[kMBT]?(?: %)?")
EVERYWHERE = ("90 %", "50 %", "1,000")  # the range that is named; the piece of money returns are counted in

Written = str | tuple[str, ...]


def list_figures(text: str) -> list[str]:
    """Figures with sign, currency, step and per cent, in their order; dates and names of channels left out."""
    bare = CHANNEL.sub("", DATE.sub("", text.replace("\u00a0", " ").replace("\u2060", "")))
    return [found.rstrip(",") for found in FIGURE.findall(bare)]


def list_dates(text: str) -> list[str]:
    return DATE.findall(text.replace("\u00a0", " "))


def check_figures(text: str, *expected: Written, maybe: tuple[Written, ...] = (), known: tuple[str, ...] = ()) -> None:
    """Every expected figure stands in the text (a tuple: in one of these ways), and no other but those there may be."""
    found = list_figures(text)
    for figure in expected:
        ways = (figure,) if isinstance(figure, str) else figure
        here = next((way for way in ways if way in found), None)
        assert here is not None, f"{' or '.join(ways)} is missing in: {text}"
        found.remove(here)
    for figure in maybe:
        here = next((way for way in ((figure,) if isinstance(figure, str) else figure) if way in found), None)
        if here is not None:
            found.remove(here)
    unknown = [figure for figure in found if figure not in (*EVERYWHERE, *known)]
    assert not unknown, f"{', '.join(unknown)}: nobody knows where from, in: {text}"


def read_typed(value: object) -> float | None:
    """The number in a field, with or without commas; None in an empty one."""
    return None if value in (None, "") else float(str(value).replace(",", ""))
