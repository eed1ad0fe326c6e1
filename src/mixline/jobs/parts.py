"""Parts of unfinished work, saved so that a later attempt need not do them again."""

from __future__ import annotations

from sqlalchemy import Connection, delete, select

from mixline.jobs.contract import Lease, LeaseLostError
from mixline.state.database import State
from mixline.state.tables import job_parts, jobs


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
        held = select(jobs.c.id).where(
            jobs.c.id == lease.job.id, jobs.c.state == "running", jobs.c.token == lease.token
        )
        statement = self._state.insert(job_parts).values(job_id=lease.job.id, name=name, content=content)
        with self._state.write() as connection:
            # the row stays locked until the part is in: a takeover comes wholly before or wholly after
            if connection.execute(held.with_for_update()).first() is None:
                raise LeaseLostError("another worker has taken over the job", where=f"job {lease.job.id}")
            connection.execute(
                statement.on_conflict_do_update(index_elements=["job_id", "name"], set_={"content": content})
            )


def delete_parts(connection: Connection, job_id: str) -> None:
    """Remove a job's parts, within the caller's transaction."""
    connection.execute(delete(job_parts).where(job_parts.c.job_id == job_id))
