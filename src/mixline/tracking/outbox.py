"""Run records that wait for the tracking server: one JSON file each, so that a run is recorded even if nothing else works.

::

    FOLDER/00001763700000000000-1f2e....json   a record that waits; the names sort from the oldest on
    FOLDER/incoming/...                        being written; seen by nobody
    FOLDER/refused/...                         what the server will never take, or what is no record, kept for a person
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import time
import uuid
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from mixline.tracking.contract import MetricPoint, RunRecord


class Outbox:
    """The waiting records of one home folder. Safe to use from many processes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, record: RunRecord) -> Path:
        """Keep a record; a waiting one of the same key is replaced and keeps its place. Raises OSError."""
        mark = hashlib.sha256(record.run_key.encode()).hexdigest()[:32]
        waiting = next(iter(self._folder.glob(f"*-{mark}.json")), None)
        place = waiting or self._folder / f"{time.time_ns():020d}-{mark}.json"
        incoming = self._folder / "incoming"
        incoming.mkdir(parents=True, exist_ok=True)
        path = incoming / uuid.uuid4().hex
        try:
            with path.open("x", encoding="utf-8") as file:
                json.dump(asdict(record), file, ensure_ascii=False)
                file.flush()
                os.fsync(file.fileno())
            path.replace(place)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return place

    def list_waiting(self) -> list[Path]:
        """The waiting records, the oldest first."""
        return sorted(self._folder.glob("*.json"))

    def read(self, path: Path) -> RunRecord | None:
        """A waiting record; None when it was delivered meanwhile, or is no record (it is then set aside)."""
        try:
            document = json.loads(path.read_text(encoding="utf-8"))
            document["metrics"] = tuple(MetricPoint(**point) for point in document["metrics"])
            return RunRecord(**document)
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError) as error:
            self.refuse(path, f"The file is no run record: {error}")
            return None

    def remove(self, path: Path) -> None:
        """Forget a record that was delivered."""
        path.unlink(missing_ok=True)

    def refuse(self, path: Path, reason: str) -> None:
        """Set a record aside with the reason, where it is not sent again."""
        refused = self._folder / "refused"
        refused.mkdir(exist_ok=True)
        (refused / f"{path.stem}.txt").write_text(reason + "\n", encoding="utf-8")
        with contextlib.suppress(FileNotFoundError):
            path.replace(refused / path.name)

    @contextlib.contextmanager
    def delivering(self, wait_seconds: float) -> Iterator[bool]:
        """Be the only process that delivers. Yields False when another one still does after `wait_seconds`.

        Two deliveries of one record at once could both find no run with its key, and make two.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        deadline = time.monotonic() + wait_seconds
        with (self._folder / "delivering.lock").open("w") as file:
            while True:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except OSError:
                    if time.monotonic() >= deadline:
                        yield False
                        return
                    time.sleep(0.02)
                else:
                    yield True
                    return
