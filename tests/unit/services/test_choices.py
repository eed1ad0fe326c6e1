"""Choosing another candidate publishes a model beside the old one, once, with its reason on record."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import numpy as np
import pytest
from fastapi.testclient import TestClient

from gcp.trainer.app import create_app
from mixline.messages import Candidates, ModelSummary
from mixline.mmm.fitting import fit
from mixline.mmm.model import MixModel
from mixline.mmm.model_file import write_model
from mixline.mmm.simulation.simulate import simulate
from mixline.services import models
from mixline.services.context import Services, open_services
from mixline.settings import Settings
from mixline.state.audit import Audit
from tests.fixtures_services import make_settings

DATASET, RUN = "d" * 64, "a" * 32


@pytest.fixture(scope="module")
def model() -> MixModel:
    world = simulate("clean", weeks=90, channels=3)
    return fit(world.spec.with_search(trials=2, iterations=60), world.frame)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return make_settings(tmp_path)


@pytest.fixture
def services(settings: Settings) -> Iterator[Services]:
    opened = open_services(settings)
    opened.datasets.create(DATASET, name="Shop", upload_id=None, artifact_id="e" * 64, mapping={}, view={})
    yield opened
    opened.close()


@pytest.fixture
def first(services: Services, model: MixModel) -> ModelSummary:
    services.specifications.put(model.spec.id, model.spec.to_dict())
    size = {"preset": "test", "trials": 2, "iterations": 60, "seed": 1}
    run = services.runs.put(RUN, dataset_id=DATASET, specification_id=model.spec.id, segment="", **size)
    model_id = services.artifacts.publish(write_model(model))
    kept = models.keep_model(services, model_id, model, run=run, dataset=services.datasets.get(DATASET))
    services.runs.set_model(RUN, model_id)
    return kept


@pytest.fixture
def api(settings: Settings, first: ModelSummary) -> Iterator[httpx.Client]:
    with TestClient(create_app(settings), base_url="http://127.0.0.1") as client:
        yield client


def ask(api: httpx.Client, model_id: str, candidate: object, note: str = "TV was tested in May") -> httpx.Response:
    return api.post(f"/v1/models/{model_id}/choice", json={"candidate": candidate, "note": note})


def another(candidates: Candidates) -> int:
    return next(int(row) for row in np.argsort(candidates.error) if row != candidates.chosen)


def test_choice_is_a_new_model_with_its_reason(services: Services, api: httpx.Client, first: ModelSummary) -> None:
    before = models.get_candidates(services, first.id)
    row = another(before)
    answer = ask(api, first.id, row)
    assert answer.status_code == 201, answer.text
    new = ModelSummary.model_validate(api.get(answer.headers["Location"]).json())
    assert new.id == answer.json()["id"] != first.id
    assert "TV was tested in May" in new.reason
    assert new.choice is not None
    assert (new.choice.note, new.choice.model_id, new.choice.reason) == (
        "TV was tested in May",
        first.id,
        first.reason,
    )
    assert (new.choice.trial, new.choice.iteration) == (
        before.trial[before.chosen],
        before.iteration[before.chosen],
    )
    after = models.get_candidates(services, new.id)
    assert after.chosen == row
    for channel in after.channels:
        shown = next(c for c in new.channels if c.name == channel.channel)
        assert shown.roi.low * 0.9 <= channel.roi[row] <= shown.roi.high * 1.1
    assert new.lineage.run_id == RUN
    assert models.get_summary(services, first.id).choice is None
    assert services.runs.get(RUN).model_id == first.id


def test_asking_twice_gives_one_model_and_one_line(services: Services, api: httpx.Client, first: ModelSummary) -> None:
    row = another(models.get_candidates(services, first.id))
    one, two = ask(api, first.id, row), ask(api, first.id, row)
    assert (one.status_code, two.status_code) == (201, 200)
    assert one.json() == two.json()
    assert len(models.list_models(services)) == 2
    (line,) = Audit(services.state).list_lines(subject=one.json()["id"])
    assert line.data == {"from": first.id, "candidate": row, "note": "TV was tested in May"}
    choice = models.get_summary(services, one.json()["id"]).choice
    assert choice is not None
    assert (choice.chosen_by, choice.chosen_at) == (line.actor, line.at)  # who and when, as on record
    other = ask(api, first.id, row, "Another reason")
    assert other.json()["id"] != one.json()["id"]


def test_list_tells_the_models_apart(services: Services, api: httpx.Client, first: ModelSummary) -> None:
    ask(api, first.id, another(models.get_candidates(services, first.id)))
    titles = [row.title for row in models.list_models(services)]
    assert len(set(titles)) == 2
    assert any("chosen by hand" in title for title in titles)
    rows = models.list_models(services)
    assert all(re.match(r"\d+ trials? of [\d,]+ candidates, seed \d+", row.search) for row in rows)


@pytest.mark.parametrize(
    ("candidate", "note", "status"),
    [(10**5, "why", 404), (-1, "why", 422), ("1", "why", 422), (0, "", 422), (0, "   ", 422), (0, "x" * 501, 422)],
)
def test_what_cannot_be_chosen_is_refused_and_leaves_nothing(
    services: Services, api: httpx.Client, first: ModelSummary, candidate: object, note: str, status: int
) -> None:
    answer = ask(api, first.id, candidate, note)
    assert answer.status_code == status, answer.text
    assert len(models.list_models(services)) == 1
    assert not Audit(services.state).list_lines()


def test_the_chosen_candidate_and_unknown_models_are_refused(
    services: Services, api: httpx.Client, first: ModelSummary
) -> None:
    assert ask(api, first.id, models.get_candidates(services, first.id).chosen).status_code == 409
    assert ask(api, "0" * 64, 1).status_code == 404


def test_candidates_say_roi_error_and_trials(services: Services, first: ModelSummary, model: MixModel) -> None:
    view = models.get_candidates(services, first.id)
    assert view.evaluated == 120
    assert [trial.trial for trial in view.trials] == [1, 2]
    assert len(view.error) == len(view.near_optimal) == len(view.trial) == len(view.channels[0].roi)
    assert view.near_optimal[view.chosen]
    spend = model.series.spend[slice(*model.series.window)].sum(0)
    for p, channel in enumerate(view.channels):
        want = model.candidates[f"{channel.channel}:contribution"] / spend[p]
        np.testing.assert_allclose(channel.roi, want)
