"""Every page in the sizes and colours people have: photographed, labelled, nothing sticking out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dashboard import navigation
from tests.browser.pictures import DRAWN, SCREENSHOTS

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / "data" / "sample" / "demo.csv"
WIDTHS = {"wide": 1440, "narrow": 390}
HEIGHT = 900
TOP = 1180  # pixels of a page's top that `make images` puts into the README
FIGURE = ".js-plotly-plot .main-svg"
READY = {  # what must be there before a page counts as drawn; a page that is not named here has its heading
    "overview": FIGURE,
    "contribution": FIGURE,
    "response": FIGURE,
    "planner": FIGURE,
    "data": ".dataset-list",
    "runs": ".history-grid .ag-row",
    "models": FIGURE,
    "compare": FIGURE,
}
PAGES = {entry.module.removeprefix("pages."): entry.path for entry in navigation.ENTRIES}
UNNAMED = """() => [...document.querySelectorAll("main input, main select, main textarea, main button, main a[href]")]
  .filter((e) => e.offsetParent !== null && e.type !== "hidden" && !e.closest('[aria-hidden="true"], [role="presentation"]'))
  .filter((e) => !(e.labels && e.labels.length) && !e.getAttribute("aria-label") && !e.getAttribute("aria-labelledby")
    && !e.title && !e.textContent.trim())
  .map((e) => e.outerHTML.slice(0, 160))"""


@pytest.fixture(params=["light", "dark"])
def look(request: pytest.FixtureRequest, browser: Any, record: Any) -> Iterator[tuple[Any, str]]:
    """A page in one of the themes, as the system of its owner asks for it."""
    context = browser.new_context(viewport={"width": WIDTHS["wide"], "height": HEIGHT}, color_scheme=request.param)
    context.set_default_timeout(60_000)
    page = context.new_page()
    record.attach(page)
    yield page, request.param
    context.close()
    record.check()


def test_every_page_is_drawn_labelled_and_fits(look: tuple[Any, str], product: Any) -> None:
    page, theme = look
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    for slug, address in PAGES.items():
        page.goto(product.dashboard + address)
        _inspect(page, slug, READY.get(slug, "main h1"), theme)
    page.goto(product.dashboard + "/data")
    page.set_input_files("#upload-file", DEMO)
    page.wait_for_url(re.compile("upload="))
    _inspect(page, "data-review", ".mapping-grid .ag-row", theme)


def _inspect(page: Any, slug: str, ready: str, theme: str) -> None:
    page.wait_for_selector(ready)
    page.wait_for_function("document.fonts.status === 'loaded'")
    page.wait_for_function(DRAWN)
    assert page.locator("h1").count() == 1, slug
    assert page.evaluate(UNNAMED) == [], f"{slug} has controls without a name"
    for size, width in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": HEIGHT})
        page.wait_for_timeout(400)  # figures and tables settle into their width
        page.screenshot(path=SCREENSHOTS / f"{slug}-{size}-{theme}.png", full_page=True)
        sticking_out = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert sticking_out <= 0, f"{slug} is {sticking_out} pixels wider than a {size} screen"
    if theme == "light" or slug == "overview":
        page.set_viewport_size({"width": WIDTHS["wide"], "height": TOP})
        page.wait_for_timeout(400)
        page.screenshot(path=SCREENSHOTS / f"{slug}-top-{theme}.png")
    page.set_viewport_size({"width": WIDTHS["wide"], "height": HEIGHT})


def test_the_theme_toggle_is_kept(page: Any, product: Any) -> None:
    page.goto(product.dashboard + "/runs")
    page.wait_for_selector("h1")
    page.get_by_role("button", name="Switch between light and dark").click()
    page.wait_for_function("document.documentElement.dataset.bsTheme === 'dark'")
    page.reload()
    page.wait_for_selector("h1")
    assert page.evaluate("document.documentElement.dataset.bsTheme") == "dark"


def test_a_run_can_be_launched_with_the_keyboard_alone(page: Any, product: Any) -> None:
    page.goto(product.dashboard + "/runs")
    page.wait_for_selector("#run-launch")
    page.get_by_label("Dataset").focus()
    reached = []
    for _ in range(12):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.id || document.activeElement.tagName"))
        if reached[-1] == "run-launch":
            break
    assert reached[-1] == "run-launch", reached


def test_a_figure_takes_the_form_of_its_place_and_changes_with_it(page: Any, product: Any) -> None:
    names = "[...document.querySelectorAll('#figure-waterfall .ytick text')].filter((e) => e.textContent).length"
    page.context.set_default_timeout(60_000)
    page.set_viewport_size({"width": WIDTHS["narrow"], "height": HEIGHT})
    page.goto(product.dashboard + "/")
    page.wait_for_selector(f"#figure-waterfall {FIGURE.split()[-1]}")
    assert page.evaluate(names) == 0  # they stand above the bars
    page.set_viewport_size({"width": WIDTHS["wide"], "height": HEIGHT})
    page.wait_for_function(f"() => {names} > 3")
