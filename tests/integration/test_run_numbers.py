"""One set of numbers on the Runs page: each is that of its source, the model's file, the run's document or its times."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from dashboard.app import create_app as create_dashboard
from dashboard.client import TrainerClient
from dashboard.components.run_form import preset_options
from dashboard.components.run_queue import QUEUE
from dashboard.components.run_words import cost_words, duration_words
from gcp.trainer.app import create_app
from mixline.messages import SizeEstimate
from mixline.mmm.model_file import read_model
from mixline.services.context import Services, open_services
from mixline.services.handlers import handle_fit
from mixline.services.identities import FIT_KIND
from mixline.settings import Settings
from tests.fixtures_services import confirm, make_csv, make_settings, serving, upload, wait_for_run, working

PRICE, CORES = 36.0, 1  # a core-hour: a cent per core-second
SIZE = {"trials": 2, "iterations": 80}
CANDIDATES = 160


class House:
    """A trainer and a dashboard on one home folder, with one run that has been fitted."""

    def __init__(self, settings: Settings, trainer: str) -> None:
        self.services: Services = open_services(settings)
        self.api = httpx.Client(base_url=trainer, timeout=30)
        self.dataset = confirm(self.api, upload(self.api, make_csv()))
        self.run_id = self.launch(seed=5, tags=[{"name": "week", "value": 32.5}, {"name": "final"}])
        with working(settings):
            self.run = wait_for_run(self.api, self.run_id)
        assert self.run["job"]["state"] == "succeeded"
        known = settings.model_copy(update={"trainer": trainer})
        self.app = create_dashboard(known, TrainerClient(known))

    def launch(self, **changes: Any) -> str:
        body = {"dataset_id": self.dataset["id"], **SIZE, **changes}
        return str(self.api.post("/v1/mmm/runs", json=body).json()["id"])

    def show(self, **query: str) -> Any:
        """The page for an address."""
        from pages import runs

        with self.app.server.test_request_context("/"):
            return runs.layout(**query)

    def close(self) -> None:
        self.api.close()
        self.services.close()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    home: Path = tmp_path_factory.mktemp("numbers")
    settings = make_settings(home, core_hour_price=PRICE, core_hour_currency="EUR", fit_processes=CORES)
    with serving(create_app(settings)) as trainer:
        made = House(settings, trainer)
        yield made
        made.close()


def find(page: Any, wanted: Any) -> Any:
    return next(part for part in page._traverse() if getattr(part, "id", None) == wanted)


def write(part: Any) -> str:
    if isinstance(part, list | tuple):
        return " ".join(filter(None, map(write, part)))
    return str(part or "") if isinstance(part, str | int | float | None) else write(getattr(part, "children", None))


def card_of(page: Any, run_id: str) -> Any:
    cards = find(page, "runs-live").children
    return next(card for card in cards if getattr(card, "data-run") == run_id)


def test_a_finished_run_shows_the_best_error_of_its_models_file(house: House) -> None:
    candidates = read_model(house.services.artifacts.read_all(house.run["model_id"])).candidates
    held_out = candidates["nrmse_validation"].astype(float)  # what judges candidates where periods are held out
    lowest = float(np.where(np.isnan(held_out), candidates["nrmse"], held_out).min())
    page = house.show(run=house.run_id)
    assert f"best error {lowest:.4f} (NRMSE)" in write(card_of(page, house.run_id))
    (row,) = [row for row in find(page, "runs-history").rowData if row["id"] == house.run_id]
    assert row["error"] == pytest.approx(lowest, abs=1e-12)
    assert row["error_words"] == f"{lowest:.4f}"
    figure = find(page, {"type": "search", "run": house.run_id}).figure
    assert figure["data"][0]["y"][-1] == pytest.approx(lowest, abs=1e-12)


def test_time_and_cost_are_those_of_the_run(house: House) -> None:
    job = house.services.queue.get(house.run_id)
    assert job.started_at is not None
    assert job.finished_at is not None
    seconds = (job.finished_at - job.started_at).total_seconds()
    spent = house.services.runs.get(house.run_id).core_seconds
    assert spent is not None
    assert 0 < spent <= seconds * CORES  # of the handler's own time: never more than from start to end
    page = house.show(run=house.run_id)
    words = write(card_of(page, house.run_id))
    assert f"Finished in {duration_words(seconds)}" in words
    assert cost_words(spent / 3600 * PRICE, "EUR") in words
    (row,) = [row for row in find(page, "runs-history").rowData if row["id"] == house.run_id]
    assert (row["took"], row["cost"]) == (pytest.approx(seconds), pytest.approx(spent / 3600 * PRICE))
    assert row["cost_words"] == cost_words(spent / 3600 * PRICE, "EUR")
    assert row["size"] == "2 × 80 candidates, seed 5"


def test_estimates_follow_from_the_runs_that_were_measured(house: House) -> None:
    """With one size measured: a larger search takes at most its proportion, a smaller one less."""
    job = house.services.queue.get(house.run_id)
    assert job.started_at is not None
    assert job.finished_at is not None
    seconds = (job.finished_at - job.started_at).total_seconds()
    shown = [write(option["label"]) for option in find(house.show(), "run-preset").options]
    for text, (trials, iterations) in zip(shown, ((2, 300), (5, 2000), (10, 5000)), strict=True):
        expected = seconds * trials * iterations / CANDIDATES
        cost = cost_words(expected * CORES / 3600 * PRICE, "EUR")
        assert f"{trials} × {iterations:,} candidates, at most {duration_words(expected)}, {cost}" in text
    body = {"dataset_id": house.dataset["id"], "specification": house.services.specifications.get(
        house.run["specification_id"]).document}  # fmt: skip
    takes = house.api.post("/v1/specifications/check", json=body).json()["takes"]
    assert takes["candidates"] == CANDIDATES
    assert (takes["bound"], takes["seconds"]) == ("about", pytest.approx(seconds))
    assert takes["cost"] == pytest.approx(seconds * CORES / 3600 * PRICE)
    draft = house.api.get(f"/v1/datasets/{house.dataset['id']}/specification").json()
    sizes = [SizeEstimate.model_validate(size) for size in draft["sizes"]]
    assert [write(option["label"]) for option in preset_options(sizes)] == shown


def test_tags_with_numbers_are_those_that_were_given(house: House) -> None:
    assert house.services.run_tags.read([house.run_id])[house.run_id] == {"week": 32.5, "final": None}
    page = house.show(run=house.run_id)
    assert "final; week=32.5" in write(card_of(page, house.run_id))
    assert find(page, "tags-value").value == "final; week=32.5"
    for query, count in (("week>=32.5", 1), ("week > 32.5", 0), ("final", 1)):
        assert len(house.api.get("/v1/mmm/runs", params={"tag": query}).json()) == count


def test_the_queue_counts_what_waits_and_numbers_its_line(house: House) -> None:
    waiting = [house.launch(seed=seed) for seed in (11, 12, 13)]
    page = house.show(run=waiting[1])
    assert "0 runs at work, 3 waiting" in write(find(page, QUEUE))
    assert "2nd in the queue" in write(card_of(page, waiting[1]))
    links = [part.href for part in find(page, QUEUE)._traverse() if getattr(part, "className", "") == "queue-name"]
    assert links == [f"/runs?run={run_id}" for run_id in waiting]
    for run_id in waiting:
        house.api.post(f"/v1/mmm/runs/{run_id}/cancel")


def test_a_run_at_work_shows_its_own_progress_and_candidates(house: House) -> None:
    """Halfway through a fit, made to stop there: what the page shows is what the fit has reported."""
    run_id = house.launch(seed=21)
    queue = house.services.queue
    lease = queue.claim("worker-here", frozenset({FIT_KIND}))
    assert lease is not None
    assert lease.job.id == run_id

    from mixline.jobs.context import LeaseContext
    from mixline.jobs.parts import JobParts

    seen: list[tuple[Any, dict[str, Any], Any]] = []

    class Watching(LeaseContext):
        def report(self, progress: Any) -> None:
            super().report(progress)
            cloud = house.api.get(f"/v1/mmm/runs/{run_id}/cloud").json()
            if not seen and cloud["error"]:
                seen.append((house.show(run=run_id), cloud, queue.get(run_id).progress))

    handle_fit(house.services, Watching(queue, JobParts(house.services.state), lease, stop_reason=lambda: ""))
    queue.succeed(lease, {})
    ((page, cloud, progress),) = seen
    card = card_of(page, run_id)
    words = write(card)
    assert f"{progress.percent:.0f} %" in words
    assert f"Best error so far {progress.best['nrmse']:.4f} (NRMSE, 0 is perfect)" in words
    assert re.search(rf"\b{len(cloud['error']):,} of the candidates tried", words)
    figure = find(card, {"type": "cloud", "run": run_id}).figure
    assert (figure["data"][0]["x"], figure["data"][0]["y"]) == (cloud["error"], cloud["rssd"])
    assert figure["data"][1]["x"][0] == min(cloud["error"])
    assert all(error >= progress.best["nrmse"] - 1e-12 for error in cloud["error"])
