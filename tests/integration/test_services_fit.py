"""The whole way: file, dataset, run, a real worker process, a published model, its documents, the prediction API."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import numpy as np
import pyarrow as pa
import pytest

from gcp.prediction.app import create_app as create_prediction
from gcp.trainer.app import create_app as create_trainer
from mixline.messages import Candidates, Contributions, Curves, ModelRow, ModelSummary, ResponseView
from mixline.settings import Settings
from tests.fixtures_services import confirm, make_csv, make_settings, serving, upload, wait_for_run, working

ARROW = {"accept": "application/vnd.apache.arrow.stream"}
SIZE = {"trials": 2, "iterations": 60}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return make_settings(tmp_path_factory.mktemp("fit"), lease_seconds=2.0)


@pytest.fixture(scope="module")
def product(home: Settings) -> Iterator[httpx.Client]:
    with (
        serving(create_trainer(home)) as address,
        working(home),
        httpx.Client(base_url=address, timeout=30) as client,
    ):
        yield client


@pytest.fixture(scope="module")
def dataset(product: httpx.Client) -> dict:
    return confirm(product, upload(product, make_csv()))


@pytest.fixture(scope="module")
def run(product: httpx.Client, dataset: dict) -> dict:
    launched = product.post("/v1/mmm/runs", json={"dataset_id": dataset["id"], "seed": 3, **SIZE}).json()
    ended = wait_for_run(product, launched["id"])
    assert ended["job"]["state"] == "succeeded", ended["job"]
    return ended


@pytest.fixture(scope="module")
def summary(product: httpx.Client, run: dict) -> ModelSummary:
    return ModelSummary.model_validate(product.get(f"/v1/models/{run['model_id']}").json())


def test_finished_run_names_its_model_and_tells_its_story(product: httpx.Client, run: dict) -> None:
    assert run["job"]["result"] == {"model_id": run["model_id"]}
    assert run["job"]["progress"]["percent"] == 100
    events = product.get(f"/v1/jobs/{run['id']}/events").json()
    assert [event["sequence"] for event in events] == list(range(1, len(events) + 1))
    assert any(event["kind"] == "progress" for event in events)
    assert events[-1]["message"] == "Succeeded"


def test_model_is_listed_and_traced_back_to_its_data(
    product: httpx.Client, run: dict, dataset: dict, summary: ModelSummary
) -> None:
    rows = [ModelRow.model_validate(row) for row in product.get("/v1/models").json()]
    row = next(row for row in rows if row.id == run["model_id"])
    assert (row.dataset_id, row.title, row.verdict) == (dataset["id"], summary.title, summary.verdict)
    lineage = summary.lineage
    assert (lineage.dataset_id, lineage.run_id, lineage.seed) == (dataset["id"], run["id"], 3)
    assert lineage.specification_id == run["specification_id"]
    assert "+" in lineage.code_version
    assert product.get("/v1/models", params={"dataset_id": dataset["id"]}).json()
    assert product.get("/v1/models", params={"segment": "XX"}).json() == []


def test_all_documents_of_a_model_agree(product: httpx.Client, summary: ModelSummary) -> None:
    base = f"/v1/models/{summary.id}"
    parts = Contributions.model_validate(product.get(f"{base}/contributions").json())
    months = Contributions.model_validate(product.get(f"{base}/contributions", params={"period": "month"}).json())
    curves = Curves.model_validate(product.get(f"{base}/curves").json())
    np.testing.assert_allclose(np.sum([t.value for t in parts.terms], axis=0), parts.fitted, rtol=1e-9)
    np.testing.assert_allclose(sum(months.fitted), sum(parts.fitted), rtol=1e-9)
    assert len(months.dates) < len(parts.dates) == summary.periods
    totals = {term.name: sum(term.value) for term in parts.terms}
    for channel, curve in zip(summary.channels, curves.curves, strict=True):
        assert totals[channel.name] == pytest.approx(channel.contribution.value, rel=1e-6)
        assert channel.roi.value * channel.spend == pytest.approx(channel.contribution.value, rel=1e-9)
        assert curve.value_today.value * summary.periods == pytest.approx(channel.contribution.value, rel=1e-6)
    assert sum(c.contribution.value for c in summary.channels) == pytest.approx(summary.incremental.value, rel=1e-9)


def test_period_shorter_than_the_interval_is_refused(product: httpx.Client, summary: ModelSummary) -> None:
    response = product.get(f"/v1/models/{summary.id}/contributions", params={"period": "day"})
    assert response.status_code == 422
    assert "week" in response.json()["detail"]


def test_arrow_streams_hold_the_same_figures(product: httpx.Client, summary: ModelSummary) -> None:
    base = f"/v1/models/{summary.id}"
    parts = Contributions.model_validate(product.get(f"{base}/contributions").json())
    response = product.get(f"{base}/contributions", headers=ARROW)
    assert response.headers["content-type"] == ARROW["accept"]
    table = pa.ipc.open_stream(response.content).read_all()
    assert table.num_rows == len(parts.dates) * len(parts.terms)
    assert table["value"].to_pylist() == [value for term in parts.terms for value in term.value]
    assert table["date"].to_pylist()[: len(parts.dates)] == parts.dates
    assert table.schema.metadata[b"model_id"].decode() == summary.id
    curves = pa.ipc.open_stream(product.get(f"{base}/curves", headers=ARROW).content).read_all()
    assert set(curves["channel"].to_pylist()) == {channel.name for channel in summary.channels}
    candidates = Candidates.model_validate(product.get(f"{base}/candidates").json())
    tried = pa.ipc.open_stream(product.get(f"{base}/candidates", headers=ARROW).content).read_all()
    assert tried["nrmse"].to_pylist() == candidates.nrmse
    assert 0 <= candidates.chosen < len(candidates.trial)
    assert set(candidates.trial) == {1, 2}


def test_documents_are_kept_for_ever_and_asked_for_once(product: httpx.Client, summary: ModelSummary) -> None:
    for part in ("contributions", "curves", "candidates", "files/model.json"):
        first = product.get(f"/v1/models/{summary.id}/{part}")
        assert "immutable" in first.headers["cache-control"]
        again = product.get(f"/v1/models/{summary.id}/{part}", headers={"if-none-match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b""), part
    tags = {product.get(f"/v1/models/{summary.id}/curves", headers=h).headers["etag"] for h in ({}, ARROW)}
    assert len(tags) == 2
    assert "no-cache" in product.get(f"/v1/models/{summary.id}").headers["cache-control"]


def test_model_file_is_the_whole_model(product: httpx.Client, summary: ModelSummary, home: Settings) -> None:
    from mixline.artifacts.opening import open_artifacts
    from mixline.mmm.model_file import read_model

    store = open_artifacts(home.artifacts_address)
    names = store.list_files(summary.id)
    files = {name: product.get(f"/v1/models/{summary.id}/files/{name}").content for name in names}
    model = read_model(files)
    assert model.facts["dataset_id"] == summary.lineage.dataset_id
    assert product.get(f"/v1/models/{summary.id}/files/nothing.json").status_code == 404
    assert product.get(f"/v1/models/{summary.id}/files/..%2f..%2fstate.sqlite").status_code in {404, 422}


def test_prediction_api_agrees_with_the_model(home: Settings, summary: ModelSummary) -> None:
    today = {channel.name: channel.spend / summary.periods for channel in summary.channels}
    first = summary.channels[0].name
    with serving(create_prediction(home)) as address, httpx.Client(base_url=address) as api:
        assert api.get("/ready").json()["status"] == "ready"
        path = f"/v1/models/{summary.id}/response"
        same = ResponseView.model_validate(api.post(path, json={"spend": today}).json())
        assert same.uplift.value == pytest.approx(0, abs=1e-6 * same.outcome.value)
        assert same.extrapolated == []
        for channel in summary.channels:
            expected = channel.contribution.value / summary.periods
            assert same.by_channel[channel.name].value == pytest.approx(expected, rel=1e-6)
        more = ResponseView.model_validate(api.post(path, json={"spend": {first: today[first] * 50}}).json())
        assert more.outcome.value >= same.outcome.value
        assert more.extrapolated == [first]
        for body, mentioned in (
            ({"spend": {"nope": 1}}, "nope"),
            ({"spend": {first: -1}}, first),
            ({"spend": {first: "much"}}, first),
            ({}, "spend"),
        ):
            refused = api.post(path, json=body)
            assert refused.status_code == 422
            assert mentioned in refused.json()["detail"]
        assert api.post(f"/v1/models/{'a' * 64}/response", json={"spend": {}}).status_code == 404


def test_run_waits_in_the_outbox_while_tracking_is_away(product: httpx.Client, run: dict) -> None:
    assert run["tracking_url"] is None
    assert product.get("/v1/status").json()["tracking_pending"] >= 1


def test_running_fit_is_cancelled_within_seconds(product: httpx.Client, dataset: dict) -> None:
    body = {"dataset_id": dataset["id"], "seed": 4, "trials": 20, "iterations": 20_000}
    launched = product.post("/v1/mmm/runs", json=body).json()
    _wait_until(product, launched["id"], lambda view: view["job"]["progress"]["percent"] > 0)
    product.post(f"/v1/mmm/runs/{launched['id']}/cancel")
    assert wait_for_run(product, launched["id"], seconds=10)["job"]["state"] == "cancelled"
    assert product.post(f"/v1/mmm/runs/{launched['id']}/cancel").json()["job"]["state"] == "cancelled"


@pytest.mark.slow
def test_killed_fit_is_taken_up_again_and_gives_the_same_model(
    product: httpx.Client, dataset: dict, home: Settings
) -> None:
    body = {"dataset_id": dataset["id"], "seed": 5, "trials": 4, "iterations": 1200}
    launched = product.post("/v1/mmm/runs", json=body).json()
    _wait_until(product, launched["id"], lambda view: view["job"]["progress"]["percent"] > 30)
    for pid in _runners(home):
        os.kill(pid, signal.SIGKILL)
    disturbed = wait_for_run(product, launched["id"])
    assert disturbed["job"]["state"] == "succeeded", disturbed["job"]
    assert disturbed["job"]["attempt"] == 2
    again = product.post("/v1/mmm/runs", json={**body, "again": True}).json()
    undisturbed = wait_for_run(product, again["id"])
    assert undisturbed["job"]["attempt"] == 1
    assert undisturbed["model_id"] == disturbed["model_id"]


def _wait_until(client: httpx.Client, run_id: str, reached: object, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not reached(client.get(f"/v1/mmm/runs/{run_id}").json()):  # type: ignore[operator]
        assert time.monotonic() < deadline, "the run did not get there"
        time.sleep(0.05)


def _runners(home: Settings) -> list[int]:
    """Runner processes that work on this home folder."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().split(b"\0")
            environment = (folder / "environ").read_bytes()
        except OSError:
            continue
        if b"mixline.jobs.runner" in command and f"MIXLINE_HOME={home.home}\0".encode() in environment:
            found.append(int(folder.name))
    return found
