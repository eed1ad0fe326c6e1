"""Start of the dashboard, the server's time for a page or filter change, and what a browser downloads and waits for.

Uses the trainer at MIXLINE_TRAINER (or the local one) when it answers and has a model; else documents of the demo's shape
made by hand, which leaves out the trainer's own time.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.serving import make_server

from benchmarks.asking import ask_view
from benchmarks.by_hand import create_client
from dashboard.app import create_app
from dashboard.client import TrainerClient
from dashboard.repeated import KEPT, Pages
from mixline.errors import MixlineError
from mixline.settings import Settings, load_settings

ROOT = Path(__file__).resolve().parents[1]
ROUNDS = 40
LIMIT_MILLISECONDS = 100
LIMIT_START = 3.0
LIMIT_MEGABYTES = 2.0
LIMIT_PAINT = 1.0
LIMIT_USABLE = 2.0
VISITS = 5
# True once the filters are there and every figure whose place is on the screen is drawn.
IN_SIGHT = """() => {
  const places = [...document.querySelectorAll(".drawing")];
  const drawn = (place) => place.querySelector(".js-plotly-plot .main-svg");
  const boxes = new Map(places.map((place) => [place, place.getBoundingClientRect()]));
  const seen = places.filter((place) => boxes.get(place).bottom > 0 && boxes.get(place).top < innerHeight);
  return document.querySelector(".filters") && places.length > 0 && seen.every(drawn);
}"""
EVERYTHING = (
    "() => [...document.querySelectorAll('.drawing')].every((p) => p.querySelector('.js-plotly-plot .main-svg'))"
)
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
    pages: Pages = browser.application.extensions[KEPT]
    everything: list[float] = []
    for path, search in VIEWS:
        first = time_view(browser, path, search)
        drawn = []
        for _ in range(ROUNDS):
            pages.clear()  # else every round but the first gives the page that is kept
            drawn.append(time_view(browser, path, search))
        again = [time_view(browser, path, search) for _ in range(ROUNDS)]
        everything += drawn
        size = len(ask(browser, path, search).data) / 1000
        print(
            f"{path + search:<40} first {first:6.1f} ms   drawn: median {statistics.median(drawn):6.1f} ms, "
            f"p95 {percentile(drawn):6.1f} ms   given again: {statistics.median(again):5.1f} ms   {size:5.0f} kB"
        )
    print(f"all views, drawn: p95 {percentile(everything):.1f} ms (limit {LIMIT_MILLISECONDS} ms)")
    measure_browser(create_app(settings, client).server)


def measure_browser(server: Flask) -> None:
    """What a browser downloads, and when it shows something and when it can be used: an empty cache, a warm server."""
    from playwright.sync_api import sync_playwright

    from tests.browser.conftest import ARGUMENTS
    from tests.chromium import find_chromium

    path = find_chromium()
    if path is None:
        print("no Chromium: what a browser sees was not measured")
        return
    running = make_server("127.0.0.1", 0, server, threaded=True)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{running.server_port}"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        for page in ("/", "/contribution", "/response", "/planner"):
            visits = [visit(browser, address + page) for _ in range(VISITS + 1)][1:]  # the first warms the server
            size = max(weight for weight, _, _ in visits)
            paint, usable = (statistics.median(times) for times in list(zip(*visits, strict=True))[1:])
            print(
                f"{page:<16} {size:5.2f} MB   first paint {paint:.2f} s   usable {usable:.2f} s   load {os.getloadavg()[0]:.1f}"
            )
        browser.close()
    running.shutdown()
    print(f"limits: {LIMIT_MEGABYTES:.0f} MB, first contentful paint {LIMIT_PAINT:.0f} s, usable {LIMIT_USABLE:.0f} s")


def visit(browser: Any, address: str) -> tuple[float, float, float]:
    """Megabytes received, seconds to the first contentful paint, seconds until the page can be used: its filters are there
    and every figure on the screen is drawn.
    """
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    sizes: list[float] = []
    wire.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    begin = time.perf_counter()
    page.goto(address)
    page.wait_for_function(IN_SIGHT)
    usable = time.perf_counter() - begin
    paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime") / 1000
    page.wait_for_function(EVERYTHING)  # what is below the screen weighs, too
    page.wait_for_timeout(500)
    context.close()
    return sum(sizes) / 1e6, paint, usable


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
    return create_client(settings), "made by hand (no trainer with a model answers)"


def time_view(browser: FlaskClient, path: str, search: str) -> float:
    begin = time.perf_counter()
    answer = ask(browser, path, search)
    taken = (time.perf_counter() - begin) * 1000
    assert answer.status_code == 200
    assert b"That did not work" not in answer.data
    return taken


def ask(browser: FlaskClient, path: str, search: str) -> Any:
    return browser.post("/_dash-update-component", json=ask_view(path, search))


def percentile(times: list[float], share: float = 0.95) -> float:
    return sorted(times)[min(int(len(times) * share), len(times) - 1)]
