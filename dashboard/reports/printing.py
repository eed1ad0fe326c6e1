"""Reports as PDF and PNG: an installed Chrome or Chromium opens the HTML file and prints it.

Chrome's own print keeps text as text and lines as lines, on as many sheets as the report has. The browser is driven by a
process of its own (`browser`): whatever happens to it, it can be ended with all that it started, and the dashboard goes on.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Literal

from mixline.errors import UnavailableError
from mixline.settings import load_settings

Format = Literal["pdf", "png"]
FORMATS: tuple[Format, ...] = ("pdf", "png")

SECONDS = 45.0  # for starting the browser, drawing and printing together; a slow machine needs about 8
ROOT = Path(__file__).resolve().parents[2]
NEVER = "the report could not be printed"
INSTEAD = "Take the HTML file: it holds the same and can be printed from any browser."


def find_browser() -> str | None:
    """Path of a Chrome or Chromium, or None: the one of the settings, else what is installed."""
    if named := load_settings().chromium:
        return named if Path(named).is_file() else None
    from choreographer.browsers.chromium import Chromium

    found: str | None = Chromium.find_browser(skip_local=False)
    return found


def print_page(page: str, form: Format, seconds: float = SECONDS) -> bytes:
    """A written report (`dashboard.reports.page`) as a PDF with a sheet per page, or as one picture of all sheets.

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
    with tempfile.TemporaryDirectory(prefix="mixline-report-", ignore_cleanup_errors=True) as folder:
        source, target = Path(folder) / "report.html", Path(folder) / f"report.{form}"
        source.write_text(page, encoding="utf-8")
        _run([sys.executable, "-m", "dashboard.reports.browser", path, str(source), str(target)], folder, seconds)
        return target.read_bytes()


def _run(command: list[str], folder: str, seconds: float) -> None:
    """Run the printing process, at most so long. Its temporary files are in `folder`."""
    environment = {**os.environ, "TMPDIR": folder, "PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, sys.path)])}
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        _, complaint = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        # The browser ends when the pipe from this process closes.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        waited = f"no answer from the browser within {seconds:.0f} s"
        raise UnavailableError(NEVER, got=waited, action=f"Try again. {INSTEAD}") from None
    if process.returncode != 0:
        last = complaint.strip().splitlines()[-1:] or [f"the browser ended with {process.returncode}"]
        raise UnavailableError(NEVER, got=last[0], action=INSTEAD)
