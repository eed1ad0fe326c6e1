"""The line of waiting jobs as people direct it: held up as a whole, or put in another order."""

from __future__ import annotations

from sqlalchemy import Connection, RowMapping, exists, select, update
from sqlalchemy.sql.elements import ColumnElement

from mixline.errors import ConflictError
from mixline.jobs.contract import Job, LineState, Place
from mixline.jobs.rows import add_event, clean_text, read_job
from mixline.jobs.transactions import find_job
from mixline.state.database import State
from mixline.state.rows import Clock, utc_now
from mixline.state.tables import jobs, queue_controls

LINE = "line"  # there is one line for all kinds of job
_WORDS: dict[Place, str] = {
    "first": "to the front",
    "last": "to the end",
    "up": "one place up",
    "down": "one place down",
}


def line_runs() -> ColumnElement[bool]:
    """The condition that nobody has paused the line."""
    return ~exists(select(queue_controls.c.name).where(queue_controls.c.name == LINE, queue_controls.c.paused))


class StateLine:
    """`mixline.jobs.contract.JobLine` on a state database."""

    def __init__(self, state: State, *, clock: Clock = utc_now) -> None:
        self._state, self._clock = state, clock

    def read(self) -> LineState:
        with self._state.read() as connection:
            return _read(connection)

    def pause(self, *, actor: str, note: str = "") -> LineState:
        return self._set(paused=True, actor=actor, note=note)

    def resume(self, *, actor: str) -> LineState:
        return self._set(paused=False, actor=actor, note="")

    def move(self, job_id: str, place: Place, *, actor: str) -> Job:
        with self._state.write() as connection:
            self._state.serialise(connection, "queue")
            row = find_job(connection, job_id, lock=True)
            if row["state"] != "queued":
                raise ConflictError(
                    "only a waiting job has a place in the queue",
                    got=row["state"],
                    action="Nothing was changed; look at the queue again.",
                )
            if self._put(connection, row, place):
                connection.execute(update(jobs).where(jobs.c.id == job_id).values(last_event=jobs.c.last_event + 1))
                message = (
                    f"Moved {_WORDS[place]} of the queue" if place in ("first", "last") else f"Moved {_WORDS[place]}"
                )
                add_event(connection, job_id, self._clock(), "state", message, {"actor": actor})
            return read_job(find_job(connection, job_id))

    def _put(self, connection: Connection, row: RowMapping, place: Place) -> bool:
        """Give a waiting job another ticket. False when it stands where it was asked to be already."""
        up = place in ("first", "up")
        others = select(jobs.c.id, jobs.c.ticket).where(jobs.c.state == "queued")
        beyond = others.where(jobs.c.ticket < row["ticket"] if up else jobs.c.ticket > row["ticket"])
        order = jobs.c.ticket.desc() if up == (place in ("up", "down")) else jobs.c.ticket.asc()
        other = connection.execute(beyond.order_by(order, jobs.c.id).limit(1)).mappings().one_or_none()
        if other is None:
            return False
        if place in ("up", "down"):
            self._ticket(connection, other["id"], row["ticket"])
            self._ticket(connection, row["id"], other["ticket"])
        else:
            self._ticket(connection, row["id"], other["ticket"] + (-1 if up else 1))
        return True

    def _ticket(self, connection: Connection, job_id: str, ticket: int) -> None:
        connection.execute(update(jobs).where(jobs.c.id == job_id).values(ticket=ticket))

    def _set(self, *, paused: bool, actor: str, note: str) -> LineState:
        values = {"paused": paused, "note": clean_text(note), "actor": clean_text(actor), "changed_at": self._clock()}
        statement = self._state.insert(queue_controls).values(values | {"name": LINE})
        with self._state.write() as connection:
            now = _read(connection)
            if now.paused != paused or now.note != values["note"]:
                connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_=values))
            return _read(connection)


def _read(connection: Connection) -> LineState:
    row = connection.execute(select(queue_controls).where(queue_controls.c.name == LINE)).mappings().one_or_none()
    return LineState(row["paused"], row["note"], row["actor"], row["changed_at"]) if row else LineState()
