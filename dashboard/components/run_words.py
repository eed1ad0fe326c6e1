"""Time and cost of runs, as said."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.figures.format import SYMBOLS
from mixline.messages import CostView, RunTag


def duration_words(seconds: float) -> str:
    """A duration as said: "4 s", "1 min 20 s", "12 min", "2 h 5 min"."""
    if seconds < 60:
        return f"{max(round(seconds), 1)} s"
    if seconds < 600:
        minutes, rest = divmod(round(seconds / 10) * 10, 60)
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    if seconds < 3600:
        return f"{round(seconds / 60)} min"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def cost_words(cost: float, currency: str) -> str:
    """A cost to the cent; what is less than a cent is said to be."""
    symbol = SYMBOLS.get(currency)
    text = f"{cost:,.2f}" if cost >= 0.01 or cost == 0 else "0.01"
    written = f"{symbol}{text}" if symbol else f"{text} {currency}"
    return f"under {written}" if 0 < cost < 0.01 else written


def time_words(takes: CostView) -> str:
    """How long a search will take and how that is known."""
    if takes.seconds is None:
        return "not timed here yet"
    return f"{takes.bound} {duration_words(takes.seconds)}"


def takes_words(takes: CostView) -> str:
    """What a launch will take, in a line."""
    parts = [f"{takes.candidates:,} candidates", time_words(takes)]
    if takes.core_seconds is not None:
        parts.append(f"{duration_words(takes.core_seconds)} of core time")
    if takes.cost is not None:
        parts.append(cost_words(takes.cost, takes.currency))
    return " · ".join(parts)


def tag_words(tags: Sequence[RunTag]) -> str:
    """Tags as they are typed: "final; week=32"."""
    return "; ".join(tag.name if tag.value is None else f"{tag.name}={tag.value:g}" for tag in tags)


def read_tags(text: str) -> list[RunTag]:
    """From "final; week=32". Raises ValueError (also pydantic's) for what is no tag."""
    tags = []
    for part in filter(None, (piece.strip() for piece in text.replace(",", ";").split(";"))):
        name, sign, number = (piece.strip() for piece in part.partition("="))
        tags.append(RunTag(name=name, value=float(number) if sign else None))
    return tags
