"""Answers of the trainer kept on disk, so that every process of the dashboard, and the next one, knows the last of them.

Each answer belongs to the person it was given to: another one never finds it. Nothing here is the truth: a file that is
missing, damaged or cannot be written is the same as no file.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

log = logging.getLogger("mixline.dashboard")

MOST_FILES = 4_000
MOST_BYTES = 64_000_000  # where a machine keeps its files in memory, this is memory
TIDIED_EVERY = 50  # answers written by this process
FRESH = 30.0  # seconds in which the same answer is not written again


@dataclass(frozen=True)
class Answer:
    """The body of an answer and when it was true."""

    body: bytes
    at: datetime


class LastKnown:
    """A folder of answers by the path they were given for and the person they were given to. Threads may share it.

    A person is any word that tells them from others, None where nobody is told apart. Without a folder nothing is kept.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._written: OrderedDict[str, tuple[bytes, datetime]] = OrderedDict()  # digest of the body, and when
        self._count = 0

    def keep(self, path: str, body: bytes, person: str | None = None) -> None:
        """Keep an answer. The same one again only after a while: lists are asked for every other second."""
        if self._folder is None:
            return
        now, name, digest = datetime.now(UTC), _name(path, person), hashlib.sha256(body).digest()
        with self._lock:
            last = self._written.get(name)
        if last and last[0] == digest and (now - last[1]).total_seconds() < FRESH:
            return
        head = json.dumps({"path": path, "at": now.isoformat(), **({} if person is None else {"person": person})})
        try:
            self._write(self._folder, name, head.encode() + b"\n" + body)
        except OSError as error:
            log.warning("last known results cannot be kept: %s", error)
            self._folder = None
            return
        with self._lock:
            self._written[name] = (digest, now)
            self._written.move_to_end(name)
            while len(self._written) > MOST_FILES:
                self._written.popitem(last=False)
            self._count += 1
            full = self._count % TIDIED_EVERY == 0
        if full:
            self._tidy(self._folder)

    def find(self, path: str, person: str | None = None) -> Answer | None:
        """The last answer any process kept for this path and person."""
        if self._folder is None:
            return None
        try:
            head, _, body = (self._folder / _name(path, person)).read_bytes().partition(b"\n")
            known = json.loads(head)
            mine = known["path"] == path and known.get("person") == person
            return Answer(body, datetime.fromisoformat(known["at"])) if mine else None
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None

    def forget(self, path: str, person: str | None = None) -> None:
        """Keep nothing for this path and person any more: the trainer has it no longer, or not for them."""
        if self._folder is None:
            return
        name = _name(path, person)
        with self._lock:
            self._written.pop(name, None)
        with contextlib.suppress(OSError):
            (self._folder / name).unlink(missing_ok=True)

    def _write(self, folder: Path, name: str, content: bytes) -> None:
        """Whole or not at all, for the account of the dashboard alone."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = folder / f"{name}.{os.getpid()}-{threading.get_ident()}.part"
        part.touch(0o600)
        part.write_bytes(content)
        part.replace(folder / name)

    def _tidy(self, folder: Path) -> None:
        """Leave the newest files, as many as may be."""
        files = []
        for place in folder.glob("*.answer"):
            with contextlib.suppress(OSError):  # another process tidies, too
                known = place.stat()
                files.append((known.st_mtime, known.st_size, place))
        room = MOST_BYTES
        for rank, (_, size, place) in enumerate(sorted(files, reverse=True)):
            room -= size
            if rank >= MOST_FILES or room < 0:
                with contextlib.suppress(OSError):
                    place.unlink(missing_ok=True)


def _name(path: str, person: str | None) -> str:
    """The name of a file says neither what was asked nor who did."""
    key = path if person is None else f"{person}\n{path}"  # no path of an address holds a line break
    return f"{hashlib.sha256(key.encode()).hexdigest()}.answer"
