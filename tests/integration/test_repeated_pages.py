"""Pages are drawn once and given again, and nobody ever gets one they would not have been drawn."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from flask.testing import FlaskClient

from benchmarks.asking import ask_view
from dashboard import memory, navigation
from dashboard.app import create_app
from dashboard.client import TrainerClient
from dashboard.repeated import UPDATE
from mixline.messages import Change, PlanQuestion, ScenarioRequest
from mixline.settings import Settings
from tests.unit.dashboard import answers, builders
from tests.unit.dashboard.comparison_builders import answer_comparing
from tests.unit.pages.plan_form_sent import kept

ADA, BEN = "accounts.google.com:ada@example.com", "accounts.google.com:ben@example.com"
SIGN_IN = "x-person"
LASTING = [entry.path for entry in navigation.ENTRIES if entry.lasting]


class Trainer:
    """Ada may see both models, Ben the second; it can go away, or fail at one address."""

    def __init__(self) -> None:
        one, two = answers.make_two_countries()
        self.rights = {ADA: [one, two], BEN: [two], "": [one, two]}
        self.scenarios: list[Any] = []
        self.away = False
        self.fails = ""
        self.asked: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url.path)
        if self.away:
            raise httpx.ConnectError("refused", request=request)
        if self.fails and request.url.path.endswith(self.fails):
            return httpx.Response(503, json={})
        if request.url.path == "/v1/scenarios":
            return httpx.Response(200, json=self.scenarios)
        if request.url.path == "/v1/datasets":
            return httpx.Response(200, json=[])  # no newer data: nothing to refresh with
        models = self.rights[request.headers.get(SIGN_IN, "")]
        if request.url.path.endswith("/previous"):
            change = Change(model_id=request.url.path.split("/")[3], previous=None, changes=[])
            return httpx.Response(200, text=change.model_dump_json())
        return answer_comparing(models, [])(request)


@pytest.fixture
def trainer() -> Trainer:
    return Trainer()


Look = Callable[..., str]


def open_dashboard(trainer: Trainer, header: str = SIGN_IN) -> Look:
    settings = Settings(identity_header=header)
    server = create_app(settings, TrainerClient(settings, httpx.MockTransport(trainer))).server
    browser: FlaskClient = server.test_client()
    browser.get("/")

    def look(path: str, search: str = "", person: str = ADA, **headers: str) -> str:
        answer = browser.post(UPDATE, json=ask_view(path, search), headers={SIGN_IN: person, **headers})
        assert answer.status_code == 200, answer.text
        packed = answer.headers.get("Content-Encoding") == "gzip"
        assert packed == (headers.get("Accept-Encoding") == "gzip")
        content = json.loads(gzip.decompress(answer.data) if packed else answer.data)
        return json.dumps(content["response"], ensure_ascii=False)

    return look


@pytest.mark.parametrize("path", LASTING)
@pytest.mark.parametrize("headers", [{}, {"Cookie": "mixline_theme=dark"}], ids=["light", "dark"])
def test_a_page_given_again_is_the_page_that_would_be_drawn(
    trainer: Trainer, path: str, headers: dict[str, str]
) -> None:
    look = open_dashboard(trainer)
    searches = ("", "?country=FR", "?range=50", "")
    seen = {search: [look(path, search, **headers) for _ in range(3)] for search in searches}
    trainer.asked.clear()
    again = {search: look(path, search, **headers) for search in searches}
    assert set(trainer.asked) <= {"/v1/models", "/v1/scenarios", "/v1/datasets"}  # what may have changed, and no more
    for search in searches:
        drawn = open_dashboard(Trainer())(path, search, **headers)
        assert [*seen[search], again[search]] == [drawn] * 4


def test_a_new_model_is_on_the_next_page(trainer: Trainer) -> None:
    look = open_dashboard(trainer)
    one, two = trainer.rights[ADA]
    trainer.rights[ADA] = [two]
    assert [look("/") for _ in range(2)][1].count(one.title) == 0
    trainer.rights[ADA] = [one, two]
    assert one.title in look("/")


def test_a_plan_that_was_saved_is_on_the_next_page(trainer: Trainer) -> None:
    look = open_dashboard(trainer, header="")
    before = [look("/planner") for _ in range(3)]
    assert before[1] == before[2]
    plan = ScenarioRequest(name="Winter in one line", model_id=builders.MODEL_ID, question=PlanQuestion())
    trainer.scenarios = [kept(plan, 1).model_dump(mode="json")]
    assert "Winter in one line" in look("/planner")


def test_two_people_get_their_own_page_of_one_address(trainer: Trainer) -> None:
    look = open_dashboard(trainer)
    one, two = trainer.rights[ADA]
    for _ in range(3):
        hers, his = look("/", person=ADA), look("/", person=BEN)
        assert one.title in hers
        assert one.title not in his
        assert two.title in his


def test_who_may_no_longer_see_a_model_does_not_get_its_page(trainer: Trainer, monkeypatch: pytest.MonkeyPatch) -> None:
    look = open_dashboard(trainer)
    one, two = trainer.rights[ADA]
    assert one.title in [look("/") for _ in range(2)][1]
    trainer.rights[ADA] = [two]
    assert one.title not in look("/")
    trainer.rights[ADA] = [one, two]
    address = f"?model={one.id[:12]}"
    assert one.title in [look("/contribution", address) for _ in range(2)][1]
    trainer.fails = f"/{one.id}"  # the list still names it, the model itself is refused
    monkeypatch.setattr(memory, "RIGHT_SECONDS", 0.0)
    drawn = trainer.asked.count(f"/v1/models/{one.id}")
    look("/contribution", address)
    assert trainer.asked.count(f"/v1/models/{one.id}") > drawn  # asked for them, not taken from the page


def test_a_page_kept_is_not_given_for_the_last_known_one(trainer: Trainer) -> None:
    look = open_dashboard(trainer)
    fresh = [look("/") for _ in range(2)][1]
    trainer.away = True
    stale = look("/")
    assert stale != fresh
    assert "not answer" in stale or "last known" in stale.lower()
    assert look("/") == stale or "last known" in look("/").lower()
    trainer.away = False
    assert look("/") == fresh


def test_a_page_that_failed_is_drawn_again(trainer: Trainer) -> None:
    look = open_dashboard(trainer)
    trainer.fails = "/contributions"
    failed = look("/contribution")
    assert "figure-decomposition" not in failed
    trainer.fails = ""
    assert "figure-decomposition" in look("/contribution")


def test_a_browser_that_cannot_unpack_gets_it_plain(trainer: Trainer) -> None:
    look = open_dashboard(trainer)
    look("/", **{"Accept-Encoding": "gzip"})
    plain = [look("/", **{"Accept-Encoding": "identity"}) for _ in range(2)]
    assert plain[0] == plain[1]
