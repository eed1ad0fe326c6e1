"""A planner moves a channel, holds it, saves and compares plans, sends one as a link and takes the files away."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from playwright.sync_api import expect
from pypdf import PdfReader

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

BARS = "JSON.stringify(document.querySelector('#figure-plan-change .js-plotly-plot').data[0].x)"
SOON = 20_000  # milliseconds a loaded machine may take to solve and draw


def open_planner(page: Any, product: Any, query: str = "?dataset=Demo") -> None:
    page.goto(f"{product.dashboard}/planner{query}")
    page.wait_for_selector("#plan-answer h2", timeout=SOON)
    page.wait_for_selector("#figure-plan-change .bars path", state="attached", timeout=SOON)


def row_of(page: Any, place: int) -> Any:
    return page.locator(".plan-channel").nth(place)


def spends(page: Any) -> list[str]:
    return [field.input_value() for field in page.locator(".plan-amount input").all()]


def settle(page: Any) -> tuple[str, list[str], str]:
    """The headline, the spends and the address once nothing moves any more: a drag is answered several times."""
    seen: list[tuple[str, list[str], str]] = []
    for _ in range(SOON // 500):
        seen.append((page.locator(".plan-headline").inner_text(), spends(page), page.url))
        if len(seen) > 3 and seen[-1] == seen[-2] == seen[-3]:
            break
        page.wait_for_timeout(500)
    return seen[-1]


def whole(written: list[str]) -> float:
    """All of them together."""
    return sum(float(text.replace(",", "")) for text in written)


def drag(page: Any, place: int, pixels: int) -> None:
    """Move a channel's slider with the mouse, in steps as a hand does."""
    handle = row_of(page, place).get_by_role("slider")
    handle.scroll_into_view_if_needed()
    box = handle.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(1, 6):
        page.mouse.move(x + pixels * step / 5, y)
    page.mouse.up()


def test_a_moved_slider_redraws_the_plan_and_holds_its_channel(page: Any, product: Any) -> None:
    open_planner(page, product)
    headline, before = page.locator(".plan-headline").inner_text(), spends(page)
    bars = page.evaluate(BARS)
    drag(page, 1, 40)
    expect(row_of(page, 1).get_by_role("checkbox")).to_be_checked(timeout=SOON)
    expect(page.locator(".plan-headline")).not_to_have_text(headline, timeout=SOON)
    page.wait_for_url(re.compile("hold="), timeout=SOON)
    after = spends(page)
    assert after[1] != before[1]
    assert sum(a != b for a, b in zip(after, before, strict=True)) >= 2, "the others are solved again"
    assert whole(after) == pytest.approx(whole(before), rel=1e-3), "the budget is still met"
    page.wait_for_function(f"old => {BARS} !== old", arg=bars, timeout=SOON)
    expect(page.locator("#plan-details")).to_contain_text("Held at", timeout=SOON)
    row_of(page, 1).get_by_role("checkbox").uncheck()
    expect(page.locator(".plan-headline")).to_have_text(headline, timeout=SOON)


def test_a_channel_dragged_too_far_stops_and_the_page_says_where(page: Any, product: Any) -> None:
    open_planner(page, product, "?dataset=Demo&hold=search:180,social:180,video:180,display:150")
    drag(page, 0, 120)
    expect(page.locator(".plan-note").first).to_contain_text("TV stops at", timeout=SOON)
    expect(page.locator("#plan-answer .error-line")).to_have_count(0)
    page.wait_for_url(re.compile("moved=tv"), timeout=SOON)
    page.wait_for_load_state("networkidle")
    stopped, note = spends(page)[0], page.locator(".plan-note").first.inner_text()
    page.goto(page.url)
    page.wait_for_selector("#plan-answer h2", timeout=SOON)
    assert spends(page)[0] == stopped
    assert page.locator(".plan-note").first.inner_text() == note
    page.get_by_label("Total budget").fill("500000")
    page.get_by_label("Total budget").press("Tab")
    expect(page.locator("#plan-answer .error-line")).to_contain_text("Raise the budget to", timeout=SOON)


def test_paper_shows_the_plan_and_what_was_asked_without_the_form(page: Any, product: Any) -> None:
    open_planner(page, product, "?dataset=Demo&hold=tv:110")
    page.emulate_media(media="print")
    expect(page.locator(".plan-settings")).to_contain_text("TV is held at 110", timeout=SOON)
    for part in (".plan-settings", ".plan-headline", ".plan-table", "#figure-plan-bridge"):
        expect(page.locator(part).first).to_be_visible()
    for part in (".plan-form", ".plan-spend-panel", ".plan-limits", ".plan-saved-panel"):
        expect(page.locator(part).first).to_be_hidden()


def test_a_held_channel_keeps_its_spend_when_the_budget_changes(page: Any, product: Any) -> None:
    open_planner(page, product)
    row_of(page, 0).get_by_role("checkbox").check()
    page.wait_for_url(re.compile("hold="), timeout=SOON)
    held = spends(page)[0]
    total = whole(spends(page))
    page.get_by_label("Total budget").fill(str(round(0.9 * total)))
    page.get_by_label("Total budget").press("Tab")
    page.wait_for_url(re.compile("budget="), timeout=SOON)
    expect(page.locator(".plan-headline")).to_contain_text("against today", timeout=SOON)
    assert spends(page)[0] == held
    assert whole(spends(page)) == pytest.approx(0.9 * total, rel=1e-3)
    page.get_by_label("Total budget").fill("1")
    page.get_by_label("Total budget").press("Tab")
    expect(page.locator("#plan-answer .error-line")).to_be_visible(timeout=SOON)


def test_what_it_comes_to_stays_in_sight_while_a_channel_is_moved(page: Any, product: Any) -> None:
    page.set_viewport_size({"width": 390, "height": 700})
    open_planner(page, product)
    total = page.locator(".plan-total")
    row_of(page, 0).scroll_into_view_if_needed()
    expect(total).not_to_be_in_viewport()
    row_of(page, 0).get_by_role("slider").focus()
    expect(total).to_be_in_viewport()
    before = total.inner_text()
    for _ in range(12):
        page.keyboard.press("ArrowRight")
    expect(total).not_to_have_text(before, timeout=SOON)
    expect(total).to_be_in_viewport()
    expect(total).to_contain_text("likely")


def test_a_number_beyond_what_can_be_is_said_and_a_short_amount_is_read(page: Any, product: Any) -> None:
    open_planner(page, product)
    page.get_by_label("Weeks ahead").fill("200")
    page.get_by_label("Weeks ahead").press("Tab")
    expect(page.locator("#plan-answer .error-line")).to_contain_text("from 1 to 104, not 200", timeout=SOON)
    page.get_by_label("Weeks ahead").fill("13")
    page.get_by_label("Weeks ahead").press("Tab")
    expect(page.locator("#plan-answer .error-line")).to_have_count(0, timeout=SOON)
    page.get_by_label("Total budget").fill("2.9M")
    page.get_by_label("Total budget").press("Tab")
    page.wait_for_url(re.compile("budget=2900000"), timeout=SOON)
    expect(page.locator(".plan-headline")).to_contain_text("€2.9M", timeout=SOON)


def test_ones_own_weeks_are_filled_in_and_kept(page: Any, product: Any) -> None:
    open_planner(page, product)
    page.get_by_label("Spread over time").select_option("own")
    cell = page.locator('.plan-pacing .ag-row[row-index="1"] .ag-cell').nth(1)
    cell.wait_for(timeout=SOON)
    for typed, kept in (("300", "300"), ("-4", "0")):
        cell.click()
        page.keyboard.press("Control+A")
        page.keyboard.type(typed)
        page.keyboard.press("Enter")
        expect(cell).to_have_text(kept, timeout=SOON)
        page.wait_for_url(re.compile(rf"weights=[a-z]+%3A[0-9.]+~{kept}~"), timeout=SOON)
    expect(page.locator("#plan-answer")).to_contain_text("spread over time in the same way")
    page.reload()
    cell.wait_for(timeout=SOON)
    expect(cell).to_have_text("0")


def test_a_filter_or_theme_leaves_the_question_as_it_is(page: Any, product: Any) -> None:
    open_planner(page, product)
    page.get_by_label("Weeks ahead").fill("8")
    page.get_by_label("Weeks ahead").press("Tab")
    page.wait_for_url(re.compile("ahead=8"), timeout=SOON)
    page.get_by_role("group", name="Range").get_by_text("50 %").click()
    page.wait_for_url(re.compile("range=50"), timeout=SOON)
    expect(page.get_by_label("Weeks ahead")).to_have_value("8", timeout=SOON)
    expect(page.locator(".plan-headline")).to_contain_text("8 weeks", timeout=SOON)
    page.locator("#theme-toggle").click()
    page.wait_for_timeout(1000)
    expect(page.get_by_label("Weeks ahead")).to_have_value("8", timeout=SOON)
    expect(page.locator(".plan-headline")).to_contain_text("8 weeks", timeout=SOON)


def test_plans_are_saved_compared_and_removed(page: Any, product: Any) -> None:
    open_planner(page, product, "?dataset=Demo&hold=search:100")
    save_plan(page, "Search as it is")
    page.get_by_label("Spread over time").select_option("even")
    page.wait_for_url(re.compile("pace=even"), timeout=SOON)
    save_plan(page, "Even weeks")
    figures = {plan["name"]: plan["figures"] for plan in product.read("/v1/scenarios")}
    assert {"Search as it is", "Even weeks"} <= set(figures)
    for name in ("Search as it is", "Even weeks"):
        page.get_by_role("checkbox", name=f"Compare {name}").check()
        page.wait_for_timeout(300)
    table = page.locator(".plan-compare-table")
    table.wait_for(timeout=SOON)
    expect(table).to_contain_text("Even weeks")
    page.wait_for_url(re.compile("compare="), timeout=SOON)
    again = page.url
    page.goto(again)
    page.locator(".plan-compare-table").wait_for(timeout=SOON)
    expect(page.locator(".plan-compare-table thead")).to_contain_text("Search as it is")
    page.get_by_role("link", name="Search as it is").click()
    page.wait_for_selector("#plan-answer h2", timeout=SOON)
    expect(page.get_by_label("Spread over time")).to_have_value("year", timeout=SOON)
    for name in ("Search as it is", "Even weeks"):
        page.get_by_role("button", name=f"Remove {name}").click()
        page.wait_for_timeout(500)
        expect(page.get_by_role("link", name=name, exact=True)).to_be_visible()
        page.get_by_role("button", name=f"Remove {name} for good").click()
        page.get_by_role("button", name=f"Remove {name}").wait_for(state="detached", timeout=SOON)


def save_plan(page: Any, name: str) -> None:
    page.get_by_label("Name of this plan").fill(name)
    page.get_by_role("button", name="Save plan").click()
    page.get_by_text(f"{name} is saved.").wait_for(timeout=SOON)


def test_a_link_opens_the_same_plan_for_somebody_else(page: Any, product: Any, browser: Any) -> None:
    open_planner(page, product)
    drag(page, 2, 30)
    page.wait_for_url(re.compile("hold="), timeout=SOON)
    headline, sent, url = settle(page)
    other = browser.new_context(viewport={"width": 390, "height": 844})
    try:
        theirs = other.new_page()
        theirs.goto(url)
        theirs.wait_for_selector("#plan-answer h2", timeout=SOON)
        expect(theirs.locator(".plan-headline")).to_have_text(headline, timeout=SOON)
        assert spends(theirs) == sent
        assert row_of(theirs, 2).get_by_role("checkbox").is_checked()
        wide = theirs.evaluate("document.documentElement.scrollWidth")
        assert wide <= 390, "nothing sticks out on a telephone"
    finally:
        other.close()


def test_the_files_hold_the_numbers_of_the_page(page: Any, product: Any, tmp_path: Path) -> None:
    open_planner(page, product, "?dataset=Demo&ahead=8&hold=tv:110")
    shown = sorted(float(text.replace(",", "")) for text in spends(page))
    table = take(page, "CSV", tmp_path)
    rows = list(csv.DictReader(io.StringIO(table.read_text(encoding="utf-8-sig"))))
    assert sorted(float(row["spend_planned"]) for row in rows) == pytest.approx(shown, abs=0.5)
    book = load_workbook(take(page, "Excel", tmp_path))
    sheet = list(book["Plan"].values)
    head = next(place for place, row in enumerate(sheet) if row[0] == "Channel")
    assert sorted(row[2] for row in sheet[head + 1 :]) == pytest.approx(shown, abs=0.5)
    headline = page.locator(".plan-headline").inner_text()
    assert bare(sheet[0][0]) == bare(headline)
    with page.expect_download(timeout=90_000) as download:
        page.get_by_role("link", name="Download the plan as PDF").click()
    paper = tmp_path / "plan.pdf"
    download.value.save_as(paper)
    printed = [bare(sheet.extract_text()) for sheet in PdfReader(paper).pages]
    assert bare(headline) in printed[0]
    assert bare(page.locator(".plan-certainty").inner_text()) in printed[0]
    cells = page.locator("#plan-details .plan-table td").all_inner_texts()
    assert len(cells) > 20
    assert not [cell for cell in cells if bare(cell) not in printed[1]], "each number of the page's table is on paper"


def bare(text: str) -> str:
    """Without the spaces and marks that lines are broken by."""
    return re.sub(r"[\s\u2060]+", "", text)


def take(page: Any, name: str, folder: Path) -> Path:
    with page.expect_download(timeout=SOON) as download:
        page.get_by_role("link", name=f"Download the plan as {name}").click()
    path = folder / str(download.value.suggested_filename)
    download.value.save_as(path)
    return path
