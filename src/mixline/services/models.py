"""Fitted models: keeping one, finding one, and the documents about it. What is named by content is kept in memory."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from sqlalchemy import select

from mixline.messages import Backtest, Calibration, Candidates, Contributions, Curves, ModelRow, ModelSummary
from mixline.mmm.ensemble.candidate_table import chosen_row, read_choice
from mixline.mmm.response import Period
from mixline.services import model_views as views
from mixline.services.choice_record import with_record
from mixline.services.context import Services
from mixline.state.datasets import Dataset
from mixline.state.models import Model
from mixline.state.runs import Run
from mixline.state.tables import datasets

if TYPE_CHECKING:
    from mixline.mmm.model import MixModel

T = TypeVar("T")
MODELS_KEPT = 16  # a demo model takes a few MB
DOCUMENTS_KEPT = 256


class Kept(Generic[T]):
    """The most recently used of what never changes. Safe to share by threads; a miss may be computed twice, harmlessly."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._items: OrderedDict[object, T] = OrderedDict()
        self._lock = Lock()

    def get(self, key: object, make: Callable[[], T]) -> T:
        with self._lock:
            if key in self._items:
                self._items.move_to_end(key)
                return self._items[key]
        value = make()
        with self._lock:
            self._items[key] = value
            while len(self._items) > self._limit:
                self._items.popitem(last=False)
        return value


@dataclass(frozen=True)
class Document:
    """A document as it is sent. `etag` is the digest of its bytes."""

    content: bytes
    etag: str


_models: Kept[MixModel] = Kept(MODELS_KEPT)
_documents: Kept[Document] = Kept(DOCUMENTS_KEPT)
_summaries: Kept[ModelSummary] = Kept(DOCUMENTS_KEPT)


def load_model(services: Services, model_id: str) -> MixModel:
    """A fitted model by its id.

    Raises:
        NotFoundError: no such model.
        IntegrityError: its stored bytes are not what they were.
    """
    from mixline.mmm.model_file import read_model

    services.models.get(model_id)
    return _models.get(model_id, lambda: read_model(services.artifacts.read_all(model_id)))


def keep_model(
    services: Services, model_id: str, model: MixModel, *, run: Run | None, dataset: Dataset
) -> ModelSummary:
    """Make a published model known. Doing it again changes nothing."""
    from mixline.state.rows import utc_now

    title, run_id = title_of(model, dataset), run.id if run else None
    summary = views.summarise(
        model, model_id, title=title, dataset=dataset, created_at=utc_now(), run_id=run_id, tracking_url=None
    )
    services.models.put(
        model_id,
        run_id=run_id,
        dataset_id=dataset.id,
        specification_id=run.specification_id if run else model.spec.id,
        title=title,
        segment=summary.segment,
        goal=summary.goal,
        currency=summary.currency,
        verdict=summary.verdict,
        summary=summary.model_dump(mode="json"),
    )
    return summary


def title_of(model: MixModel, dataset: Dataset) -> str:
    """What a model is called: dataset, segment, goal; and the candidate where a person chose it."""
    parts = [f"{dataset.name} v{dataset.version}", model.spec.segment_value, views.goal_label(model)]
    if read_choice(model) is not None:
        row = chosen_row(model)
        trial, iteration = (int(model.candidates[name][row]) for name in ("trial", "iteration"))
        parts.append(f"chosen by hand: {trial}/{iteration}")
    return " · ".join(part for part in parts if part)


def list_models(
    services: Services, *, dataset_id: str | None = None, segment: str | None = None, limit: int = 50, offset: int = 0
) -> list[ModelRow]:
    """Newest first."""
    rows = services.models.list_models(dataset_id=dataset_id, segment=segment, limit=limit, offset=offset)
    with services.state.read() as connection:
        wanted = select(datasets.c.id, datasets.c.name, datasets.c.version).where(
            datasets.c.id.in_({row.dataset_id for row in rows})
        )
        names = {row.id: (row.name, row.version) for row in connection.execute(wanted)}
    return [_row(row, *names[row.dataset_id]) for row in rows]


def get_row(services: Services, model_id: str) -> ModelRow:
    """A model as it stands in lists. Raises NotFoundError."""
    row = services.models.get(model_id)
    dataset = services.datasets.get(row.dataset_id)
    return _row(row, dataset.name, dataset.version)


def get_summary(services: Services, model_id: str) -> ModelSummary:
    """A model in one document, with the place of its run in experiment tracking as far as it is known. Raises NotFoundError."""
    row = services.models.get(model_id)

    def make() -> ModelSummary:
        return views.summarise(
            load_model(services, model_id),
            model_id,
            title=row.title,
            dataset=services.datasets.get(row.dataset_id),
            created_at=row.created_at,
            run_id=row.run_id,
            tracking_url=None,
        )

    summary = _summaries.get((model_id, row.run_id, row.created_at), make)
    url = services.runs.get(row.run_id).tracking_url if row.run_id else None
    summary = summary.model_copy(update={"lineage": summary.lineage.model_copy(update={"tracking_url": url})})
    return with_record(services, summary)


def get_contributions(services: Services, model_id: str, period: Period | None = None) -> Contributions:
    """The decomposition by day, week, month or quarter; by the model's own interval when none is named.

    Raises:
        NotFoundError: no such model. InputError: a period shorter than the model's interval.
    """
    model = load_model(services, model_id)
    return views.view_contributions(model, model_id, period or model.interval)


def get_curves(services: Services, model_id: str) -> Curves:
    """Response curves of the paid channels. Raises NotFoundError."""
    return views.view_curves(load_model(services, model_id), model_id)


def get_candidates(services: Services, model_id: str) -> Candidates:
    """What the search tried. Raises NotFoundError."""
    return views.view_candidates(load_model(services, model_id), model_id)


def get_backtest(services: Services, model_id: str) -> Backtest:
    """What the model would have forecast and what came; says so where no back-test was asked for. Raises NotFoundError."""
    from mixline.services.backtest_views import backtest_view

    return backtest_view(load_model(services, model_id), model_id)


def get_calibration(services: Services, model_id: str) -> Calibration:
    """The lift studies beside the model; says so where there are none. Raises NotFoundError."""
    from mixline.services.calibration_views import calibration_view

    return calibration_view(load_model(services, model_id), model_id)


def document_of(services: Services, model_id: str, kind: str, make: Callable[[], bytes]) -> Document:
    """The bytes of a document about a model, made once. Raises NotFoundError for an unknown model."""
    services.models.get(model_id)
    return _documents.get((model_id, kind), lambda: make_document(make()))


def make_document(content: bytes) -> Document:
    """Bytes with their tag."""
    return Document(content, hashlib.sha256(content).hexdigest()[:32])


def read_file(services: Services, model_id: str, name: str) -> bytes:
    """One file of a model's bundle. Raises NotFoundError, IntegrityError."""
    services.models.get(model_id)
    return services.artifacts.read(model_id, name)


def _row(row: Model, dataset_name: str, dataset_version: int) -> ModelRow:
    return ModelRow.model_validate(
        {
            "id": row.id,
            "title": row.title,
            "dataset_id": row.dataset_id,
            "dataset_name": dataset_name,
            "dataset_version": dataset_version,
            "segment": row.segment,
            "goal": row.goal,
            "currency": row.currency,
            "created_at": row.created_at,
            "verdict": row.verdict,
            "search": write_search(row.summary),
        }
    )


def write_search(summary: Mapping[str, Any]) -> str:
    """How a model was made, from the summary kept with it: 3 trials of 600 candidates, seed 7, 2 lift studies."""
    trials, iterations, seed = (summary.get(name) for name in ("trials", "iterations", "lineage"))
    if not trials or not iterations:
        return ""
    parts = [f"{trials} trial{'' if trials == 1 else 's'} of {iterations:,} candidates"]
    parts += [f"seed {seed['seed']}"] if seed and "seed" in seed else []
    if studies := summary.get("studies"):
        parts.append("one lift study" if studies == 1 else f"{studies} lift studies")
    held = summary.get("fit", {}).get("nrmse_validation") is not None
    return ", ".join(parts + (["with hold-out"] if held else []) + (["a refresh"] if summary.get("continues") else []))
