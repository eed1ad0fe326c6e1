"""What an operator sees at a glance, and whether each part answers."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Literal

from sqlalchemy import func, select

from mixline.errors import MixlineError
from mixline.messages import Status
from mixline.services.context import Services
from mixline.state.tables import datasets, jobs, models, runs

DEMO_NAME = "Demo"
ALIVE_LEASES = 2  # a worker not seen for so many lease times does not count
_log = logging.getLogger(__name__)


def read_status(services: Services) -> Status:
    """Counts of what waits, works and exists. Raises UnavailableError when the state database does not answer."""
    with services.state.read() as connection:
        states = (
            select(jobs.c.state, func.count()).where(jobs.c.state.in_(["queued", "running"])).group_by(jobs.c.state)
        )
        counts = {str(state): int(count) for state, count in connection.execute(states)}
        dataset_count = connection.execute(select(func.count()).select_from(datasets)).scalar_one()
        model_count = connection.execute(select(func.count()).select_from(models)).scalar_one()
    alive = timedelta(seconds=services.settings.lease_seconds * ALIVE_LEASES)
    return Status(
        queued=counts.get("queued", 0),
        running=counts.get("running", 0),
        workers=len(services.workers.list_alive(within=alive)),
        datasets=int(dataset_count),
        models=int(model_count),
        tracking_url=services.settings.tracking_address,
        tracking_pending=_count_pending(services),
        demo=read_demo_state(services),
    )


def read_demo_state(services: Services) -> Literal["absent", "seeding", "ready", "failed"]:
    """How far the demo is: derived from its dataset and the newest run of each segment, kept nowhere else."""
    demo = services.datasets.find_first(DEMO_NAME)  # a version that a person added is theirs to fit
    if demo is None:
        return "absent"
    with services.state.read() as connection:
        found = (
            select(runs.c.segment, jobs.c.state)
            .join(jobs, jobs.c.id == runs.c.id)
            .where(runs.c.dataset_id == demo.id)
            .order_by(jobs.c.created_at)
        )
        rows = [(str(segment), str(state)) for segment, state in connection.execute(found)]
    newest = dict(rows)
    succeeded = {segment for segment, state in rows if state == "succeeded"}
    wanted = set(demo.view["segments"]) or {""}
    if wanted <= succeeded:
        return "ready"
    if any(newest.get(segment) in {"failed", "cancelled"} for segment in wanted - succeeded):
        return "failed"
    return "seeding"


def check_parts(services: Services) -> dict[str, str]:
    """Each part with "ok" or a sentence that says what is wrong with it."""
    checks: dict[str, Callable[[], object]] = {
        "state": lambda: services.workers.list_alive(within=timedelta(seconds=1)),
        "artifacts": lambda: services.artifacts.exists("0" * 64),
    }
    parts = {}
    for name, check in checks.items():
        try:
            check()
            parts[name] = "ok"
        except MixlineError as error:
            parts[name] = error.sentence
        except Exception as error:
            _log.exception("the check of %s failed", name)
            parts[name] = f"Does not answer ({type(error).__name__})."
    return parts


def _count_pending(services: Services) -> int:
    try:
        return services.tracker.pending()
    except Exception:  # tracking must never take anything else down with it
        _log.exception("the tracking outbox cannot be read")
        return 0
