"""What the dashboard was told by the trainer and may show again, each answer for the person it was given to.

A person is a digest of the name the sign-in gives, None where nobody is told apart: then all share. Documents with the same
bytes are held once in memory, whoever has them; that somebody may have one is known only from the trainer having given it
to them.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Generic, TypeVar, cast

from pydantic import TypeAdapter, ValidationError

from dashboard.last_known import LastKnown

T = TypeVar("T")

DOCUMENTS_KEPT = 256
ANSWERS_KEPT = 8_192  # which person had which document: some bytes each
LISTS_KEPT = 1_024
RIGHT_SECONDS = 300.0  # how long a signed-in person may look again at a document without the trainer being asked


@dataclass(frozen=True)
class Known(Generic[T]):
    """An answer with the moment it was true. `stale` when the service did not answer just now."""

    value: T
    at: datetime
    stale: bool = False


class Memory:
    """Answers by path and person, in memory and on disk, bounded in both. Threads may share it.

    Args:
        folder: where answers are kept for other processes and later ones; nowhere when not given.
    """

    def __init__(self, folder: Path | None) -> None:
        self._lock = threading.Lock()
        self._documents: OrderedDict[tuple[Any, bytes], Any] = OrderedDict()  # by kind and digest of the bytes
        self._given: OrderedDict[tuple[str | None, str], tuple[bytes, float]] = OrderedDict()  # that digest, and when
        self._lists: OrderedDict[tuple[str | None, str], tuple[bytes, Known[Any]]] = OrderedDict()  # with that digest
        self._last = LastKnown(folder)

    def document(self, path: str, person: str | None, kind: Any) -> tuple[Any, bool]:
        """A document this person had, and whether it may be shown again unasked; None where it is not in memory."""
        with self._lock:
            digest, at = self._given.get((person, path), (b"", 0.0))
            document = self._documents.get((kind, digest))
            if document is None:
                return None, False
            self._given.move_to_end((person, path))
            self._documents.move_to_end((kind, digest))
            return document, person is None or time.monotonic() - at < RIGHT_SECONDS

    def give(self, path: str, person: str | None, kind: Any, document: T, body: bytes) -> T:
        """Remember that the trainer gave this person this document; the one held for others where the bytes are the same."""
        self._last.keep(path, body, person)
        digest = digest_of(body)
        with self._lock:
            held: T = self._documents.setdefault((kind, digest), document)
            self._documents.move_to_end((kind, digest))
            _put(self._given, (person, path), (digest, time.monotonic()), ANSWERS_KEPT)
            _drop_oldest(self._documents, DOCUMENTS_KEPT)
        return held

    def hear(self, path: str, person: str | None, value: T, body: bytes) -> Known[T]:
        """Remember what this person was told just now of something that changes."""
        self._last.keep(path, body, person)
        known = Known(value, datetime.now(UTC))
        with self._lock:
            _put(self._lists, (person, path), (digest_of(body), known), LISTS_KEPT)
        return known

    def given(self, path: str, person: str | None) -> bytes:
        """The digest of the document this person was given here, where they may look again unasked; empty where not."""
        with self._lock:
            digest, at = self._given.get((person, path), (b"", 0.0))
        return digest if person is None or time.monotonic() - at < RIGHT_SECONDS else b""

    def again(self, path: str, person: str | None, body: bytes) -> None:
        """This person was told just now what they, or somebody else, had been told before."""
        self._last.keep(path, body, person)
        key, digest = (person, path), digest_of(body)
        with self._lock:
            before, heard = self._lists.pop(key, (b"", None))
            if heard is not None and before == digest:
                _put(self._lists, key, (digest, Known(heard.value, datetime.now(UTC))), LISTS_KEPT)
            _put(self._given, key, (digest, time.monotonic()), ANSWERS_KEPT)

    def last(self, path: str, person: str | None, kind: type[T]) -> Known[T] | None:
        """The last this person was told, by this process or, where later, another."""
        with self._lock:
            _, heard = self._lists.get((person, path), (b"", None))
        known = [answer for answer in (heard, self.kept(path, person, kind)) if answer is not None]
        if not known:
            return None
        latest = max(known, key=lambda answer: answer.at)
        return Known(latest.value, latest.at, stale=True)

    def kept(self, path: str, person: str | None, kind: type[T]) -> Known[T] | None:
        """What is on disk for this person; None where there is nothing, or it is of another release."""
        answer = self._last.find(path, person)
        if answer is None:
            return None
        try:
            return Known(read_body(kind, answer.body), answer.at, stale=True)
        except ValidationError:
            return None

    def forget(self, path: str, person: str | None) -> None:
        """The trainer refused it to this person, or has it no longer."""
        with self._lock:
            self._given.pop((person, path), None)
            self._lists.pop((person, path), None)
        self._last.forget(path, person)


def digest_of(body: bytes) -> bytes:
    return hashlib.sha256(body).digest()


def read_body(kind: type[T], body: bytes) -> T:
    """The document an answer holds. Raises pydantic's ValidationError."""
    document: T = _reader(cast(Any, kind)).validate_json(body)
    return document


@cache
def _reader(kind: Any) -> TypeAdapter[Any]:
    """Making a reader costs more than reading; there are a dozen kinds."""
    return TypeAdapter(kind)


def _put(kept: OrderedDict[Any, Any], key: Any, value: Any, most: int) -> None:
    kept[key] = value
    kept.move_to_end(key)
    _drop_oldest(kept, most)


def _drop_oldest(kept: OrderedDict[Any, Any], most: int) -> None:
    while len(kept) > most:
        kept.popitem(last=False)
