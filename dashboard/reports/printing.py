"""Reports as PDF and PNG: an installed Chrome or Chromium opens the HTML file and prints it.

Chrome's own print keeps text as text and lines as lines, on as many sheets as the report has. It is driven through
choreographer, the part of kaleido that talks to the browser; kaleido itself draws single figures.
"""

from __future__ import annotations

import asyncio
import base64
import os
import tempfile
from pathlib import Path
from typing import Any, Literal

from mixline.errors import UnavailableError

Format = Literal["pdf", "png"]
FORMATS: tuple[Format, ...] = ("pdf", "png")

SECONDS = 45.0  # for starting the browser, drawing and printing together; a slow machine needs about 8
WIDE, HIGH = 1600, 1200  # pixels of the window: wider than a sheet, so that sheets are laid out as on paper
SHARP = 2  # picture elements per pixel of a PNG
NOWHERE = "http://127.0.0.1:9"  # the proxy: a report needs no host, and must not reach one
MILLIMETRES = 25.4
A4 = {"paperWidth": 297 / MILLIMETRES, "paperHeight": 210 / MILLIMETRES}
NEVER = "the report could not be printed"


def find_browser() -> str | None:
    """Path of a Chrome or Chromium, or None: MIXLINE_CHROMIUM, else what is installed."""
    if named := os.environ.get("MIXLINE_CHROMIUM"):
        return named if Path(named).is_file() else None
    from choreographer.browsers.chromium import Chromium

    found: str | None = Chromium.find_browser(skip_local=False)
    return found


def print_page(page: str, form: Format, seconds: float = SECONDS) -> bytes:
    """A written report (`mixline.reports.page`) as a PDF with a sheet per page, or as one picture of all sheets.

    Raises:
        UnavailableError: there is no browser, it did not start, or it took longer than `seconds`.
    """
    path = find_browser()
    if path is None:
        raise UnavailableError(
            "a PDF or PNG needs Chrome or Chromium, and none was found",
            action="Install one (`sudo apt-get install chromium`, or `choreo_get_chrome` downloads one), or take the HTML "
            "file: it holds the same and can be printed from any browser.",
        )
    try:
        return asyncio.run(asyncio.wait_for(_print(page, form, path), seconds))
    except TimeoutError:
        raise UnavailableError(
            NEVER, got=f"no answer from the browser within {seconds:.0f} s", action="Try again, or take the HTML file."
        ) from None
    except UnavailableError:
        raise
    except Exception as fault:
        # Whatever goes wrong in the browser or on the way to it: the report itself is fine, and HTML needs no browser.
        raise UnavailableError(NEVER, got=f"{type(fault).__name__}: {fault}", action="Take the HTML file.") from fault


async def _print(page: str, form: Format, path: str) -> bytes:
    from choreographer import Browser

    with tempfile.TemporaryDirectory(prefix="mixline-report-") as folder:
        file = Path(folder) / "report.html"
        file.write_text(page, encoding="utf-8")
        async with Browser(path, headless=True, enable_gpu=False, proxy_server=NOWHERE) as browser:
            tab = await browser.create_tab()
            size = {"width": WIDE, "height": HIGH, "deviceScaleFactor": SHARP, "mobile": False}
            await _ask(tab, "Emulation.setDeviceMetricsOverride", **size)
            await _ask(tab, "Page.navigate", url=file.as_uri())
            await _await_drawn(tab)
            return await (_take_pdf(tab) if form == "pdf" else _take_png(tab))


async def _take_pdf(tab: Any) -> bytes:
    options = {"printBackground": True, "preferCSSPageSize": True, "marginTop": 0, "marginBottom": 0, "marginLeft": 0}
    answer = await _ask(tab, "Page.printToPDF", **A4, **options, marginRight=0, landscape=False, generateTaggedPDF=True)
    return base64.b64decode(answer["data"])


async def _take_png(tab: Any) -> bytes:
    """The sheets and nothing around them."""
    code = "(() => { const r = document.querySelector('main').getBoundingClientRect(); return [r.width, r.height]; })()"
    await _tell(tab, "document.body.classList.add('paper', 'picture')")
    wide, high = await _tell(tab, code)
    clip = {"x": 0, "y": 0, "width": wide, "height": high, "scale": 1}
    answer = await _ask(tab, "Page.captureScreenshot", format="png", clip=clip, captureBeyondViewport=True)
    return base64.b64decode(answer["data"])


async def _await_drawn(tab: Any) -> None:
    """Until the page says that all figures are there (`report.js`). Raises UnavailableError for what it says went wrong."""
    while True:
        state = await _tell(tab, "[document.documentElement.dataset.drawn, document.documentElement.dataset.fault]")
        if state and state[1]:
            raise UnavailableError(NEVER, got=str(state[1]), action="Take the HTML file.")
        if state and state[0]:
            return
        await asyncio.sleep(0.05)


async def _tell(tab: Any, code: str) -> Any:
    """The value of an expression in the page."""
    answer = await _ask(tab, "Runtime.evaluate", expression=code, returnByValue=True)
    return answer["result"].get("value")


async def _ask(tab: Any, command: str, **parameters: Any) -> dict[str, Any]:
    answer: dict[str, Any] = await tab.send_command(command, params=parameters)
    if "error" in answer:
        raise UnavailableError(
            NEVER, where=command, got=answer["error"].get("message", ""), action="Take the HTML file."
        )
    result: dict[str, Any] = answer["result"]
    return result
