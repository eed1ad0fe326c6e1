"""The trainer API over real HTTP, with a real database and real stores, without a worker."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from gcp.trainer.app import create_app
from mixline.messages import Readiness, RunView, Status
from mixline.settings import Settings
from tests.fixtures_services import confirm, make_csv, make_settings, problem_of, serving, upload


@pytest.fixture(scope="module")
def api_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return make_settings(tmp_path_factory.mktemp("trainer"), upload_limit_mb=1)


@pytest.fixture(scope="module")
def api(api_settings: Settings) -> Iterator[httpx.Client]:
    with serving(create_app(api_settings)) as address, httpx.Client(base_url=address, timeout=30) as client:
        yield client


@pytest.fixture(scope="module")
def dataset(api: httpx.Client) -> dict:
    return confirm(api, upload(api, make_csv()))


# --- health -------------------------------------------------------------------------------------------------------------


def test_ready_names_every_part(api: httpx.Client) -> None:
    assert api.get("/health").json()["service"] == "trainer"
    readiness = Readiness.model_validate(api.get("/ready").json())
    assert readiness.status == "ready"
    assert {"state", "artifacts"} <= set(readiness.parts)


def test_status_of_an_empty_house(tmp_path: Path) -> None:
    with serving(create_app(make_settings(tmp_path))) as address:
        status = Status.model_validate(httpx.get(f"{address}/v1/status").json())
    assert (status.queued, status.datasets, status.models, status.demo) == (0, 0, 0, "absent")


def test_database_that_is_away_is_503_and_comes_back(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.write_text("a file where the folder should be")
    with serving(create_app(make_settings(home))) as address:
        assert httpx.get(f"{address}/health").status_code == 200
        assert httpx.get(f"{address}/ready").json()["status"] == "not_ready"
        response = httpx.get(f"{address}/v1/datasets")
        assert response.status_code == 503
        assert int(response.headers["retry-after"]) > 0
        assert problem_of(response).code == "unavailable"
        home.unlink()
        assert httpx.get(f"{address}/v1/datasets").json() == []


# --- runs ---------------------------------------------------------------------------------------------------------------


def test_launch_is_accepted_stored_and_the_same_when_asked_twice(api: httpx.Client, dataset: dict) -> None:
    body = {"dataset_id": dataset["id"], "preset": "test", "seed": 7}
    response = api.post("/v1/mmm/runs", json=body)
    run = RunView.model_validate(response.json())
    assert response.status_code == 202
    assert response.headers["location"] == f"/v1/mmm/runs/{run.id}"
    assert (run.job.state, run.trials, run.iterations, run.seed, run.preset) == ("queued", 2, 300, 7, "test")
    assert api.post("/v1/mmm/runs", json=body).json()["id"] == run.id
    assert api.post("/v1/mmm/runs", json={**body, "seed": 8}).json()["id"] != run.id
    extra = [
        api.post("/v1/mmm/runs", json={**body, "again": True}, headers={"Idempotency-Key": key}).json()["id"]
        for key in ("a", "a", "b")
    ]
    assert extra[0] == extra[1]
    assert len({run.id, *extra}) == 3
    events = api.get(f"/v1/jobs/{run.id}/events").json()
    assert events[0]["kind"] == "state"
    assert api.get(f"/v1/jobs/{run.id}/events", params={"after": events[-1]["sequence"]}).json() == []


def test_size_in_numbers_is_a_custom_run(api: httpx.Client, dataset: dict) -> None:
    run = api.post("/v1/mmm/runs", json={"dataset_id": dataset["id"], "trials": 1, "iterations": 40}).json()
    assert (run["preset"], run["trials"], run["iterations"]) == ("custom", 1, 40)


def test_runs_are_listed_by_state_and_dataset(api: httpx.Client, dataset: dict) -> None:
    ids = [
        api.post("/v1/mmm/runs", json={"dataset_id": dataset["id"], "preset": "test", "seed": seed}).json()["id"]
        for seed in (100, 101)
    ]
    cancelled = api.post(f"/v1/mmm/runs/{ids[0]}/cancel").json()
    assert cancelled["job"]["state"] == "cancelled"
    listed = api.get("/v1/mmm/runs", params={"state": "cancelled"}).json()
    assert [run["id"] for run in listed] == [ids[0]]
    both = api.get("/v1/mmm/runs", params=[("state", "cancelled"), ("state", "queued"), ("limit", 2)]).json()
    assert [run["id"] for run in both] == ids[::-1]
    assert api.get("/v1/mmm/runs", params={"dataset_id": "0" * 64}).json() == []
    assert len(api.get("/v1/mmm/runs", params={"dataset_id": dataset["id"], "limit": 1, "offset": 1}).json()) == 1
    assert api.post(f"/v1/mmm/runs/{ids[0]}/retry").json()["job"]["state"] == "queued"
    again = api.post(f"/v1/mmm/runs/{ids[0]}/retry")
    assert again.status_code == 409
    assert problem_of(again).code == "conflict"


@pytest.mark.parametrize(
    ("changes", "status", "mentioned"),
    [
        ({"preset": "huge"}, 422, "'test', 'standard' or 'thorough'"),
        ({"seed": True}, 422, "seed"),
        ({"trials": 0}, 422, "trials"),
        ({"dataset_id": "f" * 64}, 404, "dataset"),
        ({"segment": "DE"}, 422, "DE"),
        ({"specification": {}}, 422, "goal"),
        ({"presett": "test"}, 422, "presett"),
    ],
)
def test_bad_launch_names_the_field(
    api: httpx.Client, dataset: dict, changes: dict, status: int, mentioned: str
) -> None:
    queued = api.get("/v1/status").json()["queued"]
    response = api.post("/v1/mmm/runs", json={"dataset_id": dataset["id"], "preset": "test", **changes})
    assert response.status_code == status
    assert mentioned in problem_of(response).detail
    assert api.get("/v1/status").json()["queued"] == queued


def test_specification_naming_a_missing_column_is_refused_before_it_waits(api: httpx.Client, dataset: dict) -> None:
    document = {
        "goal": {"column": "revenue"},
        "date_column": "date",
        "media": [{"name": "tv", "spend": "tv_spend"}, {"name": "radio", "spend": "radio_spend"}],
        "components": ["trend"],
    }
    body = {"dataset_id": dataset["id"], "specification": document}
    response = api.post("/v1/mmm/runs", json=body)
    assert response.status_code == 422
    assert "radio_spend" in problem_of(response).detail
    document["media"].pop()
    document["search"] = {"trials": 3, "iterations": 77, "seed": 5}
    run = api.post("/v1/mmm/runs", json=body).json()
    assert (run["trials"], run["iterations"], run["seed"]) == (3, 77, 5)
    sized = api.post("/v1/mmm/runs", json={**body, "preset": "test", "seed": 6}).json()
    assert (sized["trials"], sized["iterations"], sized["seed"]) == (2, 300, 6)


def test_full_queue_is_429_with_a_time_to_come_back(tmp_path: Path) -> None:
    with serving(create_app(make_settings(tmp_path, queue_limit=2))) as address, httpx.Client(base_url=address) as api:
        body = {"dataset_id": confirm(api, upload(api, make_csv()))["id"], "preset": "test"}
        answers = [api.post("/v1/mmm/runs", json={**body, "seed": seed}, timeout=30) for seed in range(3)]
        assert [answer.status_code for answer in answers] == [202, 202, 429]
        assert int(answers[2].headers["retry-after"]) > 0
        assert problem_of(answers[2]).code == "busy"
        assert len(api.get("/v1/mmm/runs").json()) == 2
        api.post(f"/v1/mmm/runs/{answers[0].json()['id']}/cancel")
        assert api.post("/v1/mmm/runs", json={**body, "seed": 2}).status_code == 202


def test_restart_keeps_everything(tmp_path: Path) -> None:
    settings = make_settings(tmp_path)
    paths = ["/v1/datasets", "/v1/mmm/runs", "/v1/jobs", "/v1/models"]
    with serving(create_app(settings)) as address, httpx.Client(base_url=address, timeout=30) as api:
        dataset = confirm(api, upload(api, make_csv()))
        api.post("/v1/mmm/runs", json={"dataset_id": dataset["id"], "preset": "test"})
        before = [api.get(path).json() for path in paths]
    with serving(create_app(settings)) as address, httpx.Client(base_url=address, timeout=30) as api:
        assert [api.get(path).json() for path in paths] == before
        rows = api.get(f"/v1/datasets/{dataset['id']}/rows").json()
        assert rows["total"] == dataset["rows"]


def test_unknown_model_is_404_everywhere(api: httpx.Client) -> None:
    for part in (
        "",
        "/summary",
        "/contributions",
        "/curves",
        "/candidates",
        "/backtest",
        "/calibration",
        "/files/model.json",
    ):
        response = api.get(f"/v1/models/{'a' * 64}{part}")
        assert response.status_code == 404, part
        assert problem_of(response).code == "not-found"


def test_presets_are_those_of_the_engine(api: httpx.Client) -> None:
    found = {preset["name"]: (preset["trials"], preset["iterations"]) for preset in api.get("/v1/presets").json()}
    assert found == {"test": (2, 300), "standard": (5, 2000), "thorough": (10, 5000)}


def test_older_forms_answer_in_their_envelope(api: httpx.Client) -> None:
    for form in ("status", "metadata"):
        answer = api.get("/", params={"api": form}).json()
        assert set(answer) == {"status", "timestamp", "data", "message"}
    assert api.get("/", params={"api": "train"}).status_code == 422


def test_openapi_document_describes_errors_as_problems(api: httpx.Client) -> None:
    document = api.get("/openapi.json").json()
    text = json.dumps(document)
    assert "HTTPValidationError" not in text
    assert set(document["components"]["schemas"]["Problem"]["required"]) >= {"detail", "correlation_id"}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert operation.get("summary"), (path, method)
            for status, answer in operation["responses"].items():
                if status.startswith(("4", "5")) and path != "/ready":
                    assert list(answer["content"]) == ["application/problem+json"], (path, method, status)
