"""The sentences of a movement report."""

from __future__ import annotations

from collections.abc import Sequence

from mixline.mmm.checks.findings import Finding
from mixline.mmm.checks.words import write_return
from mixline.mmm.movement.data import DataChange
from mixline.mmm.movement.result import CauseName, ChannelMovement, Moved
from mixline.mmm.specification import Goal

BECAUSE: dict[CauseName, str] = {
    "spend": "mostly from what was spent and when",
    "new_data": "mostly from what the newer data say of its effect",
    "specification": "mostly from the other specification",
    "uncertainty": "mostly from what search and resampling leave open",
}
STILL = 0.005  # relative: a change that rounds to nothing


def describe_channel(label: str, roi: Moved, goal: Goal) -> str:
    """One sentence on a channel's ROI."""
    if roi.before is None:
        return f"{label} is new: ROI {write_return(roi.after.value, goal)}." if roi.after else f"{label} is new."
    if roi.after is None or roi.change is None:
        return f"{label} is no longer in the model; its ROI was {write_return(roi.before.value, goal)}."
    relative = roi.relative
    first, last = (write_return(figure.value, goal) for figure in (roi.before, roi.after))
    if relative is None or abs(relative) < STILL or first == last:
        return f"ROI of {label} stayed at {write_return(roi.after.value, goal)}."
    verb = "rose" if roi.change.value > 0 else "fell"
    text = f"ROI of {label} {verb} from {first} to {last} ({relative:+.0%})"
    text += ", within its range" if roi.within_range else ", beyond its range"
    return f"{text}, {BECAUSE[roi.main_cause]}." if roi.main_cause else f"{text}."


def headline(channels: Sequence[ChannelMovement], threshold: float) -> str:
    """The report in a sentence or two."""
    both = [c for c in channels if c.presence == "both"]
    moved = [c for c in both if abs(c.figures["roi"].relative or 0.0) > threshold]
    warned = [c for c in both if c.warning]
    if not moved:
        text = f"No channel's ROI moved by more than {threshold:.0%}."
    else:
        text = f"{len(moved)} of {len(both)} channels moved by more than {threshold:.0%} in ROI"
        if warned:
            text += f"; beyond their ranges: {', '.join(c.label for c in warned)}."
        else:
            text += ", none of them beyond its range."
    for presence, word in (("added", "New"), ("removed", "Gone")):
        names = [c.label for c in channels if c.presence == presence]
        if names:
            text += f" {word}: {', '.join(names)}."
    return text


def movement_findings(
    channels: Sequence[ChannelMovement],
    data: DataChange,
    threshold: float,
    *,
    asked_otherwise: int,
    apart: bool,
) -> tuple[Finding, ...]:
    """Warnings by channel first, then what is worth knowing of data and specification.

    Args:
        asked_otherwise: places where the specifications ask another question. apart: whether changes were taken apart.
    """
    found = [
        Finding(
            "channel-moved",
            "warning",
            f"{c.label} moved by more than {threshold:.0%}",
            c.words,
            _advice(c.figures["roi"].main_cause),
            c.figures["roi"].relative,
            (c.name,),
        )
        for c in channels
        if c.warning
    ]
    if data.revisions:
        first = data.revisions[0]
        count = sum(r.revised for r in data.revisions)
        found.append(
            Finding(
                "data-revised",
                "warning" if first.relative > threshold else "info",
                "Earlier values were revised",
                f"{count} values in {len(data.revisions)} columns differ in periods both data sets have; most in "
                f"{first.label}: {first.revised} periods, {first.relative:.1%} of its total.",
                "Ask whoever delivers the data whether the revision is meant.",
                first.relative,
                tuple(r.column for r in data.revisions),
            )
        )
    if asked_otherwise:
        found.append(
            Finding(
                "specification-changed",
                "info",
                "The models ask different questions",
                f"Their specifications differ in {asked_otherwise} places other than ranges, window and search.",
                "Read the differences before the figures.",
                float(asked_otherwise),
            )
        )
    if not apart:
        found.append(
            Finding(
                "not-taken-apart",
                "info",
                "Changes are not taken apart by cause",
                "The earlier specification cannot be put to the later data, so data and specification cannot be told apart.",
                "Refresh the earlier model on the later data to see what the data alone do.",
            )
        )
    return tuple(found)


def _advice(cause: CauseName | None) -> str:
    if cause == "spend":
        return "Compare marginal ROI rather than ROI: the channel was run differently."
    if cause == "new_data":
        return "Ask what changed in the channel: creative, price, tracking, competition; a lift study would settle it."
    if cause == "specification":
        return "Decide which specification is right before using either figure."
    return "Search longer, or pin the channel down with a lift study, before acting on the change."
