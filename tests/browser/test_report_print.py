"""Reports on paper and in a browser: the right number of sheets, crisp text, no request to anybody."""

from __future__ import annotations

import io
import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from dashboard.reports.composing import compose
from dashboard.reports.page import read_figures, write_page
from dashboard.reports.printing import find_browser, print_page
from mixline.errors import UnavailableError
from mixline.messages import ReportDocuments
from tests.unit.dashboard import evidence

pytestmark = [
    pytest.mark.skipif(find_browser() is None, reason="no Chrome or Chromium to print with"),
    pytest.mark.xdist_group("browser-alone"),
]
A4 = (841.9, 595.0)  # points
SHEET = re.compile(r'<section class="sheet.*?</footer>', re.DOTALL)
BLOCK = re.compile(r"<(p|h1|h2|h3|li|td|th|footer)\b[^>]*>(.*?)</\1>", re.DOTALL)
DRAWN = re.compile(r'data-figure="([^"]+)"')
TAG = re.compile(r"<[^>]+>")


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    documents = evidence.make_documents()
    return {kind: write_page(compose(documents, kind)) for kind in ("onepage", "measurement")}  # type: ignore[arg-type]


@pytest.mark.parametrize(("kind", "sheets"), [("onepage", 1), ("measurement", 5)])
def test_a_pdf_has_its_sheets_in_a4_and_text_one_can_search(pages: dict[str, str], kind: str, sheets: int) -> None:
    read = PdfReader(io.BytesIO(print_page(pages[kind], "pdf")))
    assert len(read.pages) == sheets
    for sheet in read.pages:
        assert (float(sheet.mediabox.width), float(sheet.mediabox.height)) == pytest.approx(A4, abs=0.5)
        assert len(sheet.extract_text()) > 400  # no sheet is empty, and its text is text
    first = read.pages[0].extract_text()
    assert "Demo, Germany" in first
    assert "Affiliates" in "".join(sheet.extract_text() for sheet in read.pages)  # from a figure
    check_words(pages[kind], [sheet.extract_text() for sheet in read.pages])


def check_words(page: str, printed: list[str]) -> None:
    """Every text of the HTML, its numbers in cards, sentences, tables and beside bars, stands on the same sheet of paper."""
    figures: dict[str, Any] = {**read_figures(page)}
    numbers = 0
    for text, paper in zip(SHEET.findall(page), map(bare, printed), strict=True):
        written = [unescape(TAG.sub("", found)) for _, found in BLOCK.findall(text)]
        for name in DRAWN.findall(text):
            notes = figures[name]["layout"].get("annotations", [])
            written += [unescape(TAG.sub("", note["text"].replace("<br>", " "))) for note in notes]
        missing = [one for one in written if bare(one) not in paper]
        assert not missing, "on the sheet, and not on paper"
        numbers += sum(any(sign.isdigit() for sign in one) for one in written)
    assert numbers > 20, "were nothing found, everything would pass"


def bare(text: str) -> str:
    """Without the spaces and marks that lines are broken by."""
    return re.sub(r"[\s\u2060]+", "", text)


def test_a_page_whose_figures_cannot_be_drawn_is_not_printed(pages: dict[str, str]) -> None:
    broken = pages["onepage"].replace('data-figure="roi"', 'data-figure="gone"')
    with pytest.raises(UnavailableError, match="could not be printed"):
        print_page(broken, "pdf")


def test_a_browser_that_takes_too_long_is_given_up(pages: dict[str, str]) -> None:
    with pytest.raises(UnavailableError, match="within 0 s"):
        print_page(pages["onepage"], "png", seconds=0.01)


def make_many(count: int) -> ReportDocuments:
    """A model of many channels with long names, a long reason and a long finding."""
    documents = evidence.make_documents()
    summary = documents.summary

    def repeat(items: list[Any], name: str) -> list[Any]:
        many = []
        for place in range(count):
            item = items[place % len(items)]
            label = f"{item.label} in a market far away {place}"
            many.append(item.model_copy(update={name: f"channel_{place}", "label": label}))
        return many

    terms = [term for term in summary.terms if term.group != "paid"]
    paid = [term for term in summary.terms if term.group == "paid"]
    long = summary.model_copy(
        update={
            "channels": repeat(summary.channels, "name"),
            "terms": terms + repeat(paid, "name"),
            "reason": "A person chose this one because of everything that is known of it. " * 7,
            "findings": [f.model_copy(update={"detail": f.detail * 3}) for f in summary.findings],
        }
    )
    curves = documents.curves.model_copy(update={"curves": repeat(documents.curves.curves, "channel")})
    return documents.model_copy(
        update={"summary": long, "decays": repeat(documents.decays, "channel"), "curves": curves}
    )


@pytest.mark.parametrize("kind", ["onepage", "measurement"])
def test_nothing_falls_off_the_sheet_with_many_channels_and_long_texts(screen: Any, tmp_path: Path, kind: Any) -> None:
    file = tmp_path / "report.html"
    file.write_text(write_page(compose(make_many(25), kind)), encoding="utf-8")
    tab = screen.new_page(viewport={"width": 1600, "height": 1200})
    tab.goto(file.as_uri())
    tab.wait_for_selector("html[data-drawn]", timeout=20_000, state="attached")
    over = tab.evaluate(
        "Array.from(document.querySelectorAll('.sheet')).map(s => [s.className, s.scrollHeight - s.clientHeight])"
    )
    assert all(excess <= 1 for _, excess in over), over
    heights = tab.evaluate(
        "Array.from(document.querySelectorAll('.figure')).map(f => [f.dataset.figure, f.clientHeight])"
    )
    assert all(height >= 130 for _, height in heights), heights
    tab.screenshot(path=str(tmp_path / "report.png"), full_page=True)
    tab.close()


@pytest.fixture
def screen(browser: Any) -> Any:
    """The browser of all browser tests: a process can hold only one of Playwright's loops."""
    return browser


@pytest.mark.parametrize(("width", "kinds"), [(1440, ["onepage", "measurement"]), (390, ["onepage"])])
def test_the_file_opens_offline_draws_everything_and_asks_nobody(
    pages: dict[str, str], screen: Any, tmp_path: Path, width: int, kinds: list[str]
) -> None:
    for kind in kinds:
        file = tmp_path / f"{kind}.html"
        file.write_text(pages[kind], encoding="utf-8")
        context = screen.new_context(viewport={"width": width, "height": 900}, offline=True)
        tab = context.new_page()
        asked: list[str] = []
        faults: list[str] = []
        tab.on("request", lambda request, asked=asked: asked.append(request.url))
        tab.on("pageerror", lambda error, faults=faults: faults.append(str(error)))
        tab.on(
            "console", lambda message, faults=faults: faults.append(message.text) if message.type == "error" else None
        )
        tab.goto(file.as_uri())
        tab.wait_for_selector("html[data-drawn]", timeout=20_000, state="attached")
        drawn = tab.locator("[data-figure] .main-svg").count()
        assert drawn >= tab.locator("[data-figure]").count() > 0
        assert {url for url in asked if not url.startswith(("file:", "data:", "blob:"))} == set()
        assert faults == []
        if width < 1000:
            assert tab.evaluate("document.documentElement.scrollWidth") <= width
        context.close()
