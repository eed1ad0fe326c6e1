"""Find a Chromium for the browser tests; install one where it is missing and can be installed.

Run as a program before the tests: `python tests/chromium.py`. It prints one line and exits 1 with one sentence that says
what to type when there is no browser to be had.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
APPLICATIONS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)


def find_chromium() -> str | None:
    """Path of a browser: $MIXLINE_CHROMIUM, one on the PATH, an application, or Playwright's own download."""
    named = os.environ.get("MIXLINE_CHROMIUM")
    if named:
        return named if Path(named).exists() else None
    for name in NAMES:
        if path := shutil.which(name):
            return path
    for application in APPLICATIONS:
        if Path(application).exists():
            return application
    return _find_playwright_download()


def _find_playwright_download() -> str | None:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return None
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def install_chromium() -> str | None:
    """Install one with the system's packages (as root) or with Playwright; None when neither works."""
    if shutil.which("apt-get") and os.geteuid() == 0:
        print("Installing Chromium for the browser tests with apt-get", flush=True)  # noqa: T201
        subprocess.run(["apt-get", "update", "-qq"], check=False)
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "install", "-y", "-qq", "chromium"], check=False, env=environment)
        if path := find_chromium():
            return path
    print("Installing Chromium for the browser tests with Playwright", flush=True)  # noqa: T201
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
    return find_chromium()


def main() -> int:
    path = find_chromium() or install_chromium()
    if path is None:
        sys.stderr.write(
            "The browser tests need Chromium and none could be installed. Type: sudo apt-get install chromium "
            "(or set MIXLINE_CHROMIUM to a Chrome you have).\n"
        )
        return 1
    print(f"Browser tests use {path}")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
