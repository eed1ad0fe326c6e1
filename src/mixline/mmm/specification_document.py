"""Specifications as documents: JSON-like mappings and YAML files people write by hand.

A document has the fields of `mixline.mmm.specification.ModelSpec`, with two conveniences: a range may be written
``[low, high]``, ``{low: ..., high: ...}`` or as one number (fixed). Nothing is guessed: an unknown field, a wrong type or a
repeated key is refused with the path of the field, such as ``media[2].ranges.theta``.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any, TypeVar, get_args

from mixline.errors import SpecificationError
from mixline.mmm.defaults import KINDS
from mixline.mmm.specification import (
    COMPONENTS,
    LIMITS,
    Context,
    Goal,
    GoalKind,
    InterceptRule,
    Media,
    ModelSpec,
    Optimizer,
    Range,
    Refresh,
    Search,
    Sign,
    Study,
    Validation,
)

T = TypeVar("T")
Reader = Callable[[Any, str], Any]

VERSION = 1
LONGEST_TEXT = 1_000_000  # characters; the longest specification in use has some thousand
MOST_ITEMS = 2_000  # entries of any list; far beyond what can be modelled, small enough to refuse a hostile document


def read_document(document: Mapping[str, Any]) -> ModelSpec:
    """Read a specification from plain JSON or YAML types.

    Raises:
        SpecificationError: an unknown, missing or ill-typed field, or a contradiction; `where` is the path of the field.
    """
    version = document.get("version", VERSION) if isinstance(document, Mapping) else VERSION
    if version != VERSION or isinstance(version, bool):
        raise SpecificationError(
            "this version of the specification format is unknown",
            where="version",
            got=version,
            expected=str(VERSION),
            action="Update Mixline or write the specification for this version.",
        )
    spec: ModelSpec = _read_object(document, "", ModelSpec, _MODEL, ("goal", "date_column", "media"))
    known = {m.name for m in spec.media}
    for i, study in enumerate(spec.studies):
        for name in study.channels:
            if name not in known:
                raise _unknown("no channel has this name", f"studies[{i}].channels", name, sorted(known))
    return spec


def read_yaml(text: str) -> ModelSpec:
    """Read a specification from YAML. Raises SpecificationError with the line of a syntax error or the path of a field."""
    import yaml

    if len(text) > LONGEST_TEXT:
        raise SpecificationError(
            "the specification is too long",
            got=f"{len(text):,} characters",
            expected=f"at most {LONGEST_TEXT:,}",
        )
    try:
        document = yaml.load(text, Loader=_strict_loader())  # noqa: S506 - a SafeLoader made stricter
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise SpecificationError(
            getattr(error, "problem", None) or "this is not YAML",
            where=f"line {mark.line + 1}" if mark else "specification",
            expected="a YAML document",
            action="Correct the line; lists start with '- ' and fields end with a colon.",
        ) from error
    except (ValueError, RecursionError) as error:  # an impossible date; nesting without end
        raise SpecificationError("this is not usable YAML", where="specification", got=str(error)) from error
    if not isinstance(document, Mapping):
        raise SpecificationError(
            "the specification is empty" if document is None else "the specification is not a mapping of fields",
            expected="fields such as goal, date_column and media",
        )
    return read_document(document)


def write_yaml(spec: ModelSpec) -> str:
    """A specification as commented YAML; `read_yaml` reads it back to an equal one."""
    from mixline.mmm.specification_yaml import write

    return write(spec)


# --- readers: each takes a value and its path, and returns a checked value ---------------------------------------------


def _fail(what: str, path: str, got: object, expected: str, action: str = "") -> SpecificationError:
    shown = "nothing" if got is None else got
    return SpecificationError(what, where=path or "specification", got=shown, expected=expected, action=action)


def _unknown(what: str, path: str, got: str, known: Iterable[str]) -> SpecificationError:
    names = list(known)
    near = difflib.get_close_matches(str(got), names, n=1)
    listed = ", ".join(names[:20]) + (", ..." if len(names) > 20 else "")
    return _fail(what, path, got, listed, f"Did you mean {near[0]}?" if near else "")


def _read_object(
    value: Any, path: str, build: Callable[..., T], readers: Mapping[str, Reader], required: tuple[str, ...]
) -> T:
    if not isinstance(value, Mapping):
        raise _fail("a mapping of fields is needed here", path, value, ", ".join(readers))
    parts: dict[str, Any] = {}
    for key, item in value.items():
        if key not in readers:
            raise _unknown("unknown field", _join(path, str(key)), str(key), readers)
        parts[key] = readers[key](item, _join(path, key))
    for key in required:
        if key not in parts:
            raise _fail(f"{key} is missing", _join(path, key), None, f"a value for {key}")
    try:
        return build(**parts)
    except SpecificationError as error:
        raise SpecificationError(
            error.what,
            where=path if " " in error.where else _join(path, error.where),
            got=error.got,
            expected=error.expected,
            action=error.action,
        ) from error


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path and key else path or key


def _text(value: Any, path: str) -> str:
    if not isinstance(value, str):
        raise _fail("text is needed here", path, value, "text", "Put it in quotes." if value is not None else "")
    if len(value) > 500:
        raise _fail("the text is too long", path, f"{len(value)} characters", "at most 500 characters")
    return value


def _filled_text(value: Any, path: str) -> str:
    text = _text(value, path)
    if not text.strip():
        raise _fail("the text is empty", path, None, "a name")
    return text


def _number(value: Any, path: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _fail("a number is needed here", path, value, "a number")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise _fail("the number is not finite", path, str(value)[:40], "a finite number")
    return number


def _whole(value: Any, path: str) -> int:
    number = _number(value, path)
    if number != int(number):
        raise _fail("a whole number is needed here", path, value, "a whole number")
    return int(value)


def _flag(value: Any, path: str) -> bool:
    if not isinstance(value, bool):
        raise _fail("yes or no is needed here", path, value, "true or false")
    return value


def _day(value: Any, path: str) -> date:
    if isinstance(value, datetime):
        value = value.date() if value.time() == datetime.min.time() else str(value)
    if isinstance(value, date):
        return value
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise _fail("a day is needed here", path, value, "a date such as 2024-01-31")


def _range(value: Any, path: str) -> Range:
    if isinstance(value, Mapping):
        for key in value:
            if key not in ("low", "high"):
                raise _unknown("unknown field", _join(path, str(key)), str(key), ("low", "high"))
        ends = [value.get("low"), value.get("high")]
    elif isinstance(value, list | tuple):
        ends = list(value)
    else:
        ends = [value, value]
    if len(ends) != 2:
        raise _fail("a range has two ends", path, value, "[low, high] or one number")
    numbers = [_number(end, path) for end in ends]
    try:
        return Range(*numbers)
    except SpecificationError as error:
        raise _fail(error.what, path, error.got, error.expected, error.action) from error


def _ranges(value: Any, path: str) -> dict[str, Range]:
    if not isinstance(value, Mapping):
        raise _fail("a mapping of ranges is needed here", path, value, ", ".join(LIMITS))
    ranges = {}
    for key, item in value.items():
        where = _join(path, str(key))
        if key not in LIMITS:
            raise _unknown("unknown parameter", where, str(key), LIMITS)
        found = _range(item, where)
        low, high = LIMITS[key]
        if found.low < low or found.high > high:
            raise _fail(
                f"the range of {key} leaves its limits",
                where,
                f"{found.low} to {found.high}",
                f"within {low} to {high}",
            )
        ranges[key] = found
    return ranges


def _one_of(choices: Iterable[str]) -> Reader:
    known = tuple(choices)

    def read(value: Any, path: str) -> str:
        if not isinstance(value, str) or value not in known:
            raise _unknown("this value is not one of the choices", path, str(value), known)
        return value

    return read


def _optional(reader: Reader) -> Reader:
    return lambda value, path: None if value is None else reader(value, path)


def _list(reader: Reader) -> Reader:
    def read(value: Any, path: str) -> tuple[Any, ...]:
        if not isinstance(value, list | tuple):
            raise _fail("a list is needed here", path, value, "a list")
        if len(value) > MOST_ITEMS:
            raise _fail("the list is too long", path, f"{len(value)} entries", f"at most {MOST_ITEMS}")
        return tuple(reader(item, f"{path}[{i}]") for i, item in enumerate(value))

    return read


def _object(build: Callable[..., Any], readers: Mapping[str, Reader], required: tuple[str, ...] = ()) -> Reader:
    return lambda value, path: _read_object(value, path, build, readers, required)


def _adstock(value: Any, path: str) -> str:
    from mixline.mmm.adstock import ADSTOCKS

    return str(_one_of(ADSTOCKS)(value, path))


def _study(**parts: Any) -> Study:
    study = Study(**parts)
    if not study.channels:
        raise SpecificationError("a study needs a channel", where="channels", got="none")
    if study.start > study.end:
        raise SpecificationError(
            "the study ends before it starts", where="start", got=f"{study.start} to {study.end}", action="Swap them."
        )
    if len(set(study.channels)) != len(study.channels):
        raise SpecificationError("the study names a channel twice", where="channels", got=", ".join(study.channels))
    if study.effect == 0:
        raise SpecificationError(
            "an effect of 0 cannot be compared with", where="effect", got=study.effect, expected="a number other than 0"
        )
    if not 0 < study.confidence <= 1:
        raise SpecificationError(
            "the confidence is out of range",
            where="confidence",
            got=study.confidence,
            expected="above 0 and at most 1, such as 0.95",
        )
    return study


def _by_name(item: Reader) -> Reader:
    """A mapping from any name to what `item` reads."""

    def read(value: Any, path: str) -> dict[str, Any]:
        if not isinstance(value, Mapping) or len(value) > MOST_ITEMS:
            raise _fail("a mapping is needed here", path, value, "a value by the name of each term")
        return {str(name): item(found, _join(path, str(name))) for name, found in value.items()}

    return read


_SIGN = _one_of(get_args(Sign))
_MODEL: dict[str, Reader] = {
    "goal": _object(
        Goal,
        {"column": _filled_text, "kind": _one_of(get_args(GoalKind)), "label": _text, "currency": _text},
        ("column",),
    ),
    "date_column": _filled_text,
    "media": _list(
        _object(
            Media,
            {
                "name": _filled_text,
                "spend": _optional(_filled_text),
                "exposure": _optional(_filled_text),
                "kind": _one_of(KINDS),
                "adstock": _adstock,
                "sign": _SIGN,
                "label": _text,
                "ranges": _ranges,
            },
            ("name",),
        )
    ),
    "context": _list(
        _object(
            Context,
            {"name": _filled_text, "column": _filled_text, "sign": _SIGN, "factor": _flag, "label": _text},
            ("name", "column"),
        )
    ),
    "components": _list(_one_of(COMPONENTS)),
    "holiday_country": _text,
    "segment_column": _text,
    "segment_value": _text,
    "window_start": _optional(_day),
    "window_end": _optional(_day),
    "intercept": _one_of(get_args(InterceptRule)),
    "penalty_factors": _flag,
    "validation": _object(
        Validation, {"train": _optional(_range), "leaking": _flag, "folds": _whole, "horizon": _whole}
    ),
    "search": _object(
        Search,
        {
            "trials": _whole,
            "iterations": _whole,
            "batch": _whole,
            "seed": _whole,
            "rssd_weight": _number,
            "optimizer": _one_of(get_args(Optimizer)),
            "early_stop": _flag,
            "lift_weight": _number,
        },
    ),
    "studies": _list(
        _object(
            _study,
            {
                "channels": _list(_filled_text),
                "start": _day,
                "end": _day,
                "effect": _number,
                "spend": _number,
                "confidence": _number,
                "scope": _one_of(("immediate", "total")),
            },
            ("channels", "start", "end", "effect", "spend", "confidence"),
        )
    ),
    "refresh": _optional(
        _object(
            Refresh,
            {
                "model": _filled_text,
                "steps": _whole,
                "shares": _by_name(_number),
                "chain": _list(_filled_text),
                "limits": _by_name(_range),
            },
            ("model", "steps", "shares"),
        )
    ),
    "version": _whole,
}


def _strict_loader() -> type[Any]:
    """A YAML SafeLoader that refuses repeated keys and aliases, and reads 1e-3 as a number."""
    import re

    import yaml

    class Loader(yaml.SafeLoader):
        def compose_node(self, parent: Any, index: Any) -> Any:
            if self.check_event(yaml.AliasEvent):
                mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
                raise yaml.composer.ComposerError(None, None, "aliases are not read", mark)
            return super().compose_node(parent, index)

        def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
            seen: set[str] = set()
            for key, _ in node.value:
                if key.value in seen:
                    problem = f"the field {key.value} appears twice"
                    raise yaml.constructor.ConstructorError(None, None, problem, key.start_mark)
                seen.add(key.value if isinstance(key.value, str) else repr(key.value))
            return super().construct_mapping(node, deep)

    Loader.add_implicit_resolver(
        "tag:yaml.org,2002:float", re.compile(r"^[-+]?[0-9]+(\.[0-9]*)?[eE][-+]?[0-9]+$"), list("-+0123456789")
    )
    return Loader


__all__ = ["read_document", "read_yaml", "write_yaml"]
