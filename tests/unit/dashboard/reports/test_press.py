"""Printing one by one: the line moves, is never long, and what was printed is not printed again."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from dashboard.reports.press import Press
from dashboard.reports.printing import print_page
from mixline.errors import BusyError, UnavailableError


class Browser:
    """Notes what it printed and how many at once; holds the line while `closed`."""

    def __init__(self) -> None:
        self.printed: list[str] = []
        self.at_once = self.most = 0
        self.open = threading.Event()
        self.started = threading.Event()
        self.open.set()
        self.lock = threading.Lock()

    def __call__(self, page: str, form: str) -> bytes:
        with self.lock:
            self.at_once += 1
            self.most = max(self.most, self.at_once)
        self.started.set()
        self.open.wait(10)
        with self.lock:
            self.at_once -= 1
            self.printed.append(f"{page}.{form}")
        return f"{page} as {form}".encode()


def test_the_same_page_is_printed_once_and_forms_apart() -> None:
    browser = Browser()
    press = Press(browser)
    assert press.print("a", "pdf") == press.print("a", "pdf") == b"a as pdf"
    assert press.print("a", "png") == b"a as png"
    assert browser.printed == ["a.pdf", "a.png"]


def test_many_at_once_are_printed_one_by_one() -> None:
    browser = Browser()
    press = Press(browser, waiting=8)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda name: press.print(name, "pdf"), ["a", "b", "a", "c", "b", "a", "d", "c"]))
    assert browser.most == 1
    assert sorted(browser.printed) == ["a.pdf", "b.pdf", "c.pdf", "d.pdf"]
    assert found[0] == found[2] == b"a as pdf"


def test_a_line_that_is_full_or_does_not_move_is_said_at_once() -> None:
    browser = Browser()
    browser.open.clear()
    press = Press(browser, wait=0.05, waiting=1)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(press.print, "a", "pdf")
        assert browser.started.wait(5)
        with pytest.raises(BusyError) as refused:
            press.print("b", "pdf")  # waited its time
        assert refused.value.retry_after > 0
        browser.open.set()
        assert first.result(5) == b"a as pdf"
    assert press.print("b", "pdf") == b"b as pdf"


def test_a_print_that_failed_gives_its_place_back() -> None:
    def broken(_page: str, _form: str) -> bytes:
        raise UnavailableError("no browser")

    press = Press(broken, waiting=0)
    for _ in range(3):
        with pytest.raises(UnavailableError):
            press.print("a", "pdf")


def test_no_browser_says_what_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIXLINE_CHROMIUM", "/nowhere/chrome")
    with pytest.raises(UnavailableError, match="apt-get install chromium"):
        print_page("<p>", "pdf")
