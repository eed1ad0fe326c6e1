"""How families of candidates are told apart wherever they are shown: a colour and a mark for each, and words."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.figures.drawing import Look
from dashboard.figures.format import write_share
from mixline.messages import Candidates, ClusterView

# Not the channels' colours: a family is no channel. The marks tell them apart for who does not see colours.
COLORS = ("#0b5f66", "#c46a1b", "#6a51a3", "#a8324a", "#4d7c0f", "#1d6fb8", "#8c6d31", "#b0468f", "#52606d", "#2a9d8f")
DARK = ("#5fb8bd", "#e6a15c", "#a99be0", "#ea8799", "#9cc65a", "#74b3ea", "#d3b878", "#e29ac8", "#a9b4be", "#7fd6c9")
MARKS = (
    "circle",
    "square",
    "diamond",
    "triangle-up",
    "cross",
    "x",
    "pentagon",
    "star-triangle-down",
    "hexagon",
    "bowtie",
)
SIGNS = ("●", "■", "◆", "▲", "✚", "✖", "⬟", "▼", "⬢", "⧓")
SMALL = 0.02  # a change below this is none


def color_of(number: int, look: Look) -> str:
    """The colour of a family; `number` counts from 1."""
    palette = DARK if look.mode == "dark" else COLORS
    return palette[(number - 1) % len(palette)]


def mark_of(number: int) -> str:
    return MARKS[(number - 1) % len(MARKS)]


def sign_of(number: int) -> str:
    """The mark as a letter, for words and tables."""
    return SIGNS[(number - 1) % len(SIGNS)]


def family_of(candidates: Candidates, row: int) -> ClusterView | None:
    """The family a candidate stands in."""
    number = candidates.cluster[row] if candidates.cluster else -1
    return next((family for family in candidates.clusters if family.number == number), None)


def write_difference(family: ClusterView, labels: dict[str, str], look: Look) -> str:
    """What sets a family apart from the others, in words."""
    told = next((channel for channel in family.channels if channel.channel == family.differs), None)
    if told is None:
        return "The only story there is."
    label = labels.get(told.channel, told.label)
    value = look.unit.roi(told.mean)
    if abs(family.change) < SMALL:
        return f"Nothing stands out; {label} returns {value}."
    way = "more" if family.change > 0 else "less"
    return f"{label} returns {write_share(abs(family.change))} {way} than in the others: {value} {look.unit.roi_per}."


def write_finding(candidates: Candidates, labels: dict[str, str]) -> str:
    """How many stories the good candidates tell, and which channels the difference is about."""
    count = len(candidates.clusters)
    if count < 2:
        return "Good candidates tell one story"
    names: list[str] = []
    for family in candidates.clusters:
        if family.differs is not None and (name := labels.get(family.differs, family.differs)) not in names:
            names.append(name)
    about = _join(names[:3])
    return f"Good candidates tell {count} stories that differ most in {about}" if about else f"{count} families"


def _join(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else ""
