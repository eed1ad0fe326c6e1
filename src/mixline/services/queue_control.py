"""The queue as a whole: read it, hold it, let it go on, put a run elsewhere in the line. Every change is on record."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from mixline.jobs.contract import Place
from mixline.jobs.line import StateLine
from mixline.messages import QueueView, RunView
from mixline.services.context import Services
from mixline.services.people import may_direct_queue, require_queue_operator
from mixline.services.run_rows import get_run
from mixline.services.status import ALIVE_LEASES
from mixline.state.audit import Audit
from mixline.state.tables import jobs

SUBJECT = "queue"


def read_queue(services: Services, *, person: str = "") -> QueueView:
    """The queue as `person` sees it: everybody sees its state, and whether they may change it."""
    services.queue.sweep()
    line = StateLine(services.state).read()
    with services.state.read() as connection:
        states = (
            select(jobs.c.state, func.count()).where(jobs.c.state.in_(["queued", "running"])).group_by(jobs.c.state)
        )
        counts = {str(state): int(count) for state, count in connection.execute(states)}
    alive = timedelta(seconds=services.settings.lease_seconds * ALIVE_LEASES)
    return QueueView(
        paused=line.paused,
        note=line.note,
        actor=line.actor,
        changed_at=line.changed_at,
        waiting=counts.get("queued", 0),
        running=counts.get("running", 0),
        workers=len(services.workers.list_alive(within=alive)),
        may_direct=may_direct_queue(services.settings, person),
    )


def pause_queue(services: Services, *, person: str, note: str = "") -> QueueView:
    """No waiting run is started until somebody resumes; what runs goes on. Raises ForbiddenError."""
    require_queue_operator(services, person)
    StateLine(services.state).pause(actor=person, note=note)
    Audit(services.state).record(actor=person, action="pause queue", subject=SUBJECT, data={"note": note})
    return read_queue(services, person=person)


def resume_queue(services: Services, *, person: str) -> QueueView:
    """Raises ForbiddenError."""
    require_queue_operator(services, person)
    StateLine(services.state).resume(actor=person)
    Audit(services.state).record(actor=person, action="resume queue", subject=SUBJECT)
    return read_queue(services, person=person)


def move_run(services: Services, run_id: str, place: Place, *, person: str) -> RunView:
    """Put a waiting run elsewhere in the line. Raises NotFoundError, ConflictError (it does not wait), ForbiddenError."""
    require_queue_operator(services, person)
    get_run(services, run_id)
    StateLine(services.state).move(run_id, place, actor=person)
    Audit(services.state).record(actor=person, action="move run", subject=run_id, data={"place": place})
    return get_run(services, run_id)
