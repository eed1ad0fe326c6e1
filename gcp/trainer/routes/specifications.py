"""Composing runs: the draft of a dataset, the engine's word on a specification, saved settings, and batches."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response, status

from gcp.common.actor import Person
from gcp.common.application import JsonBody, ServicesNeeded
from gcp.common.documentation import ACT, FIND, READ, WRITE, problems
from mixline.messages import (
    BatchPreview,
    BatchRequest,
    BatchResult,
    Digest,
    JobId,
    SavedSettingsView,
    SettingsRequest,
    SpecificationCheck,
    SpecificationDraft,
    SpecificationRequest,
)
from mixline.services import batches, drafts, settings_store, specification_checks

CSV = "text/csv"
router = APIRouter(tags=["runs"])


@router.get("/v1/datasets/{dataset_id}/specification", responses=FIND, summary="A specification to start from")
def read_draft(
    services: ServicesNeeded,
    dataset_id: Digest,
    segment: Annotated[str, Query(max_length=200, description="By default the first one.")] = "",
    settings: Annotated[JobId | None, Query(description="Carry these saved settings over.")] = None,
    run: Annotated[JobId | None, Query(description="Carry the specification of this run over.")] = None,
) -> SpecificationDraft:
    """The dataset's draft with the defaults of each channel, their reasons, and what each size of search will take."""
    return drafts.read_draft(services, dataset_id, segment=segment, settings_id=settings or "", run_id=run or "")


@router.post(
    "/v1/specifications/check",
    dependencies=[JsonBody],
    responses={**WRITE, **problems(404)},
    summary="Check a specification",
)
def check_specification(services: ServicesNeeded, request: SpecificationRequest) -> SpecificationCheck:
    """Every problem the engine finds, each with its field; else the runs it stands for, their time and cost. Stores nothing."""
    return specification_checks.check_specification(services, request)


@router.get("/v1/settings", responses=READ, summary="Saved settings by name")
def list_settings(services: ServicesNeeded) -> list[SavedSettingsView]:
    return settings_store.list_settings(services)


@router.post(
    "/v1/settings",
    status_code=status.HTTP_201_CREATED,
    dependencies=[JsonBody],
    responses={**WRITE, **problems(404)},
    summary="Save settings under a name",
)
def save_settings(services: ServicesNeeded, person: Person, request: SettingsRequest) -> SavedSettingsView:
    """The same name again replaces them."""
    return settings_store.save_settings(services, request, person=person)


@router.post("/v1/settings/{settings_id}/forget", responses=ACT, summary="Take saved settings away")
def forget_settings(services: ServicesNeeded, person: Person, settings_id: JobId) -> SavedSettingsView:
    """Runs made with them stay as they are."""
    return settings_store.forget_settings(services, settings_id, person=person)


@router.get(
    "/v1/batches/template",
    response_class=Response,
    responses={**problems(503), 200: {"description": "A CSV file.", "content": {CSV: {"schema": {"type": "string"}}}}},
    summary="A CSV file to fill in",
)
def read_template(services: ServicesNeeded) -> Response:
    """One row per segment of the newest datasets."""
    headers = {"Content-Disposition": 'attachment; filename="runs.csv"'}
    return Response(batches.write_template(services).encode(), media_type=f"{CSV}; charset=utf-8", headers=headers)


@router.post("/v1/batches/preview", dependencies=[JsonBody], responses=WRITE, summary="What each row of a batch is")
def preview_batch(services: ServicesNeeded, request: BatchRequest) -> BatchPreview:
    """Ready, the same as an earlier row, a run already, or wrong and why. Stores nothing."""
    return batches.preview_batch(services, request)


@router.post(
    "/v1/batches",
    status_code=status.HTTP_202_ACCEPTED,
    dependencies=[JsonBody],
    responses={**WRITE, **problems(429)},
    summary="Launch the rows that are ready",
)
def launch_batch(services: ServicesNeeded, person: Person, request: BatchRequest) -> BatchResult:
    return batches.launch_batch(services, request, person=person)
