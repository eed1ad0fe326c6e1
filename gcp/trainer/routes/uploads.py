"""Uploads: a file comes in, what its columns look like goes out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, File, Response, UploadFile, status

from gcp.common.application import ServicesNeeded
from gcp.common.documentation import FIND, problems
from mixline.messages import Digest, UploadView
from mixline.services import uploads

PATH = "/v1/uploads"
router = APIRouter(prefix=PATH, tags=["data"])


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    responses={
        **problems(403, 413, 415, 422, 503),
        200: {"model": UploadView, "description": "The same bytes were uploaded before."},
    },
    summary="Upload a table",
)
def create_upload(
    services: ServicesNeeded,
    response: Response,
    file: Annotated[UploadFile, File(description="A CSV, Excel or Parquet file.")],
) -> UploadView:
    """Read a table and suggest what each column is. The same bytes again give the same upload (200)."""
    view, created = uploads.store_upload(services, file.filename or "", file.file)
    if not created:
        response.status_code = status.HTTP_200_OK
    response.headers["Location"] = f"{PATH}/{view.id}"
    return view


@router.get("/{upload_id}", responses=FIND, summary="One upload")
def read_upload(services: ServicesNeeded, upload_id: Digest) -> UploadView:
    """What is known of an uploaded table."""
    return uploads.get_upload(services, upload_id)
