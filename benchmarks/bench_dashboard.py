"""Start of the dashboard, and the server's time for a page or filter change.

Uses the trainer at MIXLINE_TRAINER (or the local one) when it answers and has a model; else documents of the demo's shape
made by hand, which leaves out the trainer's own time.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
from flask.testing import FlaskClient

from dashboard.app import create_app
from dashboard.client import TrainerClient
from mixline.errors import MixlineError
from mixline.settings import Settings, load_settings

ROOT = Path(__file__).resolve().parents[1]
ROUNDS = 40
LIMIT_MILLISECONDS = 150
LIMIT_START = 3.0
VIEWS = [
    ("/", ""),
    ("/", "?range=50"),
    ("/contribution", "?period=week"),
    ("/contribution", "?period=month"),
    ("/contribution", "?period=quarter&range=50"),
    ("/response", ""),
    ("/response", "?range=50"),
]


def main() -> None:
    starts = [measure_start() for _ in range(3)]
    print(f"start until the application is there: {min(starts):.2f} s (limit {LIMIT_START:.0f} s)")
    settings = load_settings()
    client, source = find_client(settings)
    print(f"documents: {source}")
    browser = create_app(settings, client).server.test_client()
    browser.get("/")
    everything: list[float] = []
    for path, search in VIEWS:
        first = time_view(browser, path, search)
        times = [time_view(browser, path, search) for _ in range(ROUNDS)]
        everything += times
        size = len(ask(browser, path, search).data) / 1000
        print(
            f"{path + search:<40} first {first:6.1f} ms   median {statistics.median(times):6.1f} ms   "
            f"p95 {percentile(times):6.1f} ms   {size:5.0f} kB"
        )
    print(f"all views: p95 {percentile(everything):.1f} ms (limit {LIMIT_MILLISECONDS} ms)")


def measure_start() -> float:
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
    begin = time.perf_counter()
    command = [sys.executable, "-c", "from dashboard.app import create_server; create_server()"]
    subprocess.run(command, check=True, cwd=ROOT, env=environment)
    return time.perf_counter() - begin


def find_client(settings: Settings) -> tuple[TrainerClient, str]:
    client = TrainerClient(settings)
    try:
        rows = client.list_models().value
    except MixlineError:
        rows = []
    if rows:
        return client, f"{rows[0].title}, from {settings.trainer_address}"
    from tests.unit.dashboard import builders

    answer = builders.answer_with(builders.make_two_countries())
    return TrainerClient(settings, httpx.MockTransport(answer)), "made by hand (no trainer with a model answers)"


def time_view(browser: FlaskClient, path: str, search: str) -> float:
    begin = time.perf_counter()
    answer = ask(browser, path, search)
    taken = (time.perf_counter() - begin) * 1000
    assert answer.status_code == 200
    assert b"That did not work" not in answer.data
    return taken


def ask(browser: FlaskClient, path: str, search: str) -> Any:
    values = (("_pages_location", "pathname", path), ("_pages_location", "search", search), ("redraw", "data", None))
    body = {
        "output": ".._pages_content.children..._pages_store.data..",
        "outputs": [
            {"id": "_pages_content", "property": "children"},
            {"id": "_pages_store", "property": "data"},
        ],
        "inputs": [{"id": name, "property": prop, "value": value} for name, prop, value in values],
        "changedPropIds": ["_pages_location.search"],
    }
    return browser.post("/_dash-update-component", json=body)


def percentile(times: list[float], share: float = 0.95) -> float:
    return sorted(times)[min(int(len(times) * share), len(times) - 1)]
