"""Who did what, when. Lines are only ever added."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from mixline.state.database import State
from mixline.state.rows import Clock, utc_now
from mixline.state.tables import audit


@dataclass(frozen=True)
class AuditLine:
    """One action. `actor` is a person's address or the name of a part; `subject` is the id of what it was done to."""

    id: int
    at: datetime
    actor: str
    action: str
    subject: str
    data: Mapping[str, Any]


class Audit:
    """The audit trail of one state database."""

    def __init__(self, state: State, *, clock: Clock = utc_now) -> None:
        self._state, self._clock = state, clock

    def record(self, *, actor: str, action: str, subject: str, data: Mapping[str, Any] | None = None) -> AuditLine:
        """Add a line."""
        values = {"at": self._clock(), "actor": actor, "action": action, "subject": subject, "data": dict(data or {})}
        with self._state.write() as connection:
            return AuditLine(**connection.execute(audit.insert().values(values).returning(audit)).mappings().one())

    def list_lines(self, *, subject: str | None = None, limit: int = 50, offset: int = 0) -> list[AuditLine]:
        """Newest first."""
        statement = select(audit).order_by(audit.c.id.desc())
        if subject is not None:
            statement = statement.where(audit.c.subject == subject)
        with self._state.read() as connection:
            return [AuditLine(**row) for row in connection.execute(statement.limit(limit).offset(offset)).mappings()]
