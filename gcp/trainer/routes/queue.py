"""The queue as a whole: its state for everybody, pausing and resuming for who may."""

from __future__ import annotations

from fastapi import APIRouter

from gcp.common.actor import Person
from gcp.common.application import JsonBody, ServicesNeeded
from gcp.common.documentation import problems
from mixline.messages import PauseRequest, QueueView
from mixline.services import queue_control

router = APIRouter(prefix="/v1/queue", tags=["jobs"])
DIRECT = problems(403, 413, 503)


@router.get("", responses=problems(503), summary="The queue")
def read_queue(services: ServicesNeeded, person: Person) -> QueueView:
    """Whether it starts what waits, what waits and works, and whether the person who asks may direct it."""
    return queue_control.read_queue(services, person=person)


@router.post("/pause", dependencies=[JsonBody], responses={**DIRECT, **problems(415, 422)}, summary="Pause the queue")
def pause_queue(services: ServicesNeeded, person: Person, request: PauseRequest) -> QueueView:
    """What waits is not started until somebody resumes; what runs goes on, and new runs are still accepted."""
    return queue_control.pause_queue(services, person=person, note=request.note)


@router.post("/resume", responses=DIRECT, summary="Resume the queue")
def resume_queue(services: ServicesNeeded, person: Person) -> QueueView:
    return queue_control.resume_queue(services, person=person)
