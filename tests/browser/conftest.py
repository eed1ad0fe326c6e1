"""The real product in a folder of its own, and a browser that notes everything it asks for.

`MIXLINE_TEST_PRODUCT=http://127.0.0.1:8050` tests a product that is running already (with `MIXLINE_HOME` and
`MIXLINE_TRAINER_PORT` as it has them): seconds instead of a minute while working on a page.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.chromium import find_chromium
from tests.product import Product, start_product

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
HERE = {"127.0.0.1", "localhost"}


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """Everything `mixline run` starts, with the demo fitted."""
    if address := os.environ.get("MIXLINE_TEST_PRODUCT"):
        trainer = f"http://127.0.0.1:{os.environ.get('MIXLINE_TRAINER_PORT', '8051')}"
        yield Product(address, trainer, Path(os.environ.get("MIXLINE_HOME", ".mixline")).absolute())
        return
    with start_product(tmp_path_factory.mktemp("product")) as running:
        yield running


@dataclass
class Record:
    """What a page did beyond showing itself."""

    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    refusals: list[tuple[int, str]] = field(default_factory=list)
    expected_refusals: set[int] = field(default_factory=set)

    def attach(self, page: Any) -> None:
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("pageerror", lambda error: self.complaints.append(f"exception: {error}"))
        page.on("console", self._note_message)
        page.on(
            "response",
            lambda response: self.refusals.append((response.status, response.url)) if response.status >= 400 else None,
        )

    def _note_message(self, message: Any) -> None:
        # a refused request is noted by its status; the browser's own line about it says less
        if message.type in ("error", "warning") and not message.text.startswith("Failed to load resource"):
            self.complaints.append(f"{message.type}: {message.text}")

    def check(self) -> None:
        """Nothing left the host, the console is silent, no request was refused that was not meant to be."""
        away = {url for url in self.requests if _host(url) not in HERE}
        assert not away, f"requests left the host: {sorted(away)[:5]}"
        assert not self.complaints, self.complaints[:5]
        surprising = [refusal for refusal in self.refusals if refusal[0] not in self.expected_refusals]
        assert not surprising, surprising[:5]


def _host(url: str) -> str:
    parts = urlsplit(url)
    return "127.0.0.1" if parts.scheme in ("data", "blob", "about") else parts.hostname or ""


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    path = _find_browser()
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield chromium
        chromium.close()


def _find_browser() -> str:
    path = find_chromium()
    if path is None:
        pytest.skip("no Chromium; python tests/chromium.py says how to get one")
    return path


@pytest.fixture
def record() -> Record:
    return Record()


@pytest.fixture
def page(browser: Any, record: Record) -> Iterator[Any]:
    """A fresh browser page at 1440 x 900. Afterwards its record is checked."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, color_scheme="light")
    context.set_default_timeout(15_000)
    opened = context.new_page()
    record.attach(opened)
    yield opened
    context.close()
    record.check()
