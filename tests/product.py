"""The whole product as `mixline run` starts it, in a folder of its own, for tests and benchmarks."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parents[1]
START_SECONDS = 180  # from an empty home: servers, import and two fits of the demo
STOP_SECONDS = 20


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


@contextmanager
def start_product(folder: Path) -> Iterator[Product]:
    """Everything `mixline run` starts, on free ports, with the demo fitted; stopped as Ctrl-C stops it.

    Raises:
        RuntimeError: it ended, or the demo was not there in time, with the end of its log.
    """
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
            raise RuntimeError(f"mixline run ended with {process.returncode}:\n{_tail(log)}")
        with suppress(httpx.HTTPError):
            healthy = httpx.get(product.dashboard + "/health", timeout=2).status_code == 200
            if healthy and product.read("/v1/status")["demo"] == "ready":
                return
        time.sleep(0.5)
    raise RuntimeError(f"the demo was not there after {START_SECONDS} s:\n{_tail(log)}")


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
