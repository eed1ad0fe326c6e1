"""Runs that failed, told to experiment tracking.

A run fails in many places: in its handler, by the death of its process, or because nobody answered for it any more. So
nobody who fails a run tells of it; whoever looks after the trainer asks the database which failures are not told of yet.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import RowMapping, select, update

from mixline.errors import MixlineError
from mixline.services.context import Services
from mixline.services.lineage import EXPERIMENT, NAME_LIMIT, send_record
from mixline.services.logs import hide_secrets
from mixline.state.tables import datasets, jobs, runs, specifications
from mixline.tracking.contract import MetricPoint, RunRecord

AT_ONCE = 20  # failures told of in one go; the next go takes the next ones
LOOKED_BACK = timedelta(days=30)  # older failures are history: nobody asks for them any more


@dataclass(frozen=True)
class Failure:
    """One ending of a run. Queued again and failed again, a run has two."""

    run_id: str
    ended: datetime
    record: RunRecord


def record_failures(services: Services, told: set[str], *, now: datetime | None = None) -> int:
    """Tell tracking of failed runs it does not know. Returns how many it has taken.

    Args:
        told: keys of the records this process has handed over; they wait in the outbox, or were refused for good. Added to.
    """
    taken = 0
    for failure in list_failures(services, since=(now or datetime.now(UTC)) - LOOKED_BACK):
        key = failure.record.run_key
        if key in told or taken >= AT_ONCE:
            continue
        told.add(key)
        tracked = send_record(services, failure.record)
        if tracked is not None:
            note_address(services, failure, tracked.address)
            taken += 1
    return taken


def find_recorded(services: Services, *, now: datetime | None = None) -> None:
    """Note the addresses of failures that waited in the outbox and have been delivered since."""
    for failure in list_failures(services, since=(now or datetime.now(UTC)) - LOOKED_BACK)[:AT_ONCE]:
        tracked = services.tracker.find(failure.record.run_key)
        if tracked is not None:
            note_address(services, failure, tracked.address)


def list_failures(services: Services, *, since: datetime) -> list[Failure]:
    """Failed runs whose record has no address yet, the oldest first."""
    statement = (
        select(
            runs,
            jobs.c.error,
            jobs.c.reason,
            jobs.c.attempt,
            jobs.c.best,
            jobs.c.started_at,
            jobs.c.finished_at,
            jobs.c.created_at.label("queued_at"),
            datasets.c.name.label("dataset_name"),
            datasets.c.version.label("dataset_version"),
            specifications.c.document,
        )
        .join(jobs, jobs.c.id == runs.c.id)
        .join(datasets, datasets.c.id == runs.c.dataset_id)
        .join(specifications, specifications.c.id == runs.c.specification_id)
        .where(jobs.c.state == "failed", runs.c.tracking_url.is_(None), jobs.c.finished_at >= since)
        .order_by(jobs.c.finished_at)
    )
    with services.state.read() as connection:
        return [_failure(row) for row in connection.execute(statement).mappings()]


def note_address(services: Services, failure: Failure, address: str) -> None:
    """Keep where the failure can be seen, unless the run was queued again meanwhile: its next ending is another record."""
    still = select(jobs.c.id).where(
        jobs.c.id == failure.run_id, jobs.c.state == "failed", jobs.c.finished_at == failure.ended
    )
    with services.state.write() as connection:
        connection.execute(update(runs).where(runs.c.id.in_(still)).values(tracking_url=address))


def _failure(row: RowMapping) -> Failure:
    ended: datetime = row["finished_at"]
    ended_ms = round(ended.timestamp() * 1000)
    error: dict[str, Any] = row["error"] or {}
    sentence = hide_secrets(str(error.get("sentence") or row["reason"] or "It failed without saying why."))
    dataset = f"{row['dataset_name']} v{row['dataset_version']}"
    tags = {
        "mixline.run_id": row["id"],
        "mixline.dataset_id": row["dataset_id"],
        "mixline.dataset": dataset,
        "mixline.specification_id": row["specification_id"],
        "mixline.error": sentence,
        "mixline.error_code": str(error.get("code") or ""),
        # a foreseen error is found in the log under the run's own id
        "mixline.correlation_id": str(error.get("correlation_id") or row["id"]),
        "mixline.attempts": str(row["attempt"]),
    }
    params = {
        "segment": row["segment"],
        "preset": row["preset"],
        "trials": str(row["trials"]),
        "iterations": str(row["iterations"]),
        "seed": str(row["seed"]),
        "goal": str(row["document"]["goal"]["column"]),
        "channels": ", ".join(str(medium["name"]) for medium in row["document"]["media"]),
    }
    record = RunRecord(
        run_key=f"{row['id']}-{ended_ms}",
        experiment=EXPERIMENT,
        name=", ".join(filter(None, (dataset, row["segment"], "failed")))[:NAME_LIMIT],
        status="failed",
        started_ms=round((row["started_at"] or row["queued_at"]).timestamp() * 1000),
        ended_ms=ended_ms,
        params={name: value[:NAME_LIMIT] for name, value in params.items() if value},
        tags={name: value for name, value in tags.items() if value},
        metrics=tuple(MetricPoint(f"best_{name}", float(value), 0, ended_ms) for name, value in row["best"].items()),
        artifacts={"specification.yaml": _write_specification(row["document"])},
    )
    return Failure(row["id"], ended, record)


def _write_specification(document: dict[str, Any]) -> str:
    from mixline.mmm.recipes.document import read_document, write_yaml

    try:
        return write_yaml(read_document(document))
    except MixlineError as error:  # of an older release
        return f"# {error.sentence}\n"
