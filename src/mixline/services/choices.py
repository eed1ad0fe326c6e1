"""A person makes another candidate the model: a new model beside the old one, with the reason on record."""

from __future__ import annotations

from mixline.errors import NotFoundError
from mixline.messages import CandidateChoice, ModelRow
from mixline.services.choice_record import ACTION
from mixline.services.context import Services
from mixline.services.models import get_row, keep_model, load_model
from mixline.services.people import LOCAL_USER
from mixline.state.audit import Audit


def choose_candidate(
    services: Services, model_id: str, request: CandidateChoice, *, actor: str = LOCAL_USER
) -> tuple[ModelRow, bool]:
    """Publish the model that stands on another candidate of `model_id`'s search. The old model stays as it is.

    Returns:
        The model, and whether it is new: the same candidate for the same reason is the same model.

    Raises:
        NotFoundError: no such model or candidate. InputError: no reason was given.
        ConflictError: the candidate is the one shown already, or the model is too old to fit its candidates again.
    """
    from mixline.mmm.ensemble import choice
    from mixline.mmm.model_file import write_model

    row = services.models.get(model_id)
    chosen = choice.choose_candidate(load_model(services, model_id), request.candidate, request.note, root=model_id)
    new_id = services.artifacts.publish(write_model(chosen))
    try:
        return get_row(services, new_id), False
    except NotFoundError:
        pass
    run = services.runs.get(row.run_id) if row.run_id else None
    # The line first: a choice that is shown is always on record; one that is on record and not shown can be asked for again.
    Audit(services.state).record(
        actor=actor,
        action=ACTION,
        subject=new_id,
        data={"from": model_id, "candidate": request.candidate, "note": request.note},
    )
    keep_model(services, new_id, chosen, run=run, dataset=services.datasets.get(row.dataset_id))
    return get_row(services, new_id), True
