"""Any view prints: every table whole, every figure drawn and within the sheet, nothing on paper to press or to fill in."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pypdf
import pytest

from tests.browser.running import demo_of

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

FIGURE, GRID = ".js-plotly-plot .main-svg", "main .ag-row"
SHEET = 703  # pixels from margin to margin on A4
A4 = (595, 842)  # points
POINTS = 0.75  # to a pixel, unless the browser makes a page smaller because something reaches beyond it

# What the grids hold, asked of themselves: they show the rows and columns in sight only.
GRIDS = """() => [...document.querySelectorAll('main [class*="ag-theme-"][id]')].flatMap((place) => {
  const api = window.dash_ag_grid.getApi(place.id);
  const columns = api.getAllDisplayedColumns()
    .filter((one) => !one.getColDef().context?.screenOnly && !one.getColId().startsWith('ag-Grid'));
  const said = columns.map((one) => api.getDisplayNameForColumn(one, 'header'));
  api.forEachNodeAfterFilterAndSort((rowNode) => {
    for (const colKey of [columns[0], columns[columns.length - 1]]) {
      const cell = api.getCellValue({ rowNode, colKey, useFormatter: true });
      said.push(String(cell?.text ?? cell ?? ''));
    }
  });
  return said;
})"""

# The page as it lies on a sheet.
PAPER = """() => {
  const main = document.querySelector('main');
  const shown = (one) => one.checkVisibility({ visibilityProperty: true }) && one.getBoundingClientRect().width > 1;
  const all = (what) => [...main.querySelectorAll(what)].filter(shown);
  const name = (one) => `${one.tagName} ${one.id || one.className} ${one.textContent.slice(0, 40)}`;
  const edge = main.getBoundingClientRect().right + 1;
  return {
    said: all('.plain-table :is(th, tr > :first-child)').map((cell) => cell.innerText).filter(Boolean),
    cut: all('table, td, th, .panel, .drawing, .main-svg, p, li, h1, h2, h3')
      .filter((one) => one.getBoundingClientRect().right > edge).map(name),
    controls: all('button, input, select, textarea, [role=slider], .segmented, .filters').map(name),
    empty: all('.dash-graph').filter((one) => !one.querySelector('.main-svg')).map(name),
    grids: all('.ag-root').map(name),
  };
}"""


@dataclass(frozen=True)
class View:
    """An address, what is there when it can be printed, and whether it is a form, whose fields are what it says."""

    path: str
    ready: str = FIGURE
    form: bool = False


def views(product: Any) -> Iterator[View]:
    one, other = [model["id"][:12] for model in product.read("/v1/models")][:2]
    dataset = demo_of(product)
    clone = next(run["id"] for run in product.read("/v1/mmm/runs") if run["dataset_id"] == dataset)
    yield View("/")
    yield View("/contribution", "#channel-table .ag-row")
    yield View("/response")
    yield View("/planner?dataset=Demo&pace=own", ".plan-pacing .ag-row")
    yield View("/models?candidate=1", "#candidate .main-svg")
    yield View(f"/compare?models={one},{other}")
    yield View(f"/runs?dataset={dataset}", ".history-grid .ag-row")
    yield View(f"/runs?clone={clone}", ".composer-grid .ag-row", form=True)
    yield View("/data", ".dataset-list td")


def test_every_view_prints_whole_and_without_controls(page: Any, product: Any) -> None:
    faults = []
    for view in views(product):
        page.emulate_media(media="screen")
        page.goto(product.dashboard + view.path)
        page.wait_for_selector(view.ready, state="attached")
        faults += [f"{view.path}: {fault}" for fault in find_faults(page, form=view.form)]
    assert not faults


def test_a_telephone_prints_what_a_desk_prints_and_is_as_before(page: Any, product: Any) -> None:
    papers, widths = [], "[...document.querySelectorAll('.main-svg')].map((one) => one.getBoundingClientRect().width)"
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(product.dashboard + "/")
        page.wait_for_selector(f"#figure-next-money {FIGURE}", state="attached")
        before = page.evaluate(widths)
        papers.append([squeeze(sheet.extract_text()) for sheet in print_sheets(page)])
        page.wait_for_function(f"(before) => JSON.stringify({widths}) === JSON.stringify(before)", arg=before)
    assert papers[0] == papers[1]


def find_faults(page: Any, *, form: bool) -> Iterator[str]:
    """What of the page is not on its paper, and what is there that does not belong on paper."""
    page.evaluate("document.querySelectorAll('main details').forEach((one) => { one.open = true; })")
    if form:
        page.locator(".composer-tab", has_text="Channels").click()
        page.locator(".composer-pane:visible .ag-row").first.wait_for()
    held = [] if form else page.evaluate(GRIDS)
    page.emulate_media(media="print")
    page.evaluate(f"document.body.style.width = '{SHEET}px'")
    # after the listeners of the page: what they made of it
    page.evaluate(f"window.addEventListener('beforeprint', () => (window.paper = ({PAPER})()), {{ once: true }})")
    sheets = print_sheets(page)
    paper = page.evaluate("window.paper")
    yield from (f"reaches over the edge: {name}" for name in paper["cut"])
    yield from (f"a figure without its drawing: {name}" for name in paper["empty"])
    yield from (f"a grid that shows a part of itself: {name}" for name in paper["grids"])
    if not form:
        yield from (f"a control: {name}" for name in paper["controls"])
    texts = [squeeze(sheet.extract_text()) for sheet in sheets]
    for sheet, text in zip(sheets, texts, strict=True):
        if (round(sheet.mediabox.width), round(sheet.mediabox.height)) != A4 or not text:
            yield f"an empty sheet or one that is not A4: {text[:40]!r}"
    if (scale := read_scale(sheets[0])) != pytest.approx(POINTS, abs=1e-3):
        yield f"made smaller, as something is wider than the sheet: {scale / POINTS:.2f} of its size"
    whole = "".join(texts)
    yield from (f"not on paper: {said!r}" for said in {*paper["said"], *held} if squeeze(said) not in whole)
    page.wait_for_function("!document.querySelector('.paper-only.of-grid')")  # gone when the printing is over


def print_sheets(page: Any) -> Any:
    return pypdf.PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True, print_background=True))).pages


def read_scale(sheet: Any) -> float:
    """Points to a pixel of the first words of a sheet."""
    scales: list[float] = []

    def visit(text: str, outer: list[float], inner: list[float], _font: Any, _size: float) -> None:
        if text.strip():
            scales.append(outer[0] * inner[0])

    sheet.extract_text(visitor_text=visit)
    return scales[0]


def squeeze(text: str) -> str:
    """Without spaces, as lines are parted differently on paper, and without the signs that are marks of figures.

    The typeface has one drawing for two kinds of apostrophe, of which the reader of the paper takes the other.
    """
    text = text.replace("\u02bc", "\u2019")
    return "".join(letter for letter in text if unicodedata.category(letter) not in {"Zs", "Cc", "Cf", "So"})
