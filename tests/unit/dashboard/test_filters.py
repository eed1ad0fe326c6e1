from __future__ import annotations

import json
import re
from typing import Any

import httpx
from plotly.utils import PlotlyJSONEncoder

from dashboard.client import TrainerClient
from dashboard.components.filters import filter_bar
from dashboard.view import Filters, open_view, read_filters
from mixline.messages import ModelSummary
from mixline.settings import Settings
from tests.unit.dashboard import answers, builders


def make_bar(summaries: list[ModelSummary], **filters: str) -> str:
    client = TrainerClient(Settings(), httpx.MockTransport(answers.answer_with(summaries)))
    view = open_view(client, client.list_models(), Filters(**filters), "light")
    return json.dumps(filter_bar("/contribution", view, by_period=True), cls=PlotlyJSONEncoder, ensure_ascii=False)


def links(bar: str) -> list[str]:
    return re.findall(r'"href": "([^"]+)"', bar)


def make_goals() -> list[ModelSummary]:
    orders: Any = {"id": "f6" * 32, "title": "Demo, Germany, orders", "goal": "orders"}
    return [*answers.make_two_countries(), builders.make_summary(conversions=True, **orders)]


def test_a_bar_holds_what_can_be_chosen_and_the_currency() -> None:
    bar = make_bar(answers.make_two_countries())
    for name in ("Country", "Model", "Period", "Ranges", "Amounts in", "EUR"):
        assert name in bar
    assert '"Goal"' not in bar  # there is one
    alone = make_bar([builders.make_summary()])
    assert '"Country"' not in alone
    assert '"Model"' not in alone


def test_a_page_that_cannot_convert_says_why_its_amounts_are_not_in_the_currency_asked_for() -> None:
    said = ", the currency of the data"
    assert said in make_bar([builders.make_summary()], currency="USD")
    assert said not in make_bar([builders.make_summary()])
    assert said not in make_bar([builders.make_summary()], currency="EUR")


def test_every_choice_keeps_the_others() -> None:
    bar = make_bar(answers.make_two_countries(), country="DE", range="50", period="month", parts="media")
    for link in links(bar):
        if "model=" not in link:
            query = dict(part.split("=") for part in link.partition("?")[2].split("&"))
            assert {"country", "range", "period", "parts"} <= set(query), link


def test_another_country_shows_its_newest_model_not_the_one_named() -> None:
    bar = make_bar(answers.make_two_countries(), model=builders.MODEL_ID[:12])
    france = [link for link in links(bar) if "country=FR" in link]
    assert france
    assert "model=" not in france[0]


def test_goals_can_be_chosen_and_are_kept_between_countries() -> None:
    bar = make_bar(make_goals(), kpi="orders")
    assert '"Goal"' in bar
    assert any("kpi=revenue" in link for link in links(bar))
    assert all("kpi=orders" in link for link in links(bar) if "country=FR" in link)


def test_models_of_the_same_kind_come_first() -> None:
    bar = make_bar(make_goals())
    assert bar.index("Demo, Germany") < bar.index("Other models") < bar.index("Demo, France")


def test_a_link_of_the_bar_restores_the_view() -> None:
    query = {"country": "FR", "kpi": "revenue", "range": "50", "period": "quarter", "parts": "media"}
    filters = read_filters(query)
    again = filters.link("/contribution").partition("?")[2]
    assert read_filters(dict(part.split("=") for part in again.split("&"))) == filters


def make_world(versions: int = 1) -> list[ModelSummary]:
    """The same company in 37 countries."""
    codes = [f"{one}{two}" for one in "ABCDEFG" for two in "KLMNRS"][:37]
    makers = [(number, code) for number in range(versions) for code in codes]
    return [
        builders.make_summary(id=f"{place:064x}", segment=code, title=f"Weekly v{number}, {code}")
        for place, (number, code) in enumerate(makers)
    ]


def test_many_countries_are_a_menu_with_their_names() -> None:
    bar = make_bar(make_world(), country="BR")
    countries = bar.split('"Model"')[0]
    assert '"segmented"' not in countries
    assert " Brazil" in countries
    assert countries.count("country=") == 37
    assert "Country: " in countries


def test_the_menu_of_models_stays_short_and_leads_to_all_of_them() -> None:
    bar = make_bar(make_world(versions=60), country="BR")
    assert bar.count("model=") == 30 + 12 + 1
    assert "All 2,220 models" in bar
    assert any(link.startswith("/models?") and link.endswith("#models") for link in links(bar))
