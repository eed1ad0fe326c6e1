"""What the planner says of a name that is taken and of a budget that was left empty or is beyond any curve."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from flask import Flask

from dashboard.client import EXTENSION, TrainerClient
from dashboard.components import plan_form as form
from dashboard.components.plan_answering import answer_form
from dashboard.components.plan_inputs import PlanInputs
from dashboard.components.plan_keeping import answer_click
from dashboard.components.plan_saved import SAVE
from dashboard.components.plan_typed import write_typed
from mixline.errors import ConflictError
from mixline.messages import Problem
from mixline.settings import Settings
from tests.unit.dashboard import answers
from tests.unit.pages.plan_form_sent import FILES, SHOWN, SUMMARY, asked, shown, solved, words


@pytest.fixture
def planning() -> Iterator[Flask]:
    usual = answers.answer_with([SUMMARY])
    taken = Problem(
        type="about:blank", title="another plan has this name", status=409, detail="", code=ConflictError.code,
        where="name", got="Spring", correlation_id="1",
    )  # fmt: skip

    def answer(request: httpx.Request) -> httpx.Response:
        _, files, name = request.url.path.partition("/files/")
        if files:
            return httpx.Response(200, content=FILES[name])
        if request.url.path.startswith("/v1/scenarios"):
            return httpx.Response(409, content=taken.model_dump_json())
        return usual(request)

    server = Flask("planner")
    server.extensions[EXTENSION] = TrainerClient(Settings(), httpx.MockTransport(answer))
    with server.test_request_context("/planner"):
        yield server


def test_a_name_that_is_taken_is_said_in_the_words_of_the_form(planning: Flask) -> None:
    address = f"model={SUMMARY.id[:12]}&ahead=8"
    _, _, sentence, _, field = answer_click(SAVE, [], [], [], " Spring ", False, address, SHOWN, [])
    assert "Another plan is named Spring. Type another name, or tick “Replace one of the same name”." in words(sentence)
    assert field != "", "what was typed stays"


@pytest.mark.parametrize(("ahead", "today"), [(8, None), (12, None), (8, 13)])
def test_an_empty_budget_shows_what_today_is_however_it_is_asked_for(
    planning: Flask, ahead: int, today: int | None
) -> None:
    answer = answer_form(asked(ahead=ahead, today=str(today or form.WHOLE)), shown(), form.AHEAD_FIELD)
    assert answer["words"][-1] == write_typed(solved(PlanInputs(ahead=ahead, today=today)).today.spend_today)


def test_a_budget_no_curve_speaks_of_is_refused_in_a_sentence(planning: Flask) -> None:
    said = words(answer_form(asked(budget="9e12"), shown(), form.BUDGET)["answer"])
    assert "The total budget must be at most 100 times today's" in said
    assert said.count("times today's spend.") == 1
    assert '\\"' not in said
