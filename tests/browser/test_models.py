"""An analyst looks closer at a candidate, makes it the model with a reason, takes a file and goes back."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

PANELS = ("waterfall", "actual", "shares", "roi", "decay", "carryover", "all-curves", "residual-size")
NOTE = "The lift test of May speaks for this one"


def test_another_candidate_becomes_the_model_with_its_reason(page: Any, product: Any, tmp_path: Any) -> None:
    newest = product.read("/v1/models")[0]
    searched = (product.read(f"/v1/models/{newest['id']}")["choice"] or {}).get("model_id") or newest["id"]
    page.goto(f"{product.dashboard}/models?model={searched[:12]}")
    # points outside the frame are drawn, but hidden
    page.wait_for_selector('#figure-candidates .point:not([display="none"])')
    page.locator("#figure-candidates").scroll_into_view_if_needed()
    page.wait_for_timeout(500)  # the figure settles into its width
    front = page.locator("#figure-candidates .scatterlayer .trace").nth(2)
    box = front.locator('.point:not([display="none"])').nth(3).bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_url(re.compile("candidate="))
    for panel in PANELS:
        page.wait_for_selector(f"#figure-candidate-{panel} .main-svg")
    page.goto(f"{product.dashboard}/models?model={searched[:12]}")
    page.get_by_role("link", name=re.compile("^Trial")).first.click()
    page.wait_for_selector("#candidate:focus")
    expect(page.locator("#candidate h2")).to_be_in_viewport()
    page.get_by_role("button", name="Make this the model").click()
    page.get_by_text("Say in a sentence why").wait_for()
    page.get_by_label("Why is this the better one?").fill(NOTE)
    page.get_by_role("button", name="Make this the model").click()
    page.locator("blockquote", has_text=NOTE).wait_for()
    chosen = next(row for row in product.read("/v1/models") if "chosen by hand" in row["title"])
    assert chosen["id"][:12] in page.url
    summary = product.read(f"/v1/models/{chosen['id']}")
    assert summary["choice"]["note"] == NOTE
    assert summary["choice"]["model_id"] == searched
    with page.expect_download() as download:
        page.get_by_role("link", name="contributions.csv").click()
    table = tmp_path / "contributions.csv"
    download.value.save_as(table)
    lines = table.read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == summary["periods"] + 1
    page.get_by_role("link", name="Back to the search's own model").click()
    page.get_by_role("heading", name="Why this candidate").wait_for()
    assert searched[:12] in page.url


def test_families_colour_the_cloud_and_lead_to_their_best(page: Any, product: Any) -> None:
    newest = product.read("/v1/models")[0]
    candidates = product.read(f"/v1/models/{newest['id']}/candidates")
    page.goto(f"{product.dashboard}/models?model={newest['id'][:12]}")
    page.locator("#families").wait_for()
    page.get_by_role("link", name="Family", exact=True).click()
    page.wait_for_url(re.compile("show=families"))
    legend = page.locator("#figure-candidates .legendtext", has_text=re.compile("^Family"))
    legend.first.wait_for()
    assert legend.count() == len(candidates["clusters"]) > 1
    best = candidates["clusters"][-1]["best"]
    page.locator("#families tbody tr").last.get_by_role("link").click()
    page.wait_for_url(re.compile(f"candidate={best}$"))


def test_a_candidates_report_is_taken_as_html_that_asks_nobody_and_as_pdf(
    page: Any, product: Any, tmp_path: Any
) -> None:
    newest = product.read("/v1/models")[0]["id"]
    row = (product.read(f"/v1/models/{newest}/candidates")["chosen"] + 1) % 100
    document = product.read(f"/v1/models/{newest}/candidates/{row}/report")
    page.goto(f"{product.dashboard}/models?model={newest[:12]}&candidate={row}")
    page.get_by_role("link", name="One-page report of this candidate as PDF").wait_for()
    with page.expect_download(timeout=60_000) as download:
        page.get_by_role("link", name="One-page report of this candidate as PDF").click()
    download.value.save_as(tmp_path / "report.pdf")
    printed = PdfReader(tmp_path / "report.pdf")
    assert len(printed.pages) == 1
    assert f"Candidate {row}" in printed.pages[0].extract_text().replace("\u00a0", " ")
    page.goto(f"{product.dashboard}/reports/{newest}.html?candidate={row}")
    page.wait_for_selector("html[data-drawn='8']", state="attached")
    shown = page.evaluate("JSON.parse(document.getElementById('report-figures').textContent)")
    dots = next(trace for trace in shown["roi"]["data"] if trace["mode"] == "markers")
    assert sorted(dots["x"]) == pytest.approx(sorted(c["roi"]["value"] for c in document["summary"]["channels"]))
