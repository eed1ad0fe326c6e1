"""Newer data arrive, the model is refreshed from the page, and the page says what moved; its numbers are the API's own."""

from __future__ import annotations

import csv
import io
import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import axe_playwright_python
import httpx
import pytest
from playwright.sync_api import expect

from dashboard.figures.format import unit_of
from mixline.messages import Comparison
from mixline.mmm.simulation.simulate import simulate
from tests.fixtures_services import confirm, upload, wait_for_run

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

ROOT = Path(__file__).resolve().parents[2]
SCREENSHOTS = ROOT / "build" / "screenshots"
AXE = Path(axe_playwright_python.__file__).parent / "axe.min.js"
FIGURE = ".js-plotly-plot .main-svg"
WEEKS, LATER = 90, 20
NAME = "Refreshed in the browser"


@dataclass(frozen=True)
class Pair:
    before: str
    after: str


@pytest.fixture(scope="module")
def model(product: Any) -> str:
    """A model of all but the last weeks, and the newer version of its data set."""
    with httpx.Client(base_url=product.trainer, timeout=60) as client:
        dataset = confirm(client, upload(client, _table(WEEKS)), name=NAME)
        body = {"dataset_id": dataset["id"], "preset": "test", "trials": 2, "iterations": 100}
        run = wait_for_run(client, client.post("/v1/mmm/runs", json=body).json()["id"])
        confirm(client, upload(client, _table(WEEKS + LATER)), name=NAME)
    return str(run["model_id"])


@pytest.fixture(scope="module")
def pair(product: Any, browser: Any, model: str) -> Pair:
    """The refresh, launched with the page's own button and waited for."""
    known = {run["id"] for run in product.read("/v1/mmm/runs", limit=100)}
    other = next(row["id"] for row in product.read("/v1/models") if row["id"] != model)
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{product.dashboard}/compare?models={other[:12]},{model[:12]}")
    page.get_by_role("button", name="Refresh this model").click()
    page.get_by_role("link", name="Watch it").click()
    page.wait_for_url(re.compile(r"/runs\?run="))
    context.close()
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        run = next(run for run in product.read("/v1/mmm/runs", limit=100) if run["id"] not in known)
        if run["job"]["state"] not in {"queued", "running"}:
            break
        time.sleep(0.3)
    assert run["job"]["state"] == "succeeded", run["job"]
    return Pair(model, str(run["model_id"]))


def _table(weeks: int) -> bytes:
    text = io.StringIO()
    frame = simulate("clean", weeks=WEEKS + LATER, channels=3).frame.iloc[:weeks]
    frame.to_csv(text, index=False, date_format="%Y-%m-%d")
    return text.getvalue().encode()


def open_pair(page: Any, product: Any, pair: Pair) -> None:
    page.goto(f"{product.dashboard}/compare?models={pair.before[:12]},{pair.after[:12]}")
    page.wait_for_selector(FIGURE)


def test_the_page_says_what_the_refresh_moved_and_why(page: Any, product: Any, pair: Pair) -> None:
    open_pair(page, product, pair)
    movement = product.read(f"/v1/models/{pair.after}/movement", against=pair.before)
    assert movement["refresh"]
    banner = page.locator("main .banner h2").first.inner_text()
    assert re.sub(r"\s%", "%", banner).rstrip(".") == movement["headline"].rstrip(".")
    assert f"{LATER} weeks more" in page.locator("#title-before-after").inner_text()
    text = page.locator("main").inner_text()
    for channel in movement["channels"]:
        figure = next(f for f in channel["figures"] if f["measure"] == "roi")
        assert f"{abs(figure['change']['value']):.2f}" in text
        assert sum(cause["value"] for cause in figure["causes"]) == pytest.approx(figure["change"]["value"])


def test_numbers_are_those_of_the_api(page: Any, product: Any, pair: Pair) -> None:
    open_pair(page, product, pair)
    document = Comparison.model_validate(product.read("/v1/comparisons", models=f"{pair.before},{pair.after}"))
    unit, text = unit_of(document.models[0]), page.locator("main").inner_text()
    for model in document.models:
        assert unit.outcome(model.incremental.value) in text
        for estimate in (model.blended_roi, model.marginal_roi):
            value, _, ends = unit.roi_with_range(estimate, 90).partition(" (")
            assert f"{value}\n{ends.removesuffix(')')}" in text
        assert unit.money(model.spend) in text
    rows = take_csv(page, "compared-roi")
    wanted = [e.value for channel in document.channels for e in channel.roi if e is not None]
    assert [float(row[2]) for row in rows[1:]] == pytest.approx(wanted)


def test_every_figure_is_taken_away_as_numbers(page: Any, product: Any, pair: Pair) -> None:
    open_pair(page, product, pair)
    for name in ("causes", "before-after", "compared-share_of_effect", "compared-marginal_roi", "builds"):
        rows = take_csv(page, name)
        assert len(rows) > 2, name
        assert len({len(row) for row in rows}) == 1, name


def take_csv(page: Any, name: str) -> list[list[str]]:
    with page.expect_download() as waiting:
        page.locator(f'button[data-figure="figure-{name}"][data-save="csv"]').click()
    content = Path(waiting.value.path()).read_text(encoding="utf-8-sig")
    return list(csv.reader(io.StringIO(content)))


def test_link_is_copied_and_opens_the_same_models_on_a_telephone(browser: Any, product: Any, pair: Pair) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 800})
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=product.dashboard)
    page = context.new_page()
    page.goto(f"{product.dashboard}/compare?models={pair.after[:12]},{pair.before[:12]}")
    page.get_by_role("button", name="Copy link").click()
    page.get_by_text("Copied").wait_for()
    link = page.evaluate("navigator.clipboard.readText()")
    page.goto("about:blank")
    page.goto(link)
    expect(page.locator(".compare-card")).to_have_count(2)
    assert f"{pair.after[:12]},{pair.before[:12]}" in link
    # every figure of the ranking is on the screen, with its name
    cells = page.locator(".ranking td[data-label='Stability']")
    cells.last.scroll_into_view_if_needed()
    for place in range(cells.count()):
        box = cells.nth(place).bounding_box()
        assert 0 <= box["x"] <= box["x"] + box["width"] <= 390
    context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_four_models_of_two_countries_stand_side_by_side(
    browser: Any, product: Any, record: Any, pair: Pair, theme: str
) -> None:
    demo = [row["id"] for row in product.read("/v1/models") if row["dataset_name"] == "Demo"][:2]
    ids = ",".join(model[:12] for model in (*demo, pair.before, pair.after))
    context = browser.new_context(viewport={"width": 1440, "height": 900}, color_scheme=theme)
    page = context.new_page()
    record.attach(page)
    page.goto(f"{product.dashboard}/compare?models={ids}")
    page.wait_for_selector(FIGURE)
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.evaluate(AXE.read_text())
    for name, width in (("wide", 1440), ("narrow", 390)):
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_timeout(300)
        page.screenshot(path=SCREENSHOTS / f"compare-four-{name}-{theme}.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
        assert [f["id"] for f in found if f["impact"] in ("serious", "critical")] == []
    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_role("link", name="Remove model A").click()
    expect(page.locator(".compare-card")).to_have_count(3)
    context.close()
    record.check()
