"""Launch a run, watch it, reload in the middle, cancel it, see why one failed."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.tables import good_rows, write_table

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

CARD = ".run-card.focused"
CANCEL_SECONDS = 5.0  # three for the worker to stop, one for the page to ask, one to draw


@pytest.fixture(autouse=True)
def nothing_left_running(product: Any) -> Iterator[None]:
    yield
    product.cancel_all()


def launch(page: Any, product: Any, preset: str, *, clicks: int = 1, query: str = "") -> tuple[str, int]:
    """Fill in the form and press the button; the id of the run and its seed."""
    seed = random.randrange(2**31)
    page.goto(f"{product.dashboard}/runs{query}")
    page.get_by_text("Advanced").click()
    page.get_by_label("Seed").fill(str(seed))
    page.locator(".preset-card", has_text=re.compile(f"^{preset}")).click()
    page.get_by_role("button", name="Launch run").click(click_count=clicks)
    page.wait_for_url(re.compile(r"run=[0-9a-f]{32}"))
    run_id = page.url.partition("run=")[2][:32]
    page.wait_for_selector(f'{CARD}[data-run="{run_id}"]')
    return run_id, seed


def wait_for_state(page: Any, *states: str, seconds: float = 60) -> str:
    """The state of the run looked at, once it is one of those wanted."""
    wanted = ", ".join(f'{CARD}[data-state="{state}"]' for state in states)
    page.wait_for_selector(wanted, timeout=seconds * 1000)
    return str(page.locator(CARD).get_attribute("data-state"))


def read_percent(page: Any) -> float:
    """Of the run looked at; -1 while there is no bar: not begun, or ended."""
    bars = page.locator(f"{CARD} [role=progressbar]").element_handles()
    return float(bars[0].get_attribute("aria-valuenow") or -1) if bars else -1.0


def wait_for_percent(page: Any, above: float, seconds: float = 40) -> float:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        percent = read_percent(page)
        if percent > above:
            return percent
        page.wait_for_timeout(100)
    raise AssertionError(f"progress stayed at {above} %")


def test_a_run_is_launched_progresses_and_ends_in_curves(page: Any, product: Any) -> None:
    run_id, seed = launch(page, product, "Thorough")
    wait_for_state(page, "running")
    wait_for_percent(page, wait_for_percent(page, 0.0))
    assert wait_for_state(page, "succeeded", "failed", seconds=150) == "succeeded"

    page.get_by_role("link", name="See the response curves").click()
    page.wait_for_url(re.compile("/response"))
    page.wait_for_selector(".js-plotly-plot .main-svg")
    run = product.read(f"/v1/mmm/runs/{run_id}")
    assert run["seed"] == seed
    assert page.url.endswith(run["model_id"])
    assert page.locator(".js-plotly-plot").count() >= 1


def test_history_lists_the_run_with_its_results(page: Any, product: Any) -> None:
    page.goto(f"{product.dashboard}/runs")
    row = page.locator(".history-grid .ag-center-cols-container .ag-row", has_text="Finished").first
    row.wait_for()
    assert "Curves" in row.inner_text()
    row.get_by_role("link", name="Curves").click()
    page.wait_for_url(re.compile(r"/response\?model="))


def test_a_double_click_launches_once(page: Any, product: Any) -> None:
    _, seed = launch(page, product, "Test", clicks=2)
    assert len([run for run in product.read("/v1/mmm/runs") if run["seed"] == seed]) == 1


def test_a_running_run_is_cancelled_after_a_question(page: Any, product: Any) -> None:
    run_id, _ = launch(page, product, "Thorough")
    wait_for_state(page, "running")
    page.locator(CARD).get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Keep it running").click()
    page.locator("#cancel-question").wait_for(state="detached")
    page.locator(CARD).get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Cancel run").click()
    asked = time.monotonic()
    wait_for_state(page, "cancelled", seconds=15)
    assert time.monotonic() - asked < CANCEL_SECONDS
    assert product.read(f"/v1/mmm/runs/{run_id}")["job"]["state"] == "cancelled"
    assert page.locator(CARD).get_by_role("button", name="Queue again").is_visible()


def test_a_reload_in_the_middle_loses_nothing(page: Any, product: Any) -> None:
    run_id, _ = launch(page, product, "Thorough")
    wait_for_state(page, "running")
    before = wait_for_percent(page, 0.0)
    page.reload()
    page.wait_for_selector(CARD)
    assert page.locator(CARD).get_attribute("data-run") == run_id
    assert read_percent(page) >= before
    wait_for_percent(page, read_percent(page))

    page.goto(f"{product.dashboard}/runs")  # somebody who was only told that something runs
    page.wait_for_selector(f'.run-card[data-run="{run_id}"][data-state="running"]')


def list_artifacts(home: Path) -> set[Path]:
    return {path for path in (home / "artifacts").rglob("*") if path.is_file()}


def test_a_failed_run_says_why_and_can_be_tried_again(page: Any, product: Any, tmp_path: Path) -> None:
    """The dataset's file is damaged while its run waits behind another: the worker finds out."""
    before = list_artifacts(product.home)
    page.goto(f"{product.dashboard}/data")
    page.set_input_files("#upload-file", write_table(tmp_path, "fragile.csv", good_rows(random.randrange(10**6))))
    page.wait_for_selector(".mapping-grid .ag-row")
    page.get_by_role("button", name="Save dataset").click()
    page.wait_for_selector("#saved-launch")
    dataset = page.locator("#saved-launch").get_attribute("href").partition("dataset=")[2]

    demo = next(d["id"] for d in product.read("/v1/datasets") if d["name"] == "Demo")
    long_run, _ = launch(page, product, "Thorough", query=f"?dataset={demo}")
    wait_for_state(page, "running")
    launch(page, product, "Test", query=f"?dataset={dataset}")
    assert wait_for_state(page, "queued") == "queued"
    assert "in the queue" in page.locator(CARD).inner_text()
    for file in list_artifacts(product.home) - before:
        file.chmod(0o644)
        file.write_bytes(b"damaged")
    page.locator(f'[data-run="{long_run}"]').get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Cancel run").click()

    assert wait_for_state(page, "failed", "succeeded") == "failed"
    sentence = page.locator(f"{CARD} .error-line").inner_text()
    assert len(sentence) > 20
    assert "Traceback" not in sentence
    page.locator(CARD).get_by_role("button", name="Try again").wait_for()
    assert page.locator(".history-grid .ag-row", has_text="Failed").count() >= 1
