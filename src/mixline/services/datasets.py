"""Datasets: an upload with its confirmed columns becomes a version that never changes."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any, Literal

from mixline.errors import DataError, NotFoundError
from mixline.messages import ColumnChoice, DatasetRequest, DatasetRows, DatasetView
from mixline.services.context import Services
from mixline.services.snapshots import (
    TABLE_NAME,
    digest_table,
    read_parquet,
    show_rows,
    to_frame,
    to_table,
    write_parquet,
)
from mixline.services.time_axis import describe_time, find_column
from mixline.services.uploads import CONTENT_NAME, PARSING
from mixline.state.datasets import Dataset

if TYPE_CHECKING:
    import pandas as pd

FRAMES_KEPT = 4  # datasets kept in memory, so that launching and looking at rows does not read them again each time
FRAME_LIMIT = 50_000_000  # bytes; larger ones are read again each time rather than held
_frames: OrderedDict[str, Any] = OrderedDict()
_frames_lock = Lock()


@dataclass(frozen=True)
class Mapping:
    """What a person confirmed about a table."""

    columns: list[ColumnChoice]
    goal_kind: Literal["revenue", "conversions"]
    currency: str
    holiday_country: str


def create_dataset(services: Services, request: DatasetRequest) -> tuple[DatasetView, bool]:
    """Make a version of a dataset from an upload and what its columns were confirmed to be.

    Returns:
        The dataset, and whether it is new: the same content with the same mapping is the same dataset, whatever the name.

    Raises:
        NotFoundError: no such upload.
        DataError: the mapping names unknown columns, or the table is not usable with it. Nothing is kept then.
    """
    from mixline.data.quality import require_usable
    from mixline.data.reading import read_table

    upload = services.uploads.get(request.upload_id)
    with PARSING:
        frame = read_table(services.artifacts.read(upload.artifact_id, CONTENT_NAME), upload.filename)
    choices = complete_choices([str(name) for name in frame.columns], request.columns)
    require_usable(frame, choices)
    table = to_table(frame)
    mapping = {
        "columns": [choice.model_dump() for choice in choices],
        "goal_kind": request.goal_kind,
        "currency": request.currency,
        "holiday_country": request.holiday_country,
    }
    dataset_id = name_dataset(digest_table(table), mapping)
    try:
        return get_dataset(services, dataset_id), False
    except NotFoundError:
        pass
    view = _describe(to_frame(table), choices, request, upload.filename)
    artifact_id = services.artifacts.publish({TABLE_NAME: write_parquet(table)})
    # named by content: a start that was killed after this line left a table that the next attempt replaces by itself
    services.warehouse.write_table(table_name(dataset_id), table, mode="replace")
    row = services.datasets.create(
        dataset_id, name=request.name, upload_id=upload.id, artifact_id=artifact_id, mapping=mapping, view=view
    )
    return _view(row), True


def get_dataset(services: Services, dataset_id: str) -> DatasetView:
    """Raises NotFoundError."""
    return _view(services.datasets.get(dataset_id))


def list_datasets(
    services: Services, *, name: str | None = None, limit: int = 50, offset: int = 0
) -> list[DatasetView]:
    """Newest first; with a name, its versions only."""
    return [_view(row) for row in services.datasets.list_datasets(name=name, limit=limit, offset=offset)]


def read_rows(services: Services, dataset_id: str, *, limit: int = 50, offset: int = 0) -> DatasetRows:
    """Rows as they are stored. Raises NotFoundError."""
    frame = load_frame(services, services.datasets.get(dataset_id))
    return DatasetRows(
        dataset_id=dataset_id,
        total=len(frame),
        offset=offset,
        columns=[str(name) for name in frame.columns],
        rows=show_rows(frame, limit=limit, offset=offset),
    )


def load_frame(services: Services, dataset: Dataset) -> pd.DataFrame:
    """The table of a dataset. Shared between callers: do not change it in place.

    Raises:
        IntegrityError: the stored bytes are not what they were.
    """
    with _frames_lock:
        if dataset.artifact_id in _frames:
            _frames.move_to_end(dataset.artifact_id)
            known: pd.DataFrame = _frames[dataset.artifact_id]
            return known
    frame = to_frame(read_parquet(services.artifacts.read(dataset.artifact_id, TABLE_NAME)))
    if frame.memory_usage(deep=True).sum() > FRAME_LIMIT:
        return frame
    with _frames_lock:
        _frames[dataset.artifact_id] = frame
        while len(_frames) > FRAMES_KEPT:
            _frames.popitem(last=False)
    return frame


def read_mapping(dataset: Dataset) -> Mapping:
    """The confirmed mapping of a stored dataset."""
    document = dataset.mapping
    return Mapping(
        columns=[ColumnChoice.model_validate(choice) for choice in document["columns"]],
        goal_kind=document["goal_kind"],
        currency=document["currency"],
        holiday_country=document["holiday_country"],
    )


def name_dataset(content: str, mapping: dict[str, Any]) -> str:
    """The id of a dataset: SHA-256 over the digest of its values and its canonical mapping."""
    from mixline.mmm.specification import canonical_json

    return hashlib.sha256(canonical_json({"content": content, "mapping": mapping})).hexdigest()


def table_name(dataset_id: str) -> str:
    """The warehouse table of a dataset."""
    return f"dataset_{dataset_id[:16]}"


def complete_choices(names: Sequence[str], choices: Sequence[ColumnChoice]) -> list[ColumnChoice]:
    """One choice per column of the table, in its order; a column nobody spoke of is ignored.

    Raises:
        DataError: a choice names a column the table does not have, or one column twice.
    """
    given = {choice.name: choice for choice in choices}
    unknown = [name for name in given if name not in set(names)]
    if unknown:
        raise DataError(
            "the table has no such column",
            where="field columns",
            got=", ".join(unknown),
            expected="one of " + ", ".join(names[:12]) + (", ..." if len(names) > 12 else ""),
        )
    if len(given) < len(choices):
        seen: set[str] = set()
        twice = sorted({c.name for c in choices if c.name in seen or seen.add(c.name)})  # type: ignore[func-returns-value]
        raise DataError(
            "a column has two roles", where="field columns", got=", ".join(twice), action="Give each column one role."
        )
    return [given.get(name, ColumnChoice(name=name, role="ignore")) for name in names]


def _describe(
    frame: pd.DataFrame, choices: list[ColumnChoice], request: DatasetRequest, filename: str
) -> dict[str, Any]:
    """What is shown of a dataset, except what its row decides (id, name, version and moment)."""
    from mixline.data.mapping import channel_of
    from mixline.data.quality import review_table

    axis = describe_time(frame, choices)
    if axis.interval is None or axis.first is None or axis.last is None:
        raise DataError(
            "the dates are not regular",
            where=f"column {find_column(choices, 'date')}",
            expected="every day, week or month once",
            action="Add the missing periods, or remove the repeated ones.",
        )
    return {
        "rows": len(frame),
        "interval": axis.interval,
        "first_date": axis.first.isoformat(),
        "last_date": axis.last.isoformat(),
        "goal": find_column(choices, "goal"),
        "goal_kind": request.goal_kind,
        "currency": request.currency,
        "holiday_country": request.holiday_country,
        "segment_column": find_column(choices, "segment"),
        "segments": axis.segments,
        "channels": [channel_of(choice) for choice in choices if choice.role == "spend"],
        "columns": [choice.model_dump() for choice in choices],
        "findings": [finding.model_dump(mode="json") for finding in review_table(frame, choices)],
        "filename": filename,
    }


def _view(row: Dataset) -> DatasetView:
    return DatasetView.model_validate(
        {**row.view, "id": row.id, "name": row.name, "version": row.version, "created_at": row.created_at}
    )
