"""For who does not see the screen, does not use a mouse, or has a small one: axe-core on every page, and the keyboard."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest

from dashboard import navigation
from tests.browser.pictures import DRAWN

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

AXE = Path(axe_playwright_python.__file__).parent / "axe.min.js"
REFUSED = {"serious", "critical"}
RUN = {
    "light": "where => axe.run(where || document, {resultTypes: ['violations']})",
    "dark": "where => axe.run(where || document, {resultTypes: ['violations'], runOnly: ['color-contrast']})",
}
MENU = "main .dropdown-menu.show"
PAGES = [entry.path for entry in navigation.ENTRIES]
UNDERSTAND = ["/", "/contribution", "/response"]
FOCUSED = """() => {
  const e = document.activeElement, style = getComputedStyle(e), box = e.getBoundingClientRect();
  return {
    name: e.id || e.getAttribute("aria-label") || e.textContent.trim().slice(0, 40) || e.tagName,
    kind: e.dataset.save || (e.classList.contains("about") ? "about" : e.classList.contains("term") ? "term"
      : e.closest(".filters") ? "filter" : e.closest("nav") ? "nav" : e.classList.contains("skip-link") ? "skip" : ""),
    seen: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 && box.width > 0 && box.height > 0,
    body: e === document.body,
  };
}"""


@pytest.mark.parametrize(("theme", "widths"), [("light", (1440, 390)), ("dark", (1440,))])
def test_no_page_has_a_serious_finding_closed_or_open(
    browser: Any, product: Any, record: Any, theme: str, widths: tuple[int, ...]
) -> None:
    """Each page as it comes, at each width; then wide with each menu open and all that is folded away unfolded."""
    context = browser.new_context(
        viewport={"width": widths[0], "height": 900}, color_scheme=theme, reduced_motion="reduce"
    )
    context.set_default_timeout(30_000)
    page = context.new_page()
    record.attach(page)
    found, menus = [], 0
    for path in PAGES:
        open_page(page, product, path)
        page.evaluate(AXE.read_text())  # into the page as it is: nothing is fetched, and the content policy stays
        for width in reversed(widths):
            page.set_viewport_size({"width": width, "height": 900})
            found += [f"{path} at {width}: {finding}" for finding in findings(page, theme)]
        page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
        for menu in [None, *page.query_selector_all("main .dropdown-toggle")]:
            if menu is not None:
                menu.click()
                page.wait_for_selector(MENU)
                menus += 1
            opened = None if menu is None else MENU  # the rest of the page is as it was
            found += [f"{path} opened: {finding}" for finding in findings(page, theme, opened)]
            if menu is not None:
                page.keyboard.press("Escape")
    context.close()
    record.check()
    assert menus >= 2
    assert not found, "\n".join(found)


def findings(page: Any, theme: str, where: str | None = None) -> list[str]:
    """What axe finds serious, on the page or in a part of it. The dark theme has other colours and nothing else: only contrast
    is asked there.
    """
    serious = [one for one in page.evaluate(RUN[theme], where)["violations"] if one["impact"] in REFUSED]
    return [f"{one['id']}: {node['html'][:160]}" for one in serious for node in one["nodes"][:3]]


def test_the_cell_of_a_table_that_has_the_focus_is_outlined(page: Any, product: Any) -> None:
    open_page(page, product, "/contribution")
    page.locator("#channel-table .ag-header-cell").first.focus()
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.classList.contains('ag-cell')"):
            break
    assert page.evaluate("getComputedStyle(document.activeElement).outlineWidth") == "2px"


@pytest.mark.parametrize("path", UNDERSTAND)
def test_everything_is_reached_with_the_keyboard_and_seen_to_be(page: Any, product: Any, path: str) -> None:
    open_page(page, product, path)
    page.wait_for_selector(".js-plotly-plot .main-svg")
    figures = page.locator(".js-plotly-plot").count()
    reached = []
    for _ in range(200):
        page.keyboard.press("Tab")
        focus = page.evaluate(FOCUSED)
        if focus["body"]:
            break
        reached.append(focus)
    unseen = [focus["name"] for focus in reached if not focus["seen"] and focus["kind"]]
    assert not unseen, f"focus cannot be seen on {unseen}"
    kinds = [focus["kind"] for focus in reached]
    assert kinds[0] == "skip"
    assert kinds.count("nav") >= len(PAGES)
    assert kinds.count("filter") >= 3
    assert kinds.count("csv") == kinds.count("png") == kinds.count("about") == figures
    assert kinds.index("nav") < kinds.index("filter") < kinds.index("csv")


def test_a_definition_is_shown_to_the_keyboard_too(page: Any, product: Any) -> None:
    open_page(page, product, "/")
    question = page.get_by_role("button", name="What this shows").first
    question.focus()
    shown = "e => getComputedStyle(e, '::after').display"
    assert question.evaluate(shown) == "block"
    page.keyboard.press("Tab")
    assert question.evaluate(shown) == "none"


def test_skipping_to_the_content_leaves_the_navigation_behind(page: Any, product: Any) -> None:
    open_page(page, product, "/contribution")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("!!document.activeElement.closest('main')")


def open_page(page: Any, product: Any, path: str) -> None:
    page.goto(product.dashboard + path)
    page.wait_for_selector("main h1")
    page.wait_for_function("document.fonts.status === 'loaded'")
    page.wait_for_function(DRAWN)
    page.wait_for_timeout(300)  # tables and figures take their width
