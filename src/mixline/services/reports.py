"""Everything a report is drawn from: of a model, of a candidate of its search, or of a model in a folder."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from mixline.artifacts.manifest import write_manifest
from mixline.messages import CandidatePreview, Decay, ModelSummary, ReportDocuments
from mixline.services import model_views as views
from mixline.services.context import Services
from mixline.services.models import Document, Kept, get_summary, load_model, make_document
from mixline.state.datasets import Dataset

if TYPE_CHECKING:
    from mixline.mmm.model import MixModel

PREVIEWS_KEPT = 48  # about 250 kB each
REPORTS_KEPT = 16
SERIES = "series.parquet"

_previews: Kept[Document] = Kept(PREVIEWS_KEPT)
_reports: Kept[ReportDocuments] = Kept(REPORTS_KEPT)


def get_report(services: Services, model_id: str) -> ReportDocuments:
    """The documents of a model's report. Raises NotFoundError."""
    summary = get_summary(services, model_id)  # the place of its run in experiment tracking may have come since
    kept = _reports.get(model_id, lambda: compose_documents(load_model(services, model_id), summary))
    return kept.model_copy(update={"summary": summary})


def candidate_documents(services: Services, model_id: str, row: int) -> Document:
    """The documents of a candidate's report, as JSON; nothing is recorded, and the model stays as it is.

    The candidate stands alone, as if a person had chosen it (`mixline.mmm.ensemble.choice.preview_candidate`); for
    the candidate the model shows they are the model's own, with its ranges. Kept for who looks again.

    Raises:
        NotFoundError: no such model or candidate.
        ConflictError: the model is too old to fit its candidates again.
    """
    services.models.get(model_id)

    def make() -> Document:
        return make_document(_preview(services, model_id, row).model_dump_json().encode())

    return _previews.get((model_id, row), make)


def _preview(services: Services, model_id: str, row: int) -> ReportDocuments:
    model = load_model(services, model_id)
    known = services.models.get(model_id)
    dataset = services.datasets.get(known.dataset_id)
    return _documents_of(model, model_id, row, known.title, dataset, known.created_at, known.run_id)


def describe_folder(model: MixModel, files: Mapping[str, bytes], name: str, row: int | None = None) -> ReportDocuments:
    """The documents of a model in a folder, as the command line has it: no database knows of it.

    Args:
        files: the folder's files; the model's id is what it would be when published. name: what to call it.
        row: a candidate of its search instead of the model.

    Raises:
        NotFoundError: no such candidate. ConflictError: the model is too old to fit its candidates again.
    """
    from mixline.mmm.model_file import DOCUMENT, TABLES

    own = {file: files[file] for file in (DOCUMENT, *TABLES)}
    model_id = write_manifest(own)[0]
    # A model of the command line does not know its data set; the data it was fitted on is in its own file.
    dataset_id = str(model.facts.get("dataset_id", "")) or hashlib.sha256(own[SERIES]).hexdigest()
    now = datetime.now(UTC)
    dataset = Dataset(dataset_id, name, 1, None, "", {}, {}, now)
    title = " · ".join(part for part in (name, model.spec.segment_value, views.goal_label(model)) if part)
    return _documents_of(model, model_id, row, title, dataset, now, None)


def _documents_of(
    model: MixModel,
    model_id: str,
    row: int | None,
    title: str,
    dataset: Dataset,
    created_at: datetime,
    run_id: str | None,
) -> ReportDocuments:
    """Of the model, or of the candidate in its place."""
    from mixline.mmm.ensemble.candidate_table import chosen_row
    from mixline.mmm.ensemble.choice import preview_candidate

    shown, preview = model, None
    if row is not None:
        if row != chosen_row(model):
            shown = preview_candidate(model, row, root=model_id)
        preview = _describe(model, row)
    summary = views.summarise(
        shown, model_id, title=title, dataset=dataset, created_at=created_at, run_id=run_id, tracking_url=None
    )
    return compose_documents(shown, summary, preview)


def compose_documents(
    model: MixModel, summary: ModelSummary, preview: CandidatePreview | None = None
) -> ReportDocuments:
    """All documents of the same draws."""
    from mixline.mmm.decay import decays

    return ReportDocuments(
        model_id=summary.id,
        summary=summary,
        contributions=views.view_contributions(model, summary.id, model.interval),
        curves=views.view_curves(model, summary.id),
        decays=[
            Decay(
                channel=decay.name,
                label=decay.label,
                adstock=decay.adstock,
                value=decay.share.value.tolist(),
                low=decay.share.low.tolist(),
                high=decay.share.high.tolist(),
                low50=decay.share.low50.tolist(),
                high50=decay.share.high50.tolist(),
            )
            for decay in decays(model)
        ],
        preview=preview,
    )


def _describe(model: MixModel, row: int) -> CandidatePreview:
    import numpy as np

    from mixline.mmm.ensemble.candidate_table import candidate_error
    from mixline.mmm.ensemble.selection import TOLERANCE

    error = candidate_error(model)
    above = float(error[row] / np.nanmin(error) - 1.0)
    return CandidatePreview(
        candidate=row,
        trial=int(model.candidates["trial"][row]),
        iteration=int(model.candidates["iteration"][row]),
        error=float(error[row]),
        above_best=above,
        alike=above <= TOLERANCE,
    )
