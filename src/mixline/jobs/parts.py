"""Parts of unfinished work, saved so that a later attempt need not do them again."""

from __future__ import annotations

from sqlalchemy import Connection, delete, select

from mixline.jobs.contract import Lease
from mixline.jobs.transactions import hold_job
from mixline.state.database import State
from mixline.state.tables import job_parts


class JobParts:
    """The parts of jobs in one state database."""

    def __init__(self, state: State) -> None:
        self._state = state

    def load(self, job_id: str, name: str) -> bytes | None:
        """A part saved by any attempt of a job, or None."""
        statement = select(job_parts.c.content).where(job_parts.c.job_id == job_id, job_parts.c.name == name)
        with self._state.read() as connection:
            content = connection.execute(statement).scalar_one_or_none()
        return None if content is None else bytes(content)

    def save(self, lease: Lease, name: str, content: bytes) -> None:
        """Save a part, replacing one of the same name.

        Raises:
            LeaseLostError: another worker has taken over; nothing was written.
        """
        statement = self._state.insert(job_parts).values(job_id=lease.job.id, name=name, content=content)
        with self._state.write() as connection:
            # the row stays locked until the part is in: a takeover comes wholly before or wholly after
            hold_job(connection, lease)
            connection.execute(
                statement.on_conflict_do_update(index_elements=["job_id", "name"], set_={"content": content})
            )


def delete_parts(connection: Connection, job_id: str) -> None:
    """Remove a job's parts, within the caller's transaction."""
    connection.execute(delete(job_parts).where(job_parts.c.job_id == job_id))
