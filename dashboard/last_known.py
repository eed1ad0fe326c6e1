"""Answers of the trainer kept on disk, so that every process of the dashboard, and the next one, knows the last of them.

Nothing here is the truth: a file that is missing, damaged or cannot be written is the same as no file.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

log = logging.getLogger("mixline.dashboard")

MOST_FILES = 600
FRESH = 30.0  # seconds in which the same answer is not written again


@dataclass(frozen=True)
class Answer:
    """The body of an answer and when it was true."""

    body: bytes
    at: datetime


class LastKnown:
    """A folder of answers by the path they were given for. Without a folder nothing is kept."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._written: dict[str, Answer] = {}

    def keep(self, path: str, body: bytes) -> None:
        """Keep an answer. The same one again only after a while: lists are asked for every other second."""
        now = datetime.now(UTC)
        last = self._written.get(path)
        if self._folder is None or (last and last.body == body and (now - last.at).total_seconds() < FRESH):
            return
        head = json.dumps({"path": path, "at": now.isoformat()}).encode()
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            place = self._place(path)
            part = place.with_suffix(f".{os.getpid()}.part")
            part.write_bytes(head + b"\n" + body)
            part.replace(place)
            self._written[path] = Answer(body, now)
            if len(self._written) % 50 == 0:
                self._tidy()
        except OSError as error:
            log.warning("last known results cannot be kept: %s", error)
            self._folder = None

    def find(self, path: str) -> Answer | None:
        """The last answer any process kept for this path."""
        if self._folder is None:
            return None
        try:
            head, _, body = self._place(path).read_bytes().partition(b"\n")
            known = json.loads(head)
            return Answer(body, datetime.fromisoformat(known["at"])) if known["path"] == path else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _place(self, path: str) -> Path:
        assert self._folder is not None  # noqa: S101 -- asked by both callers
        return self._folder / f"{hashlib.sha256(path.encode()).hexdigest()}.answer"

    def _tidy(self) -> None:
        """Leave the newest files."""
        assert self._folder is not None  # noqa: S101 -- asked by the caller
        files = []
        for place in self._folder.glob("*.answer"):
            with contextlib.suppress(OSError):  # another process tidies, too
                files.append((place.stat().st_mtime, place))
        for _, place in sorted(files)[:-MOST_FILES]:
            place.unlink(missing_ok=True)
