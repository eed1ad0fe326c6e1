"""Readers of one field of a document: each takes a value and its path, and returns a checked value or says what is wrong."""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any, TypeVar

from mixline.errors import SpecificationError
from mixline.mmm.specification import LIMITS, Range

T = TypeVar("T")
Reader = Callable[[Any, str], Any]

MOST_ITEMS = 2_000  # entries of any list; far beyond what can be modelled, small enough to refuse a hostile document


def fail(what: str, path: str, got: object, expected: str, action: str = "") -> SpecificationError:
    """The error of a field, with its path."""
    shown = "nothing" if got is None else got
    return SpecificationError(what, where=path or "specification", got=shown, expected=expected, action=action)


def unknown(what: str, path: str, got: str, known: Iterable[str]) -> SpecificationError:
    """The error of a value that is none of the known ones, with the nearest of them."""
    names = list(known)
    near = difflib.get_close_matches(str(got), names, n=1)
    listed = ", ".join(names[:20]) + (", ..." if len(names) > 20 else "")
    return fail(what, path, got, listed, f"Did you mean {near[0]}?" if near else "")


def build_object(
    value: Any, path: str, build: Callable[..., T], readers: Mapping[str, Reader], required: tuple[str, ...]
) -> T:
    """An object made of a mapping's fields. What its construction refuses is said with the field's path."""
    if not isinstance(value, Mapping):
        raise fail("a mapping of fields is needed here", path, value, ", ".join(readers))
    parts: dict[str, Any] = {}
    for key, item in value.items():
        if key not in readers:
            raise unknown("unknown field", join(path, str(key)), str(key), readers)
        parts[key] = readers[key](item, join(path, key))
    for key in required:
        if key not in parts:
            raise fail(f"{key} is missing", join(path, key), None, f"a value for {key}")
    try:
        return build(**parts)
    except SpecificationError as error:
        named = error.where.startswith(f"{path}.")  # some errors know the whole path of their field
        raise SpecificationError(
            error.what,
            where=path if " " in error.where else error.where if named else join(path, error.where),
            got=error.got,
            expected=error.expected,
            action=error.action,
        ) from error


def join(path: str, key: str) -> str:
    """The path of a field within a field."""
    return f"{path}.{key}" if path and key else path or key


def read_text(value: Any, path: str) -> str:
    if not isinstance(value, str):
        raise fail("text is needed here", path, value, "text", "Put it in quotes." if value is not None else "")
    if len(value) > 500:
        raise fail("the text is too long", path, f"{len(value)} characters", "at most 500 characters")
    return value


def read_name(value: Any, path: str) -> str:
    text = read_text(value, path)
    if not text.strip():
        raise fail("the text is empty", path, None, "a name")
    return text


def read_number(value: Any, path: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise fail("a number is needed here", path, value, "a number")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise fail("the number is not finite", path, str(value)[:40], "a finite number")
    return number


def read_whole(value: Any, path: str) -> int:
    number = read_number(value, path)
    if number != int(number):
        raise fail("a whole number is needed here", path, value, "a whole number")
    return int(value)


def read_flag(value: Any, path: str) -> bool:
    if not isinstance(value, bool):
        raise fail("yes or no is needed here", path, value, "true or false")
    return value


def read_day(value: Any, path: str) -> date:
    if isinstance(value, datetime):
        value = value.date() if value.time() == datetime.min.time() else str(value)
    if isinstance(value, date):
        return value
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise fail("a day is needed here", path, value, "a date such as 2024-01-31")


def read_range(value: Any, path: str) -> Range:
    if isinstance(value, Mapping):
        for key in value:
            if key not in ("low", "high"):
                raise unknown("unknown field", join(path, str(key)), str(key), ("low", "high"))
        ends = [value.get("low"), value.get("high")]
    elif isinstance(value, list | tuple):
        ends = list(value)
    else:
        ends = [value, value]
    if len(ends) != 2:
        raise fail("a range has two ends", path, value, "[low, high] or one number")
    numbers = [read_number(end, path) for end in ends]
    try:
        return Range(*numbers)
    except SpecificationError as error:
        raise fail(error.what, path, error.got, error.expected, error.action) from error


def read_ranges(value: Any, path: str) -> dict[str, Range]:
    if not isinstance(value, Mapping):
        raise fail("a mapping of ranges is needed here", path, value, ", ".join(LIMITS))
    ranges = {}
    for key, item in value.items():
        where = join(path, str(key))
        if key not in LIMITS:
            raise unknown("unknown parameter", where, str(key), LIMITS)
        found = read_range(item, where)
        low, high = LIMITS[key]
        if found.low < low or found.high > high:
            raise fail(
                "this range leaves its limits",
                where,
                f"{found.low:g} to {found.high:g}",
                f"within {low:g} to {high:g}",
            )
        ranges[key] = found
    return ranges


def one_of(choices: Iterable[str]) -> Reader:
    """One of these words."""
    known = tuple(choices)

    def read(value: Any, path: str) -> str:
        if not isinstance(value, str) or value not in known:
            raise unknown("this value is not one of the choices", path, str(value), known)
        return value

    return read


def optional(reader: Reader) -> Reader:
    """Nothing, or what the reader reads."""
    return lambda value, path: None if value is None else reader(value, path)


def list_of(reader: Reader) -> Reader:
    """A list, as a tuple."""

    def read(value: Any, path: str) -> tuple[Any, ...]:
        if not isinstance(value, list | tuple):
            raise fail("a list is needed here", path, value, "a list")
        if len(value) > MOST_ITEMS:
            raise fail("the list is too long", path, f"{len(value)} entries", f"at most {MOST_ITEMS}")
        return tuple(reader(item, f"{path}[{i}]") for i, item in enumerate(value))

    return read


def object_of(build: Callable[..., Any], readers: Mapping[str, Reader], required: tuple[str, ...] = ()) -> Reader:
    return lambda value, path: build_object(value, path, build, readers, required)


def by_name(item: Reader) -> Reader:
    """A mapping from any name to what `item` reads."""

    def read(value: Any, path: str) -> dict[str, Any]:
        if not isinstance(value, Mapping) or len(value) > MOST_ITEMS:
            raise fail("a mapping is needed here", path, value, "a value by the name of each term")
        return {str(name): item(found, join(path, str(name))) for name, found in value.items()}

    return read
