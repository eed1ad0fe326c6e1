"""The dashboard's application as a browser talks to it, with a trainer that answers in the same process."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from flask.testing import FlaskClient

from dashboard import navigation
from dashboard.app import ASSETS, create_app
from dashboard.client import TrainerClient
from mixline.settings import Settings
from tests.unit.dashboard import answers, builders

ROOT = Path(__file__).resolve().parents[2]
Answer = Callable[[httpx.Request], httpx.Response]
UNDERSTAND = [entry.path for entry in navigation.ENTRIES if entry.group == "Understand"]


def open_browser(answer: Answer) -> FlaskClient:
    settings = Settings()
    browser = create_app(settings, TrainerClient(settings, httpx.MockTransport(answer))).server.test_client()
    browser.get("/")  # Dash prepares itself on the first request
    return browser


def draw(browser: FlaskClient, path: str, search: str = "") -> str:
    """The page as Dash sends it: a JSON document of components."""
    names = [("_pages_location", "pathname", path), ("_pages_location", "search", search), ("redraw", "data", None)]
    body: dict[str, Any] = {
        "output": ".._pages_content.children..._pages_store.data..",
        "outputs": [
            {"id": "_pages_content", "property": "children"},
            {"id": "_pages_store", "property": "data"},
        ],
        "inputs": [{"id": name, "property": prop, "value": value} for name, prop, value in names],
        "changedPropIds": ["_pages_location.pathname"],
    }
    answer = browser.post("/_dash-update-component", json=body)
    assert answer.status_code == 200, answer.text
    return json.dumps(answer.get_json()["response"]["_pages_content"]["children"], ensure_ascii=False)


@pytest.fixture(scope="module")
def browser() -> FlaskClient:
    return open_browser(answers.answer_with(answers.make_two_countries()))


@pytest.mark.parametrize("path", UNDERSTAND)
@pytest.mark.parametrize("search", ["", "?range=50", "?country=FR", f"?model={builders.OTHER_ID[:12]}&period=quarter"])
def test_pages_show_the_model_the_address_points_to(browser: FlaskClient, path: str, search: str) -> None:
    page = draw(browser, path, search)
    assert "That did not work" not in page
    assert ("Demo, France" if "FR" in search or "model" in search else "Demo, Germany") in page
    assert "in MLflow" in page


@pytest.mark.parametrize("path", UNDERSTAND)
def test_pages_show_no_raw_ids_and_nothing_that_is_not_a_number(browser: FlaskClient, path: str) -> None:
    texts = re.findall(r'"children": "([^"]*)"', draw(browser, path))
    for text in texts:
        assert not re.search(r"[0-9a-f]{16}|nan|None|inf\b", text), text


def test_every_page_starts_with_what_to_do_when_there_is_no_model() -> None:
    browser = open_browser(answers.answer_with([]))
    for path in UNDERSTAND:
        page = draw(browser, path)
        assert "No model yet" in page
        assert "/data" in page
        assert "/runs" in page


def test_the_demo_being_fitted_is_followed_until_it_is_there() -> None:
    page = draw(open_browser(answers.answer_with([], "seeding")), "/")
    assert "The demo is being fitted" in page
    assert "progressbar" in page
    assert "Interval" in page
    assert "could not be fitted" in draw(open_browser(answers.answer_with([], "failed")), "/")


def test_a_trainer_that_goes_away_leaves_the_last_known_results_with_their_date() -> None:
    state = {"away": False}
    models = answers.answer_with(answers.make_two_countries())

    def answer(request: httpx.Request) -> httpx.Response:
        if state["away"]:
            raise httpx.ConnectError("refused", request=request)
        return models(request)

    browser = open_browser(answer)
    fresh = draw(browser, "/")
    state["away"] = True
    stale = draw(browser, "/")
    assert "Last known results" not in fresh
    assert "Last known results" in stale
    assert "UTC" in stale
    assert browser.get("/ready").get_json()["status"] == "degraded"
    assert "cannot be reached" in draw(
        browser, "/response"
    )  # its curves were never read: said, with a way to try again
    assert '"type": "retry"' in draw(browser, "/response")


def test_a_broken_address_offers_a_way_out(browser: FlaskClient) -> None:
    for search in ("?range=77", "?model=ffff", "?country=Atlantis"):
        page = draw(browser, "/contribution", search)
        assert "Clear the filters" in page
        assert "Traceback" not in page


def test_a_fault_in_a_page_is_one_sentence_with_a_correlation_id() -> None:
    summary = builders.make_summary(channels=[])  # a document no trainer gives
    page = draw(open_browser(answers.answer_with([summary])), "/contribution")
    assert "This page could not be drawn" in page
    assert "Correlation id" in page
    assert "Error" not in page


def test_an_unknown_page_says_so(browser: FlaskClient) -> None:
    assert "There is no such page" in draw(browser, "/nowhere")


def test_health_ready_and_headers(browser: FlaskClient) -> None:
    health = browser.get("/health")
    assert health.get_json()["status"] == "ok"
    for answer in (health, browser.get("/"), browser.get("/assets/shell.js")):
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Frame-Options"] == "DENY"
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "unsafe-inline" not in policy.split("script-src")[1].split(";")[0]
        assert "http" not in policy


def test_the_page_and_its_assets_name_no_other_host(browser: FlaskClient) -> None:
    own = [browser.get("/").text]
    own += [p.read_text() for p in ASSETS.iterdir() if p.suffix in {".css", ".js"}]
    for text in own:
        for address in re.findall(r"(?:src|href|url|import|fetch)\W{1,3}(?:https?:)?//[^\s\"')]+", text):
            pytest.fail(f"names another host: {address}")
    assert (ASSETS / "fonts" / "inter-latin-wght-normal.woff2").stat().st_size < 120_000


def test_two_applications_in_one_process_do_not_share_models() -> None:
    first = open_browser(answers.answer_with(answers.make_two_countries()))
    second = open_browser(answers.answer_with([]))
    assert "No model yet" in draw(second, "/")
    assert "Demo, Germany" in draw(first, "/")


def test_the_theme_comes_with_the_persons_own_cookie(browser: FlaskClient) -> None:
    light = draw(browser, "/")
    browser.set_cookie("mixline_theme", "dark")
    try:
        assert draw(browser, "/") != light
    finally:
        browser.delete_cookie("mixline_theme")
    assert draw(browser, "/") == light


def test_the_dashboards_process_loads_no_trainer_library_even_when_it_draws(tmp_path: Path) -> None:
    # Made here: writing a model file loads pandas, reading one must not.
    for name, content in answers.make_files().items():
        (tmp_path / name).write_bytes(content)
    code = f"""
import pathlib, sys, httpx
from tests.integration.test_dashboard_app import draw, open_browser, UNDERSTAND
from tests.unit.dashboard import answers, builders
answers.make_files = lambda: {{path.name: path.read_bytes() for path in pathlib.Path({str(tmp_path)!r}).iterdir()}}
browser = open_browser(answers.answer_with(answers.make_two_countries()))
for path in UNDERSTAND:
    draw(browser, path)
heavy = {{"sklearn", "nevergrad", "numba", "prophet", "scipy", "mlflow", "pandas"}}
print(sorted(heavy & {{name.split(".")[0] for name in sys.modules}}))
"""
    environment = {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "PATH": "/usr/bin:/bin", "HOME": str(Path.home())}
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=environment,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().splitlines()[-1] == "[]"
