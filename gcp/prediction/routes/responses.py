"""Response of a marketing mix model to a spend vector."""

from __future__ import annotations

from fastapi import APIRouter

from gcp.common.application import JsonBody, ServicesNeeded
from gcp.common.documentation import WRITE, problems
from mixline.messages import Digest, ResponseRequest, ResponseView
from mixline.services.responses import predict_response

router = APIRouter(prefix="/v1/models", tags=["models"])


@router.post(
    "/{model_id}/response",
    dependencies=[JsonBody],
    responses={**WRITE, **problems(404)},
    summary="Expected outcome of a spend vector",
)
def read_response(services: ServicesNeeded, model_id: Digest, request: ResponseRequest) -> ResponseView:
    """Mean spend per period and channel in, expected outcome per period out, with ranges and against today's.

    Channels left out stay as they were. `extrapolated` names those that would spend more than the data can speak of.
    """
    return predict_response(services, model_id, request)
