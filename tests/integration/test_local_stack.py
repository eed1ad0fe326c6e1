"""The process manager of `mixline run`, with small stand-ins for the services. The real ones start in tests/browser."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

SERVER = """
import http.server, os, sys, time
delay, port = float(sys.argv[2]), int(sys.argv[1])
time.sleep(delay)
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers()
        self.wfile.write(b'{"service": "stand-in", "pid": %d}' % os.getpid())
    def log_message(self, *arguments): pass
print("listening", flush=True)
http.server.HTTPServer(("127.0.0.1", port), Handler).serve_forever()
"""

RUN = """
import json, sys
from pathlib import Path
from mixline.local.stack import run
from mixline.local.services import Service
from mixline.settings import Settings
plan = json.loads(sys.argv[1])
services = [Service(**{**service, "command": tuple(service["command"])}) for service in plan["services"]]
sys.exit(run(Settings(home=Path(plan["home"])), services, seed=plan["seed"]))
"""


class StackProcess:
    """A running stack and what it has said so far."""

    def __init__(self, home: Path, services: list[dict[str, object]], seed: list[str] | None = None) -> None:
        plan = json.dumps({"home": str(home), "services": services, "seed": seed})
        self.output = home.parent / f"output-{time.monotonic_ns()}.txt"
        with self.output.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-c", RUN, plan],
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
                start_new_session=True,
            )

    @property
    def said(self) -> str:
        return self.output.read_text()

    def wait_for(self, text: str, count: int = 1) -> None:
        wait_until(lambda: self.said.count(text) >= count, lambda: f"{text!r} was not said:\n{self.said}")

    def end(self, number: int = signal.SIGINT) -> int:
        self.process.send_signal(number)
        return self.process.wait(30)


def wait_until(condition: Callable[[], bool], complaint: Callable[[], str], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, complaint()
        time.sleep(0.02)


def find_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def make_service(name: str = "web", *, delay: float = 0.0, needed: bool = True) -> dict[str, object]:
    port = find_free_port()
    address = f"http://127.0.0.1:{port}"
    return {
        "name": name,
        "command": [sys.executable, "-c", f"exec({SERVER!r})", str(port), str(delay)],
        "address": address,
        "port": port,
        "setting": f"MIXLINE_{name.upper()}_PORT",
        "ready": f"{address}/health",
        "needed": needed,
    }


def ask_pid(service: dict[str, object]) -> int:
    with urllib.request.urlopen(str(service["ready"]), timeout=5) as answer:  # noqa: S310
        return int(json.loads(answer.read())["pid"])


def runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] != "Z"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "50% home #1; 'mine'"


@pytest.fixture
def start(home: Path) -> Iterator[Callable[..., StackProcess]]:
    started: list[StackProcess] = []

    def make(services: list[dict[str, object]], seed: list[str] | None = None) -> StackProcess:
        started.append(StackProcess(home, services, seed))
        return started[-1]

    yield make
    for stack in started:
        if stack.process.poll() is None:
            stack.process.terminate()
            stack.process.wait(30)
    for path in (home / "processes").glob("*.json"):  # of stacks that a test has killed
        pid = json.loads(path.read_text())["pid"]
        if runs(pid):
            os.killpg(pid, signal.SIGKILL)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_says_where_things_are_and_stops_cleanly(start: Callable[..., StackProcess], number: int) -> None:
    services = [make_service("web"), make_service("api")]
    stack = start(services)
    stack.wait_for("Ctrl-C stops everything.")
    pids = [ask_pid(service) for service in services]
    for service in services:
        assert f"{service['address']}  ready after" in stack.said
    assert f"Open {services[0]['address']}\n" in stack.said
    assert stack.end(number) == 0
    assert not any(runs(pid) for pid in pids)


def test_a_slow_service_that_is_not_needed_holds_nobody_up(start: Callable[..., StackProcess]) -> None:
    slow = make_service("slow", delay=1.5, needed=False)
    stack = start([make_service(), slow])
    stack.wait_for("Open http")
    assert "slow  " + str(slow["address"]) + "  still starting" in stack.said
    stack.wait_for(f"{slow['address']}  ready after")


def test_the_log_of_each_service_is_kept(start: Callable[..., StackProcess], home: Path) -> None:
    stack = start([make_service()])
    stack.wait_for("Open http")
    log = home / "logs" / "web.log"
    wait_until(lambda: log.read_text() == "listening\n", log.read_text)


def test_a_port_in_use_stops_it_before_anything_starts(start: Callable[..., StackProcess], home: Path) -> None:
    free, taken = make_service("free"), make_service("taken")
    with socket.create_server(("127.0.0.1", int(str(taken["port"])))):
        stack = start([free, taken])
        assert stack.process.wait(30) == 1
    assert stack.said == (
        f"mixline: Port {taken['port']}, wanted for the taken, is in use by another program. "
        "Stop what listens there, or set MIXLINE_TAKEN_PORT to a free port.\n"
    )
    assert not (home / "logs").exists()


def test_a_port_held_by_another_mixline_is_recognised(start: Callable[..., StackProcess], tmp_path: Path) -> None:
    service = make_service()
    other = StackProcess(tmp_path / "other", [service])
    try:
        other.wait_for("Open http")
        stack = start([service])
        assert stack.process.wait(30) == 1
        assert "is in use by the stand-in of another Mixline" in stack.said
    finally:
        other.end()


def test_a_second_start_in_one_home_names_the_first(start: Callable[..., StackProcess]) -> None:
    first = start([make_service()])
    first.wait_for("Open http")
    second = start([make_service()])
    assert second.process.wait(30) == 1
    assert f"as process {first.process.pid}" in second.said
    assert len(second.said.splitlines()) == 1
    assert first.process.poll() is None


def test_nothing_outlives_a_killed_start(start: Callable[..., StackProcess], home: Path) -> None:
    service = make_service()
    seed = [sys.executable, "-c", "import os, time; print('Importing as', os.getpid(), flush=True); time.sleep(60)"]
    killed = start([service], seed)
    wait_until(lambda: re.search(r"Importing as (\d+)\n", killed.said) is not None, lambda: killed.said)
    pids = [json.loads(path.read_text())["pid"] for path in (home / "processes").glob("*.json")]
    assert len(pids) == 3  # the service, the seeding and the process manager
    assert ask_pid(service) in pids
    killed.end(signal.SIGKILL)
    wait_until(lambda: not any(runs(pid) for pid in pids), lambda: f"some of {pids} run")


def test_a_start_killed_with_its_manager_is_taken_over(start: Callable[..., StackProcess], home: Path) -> None:
    service = make_service()
    killed = start([service])
    killed.wait_for("Open http")
    orphan = ask_pid(service)
    manager = json.loads((home / "processes" / "process-manager.json").read_text())["pid"]
    os.kill(killed.process.pid, signal.SIGSTOP)  # so that it does not see its manager end
    os.kill(manager, signal.SIGKILL)
    killed.end(signal.SIGKILL)
    assert runs(orphan)
    half = home / "artifacts" / "incoming" / "1-abc"
    half.parent.mkdir(parents=True)
    half.write_bytes(b"half")
    os.utime(half, (1, 1))
    stack = start([service])
    stack.wait_for("Open http")
    assert "Ended the web of an earlier start that was killed." in stack.said
    assert not runs(orphan)
    assert not half.exists()
    assert ask_pid(service) != orphan


def test_a_killed_process_manager_ends_the_stack_with_its_services(
    start: Callable[..., StackProcess], home: Path
) -> None:
    service = make_service()
    stack = start([service])
    stack.wait_for("Open http")
    pid = ask_pid(service)
    os.kill(json.loads((home / "processes" / "process-manager.json").read_text())["pid"], signal.SIGKILL)
    assert stack.process.wait(30) == 1
    assert "cannot be used without the process manager" in stack.said
    assert not runs(pid)


def test_a_process_that_took_an_orphans_number_is_left_alone(start: Callable[..., StackProcess], home: Path) -> None:
    with subprocess.Popen(["sleep", "60"], start_new_session=True) as stranger:
        (home / "processes").mkdir(parents=True)
        (home / "processes" / "web.json").write_text(json.dumps({"pid": stranger.pid, "started": "1"}))
        (home / "processes" / "broken.json").write_text("{")
        stack = start([make_service()])
        stack.wait_for("Open http")
        assert stranger.poll() is None
        assert "Ended" not in stack.said
        stranger.kill()


def test_a_killed_service_is_started_again_and_said_so(start: Callable[..., StackProcess]) -> None:
    service = make_service()
    stack = start([service])
    stack.wait_for("Open http")
    pid = ask_pid(service)
    os.kill(pid, signal.SIGKILL)
    stack.wait_for("web was ended by SIGKILL; it is started again.")
    stack.wait_for("ready again")
    assert ask_pid(service) != pid
    assert stack.said.count("Open http") == 1


def test_a_service_that_never_starts_ends_the_stack_with_its_last_words(
    start: Callable[..., StackProcess],
) -> None:
    good, bad = make_service("good"), make_service("bad")
    bad["command"] = [sys.executable, "-c", "import sys; sys.exit('no such table: runs')"]
    stack = start([good, bad])
    assert stack.process.wait(60) == 1
    assert "bad ended with code 1 4 times in a row and is given up. Its last line: no such table: runs" in stack.said
    assert "cannot be used without the bad" in stack.said
    with pytest.raises(OSError, match="refused"):
        ask_pid(good)


def test_a_service_that_is_not_needed_may_fail(start: Callable[..., StackProcess]) -> None:
    bad = make_service("bad", needed=False)
    bad["command"] = [sys.executable, "-c", "raise SystemExit(3)"]
    stack = start([make_service(), bad])
    stack.wait_for("is given up")
    assert stack.process.poll() is None
    assert "Open http" in stack.said


def test_a_service_that_is_too_slow_is_one_sentence(start: Callable[..., StackProcess]) -> None:
    service = {**make_service(delay=60), "ready_seconds": 0.5}
    stack = start([service])
    assert stack.process.wait(30) == 1
    assert "web runs but was not ready after 0 s" in stack.said or "web runs but was not ready after 1 s" in stack.said


def test_what_ignores_the_request_to_stop_is_killed_with_its_children(
    start: Callable[..., StackProcess], tmp_path: Path
) -> None:
    note = tmp_path / "child"
    code = (
        "import subprocess, pathlib, sys; child = subprocess.Popen(['sleep', '60']);"
        f"pathlib.Path({str(note)!r}).write_text(str(child.pid)); child.wait()"
    )
    stack = start([{"name": "parent", "command": [sys.executable, "-c", code]}])
    wait_until(lambda: note.exists() and bool(note.read_text()), lambda: "no child")
    child = int(note.read_text())
    stack.wait_for("Ctrl-C")
    assert stack.end() == 0
    assert not runs(child)


def test_the_seed_reports_in_the_terminal_and_ends_with_the_stack(start: Callable[..., StackProcess]) -> None:
    code = "import os, time; print('Importing as', os.getpid(), flush=True); time.sleep(60)"
    stack = start([make_service()], [sys.executable, "-c", code])
    wait_until(lambda: re.search(r"Importing as (\d+)\n", stack.said) is not None, lambda: stack.said)
    pid = int(re.findall(r"Importing as (\d+)\n", stack.said)[0])
    assert stack.end() == 0
    assert not runs(pid)
