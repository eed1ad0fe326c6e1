from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import httpx
import pytest
from flask.testing import FlaskClient
from plotly.offline import get_plotlyjs_version

from benchmarks.asking import ask_view
from dashboard import delivery
from dashboard.app import ASSETS, create_app
from dashboard.client import TrainerClient
from mixline.settings import Settings
from tests.unit.dashboard import answers

ROOT = Path(__file__).resolve().parents[3]
ANYTHING = {"Accept-Encoding": "gzip, br"}
BUNDLED = {"scatter", "bar", "pie"}


@pytest.fixture(scope="module")
def browser() -> FlaskClient:
    answer = answers.answer_with(answers.make_two_countries())
    server = create_app(Settings(), TrainerClient(Settings(), httpx.MockTransport(answer))).server
    return server.test_client()


def test_plotly_is_the_version_the_figures_are_written_for() -> None:
    assert get_plotlyjs_version() == delivery.PLOTLY_VERSION
    content = gzip.decompress(delivery.PLOTLY_FILE.read_bytes())
    assert f"plotly.js (basic - minified) v{delivery.PLOTLY_VERSION}".encode() in content[:200]


def test_every_kind_of_trace_that_is_drawn_is_in_the_bundle() -> None:
    drawn = set()
    for file in (ROOT / "dashboard" / "figures").glob("*.py"):
        drawn |= set(re.findall(r'"type": "([a-z0-9]+)"', file.read_text()))
    shapes_and_axes = {"line", "rect", "path", "circle", "category", "date", "log", "linear", "data", "percent"}
    assert drawn - shapes_and_axes <= BUNDLED


def test_plotly_is_kept_for_ever_and_unpacked_for_who_cannot(browser: FlaskClient) -> None:
    packed = browser.get(delivery.PLOTLY_ADDRESS, headers=ANYTHING)
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["Cache-Control"] == delivery.FOR_EVER
    assert len(packed.data) < 420_000
    plain = browser.get(delivery.PLOTLY_ADDRESS, headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers
    assert plain.data == gzip.decompress(packed.data)


def test_style_sheets_are_named_by_their_content_and_kept(browser: FlaskClient) -> None:
    page = browser.get("/", headers=ANYTHING)
    assert page.headers["Cache-Control"] == delivery.ASK_EACH_TIME
    html = gzip.decompress(page.data).decode()
    addresses = re.findall(r'/assets/[^"]+', html)
    assert addresses
    for address in addresses:
        assert re.search(r"\?m=[0-9a-f]{12}$", address), address
        answer = browser.get(address, headers=ANYTHING)
        assert answer.headers["Cache-Control"] == delivery.FOR_EVER
        if answer.headers.get("Content-Encoding") == "gzip":
            plain = gzip.decompress(answer.data)
            assert plain == (ASSETS / address.partition("?")[0].removeprefix("/assets/")).read_bytes()


def test_answers_to_people_are_packed_and_never_kept(browser: FlaskClient) -> None:
    answer = browser.get("/_dash-dependencies", headers=ANYTHING)
    assert answer.headers["Cache-Control"] == delivery.ASK_EACH_TIME
    assert json.loads(gzip.decompress(answer.data))
    assert "gzip" not in browser.get("/_dash-dependencies").headers.get("Content-Encoding", "")
    assert "Accept-Encoding" in browser.get("/_dash-dependencies").headers["Vary"]


def test_a_script_that_did_not_change_is_not_sent_again(browser: FlaskClient) -> None:
    address = "/_dash-component-suites/dash/dcc/async-graph.js"
    first = browser.get(address, headers=ANYTHING)
    again = browser.get(address, headers={**ANYTHING, "If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_small_answers_and_faults_are_sent_as_they_are(browser: FlaskClient) -> None:
    assert "Content-Encoding" not in browser.get("/health", headers=ANYTHING).headers
    missing = browser.get("/assets/none.css?m=1", headers=ANYTHING)
    assert missing.headers["Cache-Control"] == delivery.ASK_EACH_TIME


def test_packing_keeps_no_more_than_its_limit() -> None:
    packed = delivery.Packed(limit=2)
    for content in (b"a" * 1000, b"b" * 1000, b"c" * 1000):
        assert gzip.decompress(packed.pack(content)) == content
    assert len(packed._items) == 2


def test_the_word_loading_is_not_what_people_see_first(browser: FlaskClient) -> None:
    html = browser.get("/").data.decode()
    assert "Loading..." not in html
    assert "figure-bone" in html


def test_all_that_a_first_visit_to_overview_receives_is_under_two_megabytes(browser: FlaskClient) -> None:
    index = browser.get("/", headers=ANYTHING)
    html = gzip.decompress(index.data).decode()
    addresses = set(re.findall(r'(?:src|href)="(/[^"]+)"', html)) | {"/_dash-layout", "/_dash-dependencies"}
    addresses |= {delivery.PLOTLY_ADDRESS, delivery.GRAPH_ADDRESS, "/assets/fonts/inter-latin-wght-normal.woff2"}
    answers = {address: browser.get(address, headers=ANYTHING) for address in addresses if not address.endswith("/")}
    assert len(answers) > 20
    assert {answer.status_code for answer in answers.values()} == {200}
    page = browser.post("/_dash-update-component", json=ask_view("/", ""), headers=ANYTHING)
    assert page.status_code == 200
    received = len(index.data) + len(page.data) + sum(len(answer.data) for answer in answers.values())
    assert received < 2_000_000


def test_what_only_old_browsers_lack_is_not_sent(browser: FlaskClient) -> None:
    assert "polyfill" not in browser.get("/").data.decode()


def test_the_page_is_in_the_persons_theme_and_place_before_any_script(browser: FlaskClient) -> None:
    plain = browser.get("/contribution").data.decode()
    assert "data-bs-theme" not in plain.split(">", 3)[1]
    assert re.findall(r'class="nav-entry active">.*?<span>([^<]+)</span></a>', plain) == ["Contribution"]
    assert "inert" in plain
    browser.set_cookie("mixline_theme", "dark")
    try:
        assert '<html data-bs-theme="dark"' in browser.get("/").data.decode()
        browser.set_cookie("mixline_theme", '"><script>')
        assert "<script>" not in browser.get("/").data.decode().partition("<head>")[0]
    finally:
        browser.delete_cookie("mixline_theme")
