"""What a person asks of the planner, as it stands in the address of the page and as the engine takes it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, cast
from urllib.parse import quote, unquote

from mixline.errors import InputError
from mixline.mmm.planner import Bounds, PlanRequest

Goal = Literal["budget", "outcome", "roi"]
GOALS: tuple[Goal, ...] = ("budget", "outcome", "roi")
AHEAD = {"day": 91, "week": 13, "month": 3}
MOST_AHEAD = {"day": 366, "week": 104, "month": 24}
PERCENTS: Mapping[Goal, tuple[float, float]] = {"budget": (50, 200), "outcome": (10, 300), "roi": (10, 300)}
CAUTIOUS = 0.25  # the gain that three of four draws exceed
Ends = tuple[float | None, float | None]


@dataclass(frozen=True)
class PlanInputs:
    """One question. Empty means: today's budget, today's outcome or return as the target, usual bounds.

    `target` is an outcome over the plan, or a return in the unit shown; `bounds` are per cent of today's spend.
    """

    goal: Goal = "budget"
    ahead: int | None = None
    budget: float | None = None
    target: float | None = None
    bounds: Mapping[str, Ends] = field(default_factory=dict)
    locked: tuple[str, ...] = ()
    cautious: bool = False

    def to_query(self) -> dict[str, str]:
        """What differs from the default, for the address."""
        bounds = ",".join(f"{quote(c, safe='')}:{_text(low)}~{_text(high)}" for c, (low, high) in self.bounds.items())
        query = {
            "goal": "" if self.goal == "budget" else self.goal,
            "ahead": "" if self.ahead is None else str(self.ahead),
            "budget": _text(self.budget),
            "target": _text(self.target),
            "bounds": bounds,
            "lock": ",".join(quote(c, safe="") for c in self.locked),
            "cautious": "1" if self.cautious else "",
        }
        return {name: value for name, value in query.items() if value}

    def request(self, interval: str, target: float | None) -> PlanRequest:
        """The engine's question. `target` is in the engine's unit, None only where the goal needs none.

        Raises:
            SpecificationError: limits that contradict each other.
        """
        low_usual, high_usual = PERCENTS[self.goal]
        bounds = {}
        for channel, (low, high) in self.bounds.items():
            if channel in self.locked or (low is None and high is None):
                continue
            least = min(low_usual, high) if low is None and high is not None else low
            most = max(high_usual, low) if high is None and low is not None else high
            bounds[channel] = Bounds(cast(float, least) / 100, cast(float, most) / 100)
        budget_goal = self.goal == "budget"
        return PlanRequest(
            scenario=self.goal,
            periods=self.ahead or AHEAD[interval],
            budget=self.budget if budget_goal else None,
            target=None if budget_goal else target,
            bounds=bounds,
            locked=self.locked,
            cautious=CAUTIOUS if self.cautious and budget_goal else None,
        )


def read_inputs(query: Mapping[str, Any]) -> PlanInputs:
    """The question an address asks.

    Raises:
        InputError: a value that cannot be one of ours.
    """
    goal = str(query.get("goal") or "budget")
    if goal not in GOALS:
        raise _unknown("goal", goal, ", ".join(GOALS))
    ahead = _number("ahead", query.get("ahead"))
    if ahead is not None and (ahead != int(ahead) or not 1 <= ahead <= 731):
        raise _unknown("ahead", ahead, "a whole number from 1")
    bounds: dict[str, Ends] = {}
    for part in filter(None, str(query.get("bounds") or "").split(",")):
        name, colon, ends = part.rpartition(":")
        low, tilde, high = ends.partition("~")
        if not (colon and tilde and name):
            raise _unknown("bounds", part, "channel:least~most in per cent of today")
        bounds[unquote(name)] = (_number("bounds", low), _number("bounds", high))
    locked = tuple(unquote(name) for name in str(query.get("lock") or "").split(",") if name)
    return PlanInputs(
        goal=goal,
        ahead=None if ahead is None else int(ahead),
        budget=_number("budget", query.get("budget")),
        target=_number("target", query.get("target")),
        bounds=bounds,
        locked=locked,
        cautious=str(query.get("cautious") or "") == "1",
    )


def _number(where: str, text: object) -> float | None:
    if text is None or text == "":
        return None
    try:
        value = float(str(text))
    except ValueError:
        raise _unknown(where, text, "a number") from None
    if not math.isfinite(value) or value < 0:
        raise _unknown(where, text, "a number, 0 or more")
    return value


def _text(value: float | None) -> str:
    return "" if value is None else str(int(value)) if value == int(value) else repr(value)


def _unknown(where: str, got: object, expected: str) -> InputError:
    return InputError(
        "the address asks for a plan that cannot be made", where=where, got=str(got)[:60], expected=expected,
        action="Choose it again on the page.",
    )  # fmt: skip
