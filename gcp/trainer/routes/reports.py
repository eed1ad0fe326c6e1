"""Reports: the documents that a report of a model, or of one candidate of its search, is drawn from."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from gcp.common.application import ServicesNeeded
from gcp.common.documentation import FIND, problems
from gcp.trainer.routes import models
from mixline.messages import Digest, ReportDocuments
from mixline.services import reports
from mixline.services.models import make_document

router = APIRouter(prefix=models.PATH, tags=["models"])


@router.get(
    "/{model_id}/report",
    responses={**FIND, **models.UNCHANGED},
    response_model=ReportDocuments,
    summary="All documents of a model's report",
)
def read_report(services: ServicesNeeded, request: Request, model_id: Digest) -> Response:
    """Summary, decomposition, curves and carry-over of the same draws, in one document."""
    content = reports.get_report(services, model_id).model_dump_json().encode()
    return models.send(request, make_document(content), "application/json", models.ASK_AGAIN)


@router.get(
    "/{model_id}/candidates/{row}/report",
    responses={**FIND, **models.UNCHANGED, **problems(409)},
    response_model=ReportDocuments,
    summary="The same of one candidate, as if it were the model",
)
def read_candidate(
    services: ServicesNeeded,
    request: Request,
    model_id: Digest,
    row: Annotated[int, Path(ge=0, le=1_000_000, description="Its place in the model's candidates.")],
) -> Response:
    """To look at before choosing: nothing is recorded."""
    document = reports.candidate_documents(services, model_id, row)
    return models.send(request, document, "application/json", models.FOR_EVER)
