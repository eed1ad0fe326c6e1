"""The state of the whole at a glance."""

from __future__ import annotations

from fastapi import APIRouter

from gcp.common.application import ServicesNeeded
from gcp.common.documentation import problems
from mixline.messages import Status
from mixline.services.status import read_status as find_status

router = APIRouter(tags=["status"])


@router.get("/v1/status", responses=problems(503), summary="What waits, works and exists")
def read_status(services: ServicesNeeded) -> Status:
    return find_status(services)
