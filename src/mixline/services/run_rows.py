"""Runs as they are shown: the job, its dataset and its specification, read together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, select

from mixline.errors import NotFoundError
from mixline.jobs.contract import Job, JobState
from mixline.jobs.rows import read_job, select_jobs
from mixline.messages import RunTag, RunView
from mixline.services.context import Services
from mixline.services.estimates import price
from mixline.services.views import view_job
from mixline.settings import Settings
from mixline.state.tables import datasets, jobs, runs, specifications

CUSTOM = "custom"  # the preset of a run whose size was given in numbers


def list_runs(
    services: Services,
    *,
    states: frozenset[JobState] | None = None,
    dataset_id: str | None = None,
    conditions: Sequence[ColumnElement[bool]] = (),
    limit: int = 50,
    offset: int = 0,
) -> list[RunView]:
    """Runs whose job was accepted, newest first. `conditions` are on the table of runs, all of them hold."""
    services.queue.sweep()
    statement = _select_runs().order_by(jobs.c.created_at.desc(), jobs.c.ticket.desc(), jobs.c.id)
    if states is not None:
        statement = statement.where(jobs.c.state.in_(sorted(states)))
    if dataset_id is not None:
        statement = statement.where(runs.c.dataset_id == dataset_id)
    return _read(services, statement.where(*conditions).limit(limit).offset(offset))


def get_run(services: Services, run_id: str) -> RunView:
    """One run. Raises NotFoundError, also for a job that is no run."""
    services.queue.sweep()
    found = _read(services, _select_runs().where(jobs.c.id == run_id))
    if not found:
        raise NotFoundError("there is no run with this id", got=run_id, action="The Runs page lists the runs.")
    return found[0]


def _select_runs() -> Select[Any]:
    return select_jobs().join(runs, runs.c.id == jobs.c.id)


def _read(services: Services, statement: Select[Any]) -> list[RunView]:
    with services.state.read() as connection:
        found = [read_job(row) for row in connection.execute(statement).mappings()]
        if not found:
            return []
        details = (
            select(
                runs,
                datasets.c.name.label("dataset_name"),
                datasets.c.version.label("dataset_version"),
                specifications.c.document.label("specification"),
            )
            .join(datasets, datasets.c.id == runs.c.dataset_id)
            .join(specifications, specifications.c.id == runs.c.specification_id)
            .where(runs.c.id.in_([job.id for job in found]))
        )
        known = {row["id"]: row for row in connection.execute(details).mappings()}
    tags = services.run_tags.read([job.id for job in found])
    return [_view(job, known[job.id], tags.get(job.id, {}), services.settings) for job in found]


def _view(job: Job, row: Any, tags: Mapping[str, float | None], settings: Settings) -> RunView:
    goal = row["specification"]["goal"]
    return RunView(
        id=job.id,
        job=view_job(job),
        dataset_id=row["dataset_id"],
        dataset_name=row["dataset_name"],
        dataset_version=row["dataset_version"],
        segment=row["segment"],
        goal=goal.get("label") or goal["column"],
        preset=row["preset"],
        trials=row["trials"],
        iterations=row["iterations"],
        seed=row["seed"],
        specification_id=row["specification_id"],
        model_id=row["model_id"],
        tracking_url=row["tracking_url"],
        tags=[RunTag(name=name, value=value) for name, value in tags.items()],
        core_seconds=row["core_seconds"],
        cost=price(settings, row["core_seconds"]),
        cost_currency=settings.core_hour_currency,
    )


def states_of(names: Sequence[JobState] | None) -> frozenset[JobState] | None:
    """The states a list is narrowed to; None for all."""
    return frozenset(names) if names else None
