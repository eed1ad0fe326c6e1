"""No number without a test: every figure and every text with digits of these pages stands in a table with the test that holds
it against the model's file. A new figure, or a new place for a number, fails here by its name until it has one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path

import pandas as pd
import pytest
from plotly.utils import PlotlyJSONEncoder

from mixline.mmm.model_file import read_model, write_model
from pages import models as models_page
from tests.builders import make_model
from tests.fixtures_trainer import open_dashboard, publish
from tests.unit.pages.fitted import fitted_model
from tests.unit.pages.numbers_table import EVERYWHERE, FIXED, NAMES, PAGES
from tests.unit.pages.said import Said, numbers
from tests.unit.pages.shown import draw_page

FRAME = pd.DataFrame({"date": pd.date_range("2022-01-03", periods=60, freq="7D")})
HERE = Path(__file__).parent
REPORT = "candidate's report"


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, list[Said]]]:
    """Each page for models that differ in all they say: of revenue, of conversions, by hand and by the engine."""
    made = [make_model(periods=60 + 6 * n, paid=3, draws=16, seed=n) for n in range(3)]
    orders = make_model(periods=60, paid=2, draws=16, seed=9, kind="conversions")
    orders = replace(orders, spec=replace(orders.spec, segment_column="country", segment_value="FR"))
    found, frame = fitted_model()
    models = [("Shop", read_model(write_model(model)), FRAME) for model in (*made, orders)]
    settings, ids = publish(tmp_path_factory.mktemp("shown"), [*models, ("World", found, frame)])
    with open_dashboard(settings) as server:

        def draw(path: str, query: str) -> Said:
            return Said(draw_page(server, path, query).page)

        each = [f"?model={name[:12]}" for name in ids]
        one, two, three, four, five = (name[:12] for name in ids)
        compared = [f"{one},{two}", f"{two},{three}", f"{one},{two},{three}", f"{one},{two},{four}", f"{one},{five}"]
        with server.test_request_context("/models"):
            body, _ = models_page.show_report({"model": ids[4], "candidate": 3, "level": 90})
            report = Said(json.loads(json.dumps(body, cls=PlotlyJSONEncoder)))
        yield {
            **{path: [draw(path, query) for query in each] for path in ("/", "/contribution", "/response")},
            "/models": [draw("/models", query) for query in each]
            + [draw("/models", f"{each[4]}&candidate={row}&show=families") for row in (3, 5)],
            "/compare": [draw("/compare", f"?models={names}") for names in compared],
            REPORT: [report],
        }


def find(page: str, place: str) -> str:
    """What the table says of a place: the line that names it before one that fits, the page's own before those for all pages."""
    for table in (PAGES[page], EVERYWHERE):
        if place in table:
            return table[place]
        for pattern, told in table.items():
            if fits(place, pattern):
                return told
    return ""


def fits(place: str, pattern: str) -> bool:
    """ "roi: h2" fits "roi: h2, figure text"; a figure by itself fits a pattern without a colon only."""
    name, _, kind = place.partition(": ")
    wanted, _, kinds = pattern.partition(": ")
    if not fnmatchcase(name, wanted) or bool(kind) != bool(kinds):
        return False
    return not kind or any(fnmatchcase(kind, one) for one in kinds.split(", "))


@pytest.mark.parametrize("page", list(PAGES))
def test_every_figure_and_every_text_with_digits_has_its_test(drawn: dict[str, list[Said]], page: str) -> None:
    figures = {name for said in drawn[page] for name in said.figures}
    texts = {place: texts[0] for said in drawn[page] for place, texts in said.texts.items()}
    assert figures or texts
    without = sorted(name for name in figures if not find(page, name))
    assert not without, f"figures of {page} that no test of numbers reads: {without}"
    silent = {place: text for place, text in texts.items() if not find(page, place)}
    assert not silent, f"texts with digits of {page} that no test of numbers reads: {silent}"


@pytest.mark.parametrize("page", ["/", "/contribution", "/response", "/models", "/compare"])
def test_what_is_called_fixed_says_the_same_of_every_model(drawn: dict[str, list[Said]], page: str) -> None:
    """The three models of one company's revenue: what differs between them is no fixed number."""
    seen: dict[str, set[str]] = {}
    for said in drawn[page][:3] if page != "/compare" else drawn[page][:2]:
        for place, texts in said.texts.items():
            if find(page, place) == FIXED:
                told = {re.sub(r"Channel \d|Organic \d|channel_\d|organic_\d", "", text) for text in texts}
                seen.setdefault(place, set()).add(str(sorted({str(numbers(text)) for text in told} - {"[]"})))
    moving = {place: found for place, found in seen.items() if len(found) > 1}
    assert not moving


def test_the_table_names_tests_that_exist() -> None:
    named = {told for table in (EVERYWHERE, *PAGES.values()) for told in table.values()} - {FIXED, NAMES}
    gone = []
    for told in sorted(named):
        module, _, test = told.partition(".")
        path = HERE / (f"test_numbers_{module}.py" if module else "test_numbers.py")
        if not path.exists() or f"def {test}(" not in path.read_text("utf-8"):
            gone.append(told)
    assert not gone


def test_a_figure_that_nobody_reads_is_found(drawn: dict[str, list[Said]]) -> None:
    """The guard itself: a figure or a text that is not in the table has no test."""
    for page in PAGES:
        assert not find(page, "a-new-figure")
        assert not find(page, "a-new-figure: h2")
    assert not find("/", "cards: a-new-kind-of-number")
