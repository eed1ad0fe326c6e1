"""Models: the list, one in one document, and its figures as JSON or Arrow.

What a model is never changes, so its documents may be kept for ever; only the summary names things that can be added
later (the run's place in experiment tracking) and is asked for anew with its ETag.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel

from gcp.common.application import ServicesNeeded
from gcp.common.documentation import FIND, READ
from gcp.trainer.routes.paging import Limit, Offset
from mixline.messages import Backtest, Calibration, Candidates, Contributions, Curves, Digest, ModelRow, ModelSummary
from mixline.mmm.response import Period
from mixline.services import arrow, models
from mixline.services.context import Services

PATH = "/v1/models"
ARROW_TYPE = "application/vnd.apache.arrow.stream"
FOR_EVER = "private, max-age=31536000, immutable"
ASK_AGAIN = "private, no-cache"
FILE_TYPES = {".json": "application/json", ".parquet": "application/vnd.apache.parquet"}
router = APIRouter(prefix=PATH, tags=["models"])

_ETAG = {"ETag": {"description": "Digest of the content.", "schema": {"type": "string"}}}
UNCHANGED: dict[int | str, dict[str, Any]] = {304: {"description": "What you have is right.", "headers": _ETAG}}
BINARY = {"schema": {"type": "string", "format": "binary"}}
TABLE: dict[int | str, dict[str, Any]] = {
    **FIND,
    **UNCHANGED,
    200: {"description": "The document, or the same as an Arrow IPC stream.", "content": {ARROW_TYPE: BINARY}},
}


@router.get("", responses=READ, summary="All models, newest first")
def list_models(
    services: ServicesNeeded,
    dataset_id: Annotated[Digest | None, Query(description="Only models of this dataset.")] = None,
    segment: Annotated[str | None, Query(max_length=200, description="Only models of this segment.")] = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> list[ModelRow]:
    return models.list_models(services, dataset_id=dataset_id, segment=segment, limit=limit, offset=offset)


@router.get("/{model_id}", responses={**FIND, **UNCHANGED}, response_model=ModelSummary, summary="One model")
@router.get("/{model_id}/summary", responses={**FIND, **UNCHANGED}, response_model=ModelSummary, summary="One model")
def read_model(services: ServicesNeeded, request: Request, model_id: Digest) -> Response:
    """A model in one document: totals, channels, terms, quality, verdict, lineage."""
    content = models.get_summary(services, model_id).model_dump_json().encode()
    return send(request, models.make_document(content), "application/json", ASK_AGAIN)


@router.get(
    "/{model_id}/contributions", responses=TABLE, response_model=Contributions, summary="Decomposition over time"
)
def read_contributions(
    services: ServicesNeeded,
    request: Request,
    model_id: Digest,
    period: Annotated[Period | None, Query(description="Sum by this; by default the model's own interval.")] = None,
) -> Response:
    def make() -> Contributions:
        return models.get_contributions(services, model_id, period)

    return _table(services, request, model_id, f"contributions/{period}", make, arrow.contributions_table)


@router.get("/{model_id}/curves", responses=TABLE, response_model=Curves, summary="Response curves")
def read_curves(services: ServicesNeeded, request: Request, model_id: Digest) -> Response:
    return _table(
        services, request, model_id, "curves", lambda: models.get_curves(services, model_id), arrow.curves_table
    )


@router.get("/{model_id}/candidates", responses=TABLE, response_model=Candidates, summary="What the search tried")
def read_candidates(services: ServicesNeeded, request: Request, model_id: Digest) -> Response:
    def make() -> Candidates:
        return models.get_candidates(services, model_id)

    return _table(services, request, model_id, "candidates", make, arrow.candidates_table)


@router.get(
    "/{model_id}/backtest",
    responses={**FIND, **UNCHANGED},
    response_model=Backtest,
    summary="What the model would have forecast, and what came",
)
def read_backtest(services: ServicesNeeded, request: Request, model_id: Digest) -> Response:
    """Forecasts made from what came before them. `folds` is empty where no back-test was asked for, and `words` says so."""
    document = models.document_of(
        services, model_id, "backtest", lambda: _json(models.get_backtest(services, model_id))
    )
    return send(request, document, "application/json", FOR_EVER)


@router.get(
    "/{model_id}/calibration",
    responses={**FIND, **UNCHANGED},
    response_model=Calibration,
    summary="The model beside its lift studies",
)
def read_calibration(services: ServicesNeeded, request: Request, model_id: Digest) -> Response:
    """Each experiment: measured, said by the model, said by the data alone. `studies` is empty where there were none."""
    document = models.document_of(
        services, model_id, "calibration", lambda: _json(models.get_calibration(services, model_id))
    )
    return send(request, document, "application/json", FOR_EVER)


@router.get(
    "/{model_id}/files/{name}",
    response_class=Response,
    responses={
        **FIND,
        **UNCHANGED,
        200: {"description": "The file.", "content": dict.fromkeys(FILE_TYPES.values(), BINARY)},
    },
    summary="One file of the model",
)
def read_file(
    services: ServicesNeeded,
    request: Request,
    model_id: Digest,
    name: Annotated[str, Path(pattern=r"^[a-z0-9_]+\.(json|parquet)$", max_length=80)],
) -> Response:
    """A file as it was published; `model.json` and the Parquet tables beside it are the whole model."""
    kind = FILE_TYPES["." + name.rpartition(".")[2]]
    return send(request, models.make_document(models.read_file(services, model_id, name)), kind, FOR_EVER)


def _table(
    services: Services,
    request: Request,
    model_id: str,
    name: str,
    make: Callable[[], Any],
    tabulate: Callable[[Any], Any],
) -> Response:
    """A document as JSON, or as an Arrow stream for who accepts that."""
    if ARROW_TYPE in request.headers.get("accept", ""):
        kind, build = ARROW_TYPE, lambda: arrow.write_stream(tabulate(make()))
    else:
        kind, build = "application/json", lambda: _json(make())
    document = models.document_of(services, model_id, f"{name} as {kind}", build)
    response = send(request, document, kind, FOR_EVER)
    response.headers["Vary"] = "Accept"
    return response


def _json(document: BaseModel) -> bytes:
    return document.model_dump_json().encode()


def send(request: Request, document: models.Document, kind: str, keep: str) -> Response:
    """A document with its tag, or only the word that the caller has it already."""
    headers = {"ETag": f'"{document.etag}"', "Cache-Control": keep}
    known = {tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")}
    if f'"{document.etag}"' in known or "*" in known:
        return Response(status_code=304, headers=headers)
    return Response(document.content, media_type=kind, headers=headers)
