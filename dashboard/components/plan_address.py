"""A question to the planner in the address of the page: written and read, so that a plan can be sent as a link."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from urllib.parse import quote, unquote

from dashboard.components.plan_inputs import GOALS, GROUPS, PACES, Ends, PlanInputs, check_weight
from mixline.errors import InputError

T = TypeVar("T")
LONGEST = 6000  # characters of one part: a server refuses addresses much longer
NAMES = (
    "goal", "ahead", "budget", "target", "bounds", "hold", "groups", "group_bounds", "prices", "pace", "flight", "weights",
    "cautious", "after", "today", "moved",
)  # fmt: skip


def write_inputs(inputs: PlanInputs) -> dict[str, str]:
    """What differs from the default, by the names of the address."""
    query = {
        "goal": "" if inputs.goal == "budget" else inputs.goal,
        "ahead": "" if inputs.ahead is None else str(inputs.ahead),
        "budget": _text(inputs.budget),
        "target": _text(inputs.target),
        "bounds": _pairs(inputs.bounds, _ends),
        "hold": _pairs(inputs.held, _text),
        "groups": _pairs(inputs.groups, str),
        "group_bounds": _pairs(inputs.group_bounds, _ends),
        "prices": _pairs(inputs.prices, _text),
        "pace": "" if inputs.pace == "year" else inputs.pace,
        "flight": "" if inputs.flight is None else str(inputs.flight),
        "weights": _pairs(inputs.weights, lambda row: "~".join(map(_text, row))),
        "cautious": "1" if inputs.cautious else "",
        "after": "1" if inputs.carry_out else "",
        "today": "" if inputs.today is None else str(inputs.today),
        "moved": inputs.moved,
    }
    return {name: value for name, value in query.items() if value}


def read_inputs(query: Mapping[str, Any]) -> PlanInputs:
    """The question an address asks.

    Raises:
        InputError: a value that cannot be one of ours.
    """
    asked = {name: str(query.get(name) if query.get(name) is not None else "") for name in NAMES}
    for name, text in asked.items():
        if len(text) > LONGEST:
            raise _refused(name, f"{len(text)} characters", f"at most {LONGEST}")
    return PlanInputs(
        goal=_one_of("goal", asked["goal"] or "budget", GOALS),
        ahead=_whole("ahead", asked["ahead"], 731),
        budget=_number("budget", asked["budget"]),
        target=_number("target", asked["target"]),
        bounds=_read_pairs("bounds", asked["bounds"], _read_ends),
        held=_read_pairs("hold", asked["hold"], _required),
        groups=_read_pairs("groups", asked["groups"], lambda where, text: _one_of(where, text, GROUPS)),
        group_bounds=_read_pairs("group_bounds", asked["group_bounds"], _read_ends),
        prices=_read_pairs("prices", asked["prices"], _read_change),
        pace=_one_of("pace", asked["pace"] or "year", PACES),
        flight=_whole("flight", asked["flight"], 731),
        weights=_read_pairs("weights", asked["weights"], _read_weights),
        cautious=asked["cautious"] == "1",
        carry_out=asked["after"] == "1",
        today=_whole("today", asked["today"], 100_000),
        moved=asked["moved"],
    )


def _pairs(of: Mapping[str, T], write: Callable[[T], str]) -> str:
    return ",".join(f"{quote(name, safe='')}:{write(value)}" for name, value in of.items())


def _read_pairs(where: str, text: str, read: Callable[[str, str], T]) -> dict[str, T]:
    found = {}
    for part in filter(None, text.split(",")):
        name, colon, value = part.rpartition(":")
        if not (colon and name):
            raise _refused(where, part, "channel:value")
        found[unquote(name)] = read(where, value)
    return found


def _ends(ends: Ends) -> str:
    return f"{_text(ends[0])}~{_text(ends[1])}"


def _read_ends(where: str, text: str) -> Ends:
    low, tilde, high = text.partition("~")
    if not tilde:
        raise _refused(where, text, "least~most in per cent of today")
    return _number(where, low), _number(where, high)


def _required(where: str, text: str) -> float:
    value = _number(where, text)
    if value is None:
        raise _refused(where, text, "a number")
    return value


def _read_weights(where: str, text: str) -> tuple[float, ...]:
    return tuple(check_weight(weight, _required(where, weight)) for weight in text.split("~"))


def _read_change(where: str, text: str) -> float:
    """A change of price in per cent: more than -100."""
    try:
        value = float(text)
    except ValueError:
        raise _refused(where, text, "a number") from None
    if not math.isfinite(value) or value <= -100 or value > 1e6:
        raise _refused(where, text, "a change in per cent, above -100")
    return value


def _one_of(where: str, text: str, allowed: tuple[T, ...]) -> T:
    for known in allowed:
        if known == text:
            return known
    raise _refused(where, text, ", ".join(map(str, allowed)))


def _whole(where: str, text: str, most: int) -> int | None:
    value = _number(where, text)
    if value is None:
        return None
    if value != int(value) or not 1 <= value <= most:
        raise _refused(where, text, f"a whole number from 1 to {most}")
    return int(value)


def _number(where: str, text: str) -> float | None:
    if text == "":
        return None
    try:
        value = float(text)
    except ValueError:
        raise _refused(where, text, "a number") from None
    if not math.isfinite(value) or value < 0:
        raise _refused(where, text, "a number, 0 or more")
    return value


def _text(value: float | None) -> str:
    if value is None:
        return ""
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)


def _refused(where: str, got: object, expected: str) -> InputError:
    return InputError(
        "the address asks for a plan that cannot be made", where=where, got=str(got)[:60], expected=expected,
        action="Choose it again on the page.",
    )  # fmt: skip
