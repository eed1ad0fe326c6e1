"""Sensible search ranges by kind of channel.

The memory (theta) ranges follow Robyn's documented advice for weekly data (television 0.3-0.8, out-of-home, print and
radio 0.1-0.4, digital 0-0.3). For other intervals theta is converted so that the half-life in days stays the same:
a theta of 0.8 a week is 0.97 a day. Saturation: gamma in 0.3-1 (half-saturation below 30 % of the observed maximum can
hardly be told from a step), alpha in 0.5-3 (below 1 concave from the start, above 1 S-shaped).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mixline.mmm.specification import Interval, Media, Range
from mixline.mmm.transforms.adstock import ADSTOCKS


@dataclass(frozen=True)
class KindDefault:
    """What is assumed of a kind of channel. `theta` is per week."""

    theta: Range
    reason: str


KINDS: Mapping[str, KindDefault] = {
    "tv": KindDefault(
        Range(0.3, 0.8), "Television is remembered: half of its effect comes 1 to 3 weeks after it was shown."
    ),
    "radio": KindDefault(Range(0.1, 0.4), "Radio is remembered for days rather than weeks."),
    "print": KindDefault(Range(0.1, 0.4), "Print is read within a week or two."),
    "ooh": KindDefault(Range(0.1, 0.4), "Posters work while they hang and shortly after."),
    "search": KindDefault(Range(0.0, 0.3), "Search answers an intention: nearly all of the effect is immediate."),
    "social": KindDefault(Range(0.0, 0.3), "Social media work at once, with little memory."),
    "display": KindDefault(Range(0.0, 0.3), "Banners work at once, with little memory."),
    "video": KindDefault(Range(0.1, 0.6), "Online video lies between banners and television."),
    "email": KindDefault(Range(0.0, 0.3), "A newsletter is opened within days."),
    "affiliate": KindDefault(Range(0.0, 0.3), "Affiliates are paid on the sale: the effect is immediate."),
    "other": KindDefault(Range(0.0, 0.8), "Nothing is known of this kind of channel, so the range is wide."),
}

GAMMA = Range(0.3, 1.0)
ALPHA = Range(0.5, 3.0)
# Ends of the legal limits that are no values (Robyn excludes them): a memory of 1 never fades, a steepness or
# half-saturation of 0 is a step. Where a range is written to such an end, the search stops this far before it.
OPEN_ENDS: Mapping[str, Range] = {"theta": Range(0.0, 0.999), "alpha": Range(0.001, 10.0), "gamma": Range(0.001, 1.0)}

PERIODS_PER_WEEK: Mapping[Interval, float] = {"day": 7.0, "week": 1.0, "month": 7.0 / 30.4375}


def theta_range(kind: str, interval: Interval = "week") -> Range:
    """The memory range of a kind of channel, per period of `interval`; unknown kinds are treated as "other"."""
    weekly = KINDS.get(kind, KINDS["other"]).theta
    power = 1.0 / PERIODS_PER_WEEK[interval]
    return Range(round(weekly.low**power, 4), round(weekly.high**power, 4))


def ranges_for(media: Media, interval: Interval = "week") -> dict[str, Range]:
    """Ranges of every parameter of a channel: its own where given, else the default of its kind.

    Returns ranges for alpha, gamma and the parameters of the channel's adstock (theta, or shape and scale), in that order,
    kept off the ends that are no values. An unknown adstock is treated as geometric: it is refused where the data are read.
    """
    ranges = {"alpha": ALPHA, "gamma": GAMMA}
    form = ADSTOCKS.get(media.adstock, ADSTOCKS["geometric"])
    for name in form.parameters:
        ranges[name] = Range(*form.usual[name]) if name in form.usual else theta_range(media.kind, interval)
    return {name: _within(media.ranges.get(name, default), OPEN_ENDS.get(name)) for name, default in ranges.items()}


def _within(range_: Range, ends: Range | None) -> Range:
    if ends is None:
        return range_
    return Range(*(min(max(end, ends.low), ends.high) for end in (range_.low, range_.high)))
