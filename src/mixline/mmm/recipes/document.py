"""Specifications as documents: JSON-like mappings and YAML files people write by hand.

A document has the fields of `mixline.mmm.specification.ModelSpec`, with two conveniences: a range may be written
``[low, high]``, ``{low: ..., high: ...}`` or as one number (fixed). Nothing is guessed: an unknown field, a wrong type or a
repeated key is refused with the path of the field, such as ``media[2].ranges.theta``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from mixline.errors import SpecificationError
from mixline.mmm.recipes.defaults import KINDS
from mixline.mmm.recipes.field_readers import (
    Reader,
    build_object,
    by_name,
    list_of,
    object_of,
    one_of,
    optional,
    read_day,
    read_flag,
    read_name,
    read_number,
    read_range,
    read_ranges,
    read_text,
    read_whole,
    unknown,
)
from mixline.mmm.recipes.strict_yaml import strict_loader
from mixline.mmm.specification import (
    COMPONENTS,
    Context,
    Goal,
    GoalKind,
    InterceptRule,
    Media,
    ModelSpec,
    Optimizer,
    Refresh,
    Search,
    Sign,
    Study,
    Validation,
)

VERSION = 1
LONGEST_TEXT = 1_000_000  # characters; the longest specification in use has some thousand


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
    spec: ModelSpec = build_object(document, "", ModelSpec, _MODEL, ("goal", "date_column", "media"))
    known = {m.name for m in spec.media}
    for i, study in enumerate(spec.studies):
        for name in study.channels:
            if name not in known:
                raise unknown("no channel has this name", f"studies[{i}].channels", name, sorted(known))
    return spec


def read_yaml(text: str) -> ModelSpec:
    """Read a specification from YAML. Raises SpecificationError with the line of a syntax error or the path of a field."""
    import yaml

    if len(text) > LONGEST_TEXT:
        raise SpecificationError(
            "the specification is too long",
            where="specification",
            got=f"{len(text):,} characters",
            expected=f"at most {LONGEST_TEXT:,}",
            action="Take out what is not a field of a specification.",
        )
    try:
        document = yaml.load(text, Loader=strict_loader())  # noqa: S506 - a SafeLoader made stricter
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
    from mixline.mmm.recipes.yaml_text import write

    return write(spec)


def _adstock(value: Any, path: str) -> str:
    from mixline.mmm.transforms.adstock import ADSTOCKS

    return str(one_of(ADSTOCKS)(value, path))


def _study(**parts: Any) -> Study:
    study = Study(**parts)
    if not study.channels:
        raise SpecificationError(
            "a study needs a channel",
            where="channels",
            got="none",
            expected="at least one name",
            action="Name the channels that were tested.",
        )
    if study.start > study.end:
        raise SpecificationError(
            "the study ends before it starts",
            where="start",
            got=f"{study.start} to {study.end}",
            expected="a start before the end",
            action="Swap them.",
        )
    if len(set(study.channels)) != len(study.channels):
        raise SpecificationError(
            "the study names a channel twice",
            where="channels",
            got=", ".join(study.channels),
            expected="each channel once",
            action="Take the repeated one out.",
        )
    if study.effect == 0:
        raise SpecificationError(
            "an effect of 0 cannot be compared with",
            where="effect",
            got=study.effect,
            expected="a number other than 0",
            action="Give the outcome gained, or leave the study out.",
        )
    if not 0 < study.confidence <= 1:
        raise SpecificationError(
            "the confidence is out of range",
            where="confidence",
            got=study.confidence,
            expected="above 0 and at most 1, such as 0.95",
            action="Write 95 % as 0.95.",
        )
    return study


_SIGN = one_of(get_args(Sign))
_MODEL: dict[str, Reader] = {
    "goal": object_of(
        Goal,
        {"column": read_name, "kind": one_of(get_args(GoalKind)), "label": read_text, "currency": read_text},
        ("column",),
    ),
    "date_column": read_name,
    "media": list_of(
        object_of(
            Media,
            {
                "name": read_name,
                "spend": optional(read_name),
                "exposure": optional(read_name),
                "kind": one_of(KINDS),
                "adstock": _adstock,
                "sign": _SIGN,
                "label": read_text,
                "ranges": read_ranges,
            },
            ("name",),
        )
    ),
    "context": list_of(
        object_of(
            Context,
            {"name": read_name, "column": read_name, "sign": _SIGN, "factor": read_flag, "label": read_text},
            ("name", "column"),
        )
    ),
    "components": list_of(one_of(COMPONENTS)),
    "holiday_country": read_text,
    "segment_column": read_text,
    "segment_value": read_text,
    "window_start": optional(read_day),
    "window_end": optional(read_day),
    "intercept": one_of(get_args(InterceptRule)),
    "penalty_factors": read_flag,
    "validation": object_of(
        Validation, {"train": optional(read_range), "leaking": read_flag, "folds": read_whole, "horizon": read_whole}
    ),
    "search": object_of(
        Search,
        {
            "trials": read_whole,
            "iterations": read_whole,
            "batch": read_whole,
            "seed": read_whole,
            "rssd_weight": read_number,
            "optimizer": one_of(get_args(Optimizer)),
            "early_stop": read_flag,
            "lift_weight": read_number,
        },
    ),
    "studies": list_of(
        object_of(
            _study,
            {
                "channels": list_of(read_name),
                "start": read_day,
                "end": read_day,
                "effect": read_number,
                "spend": read_number,
                "confidence": read_number,
                "scope": one_of(("immediate", "total")),
            },
            ("channels", "start", "end", "effect", "spend", "confidence"),
        )
    ),
    "refresh": optional(
        object_of(
            Refresh,
            {
                "model": read_name,
                "steps": read_whole,
                "shares": by_name(read_number),
                "chain": list_of(read_name),
                "limits": by_name(read_range),
            },
            ("model", "steps", "shares"),
        )
    ),
    "version": read_whole,
}


__all__ = ["read_document", "read_yaml", "write_yaml"]
