"""Scenarios: plans saved under a name, with the question that leads to them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response, status

from gcp.common.actor import Person
from gcp.common.application import JsonBody, ServicesNeeded
from gcp.common.documentation import ACT, FIND, READ, WRITE, problems
from gcp.trainer.routes.paging import Limit, Offset
from mixline.messages import Digest, JobId, ScenarioRequest, ScenarioView
from mixline.services import scenarios

PATH = "/v1/scenarios"
router = APIRouter(prefix=PATH, tags=["scenarios"])


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    dependencies=[JsonBody],
    responses={
        **WRITE,
        **problems(404, 409),
        200: {"model": ScenarioView, "description": "This plan was saved under this name before."},
    },
    summary="Save a plan",
)
def save_scenario(
    services: ServicesNeeded, person: Person, response: Response, request: ScenarioRequest
) -> ScenarioView:
    """Solve the question with the model and keep both under the name. The same question and name are the same plan."""
    view, changed = scenarios.save_scenario(services, request, actor=person)
    if not changed:
        response.status_code = status.HTTP_200_OK
    response.headers["Location"] = f"{PATH}/{view.id}"
    return view


@router.get("", responses=READ, summary="Saved plans, newest first")
def list_scenarios(
    services: ServicesNeeded,
    model_id: Annotated[Digest | None, Query(description="Only plans of this model.")] = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> list[ScenarioView]:
    return scenarios.list_scenarios(services, model_id=model_id, limit=limit, offset=offset)


@router.get("/{scenario_id}", responses=FIND, summary="One saved plan")
def read_scenario(services: ServicesNeeded, scenario_id: JobId) -> ScenarioView:
    return scenarios.get_scenario(services, scenario_id)


@router.delete("/{scenario_id}", responses=ACT, summary="Remove a saved plan")
def remove_scenario(services: ServicesNeeded, person: Person, scenario_id: JobId) -> ScenarioView:
    """The plan as it was. Nothing but the name and its question is lost: asking again gives the same plan."""
    return scenarios.remove_scenario(services, scenario_id, actor=person)
