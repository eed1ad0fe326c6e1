"""Refreshes: a model continued on newer data, launched as any other run."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from mixline.errors import ConflictError, NotFoundError
from mixline.messages import RefreshPlan, RefreshRequest, RunRequest, RunView
from mixline.services.context import Services
from mixline.services.datasets import load_frame
from mixline.services.model_views import view_finding
from mixline.services.models import load_model
from mixline.services.runs import launch_run
from mixline.state.datasets import Dataset

if TYPE_CHECKING:
    from mixline.mmm.model import MixModel
    from mixline.mmm.movement.refresh import NewRows
    from mixline.mmm.specification import ModelSpec


def launch_refresh(services: Services, request: RefreshRequest, *, key: str = "", person: str = "") -> RunView:
    """Queue the fit that continues a model. It is a run: its progress, its model and a second try are those of runs.

    Raises:
        NotFoundError: no such model or dataset. ConflictError: the dataset is another one, or the model cannot be continued.
        DataError, SpecificationError: see `mixline.mmm.movement.refresh.refresh_spec`. BusyError: the queue is full.
    """
    dataset, _, _, spec = _prepare(services, request)
    run = RunRequest(dataset_id=dataset.id, specification=spec.to_dict(), again=request.again)
    return launch_run(services, run, key=key, person=person)


def plan_refresh(services: Services, request: RefreshRequest) -> RefreshPlan:
    """What the refresh would do. Nothing is stored. Raises what `launch_refresh` raises, but for BusyError."""
    from mixline.mmm.checks.refresh import judge_refresh

    dataset, model, rows, spec = _prepare(services, request)
    start, stop = model.series.window
    days = rows.dates.astype("datetime64[D]")
    return RefreshPlan(
        model_id=request.model_id,
        dataset_id=dataset.id,
        dataset_name=dataset.name,
        dataset_version=dataset.version,
        steps=rows.steps,
        first_new=_day(days[rows.end - rows.steps + 1]),
        last_new=_day(days[rows.end]),
        window_start=_day(days[rows.start]),
        window_end=_day(days[rows.end]),
        freedom=request.freedom or rows.steps / (stop - start),
        trials=spec.search.trials,
        iterations=spec.search.iterations,
        findings=[view_finding(finding) for finding in judge_refresh(spec, rows.end + 1 - rows.start)],
    )


def _prepare(services: Services, request: RefreshRequest) -> tuple[Dataset, MixModel, NewRows, ModelSpec]:
    from mixline.mmm.movement.refresh import ITERATIONS, TRIALS, find_new_rows, refresh_spec

    model = load_model(services, request.model_id)
    dataset = _later_dataset(services, request)
    frame = load_frame(services, dataset)
    rows = find_new_rows(model, frame, steps=request.steps, keep_start=request.keep_start)
    spec = refresh_spec(
        model,
        frame,
        steps=request.steps,
        freedom=request.freedom,
        bounds=request.bounds,
        keep_start=request.keep_start,
        trials=request.trials or TRIALS,
        iterations=request.iterations or ITERATIONS,
        model_id=request.model_id,
    )
    if request.seed is not None:
        spec = replace(spec, search=replace(spec.search, seed=request.seed))
    return dataset, model, rows, spec


def _later_dataset(services: Services, request: RefreshRequest) -> Dataset:
    """The dataset asked for, or the newest version of the model's own."""
    earlier = services.datasets.get(services.models.get(request.model_id).dataset_id)
    if request.dataset_id is None:
        newest = services.datasets.find_latest(earlier.name)
        if newest is None:
            raise NotFoundError("there is no data set of this name", where="dataset_id", got=earlier.name)
        return newest
    dataset = services.datasets.get(request.dataset_id)
    if dataset.name != earlier.name:
        raise ConflictError(
            "this is another data set",
            where="dataset_id",
            got=dataset.name,
            expected=f"a version of {earlier.name}, which the model was fitted on",
            action="Save the newer rows as a new version of the same data set.",
        )
    return dataset


def _day(value: np.datetime64) -> object:
    return value.astype(object)
