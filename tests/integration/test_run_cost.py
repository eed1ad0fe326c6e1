"""What a run cost and how its candidates came in, with a real worker."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from gcp.trainer.app import create_app
from tests.fixtures_services import confirm, make_csv, make_settings, serving, upload, wait_for_run, working

PRICE = 0.36  # a core-hour: a ten-thousandth of it per core-second


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    home: Path = tmp_path_factory.mktemp("cost")
    settings = make_settings(home, core_hour_price=PRICE, core_hour_currency="SEK", fit_processes=1)
    with (
        serving(create_app(settings)) as address,
        httpx.Client(base_url=address, timeout=30) as client,
        working(settings),
    ):
        yield client


def launch(api: httpx.Client, **size: int) -> str:
    dataset = confirm(api, upload(api, make_csv()))
    return str(api.post("/v1/mmm/runs", json={"dataset_id": dataset["id"], **size}).json()["id"])


def test_a_finished_run_says_what_it_cost_and_the_next_one_is_estimated_from_it(api: httpx.Client) -> None:
    run = wait_for_run(api, launch(api, trials=1, iterations=200))
    assert run["job"]["state"] == "succeeded"
    assert run["core_seconds"] > 0
    assert run["cost"] == pytest.approx(run["core_seconds"] / 10_000)
    assert run["cost_currency"] == "SEK"
    cloud = api.get(f"/v1/mmm/runs/{run['id']}/cloud").json()
    assert cloud["error"] == []  # the model has the candidates now

    draft = api.get(f"/v1/datasets/{run['dataset_id']}/specification").json()
    takes = {size["name"]: size["takes"] for size in draft["sizes"]}
    assert takes["thorough"]["bound"] == "at most"
    assert takes["thorough"]["seconds"] > takes["test"]["seconds"] > 0
    assert takes["test"]["cost"] == pytest.approx(takes["test"]["core_seconds"] / 10_000)
    body = {"dataset_id": run["dataset_id"], "specification": draft["specification"]}
    check = api.post("/v1/specifications/check", json=body).json()
    assert check["takes"] == takes["standard"]
    assert check["cost_per_thousand"] == pytest.approx(takes["standard"]["cost"] / 10)


def test_candidates_are_there_while_the_search_runs_and_a_cancelled_run_has_cost(api: httpx.Client) -> None:
    run_id = launch(api, trials=4, iterations=50_000, seed=3)
    deadline = time.monotonic() + 60
    cloud: dict[str, list[float]] = {"error": []}
    while not cloud["error"] and time.monotonic() < deadline:
        time.sleep(0.2)
        cloud = api.get(f"/v1/mmm/runs/{run_id}/cloud").json()
    assert len(cloud["error"]) == len(cloud["rssd"]) > 0
    assert all(error > 0 for error in cloud["error"])
    api.post(f"/v1/mmm/runs/{run_id}/cancel")
    run = wait_for_run(api, run_id)
    assert run["job"]["state"] == "cancelled"
    assert run["core_seconds"] > 0
