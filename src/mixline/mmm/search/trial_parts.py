"""Finished trials as bytes, so that a fit that was stopped goes on where it was."""

from __future__ import annotations

import hashlib
import io
from dataclasses import fields
from typing import Protocol

import numpy as np

from mixline.mmm.search.result import Candidates, Prepared
from mixline.mmm.specification import canonical_json


class Parts(Protocol):
    """Where finished trials are kept."""

    def load(self, name: str) -> bytes | None: ...

    def save(self, name: str, content: bytes) -> None: ...


def part_name(trial: int) -> str:
    """The name a trial is kept under."""
    return f"trial-{trial:03d}"


def fingerprint(prepared: Prepared) -> str:
    """SHA-256 of everything a trial depends on: specification and numbers."""
    digest = hashlib.sha256(canonical_json(prepared.spec.to_dict()))
    digest.update(canonical_json([{k: [r.low, r.high] for k, r in ranges.items()} for ranges in prepared.ranges]))
    for array in (prepared.outcome, prepared.spend, prepared.media, prepared.other, prepared.low, prepared.high):
        digest.update(np.ascontiguousarray(array).tobytes())
    digest.update(repr((prepared.window, prepared.lambdas)).encode())
    return digest.hexdigest()


def write_part(candidates: Candidates, mark: str) -> bytes:
    """A trial as bytes; `mark` is the fingerprint it belongs to. Equal trials give equal bytes."""
    buffer = io.BytesIO()
    buffer.write(mark.encode())
    for field in fields(Candidates):
        np.lib.format.write_array(buffer, np.ascontiguousarray(getattr(candidates, field.name)), allow_pickle=False)
    return buffer.getvalue()


def read_part(content: bytes | None, mark: str, iterations: int, *, shorter: bool = False) -> Candidates | None:
    """The trial, or None when there is none, it is damaged, or it belongs to other data or another specification.

    `shorter`: a trial may have ended before its planned iterations.
    """
    if content is None or content[:64] != mark.encode():
        return None
    buffer = io.BytesIO(content[64:])
    try:
        found = Candidates(**{f.name: np.lib.format.read_array(buffer, allow_pickle=False) for f in fields(Candidates)})
    except (ValueError, EOFError, OSError):
        return None
    return found if len(found) == iterations or (shorter and 0 < len(found) < iterations) else None
