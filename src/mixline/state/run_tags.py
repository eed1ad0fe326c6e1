"""Tags of runs: a name, and a number where there is one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import delete, select

from mixline.state.database import State
from mixline.state.tables import run_tags


class RunTags:
    """The tags of one state database."""

    def __init__(self, state: State) -> None:
        self._state = state

    def replace(self, run_id: str, tags: Mapping[str, float | None]) -> None:
        """Give a run these tags and no others."""
        rows = [{"run_id": run_id, "name": name, "value": value} for name, value in sorted(tags.items())]
        with self._state.write() as connection:
            connection.execute(delete(run_tags).where(run_tags.c.run_id == run_id))
            if rows:
                connection.execute(run_tags.insert(), rows)

    def read(self, run_ids: Sequence[str]) -> dict[str, dict[str, float | None]]:
        """The tags of each run that has some, by name."""
        found: dict[str, dict[str, float | None]] = {}
        statement = select(run_tags).where(run_tags.c.run_id.in_(run_ids)).order_by(run_tags.c.name)
        with self._state.read() as connection:
            for row in connection.execute(statement).mappings():
                found.setdefault(row["run_id"], {})[row["name"]] = row["value"]
        return found
