"""Uploaded tables, named by the digest of their bytes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, select

from mixline.state.database import State
from mixline.state.rows import Clock, missing, utc_now
from mixline.state.tables import uploads


@dataclass(frozen=True)
class Upload:
    """One uploaded table. `view` is what the Data page shows of it."""

    id: str
    filename: str
    artifact_id: str
    rows: int
    view: Mapping[str, Any]
    created_at: datetime


class Uploads:
    """The uploads of one state database."""

    def __init__(self, state: State, *, clock: Clock = utc_now) -> None:
        self._state, self._clock = state, clock

    def put(self, upload_id: str, *, filename: str, artifact_id: str, rows: int, view: Mapping[str, Any]) -> Upload:
        """Store an upload, or return the one already stored under this id: the same bytes are one upload."""
        values = {"id": upload_id, "filename": filename, "artifact_id": artifact_id, "rows": rows, "view": dict(view)}
        with self._state.write() as connection:
            connection.execute(
                self._state.insert(uploads).values(**values, created_at=self._clock()).on_conflict_do_nothing()
            )
            row = connection.execute(select(uploads).where(uploads.c.id == upload_id)).mappings().one()
        return _read(row)

    def get(self, upload_id: str) -> Upload:
        """Raises NotFoundError."""
        with self._state.read() as connection:
            row = connection.execute(select(uploads).where(uploads.c.id == upload_id)).mappings().one_or_none()
        if row is None:
            raise missing("upload", upload_id, where_to_look="Upload the file again.")
        return _read(row)

    def list_uploads(self, *, limit: int = 50, offset: int = 0) -> list[Upload]:
        """Newest first."""
        statement = select(uploads).order_by(uploads.c.created_at.desc(), uploads.c.id).limit(limit).offset(offset)
        with self._state.read() as connection:
            return [_read(row) for row in connection.execute(statement).mappings()]


def _read(row: RowMapping) -> Upload:
    return Upload(**row)
