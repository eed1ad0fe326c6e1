"""One filter bar in the address: views are restored from a link, and two people never see each other's."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

FIGURE = ".js-plotly-plot .main-svg"
PNG = b"\x89PNG\r\n\x1a\n"
PLACES = ["/", "/contribution", "/response"]


@pytest.fixture
def people(browser: Any, record: Any) -> Iterator[tuple[Any, Any]]:
    """Two people at the same time, each with a browser of their own."""
    contexts = [browser.new_context(viewport={"width": 1440, "height": 900}) for _ in range(2)]
    pages = []
    for context in contexts:
        context.set_default_timeout(30_000)
        pages.append(context.new_page())
        record.attach(pages[-1])
    yield pages[0], pages[1]
    for context in contexts:
        context.close()
    record.check()


def test_two_people_never_see_each_others_filters(people: tuple[Any, Any], product: Any) -> None:
    germany, france = people
    views = ((germany, "DE", "50 %"), (france, "FR", "90 %"))
    for page, country, level in views:
        page.goto(product.dashboard + "/?dataset=Demo&currency=USD")
        page.wait_for_selector(FIGURE)
        choose(page, "Country", country)
        choose(page, "Ranges", level)
    for place in ("Contribution", "Overview"):
        for page, _, _ in views:  # both ask at about the same time
            page.get_by_role("link", name=place, exact=True).click()
        for page, country, level in views:
            page.wait_for_selector(f"h1:has-text('{place}')")
            page.wait_for_selector(FIGURE)
            assert chosen(page, "Country") == country
            assert chosen(page, "Ranges") == level
            assert f"· {country} ·" in page.locator(".page").get_attribute("data-source")
            assert "currency=USD" in page.url
    numbers = [page.locator(".card-figure .value").first.inner_text() for page, _, _ in views]
    assert numbers[0] != numbers[1]


@pytest.mark.parametrize("path", PLACES)
def test_a_view_is_restored_from_its_link(people: tuple[Any, Any], product: Any, path: str) -> None:
    sender, receiver = people
    sender.goto(f"{product.dashboard}{path}?dataset=Demo")
    sender.wait_for_selector(FIGURE)
    choose(sender, "Country", "DE")
    choose(sender, "Ranges", "50 %")
    if path == "/contribution":
        choose(sender, "Period", "Quarter")
        choose(sender, "Parts", "Media only")
    receiver.goto(sender.url)
    receiver.wait_for_selector(FIGURE)
    words = [words_of(page) for page in people]
    assert words[0] == words[1]
    assert figures(sender) == figures(receiver)
    sender.go_back()
    sender.wait_for_url(lambda url: url != receiver.url)


def test_the_worst_finding_leads_to_the_checks(page: Any, product: Any) -> None:
    page.goto(product.dashboard + "/")
    page.wait_for_selector(FIGURE)
    page.locator(".banner .inline-link").click()
    page.wait_for_selector("#checks")
    page.wait_for_function("document.activeElement && document.activeElement.id === 'checks'")
    assert urlsplit(page.url).path == "/models"


def test_every_figure_can_be_taken_away(page: Any, product: Any) -> None:
    for path in PLACES:
        page.goto(product.dashboard + path)
        page.wait_for_selector(FIGURE)
        panels = page.locator(".panel:has(.js-plotly-plot)")
        for place in range(panels.count() if path != "/response" else 1):
            panel = panels.nth(place)
            rows = list(csv.reader(io.StringIO(download(page, panel, "csv").decode("utf-8-sig"))))
            shown = panel.locator(".js-plotly-plot").evaluate("e => e.layout.meta")
            assert rows[0] == shown["columns"]
            assert [len(row) for row in rows] == [len(rows[0])] * (len(shown["rows"]) + 1)
            for written, sent in zip(rows[1:], shown["rows"], strict=True):
                assert [same(a, b) for a, b in zip(written, sent, strict=True)] == [True] * len(sent)
        picture = download(page, panels.first, "png")
        assert picture.startswith(PNG)
        width = int.from_bytes(picture[16:20], "big")
        assert width == 2400
        assert len(picture) > 20_000  # not an empty sheet


def choose(page: Any, name: str, option: str) -> None:
    """Follow a link of the filter bar, and wait until the page shows it."""
    group = page.get_by_role("group", name=name, exact=True)
    group.get_by_role("link", name=option, exact=True).click()
    page.wait_for_function(
        """([name, option]) => [...document.querySelectorAll(`[role=group][aria-label="${name}"] .chosen`)]
             .some((e) => e.textContent === option)""",
        arg=[name, option],
    )
    page.wait_for_selector(FIGURE)


def chosen(page: Any, name: str) -> str:
    text: str = page.get_by_role("group", name=name, exact=True).locator("[aria-current]").inner_text()
    return text


def words_of(page: Any) -> str:
    """What the page says, once its figures out of sight are drawn too."""
    places = page.locator("main .dash-graph")
    for place in range(places.count()):
        places.nth(place).locator(".main-svg").first.wait_for()
    page.wait_for_timeout(300)
    return str(page.locator("main").inner_text())


def figures(page: Any) -> Any:
    """What is drawn, as numbers."""
    page.wait_for_timeout(300)
    return page.evaluate(
        "[...document.querySelectorAll('.js-plotly-plot')].map((e) => JSON.stringify([e.layout.meta, e.data.length]))"
    )


def download(page: Any, panel: Any, kind: str) -> bytes:
    with page.expect_download() as started:
        panel.locator(f"button[data-save={kind}]").click()
    assert started.value.suggested_filename.endswith(f".{kind}")
    content: bytes = started.value.path().read_bytes()
    return content


def same(written: str, sent: Any) -> bool:
    if sent is None:
        return written == ""
    return float(written) == float(sent) if isinstance(sent, int | float) else written.lstrip("'") == sent
