"""MLflow hangs: it takes connections and never answers. Pages are as they were, runs finish, and their records are delivered
when it wakes.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from dashboard import navigation

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

PROCESSES = Path("/proc")
FIT_SECONDS, DELIVERY_SECONDS = 120, 150


@pytest.fixture
def hung(product: Any) -> Iterator[Any]:
    """The product with its MLflow stopped in the middle of whatever it did."""
    found = tracking_processes(product.home)
    if not found:
        pytest.skip("the product's MLflow is not to be found among this machine's processes")
    for one in found:
        os.kill(one, signal.SIGSTOP)
    try:
        yield product
    finally:
        wake(found)


def tracking_processes(home: Path) -> list[int]:
    """Processes of the MLflow that `mixline run` started for a home."""
    found = []
    for folder in PROCESSES.glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes()
            environment = (folder / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        if b"mlflow" in command and f"MIXLINE_HOME={home}".encode() in environment:
            found.append(int(folder.name))
    return found


def wake(processes: list[int]) -> None:
    for one in processes:
        os.kill(one, signal.SIGCONT)


def test_every_page_is_as_it_was(page: Any, hung: Any) -> None:
    page.context.set_default_timeout(30_000)
    for entry in navigation.ENTRIES:
        page.goto(hung.dashboard + entry.path)
        page.wait_for_selector("main h1")
        page.wait_for_function("![...document.querySelectorAll('.skeleton')].some(e => e.offsetParent)")
        assert page.locator(".notice.failed").count() == 0, entry.path
        assert page.locator(".banner.stale").count() == 0, entry.path


def test_a_run_finishes_and_is_told_of_later(hung: Any) -> None:
    dataset = next(d["id"] for d in hung.read("/v1/datasets") if d["name"] == "Demo")
    body = {"dataset_id": dataset, "segment": "FR", "preset": "test", "seed": random.randrange(2**31)}
    run_id = httpx.post(f"{hung.trainer}/v1/mmm/runs", json=body, timeout=30).json()["id"]
    run = await_run(hung, run_id, lambda run: run["job"]["state"] not in ("queued", "running"), FIT_SECONDS)
    assert run["model_id"], run
    model = hung.read(f"/v1/models/{run['model_id']}")
    assert model["lineage"]["tracking_url"] is None
    wake(tracking_processes(hung.home))
    await_run(hung, run_id, lambda run: tracked(hung, run["model_id"]), DELIVERY_SECONDS)


def tracked(product: Any, model_id: str) -> bool:
    return bool(product.read(f"/v1/models/{model_id}")["lineage"]["tracking_url"])


def await_run(product: Any, run_id: str, reached: Any, seconds: float) -> dict[str, Any]:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        run: dict[str, Any] = product.read(f"/v1/mmm/runs/{run_id}")
        if reached(run):
            return run
        time.sleep(0.5)
    pytest.fail(f"after {seconds} s: {run}")
