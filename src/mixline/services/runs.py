"""Launching a fit, and what people do to it afterwards."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import TYPE_CHECKING

from mixline.errors import InputError, NotFoundError
from mixline.jobs.rows import job_id_of
from mixline.messages import PresetView, RunRequest, RunView
from mixline.services.context import Services
from mixline.services.datasets import load_frame
from mixline.services.drafts import carry_to_segment, draft_of
from mixline.services.identities import FIT_KIND, run_key
from mixline.services.people import LOCAL_USER
from mixline.services.plausibility import check_plausible
from mixline.services.run_rows import CUSTOM, get_run
from mixline.services.tags import put_tags
from mixline.state.audit import Audit
from mixline.state.datasets import Dataset

if TYPE_CHECKING:
    from mixline.mmm.specification import ModelSpec

__all__ = ["FIT_KIND", "cancel_run", "compose_specification", "launch_run", "list_presets", "retry_run"]


def list_presets() -> list[PresetView]:
    """The sizes of search that have a name, smallest first."""
    from mixline.mmm.recipes.presets import PRESETS

    views = [
        PresetView.model_validate(
            {"name": p.name, "trials": p.trials, "iterations": p.iterations, "purpose": p.purpose}
        )
        for p in PRESETS.values()
    ]
    return sorted(views, key=lambda view: view.trials * view.iterations)


def launch_run(services: Services, request: RunRequest, *, key: str = "", person: str = "") -> RunView:
    """Check everything a fit needs, store it, and queue the job. What is accepted is stored before this returns.

    Args:
        key: makes asking `again` repeatable: the same key gives the same extra run.
        person: who asks, for the audit trail; nothing is recorded without one.

    Raises:
        NotFoundError: no such dataset.
        SpecificationError, DataError, InputError: what was asked for cannot be fitted on this dataset.
        BusyError: the queue is full; nothing was queued.
    """
    from mixline.mmm.inputs.features import prepare

    dataset = services.datasets.get(request.dataset_id)
    frame = load_frame(services, dataset)
    spec = compose_specification(services, dataset, request)
    check_plausible(spec)
    prepare(spec, frame)  # every check of the engine, before anybody waits in a queue
    document = spec.to_dict()
    idempotency_key = run_key(dataset.id, spec.id, extra=(key or uuid.uuid4().hex) if request.again else "")
    run_id = job_id_of(idempotency_key)
    services.specifications.put(spec.id, document)
    services.runs.put(
        run_id,
        dataset_id=dataset.id,
        specification_id=spec.id,
        segment=spec.segment_value,
        preset=_name_size(spec),
        trials=spec.search.trials,
        iterations=spec.search.iterations,
        seed=spec.search.seed,
    )
    payload = {"dataset_id": dataset.id, "specification_id": spec.id}
    was_there = _is_live(services, run_id)
    services.queue.submit(FIT_KIND, payload, idempotency_key=idempotency_key)
    if not was_there:
        services.runs.clear_tracking(run_id)  # of an ending before this one
    if request.tags:
        put_tags(services, run_id, request.tags)
    if person and not was_there:
        facts = {"dataset": dataset.id, "specification": spec.id, "segment": spec.segment_value}
        Audit(services.state).record(actor=person, action="launch run", subject=run_id, data=facts)
    return get_run(services, run_id)


def cancel_run(services: Services, run_id: str, *, person: str = "") -> RunView:
    """Cancel a waiting run, ask a running one to stop. Raises NotFoundError, ConflictError when it has ended."""
    get_run(services, run_id)
    services.queue.cancel(run_id)
    if person:
        Audit(services.state).record(actor=person, action="cancel run", subject=run_id)
    return get_run(services, run_id)


def retry_run(services: Services, run_id: str, *, person: str = "") -> RunView:
    """Queue a failed or cancelled run again. Raises NotFoundError, ConflictError, BusyError."""
    get_run(services, run_id)
    services.queue.retry(run_id, reason=f"asked for by {person or LOCAL_USER}")
    services.runs.clear_tracking(run_id)
    if person:
        Audit(services.state).record(actor=person, action="retry run", subject=run_id)
    return get_run(services, run_id)


def _is_live(services: Services, run_id: str) -> bool:
    """Whether this very run is there already and needs no queueing."""
    try:
        return services.queue.get(run_id).state in {"queued", "running", "succeeded"}
    except NotFoundError:
        return False


def compose_specification(services: Services, dataset: Dataset, request: RunRequest) -> ModelSpec:
    """The specification of a run: the one given, or a draft from the dataset's mapping, with the size and seed asked for.

    A given specification keeps its own size and seed unless the request names others.

    Raises:
        SpecificationError: the given document is not a specification, or the segment to model is missing or unknown.
        InputError: a segment was named and the dataset has none.
    """
    from mixline.mmm.recipes.document import read_document
    from mixline.mmm.recipes.presets import apply_preset

    asked = request.model_fields_set
    if request.specification is not None:
        spec = read_document(request.specification)
        if request.segment and request.adapt:
            spec, _ = carry_to_segment(services, dataset, spec, request.segment)
        elif request.segment:
            spec = _with_segment(spec, str(dataset.view["segment_column"]), request.segment)
        if "preset" in asked:
            spec = apply_preset(spec, request.preset)
    else:
        spec = apply_preset(draft_of(services, dataset, request.segment), request.preset)
    size = {"trials": request.trials, "iterations": request.iterations}
    changes = {name: value for name, value in size.items() if value is not None}
    if request.specification is None or "seed" in asked:
        changes["seed"] = request.seed
    return spec.with_search(**changes)


def _with_segment(spec: ModelSpec, column: str, segment: str) -> ModelSpec:
    if not column:
        raise InputError("the dataset has no segments", where="segment", got=segment, action="Leave the segment empty.")
    return replace(spec, segment_column=column, segment_value=segment)


def _name_size(spec: ModelSpec) -> str:
    from mixline.mmm.recipes.presets import PRESETS

    size = (spec.search.trials, spec.search.iterations)
    return next((p.name for p in PRESETS.values() if (p.trials, p.iterations) == size), CUSTOM)
