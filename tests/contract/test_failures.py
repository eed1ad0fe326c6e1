"""Failed runs told to a real MLflow server: once per failure, with the reason and where to look, and without secrets."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gcp.trainer.caretaker import Caretaker
from mixline.jobs.rows import job_id_of
from mixline.mmm.specification import Goal, Media, ModelSpec
from mixline.services import failures, runs
from mixline.services.context import Services, open_services
from mixline.services.identities import FIT_KIND
from mixline.services.run_rows import get_run
from tests.fixtures_mlflow import MLflowServer
from tests.fixtures_services import free_port, make_settings

pytestmark = pytest.mark.xdist_group("mlflow")

MEDIA = (Media("tv", "tv_spend"), Media("mail", None, "sent"))
SPEC = ModelSpec(Goal("revenue", currency="EUR"), "date", MEDIA, components=("trend",))
SENTENCE = "The warehouse at postgresql://mixline:hunter2@db/x does not answer; password=hunter3."
ERROR = {"code": "internal", "sentence": SENTENCE, "correlation_id": "abc123def456"}


@pytest.fixture
def services(mlflow_server: MLflowServer, tmp_path: Path) -> Iterator[Services]:
    opened = open_services(make_settings(tmp_path, tracking=mlflow_server.address))
    yield opened
    opened.close()


def launch(services: Services, key: str) -> str:
    """A run that waits, as launching leaves it."""
    dataset = "d" * 64
    services.datasets.create(dataset, name="Shop", upload_id=None, artifact_id="e" * 64, mapping={}, view={})
    services.specifications.put(SPEC.id, SPEC.to_dict())
    facts: dict[str, Any] = {"segment": "DE", "preset": "test", "trials": 2, "iterations": 300, "seed": 7}
    services.runs.put(job_id_of(key), dataset_id=dataset, specification_id=SPEC.id, **facts)
    return services.queue.submit(FIT_KIND, {}, idempotency_key=key).id


def fail(services: Services, error: dict[str, Any]) -> None:
    lease = services.queue.claim("worker-1", frozenset({FIT_KIND}))
    assert lease is not None
    services.queue.fail(lease, error, retryable=False)


def read_failures(server: MLflowServer, run_id: str) -> list[Any]:
    from mlflow import MlflowClient

    client = MlflowClient(tracking_uri=server.address)
    experiments = [experiment.experiment_id for experiment in client.search_experiments()]
    found = client.search_runs(experiments, filter_string=f"tags.`mixline.run_id` = '{run_id}'")
    return sorted(found, key=lambda run: run.info.end_time)


def test_a_failed_run_is_in_mlflow_with_its_reason_and_no_secret(
    services: Services, mlflow_server: MLflowServer
) -> None:
    run_id = launch(services, "told")
    fail(services, ERROR)
    Caretaker().look(services)
    (run,) = read_failures(mlflow_server, run_id)
    job = services.queue.get(run_id)
    assert job.finished_at is not None
    assert (run.info.status, run.info.run_name) == ("FAILED", "Shop v1, DE, failed")
    assert run.info.end_time == round(job.finished_at.timestamp() * 1000)
    assert run.data.tags["mixline.error"] == "The warehouse at postgresql://***@db/x does not answer; password=***"
    assert run.data.tags["mixline.correlation_id"] == "abc123def456"
    assert run.data.tags["mixline.dataset"] == "Shop v1"
    assert (run.data.params["seed"], run.data.params["channels"]) == ("7", "tv, mail")
    assert "hunter" not in str(run.to_dictionary())
    assert (
        get_run(services, run_id).tracking_url
        == f"{mlflow_server.address}/#/experiments/{run.info.experiment_id}/runs/{run.info.run_id}"
    )


def test_each_failure_is_told_once(services: Services, mlflow_server: MLflowServer) -> None:
    run_id = launch(services, "twice")
    fail(services, {"code": "data", "sentence": "tv_spend: the column is gone."})
    caretaker = Caretaker()
    for _ in range(2):
        caretaker.look(services)
    Caretaker().look(services)  # another process
    (first,) = read_failures(mlflow_server, run_id)
    assert first.data.tags["mixline.correlation_id"] == run_id  # what the log of a foreseen error is found by
    runs.retry_run(services, run_id)
    assert get_run(services, run_id).tracking_url is None
    caretaker.look(services)
    assert len(read_failures(mlflow_server, run_id)) == 1
    fail(services, {"code": "data", "sentence": "The file is gone too."})
    caretaker.look(services)
    told = read_failures(mlflow_server, run_id)
    assert [run.data.tags["mixline.error"] for run in told] == [
        "tv_spend: the column is gone.",
        "The file is gone too.",
    ]
    assert str(get_run(services, run_id).tracking_url).endswith(told[1].info.run_id)


def test_a_failure_waits_for_a_server_that_is_away(mlflow_server: MLflowServer, tmp_path: Path) -> None:
    away = open_services(make_settings(tmp_path, tracking=f"http://127.0.0.1:{free_port()}"))
    run_id = launch(away, "waits")
    fail(away, ERROR)
    caretaker = Caretaker()
    for _ in range(2):
        caretaker.look(away)
    assert (away.tracker.pending(), get_run(away, run_id).tracking_url) == (1, None)
    away.close()
    back = open_services(make_settings(tmp_path, tracking=mlflow_server.address))
    caretaker.look(back)
    assert (back.tracker.pending(), len(read_failures(mlflow_server, run_id))) == (0, 1)
    assert get_run(back, run_id).tracking_url is not None
    back.close()


def test_old_failures_and_other_endings_are_left_alone(services: Services) -> None:
    cancelled = launch(services, "cancelled")
    services.queue.cancel(cancelled)
    launch(services, "old")
    fail(services, ERROR)
    assert failures.record_failures(services, set(), now=datetime.now(UTC) + timedelta(days=31)) == 0
    assert services.tracker.pending() == 0
