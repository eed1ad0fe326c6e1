"""Pictures of pages in the sizes and themes people have; build/screenshots keeps them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

SCREENSHOTS = Path(__file__).resolve().parents[2] / "build" / "screenshots"
SIZES = {"wide": (1440, 900), "narrow": (390, 844)}
DRAWN = """() => [...document.querySelectorAll(".ag-root")].every((table) => table.querySelector(".ag-header-cell"))
  && [...document.querySelectorAll(".dash-graph")].every((graph) => graph.querySelector(".main-svg"))"""
THEME = """(theme) => {
  document.documentElement.dataset.bsTheme = theme;
  document.documentElement.dataset.agThemeMode = theme;
}"""


def photograph(page: Any, slug: str, state: str, themes: Sequence[str] = ("light", "dark")) -> None:
    """The screen of a page without figures of its own colours: in both sizes, in `themes`. Nothing may stick out."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    for size, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(100)
        for theme in themes:
            page.evaluate(THEME, theme)
            page.screenshot(path=SCREENSHOTS / f"{slug}-{state}-{size}-{theme}.png")
        over = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert over <= 0, f"{slug}, {state}: {over} pixels wider than a {size} screen"
    page.evaluate(THEME, themes[0])
    page.set_viewport_size(dict(zip(("width", "height"), SIZES["wide"], strict=True)))
