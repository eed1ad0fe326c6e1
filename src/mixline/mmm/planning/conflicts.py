"""What cannot be had, said with names and amounts: limits that contradict each other, targets out of reach.

The errors carry their figures, so that a page can say the same in its own words. Imports no numpy.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from mixline.errors import SpecificationError

End = Literal["least", "most"]
Why = Literal["held", "least", "most", "group"]
MOST_NAMED = 4
WHYS: dict[Why, str] = {"held": "held", "least": "its least", "most": "its most", "group": "the group's limit"}


@dataclass(frozen=True)
class Part:
    """What one channel (or group of channels) contributes to a conflict. `amount` is money over the plan."""

    name: str
    label: str
    amount: float
    why: Why


@dataclass(frozen=True)
class Conflict:
    """Limits that cannot all hold, in money over the plan.

    `group` is empty for the whole budget. `end` "least": the parts need `possible`, more than the `limit`; "most": they can
    spend `possible` at most, less than the `limit`.
    """

    group: str
    end: End
    limit: float
    possible: float
    parts: tuple[Part, ...]
    currency: str

    @property
    def gap(self) -> float:
        """By how much the limits miss each other."""
        return abs(self.possible - self.limit)


class LimitsError(SpecificationError):
    """Limits of a plan contradict each other."""

    def __init__(self, conflict: Conflict) -> None:
        self.conflict = conflict
        what, action = _say(conflict)
        expected = f"at {'least' if conflict.end == 'least' else 'most'} {conflict.possible:,.2f}"
        where = f"groups.{conflict.group}" if conflict.group else "budget"
        super().__init__(what, where=where, got=round(conflict.limit, 2), expected=expected, action=action)


class TargetError(SpecificationError):
    """No plan within the limits reaches the target. `reached` is the target closest to it that one does, if any."""

    def __init__(self, what: str, *, target: float, reached: float | None, action: str) -> None:
        self.reached = reached
        expected = "" if reached is None else f"at most {_figure(reached)}"
        super().__init__(what, where="target", got=target, expected=expected or "another target", action=action)


def name_parts(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """The largest parts, which are worth naming."""
    return tuple(sorted(parts, key=lambda part: -part.amount))[:MOST_NAMED]


def _say(conflict: Conflict) -> tuple[str, str]:
    def money(amount: float) -> str:
        return f"{amount:,.0f} {conflict.currency}".strip()

    named = ", ".join(f"{p.label} {money(p.amount)} ({WHYS[p.why]})" for p in name_parts(conflict.parts))
    group = f"the group {conflict.group}"
    if conflict.end == "least":
        over = "group's most" if conflict.group else "budget"
        what = f"the channels' least amounts need more than the {over}, by {money(conflict.gap)}: {named}"
        raised = f"Raise the {'most of ' + group if conflict.group else 'budget'} to {money(conflict.possible)}"
        return what, f"{raised}, or lower one of them."
    if conflict.group:
        what = f"its channels may not spend the group's least, {money(conflict.gap)} are left: {named}"
        return what, f"Lower the least of {group} to {money(conflict.possible)}, or let one of them go higher."
    what = f"the budget cannot be spent within the upper limits, {money(conflict.gap)} are left: {named}"
    return what, f"Lower the budget to {money(conflict.possible)}, or let one of them go higher."


def _figure(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
