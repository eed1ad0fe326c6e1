"""Runs: what each fitting job works on, and the model that came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update

from mixline.state.database import State
from mixline.state.rows import Clock, missing, utc_now
from mixline.state.tables import runs


@dataclass(frozen=True)
class Run:
    """One run. `id` is its job's id; `model_id` and `tracking_url` are None until they are known."""

    id: str
    dataset_id: str
    specification_id: str
    segment: str
    preset: str
    trials: int
    iterations: int
    seed: int
    model_id: str | None
    tracking_url: str | None
    created_at: datetime
    core_seconds: float | None = None  # wall seconds times the cores booked, over all attempts that ended by themselves


class Runs:
    """The runs of one state database."""

    def __init__(self, state: State, *, clock: Clock = utc_now) -> None:
        self._state, self._clock = state, clock

    def put(
        self,
        run_id: str,
        *,
        dataset_id: str,
        specification_id: str,
        segment: str,
        preset: str,
        trials: int,
        iterations: int,
        seed: int,
    ) -> Run:
        """Store a run, or return the one already stored under this id."""
        values = {
            "id": run_id,
            "dataset_id": dataset_id,
            "specification_id": specification_id,
            "segment": segment,
            "preset": preset,
            "trials": trials,
            "iterations": iterations,
            "seed": seed,
            "created_at": self._clock(),
        }
        with self._state.write() as connection:
            connection.execute(self._state.insert(runs).values(values).on_conflict_do_nothing())
            return Run(**connection.execute(select(runs).where(runs.c.id == run_id)).mappings().one())

    def get(self, run_id: str) -> Run:
        """Raises NotFoundError."""
        with self._state.read() as connection:
            row = connection.execute(select(runs).where(runs.c.id == run_id)).mappings().one_or_none()
        if row is None:
            raise missing("run", run_id, where_to_look="The Runs page lists the runs.")
        return Run(**row)

    def list_runs(self, *, dataset_id: str | None = None, limit: int = 50, offset: int = 0) -> list[Run]:
        """Newest first."""
        statement = select(runs).order_by(runs.c.created_at.desc(), runs.c.id)
        if dataset_id is not None:
            statement = statement.where(runs.c.dataset_id == dataset_id)
        with self._state.read() as connection:
            return [Run(**row) for row in connection.execute(statement.limit(limit).offset(offset)).mappings()]

    def set_model(self, run_id: str, model_id: str) -> Run:
        """Note the model a run has made. Raises NotFoundError."""
        return self._set(run_id, model_id=model_id)

    def set_tracking(self, run_id: str, tracking_url: str) -> Run:
        """Note where a run can be seen in experiment tracking. Raises NotFoundError."""
        return self._set(run_id, tracking_url=tracking_url)

    def clear_tracking(self, run_id: str) -> None:
        """Forget where an earlier ending can be seen: the run goes on. The record itself stays."""
        with self._state.write() as connection:
            connection.execute(update(runs).where(runs.c.id == run_id).values(tracking_url=None))

    def add_core_seconds(self, run_id: str, seconds: float) -> None:
        """Note that an attempt kept cores busy for so long; attempts add up. A run that is gone is left alone."""
        spent = func.coalesce(runs.c.core_seconds, 0.0) + seconds
        with self._state.write() as connection:
            connection.execute(update(runs).where(runs.c.id == run_id).values(core_seconds=spent))

    def _set(self, run_id: str, **values: str) -> Run:
        statement = update(runs).where(runs.c.id == run_id).values(**values).returning(runs)
        with self._state.write() as connection:
            row = connection.execute(statement).mappings().one_or_none()
        if row is None:
            raise missing("run", run_id, where_to_look="The Runs page lists the runs.")
        return Run(**row)
