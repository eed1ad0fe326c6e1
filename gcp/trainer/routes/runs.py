"""Runs: launching a fit, watching it, stopping it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Query, Response, status

from gcp.common.application import JsonBody, ServicesNeeded
from gcp.common.documentation import ACT, FIND, READ, WRITE, problems
from gcp.trainer.routes.paging import Limit, Offset
from mixline.messages import Digest, JobId, JobState, RunRequest, RunView
from mixline.services import run_rows, runs

PATH = "/v1/mmm/runs"
router = APIRouter(prefix=PATH, tags=["runs"])
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
    services: ServicesNeeded, response: Response, request: RunRequest, idempotency_key: IdempotencyKey = ""
) -> RunView:
    """Queue a fit. It is stored when this answers. The same dataset, specification and seed give the same run."""
    view = runs.launch_run(services, request, key=idempotency_key)
    response.headers["Location"] = f"{PATH}/{view.id}"
    return view


@router.get("", responses=READ, summary="All runs, newest first")
def list_runs(
    services: ServicesNeeded,
    state: Annotated[list[JobState] | None, Query(description="Only runs in these states.")] = None,
    dataset_id: Annotated[Digest | None, Query(description="Only runs on this dataset.")] = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> list[RunView]:
    states = run_rows.states_of(state)
    return run_rows.list_runs(services, states=states, dataset_id=dataset_id, limit=limit, offset=offset)


@router.get("/{run_id}", responses=FIND, summary="One run")
def read_run(services: ServicesNeeded, run_id: JobId) -> RunView:
    return run_rows.get_run(services, run_id)


@router.post("/{run_id}/cancel", responses=ACT, summary="Cancel a run")
def cancel_run(services: ServicesNeeded, run_id: JobId) -> RunView:
    """A waiting run is cancelled at once, a running one is asked to stop and does so within seconds."""
    return runs.cancel_run(services, run_id)


@router.post("/{run_id}/retry", responses={**ACT, **problems(429)}, summary="Queue a failed or cancelled run again")
def retry_run(services: ServicesNeeded, run_id: JobId) -> RunView:
    return runs.retry_run(services, run_id)
