"""Launching a fit, and what people do to it afterwards."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import replace
from typing import TYPE_CHECKING

from mixline.errors import InputError
from mixline.jobs.rows import job_id_of
from mixline.messages import PresetView, RunRequest, RunView
from mixline.services.code_version import code_version
from mixline.services.context import Services
from mixline.services.datasets import load_frame, read_mapping
from mixline.services.run_rows import CUSTOM, get_run
from mixline.state.datasets import Dataset

if TYPE_CHECKING:
    import pandas as pd

    from mixline.mmm.specification import ModelSpec

FIT_KIND = "mmm.fit"


def list_presets() -> list[PresetView]:
    """The sizes of search that have a name, smallest first."""
    from mixline.mmm.presets import PRESETS

    views = [
        PresetView.model_validate(
            {"name": p.name, "trials": p.trials, "iterations": p.iterations, "purpose": p.purpose}
        )
        for p in PRESETS.values()
    ]
    return sorted(views, key=lambda view: view.trials * view.iterations)


def launch_run(services: Services, request: RunRequest, *, key: str = "") -> RunView:
    """Check everything a fit needs, store it, and queue the job. What is accepted is stored before this returns.

    Args:
        key: makes asking `again` repeatable: the same key gives the same extra run.

    Raises:
        NotFoundError: no such dataset.
        SpecificationError, DataError, InputError: what was asked for cannot be fitted on this dataset.
        BusyError: the queue is full; nothing was queued.
    """
    from mixline.mmm.features import prepare
    from mixline.mmm.specification import canonical_json

    dataset = services.datasets.get(request.dataset_id)
    frame = load_frame(services, dataset)
    spec = compose_specification(dataset, frame, request)
    prepare(spec, frame)  # every check of the engine, before anybody waits in a queue
    document = spec.to_dict()
    identity = {"dataset": dataset.id, "specification": spec.id, "code": code_version()}
    if request.again:
        identity["again"] = key or uuid.uuid4().hex
    idempotency_key = f"{FIT_KIND}:{hashlib.sha256(canonical_json(identity)).hexdigest()}"
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
    services.queue.submit(FIT_KIND, payload, idempotency_key=idempotency_key)
    return get_run(services, run_id)


def cancel_run(services: Services, run_id: str) -> RunView:
    """Cancel a waiting run, ask a running one to stop. Raises NotFoundError, ConflictError when it has ended."""
    get_run(services, run_id)
    services.queue.cancel(run_id)
    return get_run(services, run_id)


def retry_run(services: Services, run_id: str) -> RunView:
    """Queue a failed or cancelled run again. Raises NotFoundError, ConflictError, BusyError."""
    get_run(services, run_id)
    services.queue.retry(run_id, reason="asked for by a person")
    return get_run(services, run_id)


def compose_specification(dataset: Dataset, frame: pd.DataFrame, request: RunRequest) -> ModelSpec:
    """The specification of a run: the one given, or a draft from the dataset's mapping, with the size and seed asked for.

    A given specification keeps its own size and seed unless the request names others.

    Raises:
        SpecificationError: the given document is not a specification, or the segment to model is missing or unknown.
        InputError: a segment was named and the dataset has none.
    """
    from mixline.data.mapping import draft_spec
    from mixline.mmm.presets import apply_preset
    from mixline.mmm.specification_document import read_document

    mapping = read_mapping(dataset)
    asked = request.model_fields_set
    if request.specification is not None:
        spec = read_document(request.specification)
        if request.segment:
            spec = _with_segment(spec, str(dataset.view["segment_column"]), request.segment)
        if "preset" in asked:
            spec = apply_preset(spec, request.preset)
    else:
        draft = draft_spec(
            frame,
            mapping.columns,
            goal_kind=mapping.goal_kind,
            currency=mapping.currency,
            holiday_country=mapping.holiday_country or _country_of(request.segment),
            segment_value=request.segment,
        )
        spec = apply_preset(draft, request.preset)
    size = {"trials": request.trials, "iterations": request.iterations}
    changes = {name: value for name, value in size.items() if value is not None}
    if request.specification is None or "seed" in asked:
        changes["seed"] = request.seed
    return spec.with_search(**changes)


def _with_segment(spec: ModelSpec, column: str, segment: str) -> ModelSpec:
    if not column:
        raise InputError("the dataset has no segments", where="segment", got=segment, action="Leave the segment empty.")
    return replace(spec, segment_column=column, segment_value=segment)


def _country_of(segment: str) -> str:
    """A segment that is a country brings that country's holidays, unless the dataset names one for all."""
    import holidays

    return segment if segment in holidays.list_supported_countries() else ""


def _name_size(spec: ModelSpec) -> str:
    from mixline.mmm.presets import PRESETS

    size = (spec.search.trials, spec.search.iterations)
    return next((p.name for p in PRESETS.values() if (p.trials, p.iterations) == size), CUSTOM)
