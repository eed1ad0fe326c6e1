"""In another currency every amount is the model's own times the rate, everything else is as it was, and nothing still says
the model's own currency but the line that states the rate.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest

from mixline.mmm.model import MixModel
from mixline.mmm.model_file import read_model, write_model
from mixline.settings import Settings
from tests.builders import make_model
from tests.unit.pages.served import serve
from tests.unit.pages.shown import Shown, near

RATE = 1.25
TWICE = 2e-8  # both sides are sent with nine digits
RATES = "2026-11-20 EUR=2 USD=2.5 CHF=1.9"
PAGES = ("/", "/contribution", "/response")
PER_MONEY = re.compile(r"conversions per 1,000 (euros|dollars)", re.IGNORECASE)
NEXT = re.compile(r"of ([\d,]+) more")
MONEY_COLUMN = re.compile(r"\b(EUR|USD)\b")


@pytest.fixture(scope="module", params=["revenue", "conversions"])
def model(request: pytest.FixtureRequest) -> MixModel:
    made = make_model(periods=80, paid=3, draws=24, kind=request.param, seed=5)
    spec = replace(made.spec, goal=replace(made.spec.goal, currency="EUR"))
    return read_model(write_model(replace(made, spec=spec)))


@pytest.fixture(scope="module")
def ask(model: MixModel) -> Any:
    return serve(model, Settings(rates=RATES))


@pytest.mark.parametrize("path", PAGES)
def test_amounts_are_the_models_times_the_rate(ask: Any, model: MixModel, path: str) -> None:
    conversions = model.spec.goal.kind == "conversions"
    own, other = ask(path), ask(path, "?currency=USD")
    amounts = 0
    for name in figures(own):
        before, after = own.table(name), other.table(name)
        assert len(before) == len(after)
        for one, two in zip(before, after, strict=True):
            for (column, was), (shown, now) in zip(one.items(), two.items(), strict=True):
                if isinstance(was, str) or was is None:
                    assert now == was
                    continue
                more = NEXT.search(column), NEXT.search(shown)
                if more[0] and more[1]:  # what the next round amount brings: another amount in another currency
                    was, now = (value / read(found) for value, found in zip((was, now), more, strict=True))
                    assert now == pytest.approx(was / RATE if conversions else was, rel=TWICE), (name, column)
                    amounts += 1
                    continue
                factor = factor_of(column, name, conversions)
                amounts += factor != 1.0
                assert now == pytest.approx(was * factor, rel=TWICE), (name, column)
                assert MONEY_COLUMN.sub("USD", column).replace("euro", "dollar") == shown
    assert amounts


@pytest.mark.parametrize("path", PAGES)
def test_only_the_rate_still_names_the_models_own_currency(ask: Any, path: str) -> None:
    page = ask(path, "?currency=USD")
    (facts,) = page.texts("facts")
    assert "1 EUR = 1.25 USD, rate of 20 Nov 2026" in facts
    told = " ".join(text for text in leaves(page) if text != "EUR" and not text.startswith("1 EUR ="))
    drawn = json.dumps([page.figure(name) for name in figures(page)], ensure_ascii=False)
    for mark in ("€", "EUR", "euro"):
        assert mark not in told, mark
        assert mark not in drawn, mark
    assert "$" in told + drawn


def test_cards_and_table_follow(ask: Any, model: MixModel) -> None:
    own, other = ask("/contribution"), ask("/contribution", "?currency=USD")
    for was, now in zip(own.grid("channel-table"), other.grid("channel-table"), strict=True):
        assert now["spend"] == near(was["spend"] * RATE)


def test_the_choice_is_offered_and_kept(ask: Any) -> None:
    page = ask("/", "?currency=USD")
    (bar,) = page.texts("filters")
    assert "Amounts inEURUSDCHF" in bar
    links = [part["href"] for part in page.parts if "currency=USD" in str(part.get("href", ""))]
    assert any("range=50" in link for link in links)
    assert "1 EUR = " not in ask("/").texts("facts")[0]


def test_without_a_rate_amounts_stay_in_the_models_own_currency(ask: Any, model: MixModel) -> None:
    own, other = ask("/"), ask("/", "?currency=SEK")
    assert own.table("waterfall") == other.table("waterfall")


def leaves(page: Shown) -> list[str]:
    """Every piece of text on the page."""
    texts: list[str] = []
    for part in page.parts:
        children = part.get("children")
        texts += [child for child in (children if isinstance(children, list) else [children]) if isinstance(child, str)]
    return texts


def figures(page: Shown) -> list[str]:
    names = [str(part["id"])[7:] for part in page.parts if str(part.get("id", "")).startswith("figure-")]
    return [name for name in names if "columns" in page.figure(name)["layout"].get("meta", {})]


def factor_of(column: str, figure: str, conversions: bool) -> float:
    if PER_MONEY.search(column):
        return 1 / RATE
    if figure == "decomposition":  # its columns are terms; all hold outcome
        return 1.0 if conversions else RATE
    return RATE if MONEY_COLUMN.search(column) else 1.0


def read(found: re.Match[str] | None) -> float:
    return float(found[1].replace(",", "")) if found else 1.0
