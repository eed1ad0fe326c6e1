"""The older `/?api=...` forms, kept readable for programs that ask them: an envelope around what newer routes answer."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query

from gcp.common.application import ServicesNeeded
from gcp.common.documentation import READ
from mixline import __version__
from mixline.messages import Message
from mixline.services.models import list_models
from mixline.services.status import read_status

router = APIRouter(tags=["older forms"])


class Envelope(Message):
    """`data` is what was asked for; `message` says in words what it is."""

    status: Literal["success"]
    timestamp: datetime
    data: dict[str, Any]
    message: str


@router.get("/", responses=READ, summary="Status or metadata in the older envelope")
def read_envelope(
    services: ServicesNeeded,
    api: Annotated[Literal["status", "metadata"], Query(description="What to read.")],
) -> Envelope:
    """Reading only: a fit is launched with `POST /v1/mmm/runs`."""
    if api == "status":
        data, message = read_status(services).model_dump(mode="json"), "What waits, works and exists."
    else:
        models = [row.model_dump(mode="json") for row in list_models(services, limit=500)]
        data, message = {"version": __version__, "models": models}, f"{len(models)} models, newest first."
    return Envelope(status="success", timestamp=datetime.now(UTC), data=data, message=message)
