"""Comparisons: what moved since an earlier model, what changed since the last, several models side by side."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from gcp.common.application import ServicesNeeded
from gcp.common.documentation import FIND, problems
from gcp.trainer.routes import models
from mixline.messages import Change, Comparison, Digest, Movement
from mixline.services import comparisons
from mixline.services.models import document_of, make_document

router = APIRouter(tags=["comparisons"])
IDS = r"^[0-9a-f]{64}(,[0-9a-f]{64}){1,4}$"
Weight = Annotated[float | None, Query(ge=0, le=1000, allow_inf_nan=False)]


@router.get(
    f"{models.PATH}/{{model_id}}/movement",
    responses={**FIND, **models.UNCHANGED, **problems(409)},
    response_model=Movement,
    summary="What moved since an earlier model, and why",
)
def read_movement(
    services: ServicesNeeded,
    request: Request,
    model_id: Digest,
    against: Annotated[Digest | None, Query(description="The earlier model; the previous one when not named.")] = None,
) -> Response:
    """Per channel share, ROI, marginal ROI and contribution before and after, each change taken apart by cause."""
    earlier = against or comparisons.find_previous(services, model_id) or ""

    def make() -> bytes:
        return comparisons.get_movement(services, model_id, earlier or None).model_dump_json().encode()

    document = document_of(services, model_id, f"movement/{earlier}", make)
    return models.send(request, document, "application/json", models.ASK_AGAIN)


@router.get(
    f"{models.PATH}/{{model_id}}/previous",
    responses={**FIND, **models.UNCHANGED},
    response_model=Change,
    summary="What changed since the previous model",
)
def read_previous(services: ServicesNeeded, request: Request, model_id: Digest) -> Response:
    """Headline figures against the previous model of the same dataset, segment and goal; no changes where there is none."""
    earlier = comparisons.find_previous(services, model_id) or ""

    def make() -> bytes:
        return comparisons.previous(services, model_id).model_dump_json().encode()

    document = document_of(services, model_id, f"previous/{earlier}", make)
    return models.send(request, document, "application/json", models.ASK_AGAIN)


@router.get(
    "/v1/comparisons",
    responses={**FIND, **models.UNCHANGED},
    response_model=Comparison,
    summary="Two to five models side by side",
)
def compare_models(
    services: ServicesNeeded,
    request: Request,
    models_: Annotated[str, Query(alias="models", pattern=IDS, max_length=400, description="Ids, with commas.")],
    hold_out: Weight = None,
    checks: Weight = None,
    fit: Weight = None,
    stability: Weight = None,
) -> Response:
    """Summaries, configuration and data differences, ROI and shares with ranges, and a ranking with its weights."""
    weights = {"hold_out": hold_out, "checks": checks, "fit": fit, "stability": stability}
    comparison = comparisons.compare(services, models_.split(","), weights)  # type: ignore[arg-type]
    document = make_document(comparison.model_dump_json().encode())
    return models.send(request, document, "application/json", models.ASK_AGAIN)
