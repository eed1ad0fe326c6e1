"""Saving a plan solves it, keeps it once, and says over HTTP what happened."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from fastapi.testclient import TestClient

from gcp.trainer.app import create_app
from mixline.messages import ScenarioView
from mixline.mmm.model_file import write_model
from mixline.mmm.planner import Bounds, PlanRequest, plan
from mixline.services import models
from mixline.services.context import Services, open_services
from mixline.settings import Settings
from mixline.state.audit import Audit
from tests.builders import make_model
from tests.fixtures_services import make_settings

DATASET = "d" * 64
MODEL = make_model()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return make_settings(tmp_path)


@pytest.fixture
def services(settings: Settings) -> Iterator[Services]:
    opened = open_services(settings)
    opened.datasets.create(DATASET, name="Shop", upload_id=None, artifact_id="e" * 64, mapping={}, view={})
    opened.specifications.put(MODEL.spec.id, MODEL.spec.to_dict())
    yield opened
    opened.close()


@pytest.fixture
def model_id(services: Services) -> str:
    found = services.artifacts.publish(write_model(MODEL))
    models.keep_model(services, found, MODEL, run=None, dataset=services.datasets.get(DATASET))
    return found


@pytest.fixture
def api(settings: Settings, model_id: str) -> Iterator[httpx.Client]:
    with TestClient(create_app(settings), base_url="http://127.0.0.1") as client:
        yield client


def test_a_saved_plan_says_what_its_outcomes_are_counted_in(
    services: Services, api: httpx.Client, model_id: str
) -> None:
    made = make_model(kind="conversions")
    goal = replace(made.spec.goal, currency="EUR")
    counted = replace(made, spec=replace(made.spec, goal=goal))
    services.specifications.put(counted.spec.id, counted.spec.to_dict())
    other = services.artifacts.publish(write_model(counted))
    models.keep_model(services, other, counted, run=None, dataset=services.datasets.get(DATASET))
    views = [ScenarioView.model_validate_json(save(api, key).content) for key in (model_id, other)]
    assert [view.goal_kind for view in views] == ["revenue", "conversions"]
    assert {view.currency for view in views} == {"EUR"}


def save(api: httpx.Client, model_id: str, name: str = "Spring", **question: object) -> httpx.Response:
    asked = {"periods": 6, "bounds": {"channel_0": {"low": 0.2, "high": 3.0}}, **question}
    return api.post("/v1/scenarios", json={"name": name, "model_id": model_id, "question": asked})


def test_a_saved_plan_says_what_the_engine_says(api: httpx.Client, model_id: str) -> None:
    response = save(api, model_id)
    assert response.status_code == 201
    view = ScenarioView.model_validate_json(response.content)
    assert response.headers["location"] == f"/v1/scenarios/{view.id}"
    found = plan(MODEL, PlanRequest(periods=6, bounds={"channel_0": Bounds(0.2, 3.0)}))
    assert view.figures.uplift.model_dump() == pytest.approx(vars(found.uplift))
    assert view.figures.spend_by_channel == pytest.approx(found.spend_per_channel)
    assert view.figures.spend == pytest.approx(found.spend)
    assert view.figures.periods == 6
    assert str(view.figures.first) == str(found.dates[0])
    assert ScenarioView.model_validate(api.get(f"/v1/scenarios/{view.id}").json()) == view
    assert api.get("/v1/scenarios", params={"model_id": model_id}).json() == [view.model_dump(mode="json")]
    assert api.get("/v1/scenarios", params={"model_id": "0" * 64}).json() == []


def test_saving_twice_keeps_one_and_one_line(api: httpx.Client, services: Services, model_id: str) -> None:
    first, again = save(api, model_id), save(api, model_id)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert len(Audit(services.state).list_lines(subject=first.json()["id"])) == 1


def test_a_name_in_use_is_a_conflict_until_it_may_be_replaced(api: httpx.Client, model_id: str) -> None:
    save(api, model_id)
    refused = save(api, model_id, carry_out=True)
    assert refused.status_code == 409
    assert "replaced" in refused.json()["action"]
    body = {"name": "Spring", "model_id": model_id, "question": {"periods": 3}, "replace": True}
    assert api.post("/v1/scenarios", json=body).json()["figures"]["periods"] == 3


def test_removing_leaves_a_line_and_no_plan(api: httpx.Client, services: Services, model_id: str) -> None:
    saved = save(api, model_id).json()
    assert api.delete(f"/v1/scenarios/{saved['id']}").json() == saved
    assert api.get(f"/v1/scenarios/{saved['id']}").status_code == 404
    assert api.delete(f"/v1/scenarios/{saved['id']}").status_code == 404
    lines = Audit(services.state).list_lines(subject=saved["id"])
    assert [line.action for line in lines] == ["remove plan", "save plan"]


@pytest.mark.parametrize(
    ("name", "question", "status"),
    [
        (" ", {}, 422),
        ("Spring", {"locked": ["radio"]}, 422),
        ("Spring", {"budget": 1e14}, 422),
        ("Spring", {"wish": 1}, 422),
        ("Spring", {"bounds": {"channel_0": {"low": 2.0, "high": 1.0}}}, 422),
    ],
)
def test_what_cannot_be_planned_is_not_saved(
    api: httpx.Client, model_id: str, name: str, question: dict[str, object], status: int
) -> None:
    response = save(api, model_id, name, **question)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert api.get("/v1/scenarios").json() == []


def test_a_model_nobody_knows_has_no_plans(api: httpx.Client) -> None:
    assert save(api, "0" * 64).status_code == 404


def test_without_a_sign_in_a_plan_is_the_local_users(api: httpx.Client, model_id: str) -> None:
    assert save(api, model_id).json()["actor"] == "local user"


def test_behind_a_sign_in_a_plan_is_the_persons(settings: Settings, services: Services, model_id: str) -> None:
    behind = settings.model_copy(update={"identity_header": "X-Person"})
    with TestClient(create_app(behind), base_url="http://127.0.0.1", headers={"X-Person": "ada@example.com"}) as api:
        view = save(api, model_id).json()
        assert view["actor"] == "ada@example.com"
        assert api.delete(f"/v1/scenarios/{view['id']}").status_code == 200
    assert {line.actor for line in Audit(services.state).list_lines(subject=view["id"])} == {"ada@example.com"}
