"""Fitted models: which exist, where they came from and their summary. The model itself is an artifact."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from mixline.state.database import State
from mixline.state.rows import Clock, missing, utc_now
from mixline.state.tables import models


@dataclass(frozen=True)
class Model:
    """One fitted model. `id` is its artifact bundle's id; `summary` is the document shown for it."""

    id: str
    run_id: str | None
    dataset_id: str
    specification_id: str
    title: str
    segment: str
    goal: str
    currency: str
    verdict: str
    summary: Mapping[str, Any]
    created_at: datetime


class Models:
    """The models of one state database."""

    def __init__(self, state: State, *, clock: Clock = utc_now) -> None:
        self._state, self._clock = state, clock

    def put(
        self,
        model_id: str,
        *,
        run_id: str | None,
        dataset_id: str,
        specification_id: str,
        title: str,
        segment: str,
        goal: str,
        currency: str,
        verdict: str,
        summary: Mapping[str, Any],
    ) -> Model:
        """Store a model, or return the one already stored under this id."""
        values = {
            "id": model_id,
            "run_id": run_id,
            "dataset_id": dataset_id,
            "specification_id": specification_id,
            "title": title,
            "segment": segment,
            "goal": goal,
            "currency": currency,
            "verdict": verdict,
            "summary": dict(summary),
            "created_at": self._clock(),
        }
        with self._state.write() as connection:
            connection.execute(self._state.insert(models).values(values).on_conflict_do_nothing())
            return Model(**connection.execute(select(models).where(models.c.id == model_id)).mappings().one())

    def get(self, model_id: str) -> Model:
        """Raises NotFoundError."""
        with self._state.read() as connection:
            row = connection.execute(select(models).where(models.c.id == model_id)).mappings().one_or_none()
        if row is None:
            raise missing("model", model_id, where_to_look="The Runs page lists the runs and their models.")
        return Model(**row)

    def list_models(
        self, *, dataset_id: str | None = None, segment: str | None = None, limit: int = 50, offset: int = 0
    ) -> list[Model]:
        """Newest first."""
        statement = select(models).order_by(models.c.created_at.desc(), models.c.id)
        if dataset_id is not None:
            statement = statement.where(models.c.dataset_id == dataset_id)
        if segment is not None:
            statement = statement.where(models.c.segment == segment)
        with self._state.read() as connection:
            return [Model(**row) for row in connection.execute(statement.limit(limit).offset(offset)).mappings()]
