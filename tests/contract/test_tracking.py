"""Tracking against a real MLflow server: what it is told arrives once and whole, and nothing waits for it."""

from __future__ import annotations

import json
import signal
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from mixline.tracking.contract import MetricPoint, RunRecord, Tracker
from mixline.tracking.mlflow_server import MLflowTracker
from mixline.tracking.outbox import Outbox
from tests.fixtures_mlflow import MLflowServer

pytestmark = pytest.mark.xdist_group("mlflow")  # one server for all that need it

AT = 1_763_700_000_000
RECORD = RunRecord(
    run_key="a" * 32,
    experiment="mixline-mmm",
    name="Demo DE",
    status="finished",
    started_ms=AT,
    ended_ms=AT + 60_000,
    params={"seed": "1", "Spend (EUR)": "kept", "long": "x" * 7000, **{f"p{i}": str(i) for i in range(150)}},
    tags={"mixline.dataset_id": "d" * 64},
    metrics=tuple(MetricPoint(f"nrmse/träffik {t}", 1 / (s + 1), s, AT + s) for t in range(3) for s in range(500)),
    artifacts={"summary.json": '{"roi": 1.5}', "specification.yaml": "goal: revenue\n"},
)


@pytest.fixture
def outbox(tmp_path: Path) -> Outbox:
    return Outbox(tmp_path / "outbox")


@pytest.fixture
def tracker(mlflow_server: MLflowServer, outbox: Outbox) -> MLflowTracker:
    return MLflowTracker(mlflow_server.address, outbox, ready_seconds=10)


@pytest.fixture
def record(request: pytest.FixtureRequest) -> RunRecord:
    """A record whose key no other test uses."""
    return replace(RECORD, run_key=request.node.name.replace("[", "-").replace("]", ""))


def test_it_is_a_tracker(tracker: MLflowTracker) -> None:
    assert isinstance(tracker, Tracker)


def test_everything_of_a_record_arrives(tracker: MLflowTracker, mlflow_server: MLflowServer, record: RunRecord) -> None:
    from mlflow import MlflowClient

    tracked = tracker.record(record)
    assert tracked is not None
    assert tracker.pending() == 0
    (run,) = mlflow_server.read_runs(record.run_key)
    assert tracked.tracking_run_id == run.info.run_id
    assert tracked.address.endswith(f"/#/experiments/{run.info.experiment_id}/runs/{run.info.run_id}")
    assert (run.info.run_name, run.info.status) == ("Demo DE", "FINISHED")
    assert (run.info.start_time, run.info.end_time) == (record.started_ms, record.ended_ms)
    assert len(run.data.params) == len(record.params)
    assert run.data.params["Spend _EUR_"] == "kept"
    assert run.data.tags["mixline.dataset_id"] == "d" * 64
    client = MlflowClient(tracking_uri=mlflow_server.address)
    history = client.get_metric_history(run.info.run_id, "nrmse/träffik 0")
    assert sorted((point.step, point.value, point.timestamp) for point in history) == [
        (s, 1 / (s + 1), AT + s) for s in range(500)
    ]
    assert sorted(file.path for file in client.list_artifacts(run.info.run_id)) == [
        "specification.yaml",
        "summary.json",
    ]


def test_recording_twice_leaves_one_run(tracker: MLflowTracker, mlflow_server: MLflowServer, record: RunRecord) -> None:
    assert tracker.record(record) == tracker.record(record) == tracker.find(record.run_key)
    assert len(mlflow_server.read_runs(record.run_key)) == 1


@pytest.mark.parametrize("status", ["finished", "failed", "killed"])
def test_the_status_is_kept(
    tracker: MLflowTracker, mlflow_server: MLflowServer, record: RunRecord, status: str
) -> None:
    tracker.record(replace(record, status=status, metrics=()))
    assert mlflow_server.read_runs(record.run_key)[0].info.status == status.upper()


def test_a_half_logged_run_is_completed(tracker: MLflowTracker, mlflow_server: MLflowServer, record: RunRecord) -> None:
    from mlflow import MlflowClient
    from mlflow.entities import Metric

    client = MlflowClient(tracking_uri=mlflow_server.address)
    found = client.get_experiment_by_name(record.experiment)
    experiment = found.experiment_id if found else client.create_experiment(record.experiment)
    half = client.create_run(experiment, tags={"mixline.run_key": record.run_key})
    client.log_param(half.info.run_id, "seed", "1")
    first = record.metrics[0]
    client.log_batch(half.info.run_id, metrics=[Metric(first.name, first.value, first.at_ms, first.step)])
    tracked = tracker.record(record)
    assert tracked is not None
    assert tracked.tracking_run_id == half.info.run_id
    (run,) = mlflow_server.read_runs(record.run_key)
    assert run.info.status == "FINISHED"
    assert len(client.get_metric_history(run.info.run_id, first.name)) == 500


def test_two_at_once_leave_one_run(mlflow_server: MLflowServer, outbox: Outbox, record: RunRecord) -> None:
    trackers = [MLflowTracker(mlflow_server.address, outbox, ready_seconds=10) for _ in range(3)]
    threads = [threading.Thread(target=tracker.record, args=(record,)) for tracker in trackers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    trackers[0].replay()
    assert trackers[0].pending() == 0
    assert len(mlflow_server.read_runs(record.run_key)) == 1


def test_an_unknown_key_is_not_found(tracker: MLflowTracker) -> None:
    assert tracker.find("nobody") is None
    assert tracker.find("x' OR '1'='1") is None


def test_a_record_the_server_will_never_take_is_set_aside(
    tracker: MLflowTracker, outbox: Outbox, record: RunRecord, tmp_path: Path
) -> None:
    assert tracker.record(replace(record, experiment="")) is None
    assert tracker.pending() == 0
    assert "refused" in next((tmp_path / "outbox" / "refused").glob("*.txt")).read_text()
    assert len(list((tmp_path / "outbox" / "refused").glob("*.json"))) == 1


def test_a_server_that_hangs_holds_nobody_up(mlflow_server: MLflowServer, outbox: Outbox, record: RunRecord) -> None:
    tracker = MLflowTracker(mlflow_server.address, outbox)
    mlflow_server.signal(signal.SIGSTOP)
    try:
        assert tracker.record(record) is None
        assert tracker.find(record.run_key) is None
        assert tracker.replay() == 0
        assert tracker.pending() == 1
    finally:
        mlflow_server.signal(signal.SIGCONT)


def test_what_waited_for_the_server_arrives_when_it_is_back(
    mlflow_server: MLflowServer, outbox: Outbox, record: RunRecord
) -> None:
    tracker = MLflowTracker(mlflow_server.address, outbox, ready_seconds=0.2)
    keys = [f"{record.run_key}-{number}" for number in range(3)]
    mlflow_server.stop()
    try:
        for key in keys:
            assert tracker.record(replace(record, run_key=key, started_ms=AT)) is None
        assert tracker.record(replace(record, run_key=keys[0], name="again")) is None
        assert tracker.pending() == 3
        assert tracker.replay() == 0
    finally:
        mlflow_server.start()
    later = MLflowTracker(mlflow_server.address, outbox)  # as after a restart of our own process
    assert later.replay() == 3
    assert later.pending() == 0
    assert later.replay() == 0
    found = [mlflow_server.read_runs(key) for key in keys]
    assert [len(runs) for runs in found] == [1, 1, 1]
    assert [runs[0].info.status for runs in found] == ["FINISHED"] * 3
    assert [len(runs[0].data.metrics) for runs in found] == [3, 3, 3]
    assert found[0][0].info.run_name == "again"


def test_a_record_killed_while_being_written_is_seen_by_nobody(
    outbox: Outbox, record: RunRecord, tmp_path: Path
) -> None:
    path = outbox.put(record)
    (tmp_path / "outbox" / "incoming" / "half").write_text(path.read_text()[:100])
    assert outbox.list_waiting() == [path]
    assert outbox.read(path) == record


def test_a_broken_file_is_set_aside_and_the_rest_delivered(
    tracker: MLflowTracker, outbox: Outbox, record: RunRecord, tmp_path: Path
) -> None:
    outbox.put(record)
    (tmp_path / "outbox" / "00000-broken.json").write_text(json.dumps({"run_key": "x"}))
    assert tracker.replay() == 1
    assert tracker.pending() == 0
    assert (tmp_path / "outbox" / "refused" / "00000-broken.json").is_file()


def test_the_oldest_goes_first(outbox: Outbox, record: RunRecord) -> None:
    for number in range(3):
        outbox.put(replace(record, run_key=f"key-{number}"))
        time.sleep(0.002)
    outbox.put(replace(record, run_key="key-0", name="newer text, old place"))
    records = [outbox.read(path) for path in outbox.list_waiting()]
    assert [record.run_key for record in records if record] == ["key-0", "key-1", "key-2"]
