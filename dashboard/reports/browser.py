"""Prints a report with a browser: `python -m dashboard.reports.browser BROWSER REPORT.html TARGET.pdf|png`.

The browser is driven through choreographer, the part of kaleido that talks to Chrome; kaleido itself draws single figures.
Ends with 0 and the file, or with 1 and one line about what went wrong.
"""

from __future__ import annotations

import asyncio
import base64
import sys
from pathlib import Path
from typing import Any

WIDE, HIGH = 1600, 1200  # pixels of the window: wider than a sheet, so that sheets are laid out as on paper
SHARP = 2  # picture elements per pixel of a PNG
NOWHERE = "http://127.0.0.1:9"  # the proxy: a report needs no host, and must not reach one
MILLIMETRES = 25.4
A4 = {"paperWidth": 297 / MILLIMETRES, "paperHeight": 210 / MILLIMETRES}
LOOK_AGAIN = 0.05  # seconds


class BrowserError(Exception):
    """The browser, or the page in it, refused."""


async def print_file(path: str, source: Path, target: Path) -> None:
    """Open `source` in the browser at `path`, wait until its figures are drawn, print it into `target`."""
    from choreographer import Browser

    async with Browser(path, headless=True, enable_gpu=False, proxy_server=NOWHERE) as browser:
        tab = await browser.create_tab()
        size = {"width": WIDE, "height": HIGH, "deviceScaleFactor": SHARP, "mobile": False}
        await _ask(tab, "Emulation.setDeviceMetricsOverride", **size)
        await _ask(tab, "Page.navigate", url=source.as_uri())
        await _await_drawn(tab)
        target.write_bytes(await (_take_pdf(tab) if target.suffix == ".pdf" else _take_png(tab)))


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
    """Until the page says that all figures are there (`report.js`). Raises BrowserError for what it says went wrong."""
    while True:
        state = await _tell(tab, "[document.documentElement.dataset.drawn, document.documentElement.dataset.fault]")
        if state and state[1]:
            raise BrowserError(str(state[1]))
        if state and state[0]:
            return
        await asyncio.sleep(LOOK_AGAIN)


async def _tell(tab: Any, code: str) -> Any:
    """The value of an expression in the page."""
    answer = await _ask(tab, "Runtime.evaluate", expression=code, returnByValue=True)
    return answer["result"].get("value")


async def _ask(tab: Any, command: str, **parameters: Any) -> dict[str, Any]:
    answer: dict[str, Any] = await tab.send_command(command, params=parameters)
    if "error" in answer:
        raise BrowserError(f"{command}: {answer['error'].get('message', '')}")
    result: dict[str, Any] = answer["result"]
    return result


def main(arguments: list[str]) -> int:
    path, source, target = arguments
    try:
        asyncio.run(print_file(path, Path(source), Path(target)))
    except Exception as fault:
        # Whatever goes wrong with somebody else's program: one line for whoever asked.
        sys.stderr.write(f"\n{type(fault).__name__}: {' '.join(str(fault).split())}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
