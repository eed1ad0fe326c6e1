"""Settings of a run under a name, for whoever runs next."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from mixline.state.database import State
from mixline.state.rows import Clock, missing, utc_now
from mixline.state.tables import saved_settings

WHERE_TO_LOOK = "The Runs page lists the saved settings."


@dataclass(frozen=True)
class SavedSettings:
    """A specification document under a name. `actor` is who saved it last."""

    id: str
    name: str
    document: Mapping[str, Any]
    actor: str
    created_at: datetime


class SettingsTable:
    """The saved settings of one state database."""

    def __init__(self, state: State, *, clock: Clock = utc_now) -> None:
        self._state, self._clock = state, clock

    def put(self, name: str, document: Mapping[str, Any], *, actor: str) -> SavedSettings:
        """Store a document under a name; what was there under it is replaced and keeps its id."""
        values = {
            "id": uuid.uuid4().hex,
            "name": name,
            "document": dict(document),
            "actor": actor,
            "created_at": self._clock(),
        }
        changed = {key: values[key] for key in ("document", "actor", "created_at")}
        statement = self._state.insert(saved_settings).values(values)
        with self._state.write() as connection:
            connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_=changed))
            chosen = select(saved_settings).where(saved_settings.c.name == name)
            return SavedSettings(**connection.execute(chosen).mappings().one())

    def get(self, settings_id: str) -> SavedSettings:
        """Raises NotFoundError."""
        return self._find(saved_settings.c.id == settings_id, settings_id)

    def find_name(self, name: str) -> SavedSettings:
        """Raises NotFoundError."""
        return self._find(saved_settings.c.name == name, name)

    def list_settings(self) -> list[SavedSettings]:
        """By name."""
        with self._state.read() as connection:
            rows = connection.execute(select(saved_settings).order_by(saved_settings.c.name)).mappings()
            return [SavedSettings(**row) for row in rows]

    def remove(self, settings_id: str) -> SavedSettings:
        """Forget settings; runs made with them stay as they are. Raises NotFoundError."""
        statement = delete(saved_settings).where(saved_settings.c.id == settings_id).returning(saved_settings)
        with self._state.write() as connection:
            row = connection.execute(statement).mappings().one_or_none()
        if row is None:
            raise missing("saved settings", settings_id, where_to_look=WHERE_TO_LOOK)
        return SavedSettings(**row)

    def _find(self, condition: Any, key: str) -> SavedSettings:
        with self._state.read() as connection:
            row = connection.execute(select(saved_settings).where(condition)).mappings().one_or_none()
        if row is None:
            raise missing("saved settings", key, where_to_look=WHERE_TO_LOOK)
        return SavedSettings(**row)
