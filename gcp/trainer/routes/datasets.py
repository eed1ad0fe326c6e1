"""Datasets: an upload with its confirmed columns, versioned; and the named sizes of search."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response, status

from gcp.common.application import JsonBody, ServicesNeeded
from gcp.common.documentation import FIND, READ, WRITE, problems
from gcp.trainer.routes.paging import Limit, Offset
from mixline.messages import DatasetRequest, DatasetRows, DatasetView, Digest, PresetView
from mixline.services import datasets, runs

PATH = "/v1/datasets"
router = APIRouter(tags=["data"])


@router.post(
    PATH,
    status_code=status.HTTP_201_CREATED,
    dependencies=[JsonBody],
    responses={
        **WRITE,
        **problems(404, 409),
        200: {"model": DatasetView, "description": "The same content and mapping is a dataset already."},
    },
    summary="Make a dataset from an upload",
)
def create_dataset(services: ServicesNeeded, response: Response, request: DatasetRequest) -> DatasetView:
    """Confirm what the columns are. The same name again is the next version; the same content and mapping the same dataset."""
    view, created = datasets.create_dataset(services, request)
    if not created:
        response.status_code = status.HTTP_200_OK
    response.headers["Location"] = f"{PATH}/{view.id}"
    return view


@router.get(PATH, responses=READ, summary="All datasets, newest first")
def list_datasets(
    services: ServicesNeeded,
    name: Annotated[str | None, Query(max_length=80, description="Only versions of this name.")] = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> list[DatasetView]:
    return datasets.list_datasets(services, name=name, limit=limit, offset=offset)


@router.get(PATH + "/{dataset_id}", responses=FIND, summary="One dataset")
def read_dataset(services: ServicesNeeded, dataset_id: Digest) -> DatasetView:
    return datasets.get_dataset(services, dataset_id)


@router.get(PATH + "/{dataset_id}/rows", responses=FIND, summary="Rows of a dataset")
def read_rows(services: ServicesNeeded, dataset_id: Digest, limit: Limit = 50, offset: Offset = 0) -> DatasetRows:
    return datasets.read_rows(services, dataset_id, limit=limit, offset=offset)


@router.get("/v1/presets", tags=["runs"], responses=problems(), summary="Named sizes of search")
def list_presets() -> list[PresetView]:
    return runs.list_presets()
