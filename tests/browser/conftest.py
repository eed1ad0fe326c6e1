"""The real product in a folder of its own, and a browser that notes everything it asks for.

`MIXLINE_TEST_PRODUCT=http://127.0.0.1:8050` tests a product that is running already (with `MIXLINE_HOME` and
`MIXLINE_TRAINER_PORT` as it has them): seconds instead of a minute while working on a page.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from tests.chromium import find_chromium

ROOT = Path(__file__).resolve().parents[2]
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
START_SECONDS = 180  # from an empty home: servers, import and two fits of the demo
STOP_SECONDS = 20
HERE = {"127.0.0.1", "localhost"}


@dataclass(frozen=True)
class Product:
    """A running Mixline."""

    dashboard: str
    trainer: str
    home: Path

    def read(self, path: str, **query: Any) -> Any:
        """A document of the trainer API."""
        answer = httpx.get(self.trainer + path, params=query, timeout=10)
        answer.raise_for_status()
        return answer.json()

    def cancel_all(self) -> None:
        """Leave nothing running behind for the next test."""
        for run in self.read("/v1/mmm/runs", state=["queued", "running"], limit=100):
            httpx.post(f"{self.trainer}/v1/mmm/runs/{run['id']}/cancel", timeout=10)
        deadline = time.monotonic() + 15
        while self.read("/v1/mmm/runs", state=["queued", "running"]) and time.monotonic() < deadline:
            time.sleep(0.2)


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """Everything `mixline run` starts, with the demo fitted."""
    if address := os.environ.get("MIXLINE_TEST_PRODUCT"):
        trainer = f"http://127.0.0.1:{os.environ.get('MIXLINE_TRAINER_PORT', '8051')}"
        yield Product(address, trainer, Path(os.environ.get("MIXLINE_HOME", ".mixline")).absolute())
        return
    folder = tmp_path_factory.mktemp("product")
    ports = dict(zip(("DASHBOARD", "TRAINER", "PREDICTION", "TRACKING"), _free_ports(4), strict=True))
    environment = {key: value for key, value in os.environ.items() if not key.startswith("MIXLINE_")}
    environment |= {f"MIXLINE_{name}_PORT": str(port) for name, port in ports.items()}
    environment |= {
        "MIXLINE_HOME": str(folder / "home"),
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
        "PYTHONUNBUFFERED": "1",
    }
    log = folder / "run.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "mixline.cli", "run"],
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        running = Product(
            f"http://127.0.0.1:{ports['DASHBOARD']}", f"http://127.0.0.1:{ports['TRAINER']}", folder / "home"
        )
        try:
            _await_demo(running, process, log)
            yield running
        finally:
            _stop(process)


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [int(one.getsockname()[1]) for one in sockets]
    for one in sockets:
        one.close()
    return ports


def _await_demo(product: Product, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            pytest.fail(f"mixline run ended with {process.returncode}:\n{_tail(log)}")
        with suppress(httpx.HTTPError):
            healthy = httpx.get(product.dashboard + "/health", timeout=2).status_code == 200
            if healthy and product.read("/v1/status")["demo"] == "ready":
                return
        time.sleep(0.5)
    pytest.fail(f"the demo was not there after {START_SECONDS} s:\n{_tail(log)}")


def _tail(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-40:])


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(STOP_SECONDS)


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
