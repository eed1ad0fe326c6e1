"""The trainer API goes away while people look: pages show what was known, with its date, and nothing waits for ever."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from dashboard import navigation
from dashboard.silence import QUIET_SECONDS
from tests.browser.pictures import photograph

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

ROOT = Path(__file__).resolve().parents[2]
FIGURE = ".js-plotly-plot .main-svg"
WITH_NUMBERS = ["/", "/contribution", "/response", "/models", "/compare"]
START_SECONDS = 60


@dataclass
class Wire:
    """A wire to the trainer that can be cut: connections are then refused, as by a service that is down. Muted, it takes
    connections and passes nothing on, as a service that hangs.
    """

    trainer: tuple[str, int]
    port: int = 0
    _listener: socket.socket | None = None
    _open: list[socket.socket] = field(default_factory=list)
    _speaks: threading.Event = field(default_factory=threading.Event)

    def mute(self) -> None:
        self._speaks.clear()

    def speak(self) -> None:
        self._speaks.set()

    def join(self) -> None:
        self.speak()
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.port))
        listener.listen(64)
        self.port, self._listener = int(listener.getsockname()[1]), listener
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def cut(self) -> None:
        self.speak()
        if self._listener is not None:
            with suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None
        for one in self._open:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        self._open.clear()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                near, _ = listener.accept()
                far = socket.create_connection(self.trainer)
            except OSError:
                return
            self._open += [near, far]
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=_carry, args=(one, other, self._speaks), daemon=True).start()


def _carry(one: socket.socket, other: socket.socket, speaks: threading.Event) -> None:
    with suppress(OSError):
        while content := one.recv(65536):
            speaks.wait()
            other.sendall(content)
    for end in (one, other):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


@dataclass(frozen=True)
class Office:
    """A dashboard of its own on the product's trainer, with the wire between them."""

    address: str
    wire: Wire


@pytest.fixture(scope="module")
def office(product: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    place = urlsplit(product.trainer)
    wire = Wire((str(place.hostname), int(place.port or 80)))
    wire.join()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    folder = tmp_path_factory.mktemp("office")
    environment = {key: value for key, value in os.environ.items() if not key.startswith("MIXLINE_")}
    environment |= {
        "MIXLINE_HOME": str(folder / "home"),
        "MIXLINE_TRAINER": f"http://127.0.0.1:{wire.port}",
        "MIXLINE_REQUEST_TIMEOUT": "4",
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
    }
    command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--workers", "1", "--threads", "4"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "--no-control-socket", "dashboard.app:create_server()"],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=log,
        )
        office = Office(f"http://127.0.0.1:{port}", wire)
        try:
            _await(office.address, folder / "log")
            yield office
        finally:
            wire.cut()
            process.terminate()
            process.wait(20)


def _await(address: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        with suppress(httpx.HTTPError):
            if httpx.get(address + "/health", timeout=2).status_code == 200:
                return
        time.sleep(0.2)
    pytest.fail(f"the dashboard did not start:\n{log.read_text(errors='replace')[-2000:]}")


@pytest.fixture
def away(office: Office) -> Iterator[Office]:
    """Whatever a test does to the wire, the next one finds it joined."""
    yield office
    office.wire.speak()
    if office.wire._listener is None:
        office.wire.join()


@pytest.fixture(scope="module")
def seen(office: Office, browser: Any) -> dict[str, str]:
    """Each page has been looked at once, with the trainer there: the finding of those that have figures."""
    context = browser.new_context()
    context.set_default_timeout(30_000)
    page, findings = context.new_page(), {}
    for entry in navigation.ENTRIES:
        page.goto(office.address + entry.path)
        page.wait_for_selector("main h1")
        if entry.path in WITH_NUMBERS:
            page.wait_for_selector(FIGURE)
            findings[entry.path] = page.locator(".lede").inner_text()
        settled(page)
    context.close()
    return findings


def test_pages_show_what_was_known_with_its_date(page: Any, away: Office, record: Any, seen: dict[str, str]) -> None:
    record.expected_refusals |= {500, 502, 503}
    page.context.set_default_timeout(30_000)
    away.wire.cut()
    for entry in navigation.ENTRIES:
        page.goto(away.address + entry.path)
        assert_last_known(page, entry.path)
        if entry.path in WITH_NUMBERS:
            page.wait_for_selector(FIGURE)
            assert page.locator(".lede").inner_text() == seen[entry.path]
            assert "Last known results" in page.locator(".banner.stale").inner_text()
        photograph(
            page, entry.module.removeprefix("pages."), "stale", ["light"]
        )  # figures have the theme they came with


def test_a_trainer_that_takes_connections_and_never_answers_is_waited_for_once(
    page: Any, away: Office, record: Any, seen: dict[str, str]
) -> None:
    record.expected_refusals |= {500, 502, 503}
    page.context.set_default_timeout(40_000)
    away.wire.mute()
    for entry in navigation.ENTRIES:
        page.goto(away.address + entry.path)
        if entry.path == "/":  # the first one waits, and its shapes are shown meanwhile
            page.wait_for_selector(".skeleton .figure-bone")
        assert_last_known(page, entry.path)
    away.wire.speak()
    page.goto(away.address + "/")
    page.wait_for_selector("main h1")
    page.wait_for_timeout(QUIET_SECONDS * 1000)
    page.reload()
    page.wait_for_selector(".cards")
    assert page.locator(".banner.stale").count() == 0


def assert_last_known(page: Any, path: str) -> None:
    """The page is there with a banner that has its date; nothing failed, nothing waits."""
    page.wait_for_selector("main h1")
    settled(page)
    assert page.locator(".notice.failed").count() == 0, path
    banner = page.locator(".banner.stale").first.inner_text()
    assert "this was true on" in banner.lower(), path
    assert "UTC" in banner, path


def test_a_trainer_that_comes_back_is_noticed_without_a_reload(page: Any, away: Office, record: Any) -> None:
    record.expected_refusals |= {500, 502, 503}
    page.context.set_default_timeout(30_000)
    page.goto(away.address + "/")
    page.wait_for_selector(FIGURE)
    away.wire.cut()
    page.reload()
    page.wait_for_selector(".banner.stale")
    away.wire.join()
    page.locator(".banner.stale button").click()
    page.wait_for_selector(".banner.stale", state="detached")
    assert page.locator(FIGURE).count() > 0


def test_what_was_never_asked_fails_in_words_with_a_way_to_try_again(page: Any, away: Office, record: Any) -> None:
    record.expected_refusals |= {500, 502, 503}
    page.context.set_default_timeout(30_000)
    page.goto(away.address + "/contribution?period=month")
    page.wait_for_selector(FIGURE)
    away.wire.cut()
    page.goto(away.address + "/contribution?period=quarter")
    page.wait_for_selector(".notice.failed")
    assert "cannot be reached" in page.locator(".notice").inner_text()
    settled(page)
    away.wire.join()
    page.get_by_role("button", name="Try again").click()
    page.wait_for_selector(FIGURE)


def settled(page: Any) -> None:
    """Nothing on the page says that it is still waiting."""
    page.wait_for_function("!document.querySelector('.skeleton') || !document.querySelector('.skeleton').offsetParent")
    assert page.title() != "Updating..."
