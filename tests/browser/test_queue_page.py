"""Watch a run, direct the queue, stop what runs."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.browser.running import SLOW, demo_of, queue_runs, wait_for_text

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.fixture(autouse=True)
def nothing_left_behind(product: Any) -> Iterator[None]:
    yield
    httpx.post(f"{product.trainer}/v1/queue/resume", timeout=10)
    product.cancel_all()


def test_the_queue_is_paused_reordered_and_resumed(page: Any, product: Any) -> None:
    ids = queue_runs(product, 3)
    page.goto(f"{product.dashboard}/runs")
    wait_for_text(page, ".queue-panel", "The queue is paused")
    lines = page.locator(".queue-lines li")
    assert lines.count() == 3
    lines.nth(2).get_by_title("Move to the front").click()
    deadline = time.monotonic() + 15
    first = None
    while first != ids[2] and time.monotonic() < deadline:
        page.wait_for_timeout(200)
        first = lines.first.locator("a").get_attribute("href").partition("run=")[2]
    assert first == ids[2]
    assert product.read(f"/v1/mmm/runs/{ids[2]}")["job"]["position"] == 1

    lines.nth(2).get_by_role("button", name=re.compile("^Cancel")).click()
    page.get_by_role("button", name="Cancel run").click()
    lines.nth(2).wait_for(state="detached")
    page.get_by_role("button", name="Resume the queue").click()
    page.get_by_role("button", name="Pause the queue").wait_for()
    assert product.read("/v1/queue")["paused"] is False

    page.get_by_label("Reason for a pause").fill("Stock count until Monday")
    page.get_by_role("button", name="Pause the queue").click()
    said = wait_for_text(page, ".queue-panel .banner", "Stock count until Monday")
    assert re.search(r"paused since .+ UTC by local user\.", said)
    assert product.read("/v1/queue")["note"] == "Stock count until Monday"
    assert not page.get_by_label("Reason for a pause").is_visible()


def test_who_comes_back_to_the_page_sees_what_others_did_to_the_queue(page: Any, product: Any) -> None:
    """While nothing is active the page does not ask."""
    page.goto(f"{product.dashboard}/runs")
    page.get_by_role("button", name="Pause the queue").wait_for()
    reason = page.get_by_label("Reason for a pause")
    assert reason.is_visible()
    httpx.post(f"{product.trainer}/v1/queue/pause", json={"note": "Moving house"}, timeout=10)
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    wait_for_text(page, ".queue-panel .banner", "Moving house")
    assert not reason.is_visible()
    httpx.post(f"{product.trainer}/v1/queue/resume", timeout=10)
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    page.get_by_role("button", name="Pause the queue").wait_for()
    assert reason.is_visible()


def test_the_question_before_a_cancel_comes_however_slow_the_server(page: Any, product: Any) -> None:
    """Cards are drawn anew every second meanwhile."""
    (run_id,) = queue_runs(product, 1)
    page.goto(f"{product.dashboard}/runs?run={run_id}")
    cancel = page.locator(".run-card.focused").get_by_role("button", name="Cancel")
    cancel.wait_for()
    page.evaluate(SLOW, 3000)
    cancel.click()
    page.get_by_role("button", name="Cancel run").wait_for()
    assert "Cancel Demo v" in page.locator("#cancel-title").inner_text()


def test_candidates_come_in_while_the_search_runs_and_the_log_says_what_happened(page: Any, product: Any) -> None:
    body = {"dataset_id": demo_of(product), "segment": "DE", "preset": "thorough", "seed": random.randrange(2**31)}
    run_id = httpx.post(f"{product.trainer}/v1/mmm/runs", json=body, timeout=30).json()["id"]
    page.goto(f"{product.dashboard}/runs?run={run_id}")
    page.locator(".run-card.focused .search-charts figure").nth(1).wait_for(timeout=60_000)
    before = wait_for_text(page, ".run-card.focused .search-charts figcaption >> nth=1", "candidates tried")
    assert int(before.split()[0].replace(",", "")) > 0
    page.get_by_text("Log", exact=True).click()
    wait_for_text(page, ".run-log", "Started, attempt 1")
    with page.expect_download() as started:
        page.get_by_role("link", name="Download the whole log").click()
    assert "Started, attempt 1 of" in Path(started.value.path()).read_text()
    page.get_by_label("Tags of this run").fill("watched")
    page.get_by_role("button", name="Save tags").click()
    wait_for_text(page, "#tags-message", "Saved")
    wait_for_text(page, ".run-card.focused .run-title", "watched")
