"""The same dataset, specification and seed give the same model, byte for byte, whatever happens to the processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "tests" / "fixtures" / "fit_process.py"
TRIALS = 4


def start(place: Path, processes: int, threads: int = 1) -> subprocess.Popen[str]:
    place.mkdir(exist_ok=True)
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "OPENBLAS_NUM_THREADS": str(threads)}
    command = [sys.executable, str(SCRIPT), str(place), str(processes)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)


def finish(process: subprocess.Popen[str]) -> dict[str, str]:
    """SHA-256 of every file of the model."""
    output, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    return dict(line.split()[1:] for line in output.splitlines() if line.startswith("file "))


def children(parent: int) -> list[int]:
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            status = (entry / "stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(status[1]) == parent:
            found.append(int(entry.name))
    return found


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    found = finish(start(tmp_path_factory.mktemp("one"), processes=1))
    assert {"model.json"} < set(found)
    return found


@pytest.mark.parametrize(("processes", "threads"), [(2, 1), (4, 2)])
def test_search_processes_and_threads_of_the_machine_change_nothing(
    tmp_path: Path, undisturbed: dict[str, str], processes: int, threads: int
) -> None:
    running = start(tmp_path / "parts", processes, threads)
    most = 0
    while not (tmp_path / "parts" / "trial-001").exists() and running.poll() is None:
        most = max(most, len(children(running.pid)))
        time.sleep(0.02)
    assert finish(running) == undisturbed
    assert most >= processes, "the trials ran in the process itself"


def test_a_killed_fit_goes_on_to_the_same_bytes(tmp_path: Path, undisturbed: dict[str, str]) -> None:
    place = tmp_path / "parts"
    killed = start(place, processes=2)
    assert killed.stdout is not None
    while "saved" not in killed.stdout.readline():
        assert killed.poll() is None
    searching = children(killed.pid)
    os.kill(killed.pid, signal.SIGKILL)
    killed.communicate(timeout=30)
    assert killed.returncode == -signal.SIGKILL
    deadline = time.monotonic() + 30
    while any(Path(f"/proc/{pid}").exists() for pid in searching):
        assert time.monotonic() < deadline, "a search process outlives the fit"
        time.sleep(0.05)
    kept = {path.name: path.stat().st_mtime_ns for path in place.glob("trial-???")}
    assert 0 < len(kept) < TRIALS
    assert finish(start(place, processes=2)) == undisturbed
    after = {path.name: path.stat().st_mtime_ns for path in place.glob("trial-???")}
    assert len(after) == TRIALS
    assert {name: after[name] for name in kept} == kept, "a finished trial was searched again"
