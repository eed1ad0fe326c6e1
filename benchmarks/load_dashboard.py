"""A hundred people clicking through the dashboard at once (locust, the `dev` extra).

    python -m benchmarks.load_dashboard --seconds 90
    python -m benchmarks.load_dashboard --minutes 10

Starts the dashboard as it is deployed (gunicorn, two workers with eight threads) on the trainer MIXLINE_TRAINER names, or the
local one; without a trainer that has a model, on a product of its own with the demo fitted (a minute more). Prints the times
of every kind of request, errors, and the memory of the workers from when they are warm to the end. Ends with 1 when a limit
is broken.
"""

from __future__ import annotations

import argparse
import csv
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx

from dashboard.client import TrainerClient
from mixline.errors import MixlineError
from mixline.settings import Settings, load_settings
from tests.product import start_product

ROOT = Path(__file__).resolve().parents[1]
LIMIT_P95 = 500.0  # milliseconds
LIMIT_GROWTH = 0.10  # of the workers' memory, from when they are warm to the end
WARM_SHARE = 0.25  # of the time: until then the workers still meet views for the first time
PEOPLE = 100
JOIN_PER_SECOND = 10
SAMPLE_SECONDS = 2.0
STOP_SECONDS = 45  # gunicorn gives its workers thirty


def main() -> int:
    options = read_options()
    seconds = options.minutes * 60 or options.seconds
    with (
        tempfile.TemporaryDirectory() as folder,
        find_trainer(Path(folder)) as trainer,
        serve(trainer) as (address, pid),
    ):
        memory: list[float] = []
        stop = threading.Event()

        def sample() -> None:
            while not stop.wait(SAMPLE_SECONDS):
                memory.append(read_memory(pid))

        watcher = threading.Thread(target=sample, daemon=True)
        watcher.start()
        play(address, options.people, seconds, Path(folder))
        stop.set()
        watcher.join()
        with (Path(folder) / "load_stats.csv").open(newline="") as file:
            rows = list(csv.DictReader(file))
    return report(rows, memory, options.people, seconds)


@contextmanager
def find_trainer(folder: Path) -> Iterator[str]:
    """The address of a trainer with a model."""
    settings = load_settings()
    if trainer_answers(settings):
        yield settings.trainer_address
        return
    with start_product(folder) as product:
        yield product.trainer


@contextmanager
def serve(trainer: str) -> Iterator[tuple[str, int]]:
    """The dashboard on a free port: its address, and the process id of gunicorn."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "MIXLINE_TRAINER": trainer}
    application = "dashboard.app:create_server()"
    command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--workers", "2", "--threads", "8"]
    process = subprocess.Popen(
        [*command, "--keep-alive", "75", "--preload", "--no-control-socket", "--log-level", "warning", application],
        cwd=ROOT,
        env=environment,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(240):
            with suppress(httpx.HTTPError):
                if httpx.get(address + "/health", timeout=2).status_code == 200:
                    break
            time.sleep(0.25)
        yield address, process.pid
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:  # people's connections are kept open; what was measured is measured
            process.kill()
            process.wait()


def trainer_answers(settings: Settings) -> bool:
    try:
        return bool(TrainerClient(settings).list_models().value)
    except MixlineError:
        return False


def play(address: str, people: int, seconds: float, folder: Path) -> None:
    """Locust, in a process of its own: it changes how Python waits. Times are counted once everybody has come."""
    command = [sys.executable, "-m", "locust", "-f", str(ROOT / "benchmarks" / "people.py"), "--headless"]
    command += ["--host", address, "-u", str(people), "-r", str(JOIN_PER_SECOND), "--reset-stats", "--only-summary"]
    joining = people / JOIN_PER_SECOND
    command += ["-t", f"{round(seconds + joining)}s", "--csv", str(folder / "load"), "--loglevel", "ERROR"]
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
    subprocess.run(
        command, cwd=ROOT, env=environment, check=False, stdout=subprocess.DEVNULL
    )  # ends with 1 when a request failed


def read_memory(parent: int) -> float:
    """Megabytes the workers hold for themselves and their share of what they have in common (Pss)."""
    total = 0
    for children in Path(f"/proc/{parent}/task").glob("*/children"):
        for child in children.read_text().split():
            with suppress(OSError):
                lines = Path(f"/proc/{child}/smaps_rollup").read_text().splitlines()
                total += next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 1000


def report(rows: list[dict[str, str]], memory: list[float], people: int, seconds: float) -> int:
    total = next(row for row in rows if row["Name"] == "Aggregated")
    print(f"{people} people for {seconds:.0f} s: {int(total['Request Count']):,} requests, ", end="")
    print(f"{float(total['Requests/s']):.0f} a second")
    print(f"{'request':<24}{'count':>8}{'median':>10}{'p95':>10}{'p99':>10}{'errors':>8}")
    for row in rows:
        times = "".join(f"{float(row[share]):>7.0f} ms" for share in ("50%", "95%", "99%"))
        name = "all" if row is total else row["Name"]
        print(f"{name:<24}{row['Request Count']:>8}{times}{row['Failure Count']:>8}")
    steady = memory[int(len(memory) * WARM_SHARE) :] or memory
    tail = max(len(steady) // 5, 1)
    first, last = (sum(part) / len(part) for part in (steady[:tail], steady[-tail:]))
    growth, p95, errors = last / first - 1, float(total["95%"]), int(total["Failure Count"])
    print(f"memory of the workers: {first:.0f} MB once warm, {last:.0f} MB at the end")
    kept = {
        f"p95 {p95:.0f} ms (limit {LIMIT_P95:.0f} ms)": p95 <= LIMIT_P95,
        f"{errors} errors (limit 0)": errors == 0,
        f"memory {growth:+.1%} (limit {LIMIT_GROWTH:+.0%})": growth <= LIMIT_GROWTH,
    }
    for words, good in kept.items():
        print(f"{'kept  ' if good else 'BROKEN'}  {words}")
    return 0 if all(kept.values()) else 1


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="A hundred people clicking through the dashboard at once.")
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--seconds", type=float, default=90.0, help="how long, once everybody has come")
    parser.add_argument("--minutes", type=float, default=0.0, help="the same in minutes; 10 to see that memory is flat")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
