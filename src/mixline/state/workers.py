"""Worker processes that have been seen lately."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from mixline.state.database import State
from mixline.state.rows import Clock, utc_now
from mixline.state.tables import workers

FORGET_AFTER = timedelta(days=1)  # a worker that died without saying so is still listed for a day


@dataclass(frozen=True)
class WorkerRow:
    """One worker process."""

    id: str
    host: str
    pid: int
    started_at: datetime
    last_seen: datetime


class Workers:
    """The workers of one state database."""

    def __init__(self, state: State, *, clock: Clock = utc_now) -> None:
        self._state, self._clock = state, clock

    def beat(self, worker_id: str, *, host: str, pid: int) -> None:
        """Note that a worker is alive; the first time, that it exists."""
        now = self._clock()
        values = {"id": worker_id, "host": host, "pid": pid, "started_at": now, "last_seen": now}
        statement = self._state.insert(workers).values(values)
        with self._state.write() as connection:
            connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_={"last_seen": now}))
            connection.execute(delete(workers).where(workers.c.last_seen < now - FORGET_AFTER))

    def remove(self, worker_id: str) -> None:
        """Forget a worker that has stopped."""
        with self._state.write() as connection:
            connection.execute(delete(workers).where(workers.c.id == worker_id))

    def list_alive(self, *, within: timedelta) -> list[WorkerRow]:
        """Workers seen within a time, oldest start first."""
        since = self._clock() - within
        statement = select(workers).where(workers.c.last_seen >= since).order_by(workers.c.started_at, workers.c.id)
        with self._state.read() as connection:
            return [WorkerRow(**row) for row in connection.execute(statement).mappings()]
