"""What every page looks like when there is nothing yet, while it loads, and when it fails."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from werkzeug.serving import make_server

from dashboard import navigation
from dashboard.app import create_app
from dashboard.client import TrainerClient
from mixline.settings import Settings
from tests.browser.pictures import photograph
from tests.unit.dashboard import answers

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-alone")]

PAGES = {entry.module.removeprefix("pages."): entry.path for entry in navigation.ENTRIES}
NAMES = {entry.module.removeprefix("pages."): entry.name for entry in navigation.ENTRIES}
ASKED = "**/_dash-update-component**"
OF_A_MODEL = ["overview", "contribution", "response", "planner", "models"]
Answer = Callable[[httpx.Request], httpx.Response]


@contextmanager
def dashboard(answer: Answer) -> Iterator[str]:
    """The real dashboard, on a trainer that answers so."""
    settings = Settings()
    server = create_app(settings, TrainerClient(settings, httpx.MockTransport(answer))).server
    running = make_server("127.0.0.1", 0, server, threaded=True)
    thread = threading.Thread(target=running.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{running.server_port}"
    finally:
        running.shutdown()
        thread.join()


def nothing_yet(request: httpx.Request) -> httpx.Response:
    empty = answers.answer_with([])(request)
    return empty if empty.status_code == 200 else httpx.Response(200, json=[])


def nobody_there(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("refused", request=request)


def hold_back(page: Any) -> Callable[[], None]:
    """Whatever the page asks the server for from now on waits until the function that is given back is called."""
    held: list[Any] = []
    released = threading.Event()

    def hold(route: Any) -> None:
        if released.is_set():
            route.continue_()
        else:
            held.append(route)

    def release() -> None:
        released.set()
        for route in held:
            route.continue_()

    page.route(ASKED, hold)
    return release


def test_pages_without_a_model_say_what_will_stand_there_and_what_to_do(page: Any) -> None:
    with dashboard(nothing_yet) as address:
        for slug, path in PAGES.items():
            page.goto(address + path)
            page.wait_for_selector("main h1")
            words = page.locator("main").inner_text()
            if slug in OF_A_MODEL:
                assert "No model yet" in words
                assert f"{NAMES[slug]} shows " in words
                assert page.get_by_role("link", name="Bring data").count() == 1
            else:
                assert re.search("No dataset|Nothing to compare", words), slug
                assert page.locator("main .button.primary, main input[type=file]").count() >= 1, slug
            photograph(page, slug, "empty")


def test_pages_fail_in_one_sentence_with_a_way_on(page: Any, record: Any) -> None:
    record.expected_refusals |= {500, 503}
    with dashboard(nobody_there) as address:
        for slug, path in PAGES.items():
            page.goto(address + path)
            page.wait_for_selector(".notice.failed")
            words = page.locator(".notice").inner_text()
            assert "The trainer cannot be reached." in words
            assert "Traceback" not in words
            assert page.get_by_role("button", name="Try again").count() == 1
            photograph(page, slug, "failed")


def test_an_address_that_points_nowhere_can_be_left(page: Any) -> None:
    with dashboard(answers.answer_with(answers.make_two_countries())) as address:
        page.goto(address + "/?model=ffffffffffff")
        page.wait_for_selector(".notice.failed")
        page.get_by_role("link", name="Clear the filters").click()
        page.wait_for_selector(".js-plotly-plot .main-svg")


def test_while_a_page_is_made_its_shape_is_shown(page: Any) -> None:
    with dashboard(answers.answer_with(answers.make_two_countries())) as address:
        for slug, path in PAGES.items():
            release = hold_back(page)
            page.goto(address + path)
            page.wait_for_selector(".skeleton .figure-bone")
            page.wait_for_timeout(400)
            photograph(page, slug, "loading")
            release()
            page.wait_for_selector("main h1")
            page.wait_for_selector(".skeleton", state="detached")
            if slug in OF_A_MODEL[:3]:
                page.wait_for_selector(".js-plotly-plot .main-svg")
            page.unroute(ASKED)
