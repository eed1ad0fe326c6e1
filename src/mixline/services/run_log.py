"""The log of a job as a text to take away, and what becomes of logs of runs that ended long ago."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from mixline.jobs.contract import Job, JobEvent
from mixline.services.context import Services
from mixline.services.logs import hide_secrets

LINES_AT_ONCE = 500  # read from the database for one piece of the text: a log of any length needs no more memory
LINES_KEPT = 200  # of a run that ended long ago: its last states and remarks


def write_log(services: Services, job_id: str) -> Iterator[str]:
    """The whole log in pieces, the oldest line first.

    Raises:
        NotFoundError: no such job, before the first piece.
    """
    return _pieces(services, services.queue.get(job_id))


def prune_logs(services: Services, *, now: datetime | None = None) -> int:
    """Drop the lines of progress, and all but the last others, of what ended `log_days` ago. Returns how many went.

    With 0 days every line is kept.
    """
    days = services.settings.log_days
    if not days:
        return 0
    moment = (now or datetime.now(UTC)) - timedelta(days=days)
    return services.queue.prune_events(ended_before=moment, keep=LINES_KEPT)


def _pieces(services: Services, job: Job) -> Iterator[str]:
    yield f"Log of run {job.id} ({job.state}). Times are UTC.\n"
    last = 0
    while events := services.queue.list_events(job.id, after=last, limit=LINES_AT_ONCE):
        lines = []
        for event in events:
            if event.sequence > last + 1:
                lines.append(_write_gap(event.sequence - last - 1))
            lines.append(_write_line(event))
            last = event.sequence
        yield hide_secrets("".join(lines))


def _write_line(event: JobEvent) -> str:
    facts = []
    if isinstance(percent := event.data.get("percent"), int | float):
        facts.append(f"{percent:.0f} %")
    facts += [f"best {name} {value:.4f}" for name, value in (event.data.get("best") or {}).items()]
    if actor := event.data.get("actor"):
        facts.append(f"by {actor}")
    more = f" ({', '.join(facts)})" if facts else ""
    message = " ".join(event.message.split())  # one event is one line, whatever was written
    return f"{event.at.astimezone(UTC):%Y-%m-%d %H:%M:%S}  {event.sequence:>6}  {message}{more}\n"


def _write_gap(count: int) -> str:
    lines = "One line was" if count == 1 else f"{count:,} lines were"
    return f"{'':19}  {'':>6}  ({lines} dropped long after the run had ended)\n"
