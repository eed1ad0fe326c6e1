"""Refreshes: a model continued on newer data."""

from __future__ import annotations

from fastapi import APIRouter, Response, status

from gcp.common.actor import Person
from gcp.common.application import JsonBody, ServicesNeeded
from gcp.common.documentation import WRITE, problems
from gcp.trainer.routes import runs
from mixline.messages import RefreshPlan, RefreshRequest, RunView
from mixline.services import refreshes

PATH = "/v1/refreshes"
router = APIRouter(prefix=PATH, tags=["refreshes"])


@router.post(
    "",
    status_code=status.HTTP_202_ACCEPTED,
    dependencies=[JsonBody],
    responses={**WRITE, **problems(404, 409, 429)},
    summary="Launch a refresh",
)
def launch_refresh(
    services: ServicesNeeded,
    person: Person,
    response: Response,
    request: RefreshRequest,
    idempotency_key: runs.IdempotencyKey = "",
) -> RunView:
    """Queue the fit that continues a model on newer data. It is a run, at the address the Location header gives."""
    view = refreshes.launch_refresh(services, request, key=idempotency_key, person=person)
    response.headers["Location"] = f"{runs.PATH}/{view.id}"
    return view


@router.post(
    "/plan",
    dependencies=[JsonBody],
    responses={**WRITE, **problems(404, 409)},
    summary="What a refresh would do",
)
def plan_refresh(services: ServicesNeeded, request: RefreshRequest) -> RefreshPlan:
    """The new window, the periods added and what to know before launching. Nothing is stored."""
    return refreshes.plan_refresh(services, request)
