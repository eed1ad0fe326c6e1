"""The page Compare: the address names the models; what is shown is what the trainer's documents say."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from dash.exceptions import PreventUpdate
from flask import Flask

from dashboard.client import EXTENSION, TrainerClient, current_client
from dashboard.components import refresh_form
from dashboard.figures.drawing import make_look
from dashboard.figures.format import unit_of
from mixline.errors import InputError, NotFoundError
from mixline.settings import Settings
from pages import compare as page
from tests.unit.dashboard.builders import MODEL_ID, OTHER_ID, make_row, make_summary
from tests.unit.dashboard.comparison_builders import answer_comparing, make_pair

MODELS = make_pair()
ROWS = [make_row(model) for model in MODELS]


@pytest.fixture
def asked() -> list[str]:
    return []


@pytest.fixture
def comparing(asked: list[str]) -> Iterator[Flask]:
    server = Flask("compare")
    transport = httpx.MockTransport(answer_comparing(MODELS, asked))
    server.extensions[EXTENSION] = TrainerClient(Settings(), transport)
    with server.test_request_context("/compare"):
        yield server


def _plain(value: Any) -> Any:
    return value.to_plotly_json() if hasattr(value, "to_plotly_json") else str(value)


def words(component: Any) -> str:
    text = json.dumps(component, default=_plain, ensure_ascii=False)
    return text.replace("\u00a0", " ").replace("\u2060", "")


def plain_page(component: Any) -> dict[str, Any]:
    """The page's figures by the id of their graph."""
    found: dict[str, Any] = {}
    for part in [component, *component._traverse()]:
        if getattr(part, "figure", None) is not None:
            found[part.id] = part.figure
    return found


def test_without_an_address_the_newest_is_compared_with_the_one_before() -> None:
    assert page.read_models("", ROWS) == [OTHER_ID, MODEL_ID]


def test_models_are_named_by_the_beginning_of_their_id_in_their_order() -> None:
    assert page.read_models(f"{MODEL_ID[:12]},{OTHER_ID[:12]}", ROWS) == [MODEL_ID, OTHER_ID]


@pytest.mark.parametrize("text", [MODEL_ID[:12], f"{MODEL_ID[:12]},{MODEL_ID[:12]}"])
def test_one_model_or_one_twice_cannot_be_compared(text: str) -> None:
    with pytest.raises(InputError, match="2 to 5"):
        page.read_models(text, ROWS)


def test_an_unknown_model_is_named_in_the_error() -> None:
    with pytest.raises(NotFoundError, match="ffff"):
        page.read_models(f"ffff,{MODEL_ID[:12]}", ROWS)


def test_unknown_weights_are_refused(comparing: Flask) -> None:
    with pytest.raises(InputError, match="forecast"):
        page.layout(weights="mine")


def test_headline_figures_are_those_of_the_summaries(comparing: Flask) -> None:
    text = words(page.layout())
    for model in MODELS:
        unit = unit_of(model)
        value, _, ends = unit.roi_with_range(model.blended_roi).partition(" (")
        assert {f'"{value}"', f'"{ends.removesuffix(")")}"'} <= set(re.findall(r'"[^"]*"', text))
        assert unit.outcome(model.incremental.value) in text


def test_what_moved_and_is_not_explained_is_marked(comparing: Flask) -> None:
    text = words(page.layout())
    assert "1 of 8 channels moved by more than 15 % in ROI." in text
    assert text.count('"Look"') == 1
    assert "What new data say" in text


def test_the_later_model_is_measured_against_the_earlier_one_in_either_order(
    comparing: Flask, asked: list[str]
) -> None:
    page.layout(models=f"{MODEL_ID},{OTHER_ID}")
    assert any(f"{MODEL_ID}/movement?against={OTHER_ID}" in address for address in asked)


def test_weights_of_the_address_reach_the_ranking(comparing: Flask, asked: list[str]) -> None:
    page.layout(weights="steady")
    assert any("stability=3" in address for address in asked)


def test_one_model_alone_says_what_to_do() -> None:
    server = Flask("alone")
    transport = httpx.MockTransport(answer_comparing([make_summary()], []))
    server.extensions[EXTENSION] = TrainerClient(Settings(), transport)
    with server.test_request_context("/compare"):
        assert "Launch another run" in words(page.layout())


def test_newer_data_offer_a_refresh_and_its_button_launches_one(comparing: Flask, asked: list[str]) -> None:
    assert "Refresh this model" not in words(page.layout())
    client = current_client()
    model = MODELS[0].model_copy(update={"dataset_version": 1})
    [panel] = refresh_form.refresh_panel(client, model)
    assert "13 weeks of newer data" in words(panel)
    said = words(refresh_form.launch([1], [{"type": "refresh-launch", "model": model.id}]))
    assert "in the queue" in said
    assert f"/runs?run={'7' * 32}" in said
    assert sum(address.endswith("/v1/refreshes") for address in asked) == 1


def test_the_newest_model_without_newer_data_does_not_hide_the_refresh_of_another(comparing: Flask) -> None:
    outdated = MODELS[0].model_copy(update={"dataset_version": 1})
    other = MODELS[1].model_copy(
        update={"dataset_name": "Other", "created_at": MODELS[0].created_at + timedelta(days=9)}
    )
    [panel] = refresh_form.first_refresh(current_client(), [outdated, other])
    assert f"A refresh continues {outdated.title}" in words(panel)
    assert refresh_form.first_refresh(current_client(), [other]) == []


def test_what_a_compared_model_continues_already_is_not_offered_again(comparing: Flask) -> None:
    outdated = MODELS[0].model_copy(update={"dataset_version": 1})
    refreshed = outdated.model_copy(update={"dataset_version": 2, "id": "9" * 64})
    other = outdated.model_copy(update={"segment": "elsewhere", "created_at": outdated.created_at + timedelta(days=1)})
    assert refresh_form.not_continued([outdated, refreshed]) == [refreshed]
    assert refresh_form.not_continued([outdated, other]) == [other, outdated]


def test_a_button_that_was_not_pressed_launches_nothing(comparing: Flask) -> None:
    with pytest.raises(PreventUpdate):
        refresh_form.launch([0], [{"type": "refresh-launch", "model": MODEL_ID}])


def test_a_channel_has_the_colour_it_has_on_the_first_models_own_pages(comparing: Flask) -> None:
    own = make_look(MODELS[1], "light", 90)
    document = plain_page(page.layout())
    dots = [
        trace["marker"]["color"]
        for trace in document["figure-compared-roi"]["data"]
        if trace["mode"] == "markers" and trace["name"].startswith("Search,")
    ]
    assert set(dots) == {own.color("search")}


def test_link_to_copy_names_the_models_also_where_the_address_does_not(comparing: Flask) -> None:
    assert f'"data-address": "/compare?models={OTHER_ID[:12]},{MODEL_ID[:12]}"' in words(page.layout())
    assert f'models={OTHER_ID[:12]},{MODEL_ID[:12]}&weights=steady"' in words(page.layout(weights="steady"))


def test_who_to_rely_on_stands_right_after_the_headline_figures(comparing: Flask) -> None:
    text = words(page.layout())
    places = [
        text.index(title) for title in ('"Side by side"', '"Which to rely on"', '"What moved, channel by channel"')
    ]
    assert places == sorted(places)


def test_rows_that_stand_by_themselves_say_what_each_figure_is(comparing: Flask) -> None:
    text = words(page.layout())
    for name in ("Score", "ROI before", "ROI after", "Change"):
        assert f'"data-label": "{name}"' in text, name
