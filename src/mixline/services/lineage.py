"""What experiment tracking is told of a run, and telling it later when its server is away."""

from __future__ import annotations

import json
import logging
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
from sqlalchemy import select

from mixline.messages import ModelSummary
from mixline.services.context import Services
from mixline.state.runs import Run
from mixline.state.tables import runs
from mixline.tracking.contract import MetricPoint, RunRecord, TrackedRun

if TYPE_CHECKING:
    from mixline.mmm.model import MixModel

EXPERIMENT = "mixline-mmm"
POINTS_PER_CURVE = 200  # of a trial's convergence; more cannot be told apart on a screen
NAME_LIMIT = 250  # characters of a parameter's value that MLflow shows
_log = logging.getLogger(__name__)


def describe_run(run: Run, model: MixModel, summary: ModelSummary, *, started: datetime, ended: datetime) -> RunRecord:
    """Everything lineage needs of a finished run. Its key is the job's id: recorded twice, it is one run."""
    from mixline.mmm.recipes.document import write_yaml

    spec = model.spec
    ended_ms = round(ended.timestamp() * 1000)
    params = {
        "goal": spec.goal.column,
        "goal_kind": spec.goal.kind,
        "segment": run.segment,
        "preset": run.preset,
        "trials": str(run.trials),
        "iterations": str(run.iterations),
        "seed": str(run.seed),
        "window": f"{summary.window_start} to {summary.window_end}",
        "interval": summary.interval,
        "channels": ", ".join(media.name for media in spec.ordered_media),
        "components": ", ".join(spec.components),
    }
    tags = {
        "mixline.run_id": run.id,
        "mixline.model_id": summary.id,
        "mixline.dataset_id": run.dataset_id,
        "mixline.dataset": f"{summary.dataset_name} v{summary.dataset_version}",
        "mixline.specification_id": run.specification_id,
        "mixline.code_version": summary.lineage.code_version,
        "mixline.verdict": summary.verdict,
    }
    return RunRecord(
        run_key=run.id,
        experiment=EXPERIMENT,
        name=summary.title[:NAME_LIMIT],
        status="finished",
        started_ms=round(started.timestamp() * 1000),
        ended_ms=ended_ms,
        params={name: value[:NAME_LIMIT] for name, value in params.items() if value},
        tags=tags,
        metrics=(*_final_metrics(model, summary, ended_ms), *_convergence(model, ended_ms)),
        artifacts={
            "summary.json": summary.model_dump_json(indent=1),
            "specification.yaml": write_yaml(spec),
            "metrics.json": json.dumps({k: v for k, v in model.metrics.items() if np.isfinite(v)}, indent=1),
        },
    )


def send_record(services: Services, record: RunRecord) -> TrackedRun | None:
    """Tell the tracking server; where the record is, or None when it waits in the outbox. Never raises."""
    try:
        return services.tracker.record(record)
    except Exception:  # a finished fit is worth more than its record
        _log.exception("run %s was not recorded", record.run_key)
        return None


def record_run(services: Services, record: RunRecord) -> str | None:
    """Tell of a run under its own id, and note its address. None when the record waits. Never raises."""
    tracked = send_record(services, record)
    if tracked is None:
        return None
    services.runs.set_tracking(record.run_key, tracked.address)
    return tracked.address


def replay(services: Services) -> int:
    """Send records that waited, and note their addresses. Returns how many were delivered."""
    if services.tracker.pending() == 0:
        return 0
    delivered = services.tracker.replay()
    if delivered:
        with services.state.read() as connection:
            unknown = select(runs.c.id).where(runs.c.tracking_url.is_(None), runs.c.model_id.is_not(None))
            keys = list(connection.execute(unknown).scalars())
        for key in keys:
            tracked = services.tracker.find(key)
            if tracked is not None:
                services.runs.set_tracking(key, tracked.address)
    return delivered


def _final_metrics(model: MixModel, summary: ModelSummary, at_ms: int) -> list[MetricPoint]:
    values = dict(model.metrics)
    values |= {
        "blended_roi": summary.blended_roi.value,
        "incremental": summary.incremental.value,
        "spend": summary.spend,
    }
    for channel in summary.channels:
        values[f"roi/{channel.name}"] = channel.roi.value
        values[f"share_of_effect/{channel.name}"] = channel.share_of_effect.value
    return [MetricPoint(name, float(value), 0, at_ms) for name, value in values.items() if np.isfinite(value)]


def _convergence(model: MixModel, at_ms: int) -> list[MetricPoint]:
    """Best NRMSE so far per trial, thinned: how each search went down."""
    points = []
    trials = np.asarray(model.candidates["trial"])
    for trial in np.unique(trials):
        mine = trials == trial
        steps = np.asarray(model.candidates["iteration"])[mine]
        order = np.argsort(steps, kind="stable")
        best = np.minimum.accumulate(np.asarray(model.candidates["nrmse"], dtype=float)[mine][order])
        steps = steps[order]
        stride = max(1, len(steps) // POINTS_PER_CURVE)
        kept = np.unique([*range(0, len(steps), stride), len(steps) - 1])
        points += [
            MetricPoint(f"best_nrmse/trial_{int(trial)}", float(best[i]), int(steps[i]), at_ms)
            for i in kept
            if np.isfinite(best[i])
        ]
    return points
