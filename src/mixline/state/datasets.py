"""Versioned datasets: an upload with its confirmed mapping, named by the digest of both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, Select, func, select

from mixline.state.database import State
from mixline.state.rows import Clock, missing, utc_now
from mixline.state.tables import datasets


@dataclass(frozen=True)
class Dataset:
    """One version of a dataset. Versions of a name count from 1."""

    id: str
    name: str
    version: int
    upload_id: str | None
    artifact_id: str
    mapping: Mapping[str, Any]
    view: Mapping[str, Any]
    created_at: datetime


class Datasets:
    """The datasets of one state database."""

    def __init__(self, state: State, *, clock: Clock = utc_now) -> None:
        self._state, self._clock = state, clock

    def create(
        self,
        dataset_id: str,
        *,
        name: str,
        upload_id: str | None,
        artifact_id: str,
        mapping: Mapping[str, Any],
        view: Mapping[str, Any],
    ) -> Dataset:
        """Store the next version of `name`, or return the dataset already stored under this id.

        `view` is kept as it is given; the row's `version` and `created_at` are decided here.
        """
        with self._state.write() as connection:
            self._state.serialise(connection, "datasets")
            row = connection.execute(select(datasets).where(datasets.c.id == dataset_id)).mappings().one_or_none()
            if row is None:
                newest = select(func.max(datasets.c.version)).where(datasets.c.name == name)
                values = {
                    "id": dataset_id,
                    "name": name,
                    "version": (connection.execute(newest).scalar() or 0) + 1,
                    "upload_id": upload_id,
                    "artifact_id": artifact_id,
                    "mapping": dict(mapping),
                    "view": dict(view),
                    "created_at": self._clock(),
                }
                row = connection.execute(datasets.insert().values(values).returning(datasets)).mappings().one()
        return _read(row)

    def get(self, dataset_id: str) -> Dataset:
        """Raises NotFoundError."""
        with self._state.read() as connection:
            row = connection.execute(select(datasets).where(datasets.c.id == dataset_id)).mappings().one_or_none()
        if row is None:
            raise missing("dataset", dataset_id, where_to_look="The Data page lists the datasets.")
        return _read(row)

    def find_latest(self, name: str) -> Dataset | None:
        """The newest version of a name, None when there is none."""
        return self._find(select(datasets).where(datasets.c.name == name).order_by(datasets.c.version.desc()))

    def find_first(self, name: str) -> Dataset | None:
        """The oldest version of a name, None when there is none."""
        return self._find(select(datasets).where(datasets.c.name == name).order_by(datasets.c.version))

    def _find(self, statement: Select[Any]) -> Dataset | None:
        with self._state.read() as connection:
            row = connection.execute(statement.limit(1)).mappings().one_or_none()
        return None if row is None else _read(row)

    def list_datasets(self, *, name: str | None = None, limit: int = 50, offset: int = 0) -> list[Dataset]:
        """Newest first; with a name, its versions only."""
        statement = select(datasets).order_by(datasets.c.created_at.desc(), datasets.c.name, datasets.c.version.desc())
        if name is not None:
            statement = statement.where(datasets.c.name == name)
        with self._state.read() as connection:
            return [_read(row) for row in connection.execute(statement.limit(limit).offset(offset)).mappings()]


def _read(row: RowMapping) -> Dataset:
    return Dataset(**row)
