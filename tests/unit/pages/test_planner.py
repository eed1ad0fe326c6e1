"""The planner's page shows the engine's numbers for the question of its address, computed without asking the trainer again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from flask import Flask

from dashboard.client import EXTENSION, TrainerClient
from dashboard.components.plan_inputs import PlanInputs
from dashboard.components.plan_shelf import KEPT, PlannerShelf
from dashboard.components.plan_words import plan_headline
from dashboard.figures.drawing import make_look
from mixline.errors import UnavailableError
from mixline.mmm.model_file import write_model
from mixline.mmm.planner import Planner
from mixline.settings import Settings
from pages import planner as page
from tests.builders import make_model
from tests.unit.dashboard import builders

MODEL = make_model()
FILES = write_model(MODEL)
SUMMARY = builders.make_summary()


@pytest.fixture
def trainer() -> SimpleNamespace:
    return SimpleNamespace(asked=[], away=False)


@pytest.fixture
def app(trainer: SimpleNamespace) -> Iterator[Flask]:
    usual = builders.answer_with([SUMMARY])

    def answer(request: httpx.Request) -> httpx.Response:
        if trainer.away:
            raise httpx.ConnectError("away", request=request)
        trainer.asked.append(request.url.path)
        _, files, name = request.url.path.partition("/files/")
        return httpx.Response(200, content=FILES[name]) if files else usual(request)

    server = Flask("planner")
    settings = Settings()
    server.extensions[EXTENSION] = TrainerClient(settings, httpx.MockTransport(answer))
    with server.test_request_context("/planner"):
        yield server


def words(component: Any) -> str:
    return (
        json.dumps(component, default=lambda c: c.to_plotly_json(), ensure_ascii=False)
        .replace("\\u00a0", " ")
        .replace(" ", " ")
    )


def test_the_page_shows_the_engines_plan(app: Flask) -> None:
    inputs = PlanInputs(ahead=8)
    plan = Planner(MODEL).plan(inputs.request("week", None))
    text = words(page.layout(ahead="8"))
    look = make_look(SUMMARY, "light", 90)
    assert plan_headline(plan, inputs, look) in text
    for channel in plan.channels:
        assert look.unit.money(channel.spend) in text


def test_a_moved_field_is_solved_without_the_trainer(app: Flask, trainer: SimpleNamespace) -> None:
    page.layout(ahead="8")
    trainer.away = True
    names = MODEL.paid_names
    none: list[Any] = [None] * len(names)
    keys = [{"type": "plan-lock", "channel": name} for name in names]
    shown = {"model": SUMMARY.id, "range": ""}
    answer = page.solve_again("budget", 8, None, None, False, none, none, [True] * len(names), keys, shown)
    assert "Nothing better" in words(answer[0])
    assert "lock=" in answer[1]
    most: list[Any] = [100.0] * len(names)
    refused = page.solve_again("budget", 8, 1e15, None, False, none, most, none, keys, shown)
    assert "cannot be spent" in words(refused[0])
    assert "error-line" in words(refused[0])


def test_the_shelf_keeps_a_few_and_says_when_it_cannot(app: Flask, trainer: SimpleNamespace) -> None:
    client, shelf = app.extensions[EXTENSION], PlannerShelf()
    first = shelf.planner(client, "0" * 64)
    assert shelf.planner(client, "0" * 64) is first
    for number in range(1, KEPT + 1):
        shelf.planner(client, f"{number:064x}")
    trainer.away = True
    with pytest.raises(UnavailableError):
        shelf.planner(client, "0" * 64)
    assert shelf.planner(client, f"{KEPT:064x}") is not None
