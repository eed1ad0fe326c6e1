from __future__ import annotations

import httpx
import pytest

from dashboard.client import Known, TrainerClient
from dashboard.view import Filters, choose_row, open_view, read_filters
from mixline.errors import InputError, NotFoundError
from mixline.messages import ModelRow
from mixline.settings import Settings
from tests.unit.dashboard import answers, builders


@pytest.fixture
def client() -> TrainerClient:
    return TrainerClient(Settings(), httpx.MockTransport(answers.answer_with(answers.make_two_countries())))


@pytest.fixture
def known(client: TrainerClient) -> Known[list[ModelRow]]:
    return client.list_models()


def test_without_filters_the_newest_model_is_shown(known: Known[list[ModelRow]]) -> None:
    assert choose_row(known.value, Filters()).id == builders.MODEL_ID


def test_country_and_model_choose(known: Known[list[ModelRow]]) -> None:
    assert choose_row(known.value, Filters(country="FR")).segment == "FR"
    assert choose_row(known.value, Filters(country="DE", model=builders.OTHER_ID[:12])).segment == "FR"


def test_unknown_model_is_said(known: Known[list[ModelRow]]) -> None:
    with pytest.raises(NotFoundError, match="no such model"):
        choose_row(known.value, Filters(model="f00d"))


def test_a_country_without_a_model_is_named(known: Known[list[ModelRow]]) -> None:
    with pytest.raises(NotFoundError) as found:
        choose_row(known.value, Filters(dataset="Demo", country="XX"))
    assert "dataset Demo, country XX" in found.value.sentence


def test_links_carry_what_was_chosen_and_nothing_else() -> None:
    filters = read_filters({"country": "DE", "range": "50", "stranger": "1"})
    assert filters.link("/response") == "/response?country=DE&range=50"
    assert filters.link("/response", country="", range="") == "/response"


@pytest.mark.parametrize(("name", "value"), [("range", "80"), ("period", "decade")])
def test_filters_that_do_not_exist_are_refused(name: str, value: str) -> None:
    with pytest.raises(InputError, match=name):
        read_filters({name: value})


def test_view_takes_period_and_range_from_the_address(client: TrainerClient, known: Known[list[ModelRow]]) -> None:
    view = open_view(client, known, Filters(period="quarter", range="50"), "dark")
    assert (view.period, view.look.level, view.look.mode) == ("quarter", 50, "dark")
    assert open_view(client, known, Filters(), "light").period == "week"
    assert open_view(client, known, Filters(period="day"), "light").period == "week"  # weekly data has no days
