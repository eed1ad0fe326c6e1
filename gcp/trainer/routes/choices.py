"""Choices: a person makes another candidate of a search the model."""

from __future__ import annotations

from fastapi import APIRouter, Response, status

from gcp.common.actor import Person
from gcp.common.application import JsonBody, ServicesNeeded
from gcp.common.documentation import ACT, problems
from gcp.trainer.routes import models
from mixline.messages import CandidateChoice, Digest, ModelRow
from mixline.services import choices

router = APIRouter(prefix=models.PATH, tags=["models"])


@router.post(
    "/{model_id}/choice",
    status_code=status.HTTP_201_CREATED,
    dependencies=[JsonBody],
    responses={
        **ACT,
        **problems(415),
        200: {"model": ModelRow, "description": "This candidate was chosen for this reason before."},
    },
    summary="Make another candidate the model",
)
def choose_candidate(
    services: ServicesNeeded, person: Person, response: Response, model_id: Digest, request: CandidateChoice
) -> ModelRow:
    """A new model beside the old one, with the note in its reason and in the audit trail. Asking twice gives the same model."""
    row, created = choices.choose_candidate(services, model_id, request, actor=person)
    if not created:
        response.status_code = status.HTTP_200_OK
    response.headers["Location"] = f"{models.PATH}/{row.id}"
    return row
