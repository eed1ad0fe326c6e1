"""One stack per home folder: its lock, and the marks of the processes it started."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path

from mixline.errors import ConflictError, SettingsError, UnavailableError
from mixline.local.services import Service

STOP_SECONDS = 10.0  # an orphan may take this long to end by itself


@contextlib.contextmanager
def hold_home(home: Path) -> Iterator[None]:
    """Be the only stack of a home folder.

    The system gives the lock back when its holder ends, however it ends, so the lock of a killed start is simply taken.

    Raises:
        ConflictError: a stack runs there; the sentence has its process id.
        UnavailableError: the folder cannot be used.
    """
    path = home / "run.lock"
    try:
        home.mkdir(parents=True, exist_ok=True)
        file = path.open("a+")
    except OSError as error:
        raise UnavailableError(
            f"the home folder cannot be used: {error.strerror or error}",
            where=str(home),
            action="Set MIXLINE_HOME to a folder you may write to.",
        ) from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.seek(0)
            raise ConflictError(
                f"Mixline runs already with this home folder, as process {file.read().strip() or 'unknown'}",
                where=str(home),
                action="Use that one, stop it with Ctrl-C in its terminal, or set MIXLINE_HOME to another folder.",
            ) from None
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield


def mark_process(home: Path, name: str, pid: int) -> None:
    """Note that a process is ours, so that a later start can end it if we cannot."""
    folder = home / "processes"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.json"
    beside = path.with_suffix(".new")
    beside.write_text(json.dumps({"pid": pid, "started": _started(pid)}))
    beside.replace(path)


def stop_orphans(home: Path) -> list[str]:
    """End what a killed start left running, with all that it started. Returns the names of those that still ran.

    A process is only touched if it started when the mark says: process ids are used again.
    """
    running = {}
    for path in sorted((home / "processes").glob("*.json")):
        with contextlib.suppress(ValueError, KeyError, TypeError):
            mark = json.loads(path.read_text())
            pid = int(mark["pid"])
            if mark["started"] and _started(pid) == mark["started"]:
                running[path.stem] = pid
    for number in (signal.SIGTERM, signal.SIGKILL):
        for pid in running.values():
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, number)
        deadline = time.monotonic() + STOP_SECONDS
        while any(_started(pid) for pid in running.values()) and time.monotonic() < deadline:
            time.sleep(0.05)
    for path in (home / "processes").glob("*.json"):
        path.unlink(missing_ok=True)
    return list(running)


def check_ports(services: Sequence[Service], host: str) -> None:
    """Whether every port can be listened on. Raises SettingsError naming the port, who may hold it, and the setting."""
    for service in services:
        if not service.port:
            continue
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            # as the servers do: a port whose last connections are just closing is free
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, service.port))
                # two may bind with that option, only one may listen
                probe.listen(1)
            except OSError as error:
                if isinstance(error, socket.gaierror) or error.errno == 99:
                    raise SettingsError(
                        "this machine has no such address", where="MIXLINE_HOST", got=host, expected="127.0.0.1"
                    ) from error
                taken = "needs rights you do not have" if isinstance(error, PermissionError) else "is in use"
                raise SettingsError(
                    f"port {service.port}, wanted for the {service.name}, {taken}{_guess_holder(service)}",
                    action=f"Stop what listens there, or set {service.setting} to a free port.",
                ) from error


def _guess_holder(service: Service) -> str:
    """Who answers there, if it is another Mixline."""
    with contextlib.suppress(Exception), urllib.request.urlopen(service.ready or service.address, timeout=1) as answer:  # noqa: S310
        document = json.loads(answer.read(10_000))
        if isinstance(document, dict) and "service" in document:
            return f" by the {document['service']} of another Mixline"
    return " by another program"


def _started(pid: int) -> str:
    """When a process started, in the system's own words; empty when it does not run."""
    stat = Path(f"/proc/{pid}/stat")
    if Path("/proc/self/stat").exists():
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            return ""
        return "" if fields[0] == "Z" else fields[19]
    done = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return done.stdout.strip()
