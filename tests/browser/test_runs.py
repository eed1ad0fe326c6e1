"""Compose a run, be told what is wrong while typing, keep settings, copy a run, send a batch."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.browser.running import SLOW, demo_of, queue_runs, wait_for_text

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

COMPOSER = "section.composer"
TAKES = "#run-takes"
HEADERS_DRAWN = """[...document.querySelectorAll('.ag-header-row')].filter((row) => row.offsetParent)
    .every((row) => row.querySelector('[role=columnheader]'))"""


@pytest.fixture(autouse=True)
def nothing_left_behind(product: Any) -> Iterator[None]:
    yield
    httpx.post(f"{product.trainer}/v1/queue/resume", timeout=10)
    product.cancel_all()


def open_page(page: Any, product: Any) -> None:
    """With the demo's data: other tests leave newer datasets behind, damaged ones too."""
    page.goto(f"{product.dashboard}/runs?dataset={demo_of(product)}")


def compose(page: Any, product: Any) -> None:
    open_page(page, product)
    page.get_by_role("button", name="Change settings").click()
    page.wait_for_selector(COMPOSER)


def section(page: Any, name: str) -> Any:
    page.locator(".composer-tab", has_text=name).click()
    page.locator(".composer-tab.chosen", has_text=name).wait_for()  # until then the section before is still there
    return page.locator(f"{COMPOSER} .composer-pane:visible")


def test_a_plain_run_is_two_interactions_away(page: Any, product: Any) -> None:
    httpx.post(f"{product.trainer}/v1/queue/pause", json={}, timeout=10)
    open_page(page, product)
    wait_for_text(page, TAKES, "One run")
    page.locator(".preset-card", has_text=re.compile("^Test")).click()
    page.get_by_role("button", name="Launch run").click()
    page.wait_for_url(re.compile(r"run=[0-9a-f]{32}"))


def test_problems_appear_beside_their_fields_while_one_types(page: Any, product: Any) -> None:
    compose(page, product)
    wait_for_text(page, TAKES, "10,000 candidates")
    goal = section(page, "Goal")
    goal.get_by_label("Window from").fill("2031-01-01")
    wait_for_text(page, f"{COMPOSER} .field-error", "after the data")
    assert page.locator(".composer-tab", has_text="Goal").locator(".composer-badge").inner_text() == "1"
    search = section(page, "Search")
    search.get_by_label("Trials").fill("500")
    wait_for_text(page, TAKES, "2 things are to be mended")
    search.get_by_label("Trials").fill("3")
    section(page, "Goal").get_by_label("Window from").fill("2023-01-02")
    wait_for_text(page, TAKES, "6,000 candidates")
    assert page.locator(f"{COMPOSER} .field-error:not(:empty)").count() == 0


def test_a_channels_range_is_checked_in_its_row(page: Any, product: Any) -> None:
    compose(page, product)
    pane = section(page, "Channels")
    cell = pane.locator(".ag-center-cols-container .ag-row").first.locator('[col-id="theta"]')
    assert re.fullmatch(r"[0-9.]+ – [0-9.]+", cell.inner_text())
    cell.click()
    page.keyboard.type("0.9 to 0.2")
    page.keyboard.press("Enter")
    wait_for_text(page, ".composer-pane:visible .mend", "Memory: A range is upside down")
    cell.click()
    page.keyboard.press("Backspace")
    page.keyboard.type("0.2 to 0.6")
    page.keyboard.press("Enter")
    page.locator(".composer-pane:visible .mend:empty").wait_for(state="attached")


def test_what_was_composed_is_what_is_fitted_and_can_be_kept_and_copied(page: Any, product: Any) -> None:
    httpx.post(f"{product.trainer}/v1/queue/pause", json={}, timeout=10)
    name = f"Two trials {random.randrange(10**6)}"
    compose(page, product)
    channels = section(page, "Channels")
    channels.locator(".ag-pinned-left-cols-container .ag-row").nth(1).locator("input").click()
    search = section(page, "Search")
    search.get_by_label("Trials").fill("2")
    search.get_by_label("Candidates per trial").fill("120")
    wait_for_text(page, TAKES, "240 candidates")
    page.get_by_label("Keep these settings as").fill(name)
    page.get_by_role("button", name="Save settings").click()
    wait_for_text(page, "#settings-message", "Saved as")
    page.get_by_text("Advanced").click()
    page.get_by_label("Seed").fill(str(random.randrange(2**31)))
    page.get_by_label("Tags", exact=True).fill("week=32; final")
    page.get_by_role("button", name="All of them").click()
    wait_for_text(page, TAKES, "2 runs")
    wait_for_text(page, "#run-takes-below", "480 candidates")
    page.get_by_role("button", name="Launch with these settings").click()
    page.wait_for_url(re.compile(r"run=[0-9a-f]{32}"))

    run_id = page.url.partition("run=")[2][:32]
    document = product.read(f"/v1/mmm/runs/{run_id}/specification")
    draft = product.read(f"/v1/datasets/{demo_of(product)}/specification")
    left_out = draft["channels"][1]["name"]
    assert left_out not in {medium["name"] for medium in document["media"]}
    assert (document["search"]["trials"], document["search"]["iterations"]) == (2, 120)
    waiting = product.read("/v1/mmm/runs", state=["queued"], tag=["week=32"])
    assert {run["segment"] for run in waiting} == {"DE", "FR"}

    page.goto(f"{product.dashboard}/runs?clone={run_id}")  # what "Use its settings" leads to
    page.wait_for_selector(COMPOSER)
    assert section(page, "Search").get_by_label("Candidates per trial").input_value() == "120"
    ticks = section(page, "Channels").locator(".ag-pinned-left-cols-container .ag-row input")
    ticks.nth(2).wait_for()  # a table draws its rows after its section is shown
    assert [tick.is_checked() for tick in ticks.all()][:3] == [True, False, True]

    open_page(page, product)
    saved = next(one for one in product.read("/v1/settings") if one["name"] == name)
    page.get_by_label("Start from").select_option(value=saved["id"])
    page.wait_for_selector(COMPOSER)
    assert section(page, "Search").get_by_label("Trials").input_value() == "2"
    page.get_by_role("button", name="Forget the chosen ones").click()
    wait_for_text(page, "#settings-message", "is forgotten")


def launch_composed(page: Any, product: Any) -> dict[str, Any]:
    """Press; the specification of the run that came of it."""
    page.get_by_role("button", name="Launch with these settings").click()
    page.wait_for_url(re.compile(r"run=[0-9a-f]{32}"))
    found = product.read(f"/v1/mmm/runs/{page.url.partition('run=')[2][:32]}/specification")
    return dict(found)


@pytest.mark.parametrize("wait", [0, 2000])
def test_what_stands_on_the_screen_is_what_is_launched_however_slow_the_engine(
    page: Any, product: Any, wait: int
) -> None:
    """Fields typed in quickly, a field typed in again while its answer is under way, a size pressed before and after."""
    httpx.post(f"{product.trainer}/v1/queue/pause", json={}, timeout=10)
    compose(page, product)
    wait_for_text(page, TAKES, "10,000 candidates")
    page.evaluate(SLOW, wait)
    size = random.randrange(50, 5000)
    search = section(page, "Search")
    trials, candidates = search.get_by_label("Trials"), search.get_by_label("Candidates per trial")
    candidates.fill(str(size))
    page.wait_for_timeout(700)  # it is told, the engine at work on it
    search.locator(".size-chip", has_text="Thorough").click()
    assert (trials.input_value(), candidates.input_value()) == ("10", "5000")
    candidates.fill(str(size))  # what it was told before
    trials.press("End")
    trials.press_sequentially("0", delay=30)
    search.get_by_label("Weight: effect near spend").fill("0.5")
    page.wait_for_timeout(wait + 700)  # whatever comes back has come back
    shown = [one.input_value() for one in (trials, candidates, search.get_by_label("Weight: effect near spend"))]
    assert shown == ["100", str(size), "0.5"]
    trials.fill("2")
    found = launch_composed(page, product)["search"]
    assert (found["trials"], found["iterations"], found["rssd_weight"]) == (2, size, 0.5)


def test_what_is_saved_is_what_stands_there_at_the_press(page: Any, product: Any) -> None:
    compose(page, product)
    wait_for_text(page, TAKES, "10,000 candidates")
    page.evaluate(SLOW, 1500)
    name = f"Typed {random.randrange(10**6)}"
    page.get_by_label("Keep these settings as").fill(name)
    section(page, "Goal").get_by_label("Window from").fill("2023-01-02")
    section(page, "Hold-out").get_by_label("Fit on at least").fill("72.5")
    page.get_by_role("button", name="Save settings").click()
    wait_for_text(page, "#settings-message", "Saved as")
    saved = next(one["id"] for one in product.read("/v1/settings") if one["name"] == name)
    document = product.read(f"/v1/datasets/{demo_of(product)}/specification", settings=saved)["specification"]
    httpx.post(f"{product.trainer}/v1/settings/{saved}/forget", timeout=10)
    assert document["window_start"] == "2023-01-02"
    assert document["validation"]["train"] == {"low": 0.725, "high": 0.725}


def test_a_study_typed_while_another_is_added_stays(page: Any, product: Any) -> None:
    httpx.post(f"{product.trainer}/v1/queue/pause", json={}, timeout=10)
    compose(page, product)
    wait_for_text(page, TAKES, "10,000 candidates")
    page.evaluate(SLOW, 1500)
    pane = section(page, "Lift")
    add = pane.get_by_role("button", name="Add a study")
    rows = pane.locator(".ag-center-cols-container .ag-row")
    add.click()
    rows.first.wait_for()

    def write(column: str, text: str) -> None:
        rows.first.locator(f'[col-id="{column}"]').click()
        page.keyboard.press("Control+a")
        page.keyboard.type(text)

    for column, text in (("start", "2024-01-01"), ("end", "2024-02-04"), ("effect", "1,000,000")):
        write(column, text)
        page.keyboard.press("Enter")
    add.click()
    write("spend", "500000")
    page.keyboard.press("Enter")
    page.wait_for_timeout(2200)
    assert rows.count() == 2
    assert "500000" in rows.first.inner_text()
    rows.nth(1).locator("input").click()
    pane.get_by_role("button", name="Remove the ticked").click()
    rows.nth(1).wait_for(state="detached")
    write("effect", "2000000")  # and no Enter: the press is enough
    (study,) = launch_composed(page, product)["studies"]
    assert (study["start"], study["effect"], study["spend"]) == ("2024-01-01", 2_000_000.0, 500_000.0)


def test_what_is_wrong_is_said_with_its_place_what_was_got_and_what_is_expected(page: Any, product: Any) -> None:
    compose(page, product)
    search = section(page, "Search")
    for label, text, words in (
        ("Trials", "many", "A number is needed here; got many"),
        ("Trials", "2.5", "A whole number is needed here; got 2.5"),
        ("Candidates per trial", "0", "candidates per trial is out of range; got 0; expected 1 to 100,000"),
        ("Weight: lift studies", "-1", "A weight is out of range; got -1.0; expected 0 or more"),
        ("Weight: effect near spend", "0,5", "A number is needed here; got 0,5"),
    ):
        search.get_by_label(label).fill(text)
        field = search.locator(".field", has=page.get_by_label(label))
        field.locator(".field-error", has_text=words).wait_for()
    assert wait_for_text(page, TAKES, "4 things are to be mended").count("Search, Trials") == 1
    page.get_by_role("button", name="Launch with these settings").click()
    said = wait_for_text(page, "#run-message-below", "4 things are to be mended first")
    assert "search." not in said


def test_a_mark_of_the_engine_leaves_what_was_typed_since(page: Any, product: Any) -> None:
    compose(page, product)
    pane = section(page, "Channels")
    row = pane.locator(".ag-center-cols-container .ag-row").first
    for column, text in (("theta", "0.9 to 0.2"), ("alpha", "1 to 2"), ("gamma", "0.4 to 0.6")):
        row.locator(f'[col-id="{column}"]').click()
        page.keyboard.type(text)
        page.keyboard.press("Enter")
    wait_for_text(page, ".composer-pane:visible .mend", "Memory: A range is upside down")
    page.locator(f"{COMPOSER} .row-problem").first.wait_for()
    shown = [row.locator(f'[col-id="{column}"]').inner_text() for column in ("theta", "alpha", "gamma")]
    assert shown == ["0.9 to 0.2", "1 to 2", "0.4 to 0.6"]


def test_a_copied_run_brings_its_seed(page: Any, product: Any) -> None:
    (run_id,) = queue_runs(product, 1)
    run = product.read(f"/v1/mmm/runs/{run_id}")
    page.goto(f"{product.dashboard}/runs?clone={run_id}")
    page.wait_for_selector(COMPOSER)
    page.get_by_text("Advanced").click()
    assert page.get_by_label("Seed").input_value() == str(run["seed"])
    page.get_by_role("button", name="Close and use the defaults").click()
    page.locator(COMPOSER).wait_for(state="detached")


def test_a_batch_is_looked_at_before_it_is_launched(page: Any, product: Any, tmp_path: Path) -> None:
    httpx.post(f"{product.trainer}/v1/queue/pause", json={}, timeout=10)
    page.goto(f"{product.dashboard}/runs")
    page.get_by_text("Many runs from a file").click()
    with page.expect_download() as started:
        page.get_by_role("link", name="Download the template").click()
    header = Path(started.value.path()).read_text(encoding="utf-8-sig").splitlines()[0]
    assert header.startswith("dataset,version,segment")
    seed = random.randrange(2**31)
    rows = ["dataset,segment,preset,seed,tags", f"Demo,DE,test,{seed},batch={seed % 1000}", f"Demo,DE,test,{seed},"]
    file = tmp_path / "runs.csv"
    file.write_text("\n".join([*rows, f"Demo,XX,test,{seed},"]))
    page.locator("#batch-file input[type=file]").set_input_files(file)
    page.locator(".batch-table tbody tr").nth(2).wait_for()
    states = page.locator(".batch-table .tag").all_inner_texts()
    assert states == ["Ready", "Twice in the file", "To be mended"]
    page.get_by_role("button", name="Launch one run").click()
    wait_for_text(page, "#batch-message", "One run is launched. 2 rows were left out.")
    assert len(product.read("/v1/mmm/runs", tag=[f"batch={seed % 1000}"])) >= 1

    page.get_by_label("Only runs tagged").fill(f"batch = {seed % 1000}")
    wait_for_text(page, "#filter-message", "found")
    page.get_by_label("Only runs tagged").fill("batch >")
    assert "budget >= 1.5" in wait_for_text(page, "#filter-message", "no filter by tag")


@pytest.mark.parametrize("width", [390, 1440])
def test_nothing_is_wider_than_the_screen(page: Any, product: Any, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    compose(page, product)
    for name in ("Goal", "Channels", "Context", "Hold-out", "Lift", "Search"):
        section(page, name)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), name


def test_the_open_composer_has_no_serious_finding_for_those_who_do_not_see_it(page: Any, product: Any) -> None:
    import axe_playwright_python

    compose(page, product)
    page.get_by_text("Many runs from a file").click()
    page.wait_for_selector("#batch-file input[aria-label]", state="attached")
    page.evaluate((Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text())
    found = []
    for name in ("Goal", "Channels", "Context", "Hold-out", "Lift", "Search"):
        pane = section(page, name)
        if pane.locator(".composer-grid").count():
            pane.locator(".ag-header-cell:visible").first.wait_for()
        for _ in range(50):  # a table is named once the header of each is drawn, cells after their row
            if page.evaluate(HEADERS_DRAWN):
                break
            page.wait_for_timeout(100)
        for finding in page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]:
            if finding["impact"] in {"serious", "critical"}:
                found += [f"{name}: {finding['id']}: {node['html'][:160]}" for node in finding["nodes"][:3]]
    assert not found, "\n".join(found)
