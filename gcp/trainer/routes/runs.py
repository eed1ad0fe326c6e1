"""Runs: launching a fit, watching it, stopping it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Response, status

from gcp.common.actor import Person
from gcp.common.application import JsonBody, ServicesNeeded
from gcp.common.documentation import ACT, FIND, READ, WRITE, problems
from gcp.trainer.routes.paging import Limit, Offset
from mixline.messages import Digest, JobId, JobState, MoveRequest, RunRequest, RunTags, RunView, SearchCloud
from mixline.services import clouds, queue_control, run_rows, runs, tags

PATH = "/v1/mmm/runs"
router = APIRouter(prefix=PATH, tags=["runs"])
TagText = Annotated[str, Query(max_length=80)]
IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        max_length=200,
        pattern=r"^[\x21-\x7e]*$",
        description="With `again`: the same key gives the same extra run.",
    ),
]


@router.post(
    "",
    status_code=status.HTTP_202_ACCEPTED,
    dependencies=[JsonBody],
    responses={**WRITE, **problems(404, 409, 429)},
    summary="Launch a fit",
)
def launch_run(
    services: ServicesNeeded,
    person: Person,
    response: Response,
    request: RunRequest,
    idempotency_key: IdempotencyKey = "",
) -> RunView:
    """Queue a fit. It is stored when this answers. The same dataset, specification and seed give the same run."""
    view = runs.launch_run(services, request, key=idempotency_key, person=person)
    response.headers["Location"] = f"{PATH}/{view.id}"
    return view


@router.get("", responses=READ, summary="All runs, newest first")
def list_runs(
    services: ServicesNeeded,
    state: Annotated[list[JobState] | None, Query(description="Only runs in these states.")] = None,
    dataset_id: Annotated[Digest | None, Query(description="Only runs on this dataset.")] = None,
    tag: Annotated[
        list[TagText] | None,
        Query(max_length=5, description='Only runs with these tags: "final", "week=32", "budget >= 1.5".'),
    ] = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> list[RunView]:
    states = run_rows.states_of(state)
    conditions = [tags.read_tag_query(text).condition() for text in tag or []]
    return run_rows.list_runs(
        services, states=states, dataset_id=dataset_id, conditions=conditions, limit=limit, offset=offset
    )


@router.get("/{run_id}", responses=FIND, summary="One run")
def read_run(services: ServicesNeeded, run_id: JobId) -> RunView:
    return run_rows.get_run(services, run_id)


@router.post("/{run_id}/cancel", responses=ACT, summary="Cancel a run")
def cancel_run(services: ServicesNeeded, person: Person, run_id: JobId) -> RunView:
    """A waiting run is cancelled at once, a running one is asked to stop and does so within seconds."""
    return runs.cancel_run(services, run_id, person=person)


@router.post("/{run_id}/retry", responses={**ACT, **problems(429)}, summary="Queue a failed or cancelled run again")
def retry_run(services: ServicesNeeded, person: Person, run_id: JobId) -> RunView:
    return runs.retry_run(services, run_id, person=person)


@router.post(
    "/{run_id}/move", dependencies=[JsonBody], responses={**ACT, **problems(415)}, summary="Move a waiting run"
)
def move_run(services: ServicesNeeded, person: Person, run_id: JobId, request: MoveRequest) -> RunView:
    """Put a waiting run first, last, or one place up or down."""
    return queue_control.move_run(services, run_id, request.place, person=person)


@router.post("/{run_id}/tags", dependencies=[JsonBody], responses={**ACT, **problems(415)}, summary="Tag a run")
def set_tags(services: ServicesNeeded, person: Person, run_id: JobId, request: RunTags) -> RunView:
    """Give a run these tags and no others."""
    return tags.set_tags(services, run_id, request.tags, person=person)


@router.get("/{run_id}/cloud", responses=FIND, summary="Candidates of a search that is at work")
def read_cloud(services: ServicesNeeded, run_id: JobId) -> SearchCloud:
    return clouds.read_cloud(services, run_id)


@router.get("/{run_id}/specification", responses=FIND, summary="The specification of a run")
def read_specification(services: ServicesNeeded, run_id: JobId) -> dict[str, Any]:
    """The whole question the run put to the engine, as it can be put again."""
    return dict(services.specifications.get(services.runs.get(run_id).specification_id).document)
