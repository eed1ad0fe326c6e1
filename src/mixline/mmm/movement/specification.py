"""Where two specifications differ, place by place, with what kind of a difference it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from mixline.mmm.recipes.defaults import ranges_for
from mixline.mmm.specification import Interval, ModelSpec, Range

Kind = Literal["specification", "ranges", "window", "search", "refresh"]
LEFT_OUT = ("version", "refresh.shares", "refresh.limits", "refresh.chain")


@dataclass(frozen=True)
class Difference:
    """One place. Values as text, empty where the place is absent."""

    path: str
    kind: Kind
    before: str
    after: str


def compare_specifications(
    before: ModelSpec, after: ModelSpec, interval: Interval, later: Interval | None = None
) -> tuple[Difference, ...]:
    """Every place where two specifications differ, in the order of the paths; what changes the question comes first.

    Channels, context and studies are matched by name. Ranges left to the defaults are compared as the ranges they stand for,
    at each model's interval (`later`: of the second, the same when not given).
    """
    one, two = places_of(before, interval), places_of(after, later or interval)
    found = [
        Difference(path, kind_of(path), one.get(path, ""), two.get(path, ""))
        for path in sorted(one.keys() | two.keys())
        if one.get(path, "") != two.get(path, "")
    ]
    return tuple(sorted(found, key=lambda difference: difference.kind != "specification"))


def kind_of(path: str) -> Kind:
    """What a difference at this place is about. Only "specification" asks another question of the data."""
    if path.startswith("refresh"):
        return "refresh"
    if path.startswith("window_"):
        return "window"
    if path.startswith("search."):
        return "search"
    return "ranges" if ".ranges." in path or path == "validation.train" else "specification"


def places_of(spec: ModelSpec, interval: Interval) -> dict[str, str]:
    """A specification as text by place, such as "media.tv.adstock"; empty values are left out."""
    document = spec.to_dict()
    document["media"] = {medium["name"]: _without_name(medium) for medium in document["media"]}
    document["context"] = {context["name"]: _without_name(context) for context in document["context"]}
    document["studies"] = {f"{'+'.join(s['channels'])} {s['start']}": s for s in document["studies"]}
    for medium in spec.media:
        ranges = ranges_for(medium, interval)
        document["media"][medium.name]["ranges"] = {name: _range_text(value) for name, value in ranges.items()}
    train = spec.validation.train
    document["validation"]["train"] = "" if train is None else _range_text(train)
    flat = dict(_flatten("", document))
    return {path: value for path, value in flat.items() if value and not path.startswith(LEFT_OUT)}


def _without_name(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {"present": "yes"} | {key: value for key, value in entry.items() if key != "name"}


def _range_text(value: Range) -> str:
    return f"{value.low:.4g}" if value.fixed else f"{value.low:.4g} to {value.high:.4g}"


def _flatten(path: str, value: Any) -> list[tuple[str, str]]:
    if isinstance(value, Mapping):
        return [found for key, item in value.items() for found in _flatten(f"{path}.{key}" if path else str(key), item)]
    if isinstance(value, list):
        return [(path, ", ".join(str(item) for item in value))]
    if isinstance(value, bool):
        return [(path, "yes" if value else "no")]
    return [(path, "" if value is None else f"{value:g}" if isinstance(value, float) else str(value))]
