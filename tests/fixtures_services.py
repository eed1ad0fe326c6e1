"""The real product for tests: an API under uvicorn on a free port, a worker process, a home folder of their own."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path

import httpx
import uvicorn
from fastapi import FastAPI

from mixline.jobs.executors import LocalExecutor
from mixline.messages import Problem
from mixline.mmm.simulation.simulate import simulate
from mixline.settings import Settings

FACTORY = "mixline.services.handlers:load_handlers"


def make_settings(home: Path, **changes: object) -> Settings:
    """Settings that touch nothing outside `home`. The tracking server is away unless a test brings one."""
    chosen = {"home": home, "tracking": f"http://127.0.0.1:{free_port()}", "log_level": "warning", "fit_processes": 1}
    return Settings.model_validate(chosen | changes)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """Serve an application; gives its address."""
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_config=None))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server ended at its start"
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(timeout=15)


@contextmanager
def working(settings: Settings) -> Iterator[LocalExecutor]:
    """A worker process on the same home folder."""
    executor = LocalExecutor(FACTORY, settings)
    executor.ensure(1)
    try:
        yield executor
    finally:
        executor.stop()


def make_csv(seed: int = 1, weeks: int = 80, channels: int = 3) -> bytes:
    """A small simulated company as a file."""
    frame = simulate("clean", seed=seed, weeks=weeks, channels=channels).frame
    text = StringIO()
    frame.to_csv(text, index=False, date_format="%Y-%m-%d")
    return text.getvalue().encode()


def upload(client: httpx.Client, content: bytes, filename: str = "weekly.csv") -> dict:
    """Upload a file that is expected to be taken."""
    response = client.post("/v1/uploads", files={"file": (filename, content)})
    assert response.status_code in {200, 201}, response.text
    return response.json()


def confirm(client: httpx.Client, view: dict, name: str = "Weekly", **changes: object) -> dict:
    """Make a dataset with every column as it is suggested."""
    columns = [{key: column[key] for key in ("name", "role", "channel", "kind")} for column in view["columns"]]
    body = {"upload_id": view["id"], "name": name, "columns": columns, "currency": "EUR", **changes}
    response = client.post("/v1/datasets", json=body)
    assert response.status_code in {200, 201}, response.text
    return response.json()


def wait_for_run(client: httpx.Client, run_id: str, seconds: float = 120.0) -> dict:
    """The run once it has ended."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        view = client.get(f"/v1/mmm/runs/{run_id}").json()
        if view["job"]["state"] in {"succeeded", "failed", "cancelled"}:
            return view
        time.sleep(0.2)
    raise AssertionError(f"run {run_id} has not ended: {view['job']}")


def problem_of(response: httpx.Response) -> Problem:
    """The problem document of a refused request, as every refusal must have it."""
    assert response.headers["content-type"] == "application/problem+json"
    problem = Problem.model_validate_json(response.content)
    assert problem.status == response.status_code
    assert problem.correlation_id == response.headers["x-correlation-id"]
    assert "Traceback" not in problem.detail
    assert "\n" not in problem.detail
    return problem
