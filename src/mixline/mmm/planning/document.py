"""A plan's question as a plain document and back: what is stored, sent and put into files. Imports no numpy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from mixline.errors import SpecificationError
from mixline.mmm.planning.request import Bounds, ChannelGroup, PlanRequest

FIELDS = tuple(f.name for f in fields(PlanRequest))


def write_request(request: PlanRequest) -> dict[str, Any]:
    """The question as plain JSON types, every answer named."""
    document = asdict(request)
    document["locked"] = list(request.locked)
    document["groups"] = [{**asdict(group), "channels": list(group.channels)} for group in request.groups]
    document["patterns"] = {name: list(weights) for name, weights in request.patterns.items()}
    return document


def read_request(document: Mapping[str, Any]) -> PlanRequest:
    """The question of a document; what it leaves out is as when nothing is asked.

    Raises:
        SpecificationError: an answer nobody asked for, or one that cannot be used.
    """
    unknown = sorted(set(document) - set(FIELDS))
    if unknown:
        raise _refused("unknown answers", ", ".join(unknown), ", ".join(FIELDS))
    parts = dict(document)
    try:
        if "bounds" in parts:
            parts["bounds"] = {str(name): Bounds(**ends) for name, ends in parts["bounds"].items()}
        if "groups" in parts:
            parts["groups"] = tuple(
                ChannelGroup(str(group["name"]), tuple(group["channels"]), Bounds(**group["bounds"]))
                for group in parts["groups"]
            )
        for name in ("locked",):
            if name in parts:
                parts[name] = tuple(parts[name])
        return PlanRequest(**parts)
    except (TypeError, KeyError, AttributeError, ValueError) as fault:
        raise _refused("a plan's question cannot be read", str(fault)[:200], "the form `write_request` gives") from None


def _refused(what: str, got: str, expected: str) -> SpecificationError:
    return SpecificationError(what, where="plan", got=got, expected=expected)
