"""Model specifications, named by the digest of their canonical JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from mixline.state.database import State
from mixline.state.rows import Clock, missing, utc_now
from mixline.state.tables import specifications


@dataclass(frozen=True)
class Specification:
    """One stored specification document."""

    id: str
    document: Mapping[str, Any]
    created_at: datetime


class Specifications:
    """The specifications of one state database."""

    def __init__(self, state: State, *, clock: Clock = utc_now) -> None:
        self._state, self._clock = state, clock

    def put(self, specification_id: str, document: Mapping[str, Any]) -> Specification:
        """Store a document, or return the one already stored under this id."""
        values = {"id": specification_id, "document": dict(document), "created_at": self._clock()}
        chosen = select(specifications).where(specifications.c.id == specification_id)
        with self._state.write() as connection:
            connection.execute(self._state.insert(specifications).values(values).on_conflict_do_nothing())
            return Specification(**connection.execute(chosen).mappings().one())

    def get(self, specification_id: str) -> Specification:
        """Raises NotFoundError."""
        chosen = select(specifications).where(specifications.c.id == specification_id)
        with self._state.read() as connection:
            row = connection.execute(chosen).mappings().one_or_none()
        if row is None:
            raise missing("specification", specification_id, where_to_look="Its run may be from another database.")
        return Specification(**row)
