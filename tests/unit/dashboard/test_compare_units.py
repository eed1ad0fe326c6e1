"""Models that count different things: each number in its own unit, returns only beside their like."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dashboard.components.compare_settings import configuration_panel, data_panel, name_place
from dashboard.components.compare_table import headline_table
from dashboard.components.compare_units import group_units, join_letters, write_counted
from dashboard.figures.compared_ranges import draw_compared
from dashboard.figures.drawing import make_look
from dashboard.figures.format import unit_of
from mixline.messages import ConfigurationRow, ModelSummary
from tests.unit.dashboard.builders import OTHER_ID, make_summary
from tests.unit.dashboard.comparison_builders import make_comparison

EURO = make_summary()
DOLLAR = make_summary(id=OTHER_ID, title="Shop", currency="USD", goal="Sales")
ORDERS = make_summary(id="c" * 64, title="Orders", currency="", goal="Orders", goal_kind="conversions")
LOOK = make_look(EURO, "light", 90)


def write(component: Any) -> str:
    text = json.dumps(component, default=lambda part: part.to_plotly_json(), ensure_ascii=False)
    return text.replace("\u00a0", " ")


def test_money_and_conversions_are_groups_of_their_own_and_currencies_are_not() -> None:
    first, second = group_units([EURO, ORDERS, DOLLAR])
    assert (first.places, first.unit.conversions, first.unit.currency) == ((0, 2), False, "")
    assert (second.places, second.unit.conversions, second.goal) == ((1,), True, "Orders")
    assert group_units([EURO, EURO])[0].unit.currency == "EUR"
    assert second.title == "Orders: B"


@pytest.mark.parametrize(("places", "text"), [([0], "A"), ([0, 2], "A and C"), ([0, 1, 4], "A, B and E")])
def test_letters_are_joined_as_one_speaks(places: list[int], text: str) -> None:
    assert join_letters(places) == text


def test_no_conversions_are_written_as_money() -> None:
    text = write(headline_table([EURO, ORDERS], LOOK))
    count = unit_of(ORDERS).outcome(ORDERS.incremental.value)
    assert f'"{count} orders"' in text
    assert text.count(f'"€{count}"') == 1  # the euros of the first model
    assert "per 1,000 units of money" in text
    assert unit_of(EURO).outcome(EURO.incremental.value) in text
    assert write_counted(ORDERS) == "Orders"


def test_each_currency_keeps_its_sign() -> None:
    text = write(headline_table([EURO, DOLLAR], LOOK))
    assert unit_of(DOLLAR).money(DOLLAR.spend) in text
    assert unit_of(DOLLAR).money(DOLLAR.spend).startswith("$")


def test_returns_of_conversions_are_not_drawn_on_the_scale_of_money() -> None:
    comparison = make_comparison([EURO, ORDERS, DOLLAR])
    money, orders = group_units(comparison.models)
    drawn = draw_compared(comparison, "roi", LOOK, money.places)
    assert drawn.table is not None
    assert {str(row[1])[0] for row in drawn.table.rows} == {"A", "C"}
    marks = {trace["name"][-1] for trace in drawn.figure["data"] if trace["mode"] == "markers"}
    assert marks == {"A", "C"}
    alone = draw_compared(comparison, "roi", LOOK, orders.places, "-2")
    assert alone.name == "compared-roi-2"
    assert "leads with" in alone.title


def test_models_of_other_countries_are_said_not_to_be_compared_row_by_row() -> None:
    models: list[ModelSummary] = [EURO, DOLLAR, ORDERS]
    comparison = make_comparison(models)
    comparison = comparison.model_copy(update={"data": comparison.data[:1]})
    text = write(data_panel(comparison))
    assert "B against A" in text
    assert '"C"' in text
    assert "another country, goal or currency" in text


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("search.trials", "Trials"),
        ("media.tv.ranges.alpha", "TV: steepness (alpha)"),
        ("media.radio", "Radio"),
        ("studies.search+social 2025-05-05", "Lift study of Search + Social, 5 May 2025"),
        ("something.new_here", "Something, new here"),
    ],
)
def test_places_of_a_specification_are_named_in_words(path: str, words: str) -> None:
    assert name_place(path) == words


def test_settings_are_told_in_words_days_as_days_and_seeds_as_typed() -> None:
    study = "studies.tv 2024-10-07"
    rows = [
        ConfigurationRow(path=f"{study}.{name}", kind="specification", values=[value, ""])
        for name, value in (
            ("channels", "tv"),
            ("confidence", "0.851355"),
            ("effect", "1.46472e+06"),
            ("end", "2024-12-01"),
            ("present", "true"),
            ("scope", "total"),
            ("spend", "1314740"),
            ("start", "2024-10-07"),
        )
    ]
    rows += [
        ConfigurationRow(path="window_end", kind="window", values=["2025-12-22", ""]),
        ConfigurationRow(path="search.seed", kind="search", values=["20251", "7"]),
        ConfigurationRow(path="search.iterations", kind="search", values=["2000", "600"]),
    ]
    comparison = make_comparison([EURO, DOLLAR]).model_copy(update={"configuration": rows})
    text = write(configuration_panel(comparison))
    assert "Lift study of TV, 7 Oct 2024" in text
    assert "confidence 85 %, effect 1,464,720, to 1 Dec 2024, total effect, spend 1,314,740" in text
    assert "22 Dec 2025" in text
    assert "20251" in text
    assert "2,000" in text
    assert "2024-12-01" not in text
