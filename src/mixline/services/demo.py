"""The demo: a simulated company, imported like anybody's file and fitted like anybody's model."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import mixline
from mixline.errors import ConflictError, NotFoundError, UnavailableError
from mixline.jobs.contract import FINAL_STATES
from mixline.messages import ColumnChoice, DatasetRequest, DatasetView, Preset, RunRequest, RunView
from mixline.services.context import Services, open_services
from mixline.services.datasets import create_dataset, get_dataset
from mixline.services.run_rows import get_run
from mixline.services.runs import launch_run
from mixline.services.status import DEMO_NAME, read_demo_state
from mixline.services.uploads import store_upload
from mixline.settings import Settings

Report = Callable[[str], None]

CURRENCY = "EUR"
SEED = 1
PRESET: Preset = "standard"  # figures one would decide on; a fit is there within half a minute
LOOK_SECONDS = 0.5
WORKER_PATIENCE = 60.0  # seconds without any worker after which waiting makes no sense


def seed(settings: Settings, report: Report, *, wait: bool = True) -> None:
    """Import the demo and fit a model for each of its countries, unless that was done before. Safe to repeat.

    A seeding that was interrupted goes on where it stopped: data and runs are named by their content.

    Args:
        report: given a line for people at each step.
        wait: stay until the models are there; else return once the runs are queued.

    Raises:
        NotFoundError: the sample file is not part of this installation.
        UnavailableError: no worker takes up the runs.
        ConflictError: a fit failed; the sentence says why.
    """
    services = open_services(settings)
    try:
        if read_demo_state(services) == "ready":
            return
        report("Importing the demo: a simulated retailer, its data in data/sample/demo.csv")
        dataset = import_demo(services)
        countries = " and ".join(dataset.segments)
        report(f"Demo dataset v{dataset.version}: {dataset.rows} rows, {len(dataset.channels)} channels, {countries}")
        runs = [launch_demo(services, dataset, segment) for segment in dataset.segments or [""]]
        if wait:
            _await(services, runs, report)
    finally:
        services.close()


def import_demo(services: Services, path: Path | None = None) -> DatasetView:
    """The demo as a dataset, its columns taken for what they are suggested to be. Raises NotFoundError without the file."""
    known = services.datasets.find_first(DEMO_NAME)  # later ones are people's own
    if known is not None:
        return get_dataset(services, known.id)
    path = path or find_sample()
    with path.open("rb") as stream:
        upload, _ = store_upload(services, path.name, stream)
    columns = [
        ColumnChoice(name=column.name, role=column.role, channel=column.channel, kind=column.kind)
        for column in upload.columns
    ]
    request = DatasetRequest(upload_id=upload.id, name=DEMO_NAME, columns=columns, currency=CURRENCY)
    dataset, _ = create_dataset(services, request)
    return dataset


def launch_demo(services: Services, dataset: DatasetView, segment: str) -> RunView:
    """Queue the demo's fit for one country."""
    request = RunRequest(dataset_id=dataset.id, segment=segment, seed=SEED, preset=PRESET)
    return launch_run(services, request)


def find_sample() -> Path:
    """The sample file of the source tree. Raises NotFoundError when the package was installed without it."""
    for root in (Path(mixline.__file__).resolve().parents[2], Path.cwd()):
        path = root / "data" / "sample" / "demo.csv"
        if path.is_file():
            return path
    raise NotFoundError(
        "the demo's data is not part of this installation",
        where="data/sample/demo.csv",
        action="Run from a clone of the repository.",
    )


def _await(services: Services, runs: list[RunView], report: Report) -> None:
    """Tell how the runs go on until all have ended."""
    told: dict[str, str] = {}
    alive_at = time.monotonic()
    within = timedelta(seconds=services.settings.lease_seconds * 2)
    while True:
        views = [get_run(services, run.id) for run in runs]
        for view in views:
            line = _describe(view)
            if told.get(view.id) != line:
                told[view.id] = line
                report(line)
        if all(view.job.state in FINAL_STATES for view in views):
            break
        now = time.monotonic()
        if services.workers.list_alive(within=within):
            alive_at = now
        elif now - alive_at > WORKER_PATIENCE:
            raise UnavailableError(
                "no worker takes up the demo's runs", action="Start one with `mixline worker`; the runs are kept."
            )
        time.sleep(LOOK_SECONDS)
    for view in views:
        if view.job.state == "failed":
            sentence = str((view.job.error or {}).get("sentence", view.job.reason))
            raise ConflictError("a fit of the demo failed", where=view.segment, got=sentence)


def _describe(view: RunView) -> str:
    """One line; it changes every ten percent, not more often."""
    name = f"Fitting the demo for {view.segment}" if view.segment else "Fitting the demo"
    if view.job.state == "running":
        return f"{name}: {int(view.job.progress.percent // 10) * 10} %"
    return f"{name}: {view.job.state}"
