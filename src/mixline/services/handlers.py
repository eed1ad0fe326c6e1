"""What workers do: the handler of each kind of job."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from mixline.jobs.contract import Handler, JobContext, Progress
from mixline.services.clouds import LiveCloud
from mixline.services.code_version import code_version
from mixline.services.context import Services, open_services
from mixline.services.datasets import load_frame
from mixline.services.estimates import booked_cores, booking
from mixline.services.lineage import describe_run, record_run, replay
from mixline.services.logs import configure_logging, correlation_id
from mixline.services.models import keep_model
from mixline.services.runs import FIT_KIND
from mixline.settings import Settings

if TYPE_CHECKING:
    from mixline.mmm.fitting import FitProgress

FIT_SHARE = 96.0  # percent of the bar that is fitting; the rest is publishing
PUBLISHED = "published"  # the part that is saved once a model's bytes are stored


def load_handlers(settings: Settings) -> dict[str, Handler]:
    """The handlers of a worker process, by kind of job."""
    configure_logging(settings, "worker")
    services = open_services(settings)

    def fit(context: JobContext) -> Mapping[str, Any]:
        correlation_id.set(context.job.id)  # the run's id is in every line its work logs
        return handle_fit(services, context)

    return {FIT_KIND: fit}


@dataclass(frozen=True)
class SavedTrials:
    """Finished trials of a fit, kept with the job: whoever takes the job over goes on after them."""

    context: JobContext

    def load(self, name: str) -> bytes | None:
        return self.context.load_part(f"trial/{name}")

    def save(self, name: str, content: bytes) -> None:
        self.context.save_part(f"trial/{name}", content)


def handle_fit(services: Services, context: JobContext) -> Mapping[str, Any]:
    """Fit a run's model, publish it whole, note where it came from.

    Publishing can be repeated: the model is named by its content and every row is put, not added. A worker that has lost
    its lease is refused (`save_part`) before it can make anything visible.

    Returns:
        {"model_id": id of the model}.
    """
    processes = booked_cores(services.settings)
    with booking(services, context.job.id, processes):
        return _fit_and_publish(services, context, processes)


def _fit_and_publish(services: Services, context: JobContext, processes: int) -> Mapping[str, Any]:
    from mixline.mmm.fitting import fit
    from mixline.mmm.model_file import write_model
    from mixline.mmm.recipes.document import read_document

    started = datetime.now(UTC)
    run = services.runs.get(context.job.id)
    dataset = services.datasets.get(run.dataset_id)
    spec = read_document(services.specifications.get(run.specification_id).document)
    context.report(Progress(0.0, "Reading the data"))
    frame = load_frame(services, dataset)

    cloud = LiveCloud(context)
    best: dict[str, float] = {}  # stages after the search name no figures; the best ones stay with the job

    def show(progress: FitProgress) -> None:
        best.update(progress.best)
        cloud.add(progress.candidates)
        context.report(
            Progress(
                percent=progress.percent * FIT_SHARE / 100.0,
                stage=progress.stage,
                seconds_left=progress.seconds_left,
                best=dict(best),
            )
        )

    model = fit(spec, frame, processes=processes, progress=show, parts=SavedTrials(context))
    facts = {
        "dataset_id": dataset.id,
        "specification_id": run.specification_id,
        "code_version": code_version(),
        "seed": spec.search.seed,
    }
    model = replace(model, facts={**model.facts, **facts})
    context.report(Progress(FIT_SHARE, "Publishing the model", best=dict(best)))
    model_id = services.artifacts.publish(write_model(model))
    context.save_part(PUBLISHED, model_id.encode())
    summary = keep_model(services, model_id, model, run=run, dataset=dataset)
    services.runs.set_model(run.id, model_id)
    context.report(Progress(98.0, "Recording the run", best=dict(best)))
    address = record_run(services, describe_run(run, model, summary, started=started, ended=datetime.now(UTC)))
    if address is None:
        context.log("The tracking server is away; the record waits and is sent when it is back")
    else:
        replay(services)  # it answers: send what others left waiting
    return {"model_id": model_id}
