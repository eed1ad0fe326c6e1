"""The process manager: supervisord as a child, its configuration, and what its log tells."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import xmlrpc.client
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from mixline.errors import SettingsError
from mixline.local.home import mark_process, stop_orphans
from mixline.local.services import Service

ATTEMPTS = 4  # quick ends in a row after which a service is given up
STEADY_SECONDS = 30  # a service that ran this long was well
STOP_SECONDS = 12  # the worker gives its job back within ten
LOG_LIMIT = "5MB"  # then a log is put aside, once
MANAGER = "process-manager"  # its mark and its log
SEEDING = "seeding"
SOCKET_LENGTH = 90  # the system's limit is 104 on macOS, and supervisord adds its process id
_HERE = "%%(here)s"  # in the logs of programs, whose text supervisord expands twice

_LINES: Mapping[str, re.Pattern[str]] = {
    "started": re.compile(r"INFO spawned: '(?P<name>\S+)' with pid (?P<detail>\d+)"),
    "steady": re.compile(r"INFO success: (?P<name>\S+) entered RUNNING state(?P<detail>)"),
    "ended": re.compile(r"(?:INFO|WARN) exited: (?P<name>\S+) \((?P<detail>.+); (?:not )?expected\)"),
    "stopped": re.compile(r"(?:INFO|WARN) stopped: (?P<name>\S+) \((?P<detail>.+)\)"),
    "given up": re.compile(r"INFO gave up: (?P<name>\S+) entered FATAL state(?P<detail>)"),
}


@dataclass(frozen=True)
class Event:
    """What happened to a process. `detail`: the process id when it started, how it ended when it ended."""

    kind: Literal["started", "steady", "ended", "stopped", "given up"]
    name: str
    detail: str


class Manager:
    """supervisord, running the services of one home folder."""

    def __init__(
        self, home: Path, services: Sequence[Service], environment: Mapping[str, str], seed: Sequence[str] | None
    ) -> None:
        self.log = home / "logs" / f"{MANAGER}.log"
        self._home = home
        self._environment = dict(environment)
        folder = home / "run"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.log.parent.mkdir(exist_ok=True)
        self._socket, address, self._spare = folder / "manager.sock", "%(here)s/manager.sock", ""
        if len(os.fsencode(self._socket)) > SOCKET_LENGTH:
            self._spare = tempfile.mkdtemp(prefix="mixline-")
            self._socket = Path(self._spare, "manager.sock")
            address = _escape(str(self._socket))
        self._configuration = folder / "supervisord.conf"
        self._configuration.unlink(missing_ok=True)
        self._configuration.touch(mode=0o600)
        self._configuration.write_text(write_configuration(services, seed, address))
        self._process: subprocess.Popen[bytes] | None = None
        self._position = 0

    def start(self) -> None:
        """Start supervisord, which starts the services."""
        with self.log.open("wb") as log:
            # a session of its own: Ctrl-C reaches the stack alone. The pipe tells it when we are gone
            self._process = subprocess.Popen(
                [sys.executable, "-m", "supervisor.supervisord", "-n", "-s", "-c", str(self._configuration)],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                env=self._environment,
                start_new_session=True,
            )
        mark_process(self._home, MANAGER, self._process.pid)

    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def read_events(self) -> Iterator[Event]:
        """What happened since the last call, oldest first."""
        with self.log.open("rb") as log:
            log.seek(self._position)
            text = log.read()
        complete = text[: text.rfind(b"\n") + 1]
        self._position += len(complete)
        for line in complete.decode(errors="replace").splitlines():
            event = read_line(line)
            if event is not None:
                if event.kind == "started":
                    mark_process(self._home, event.name, int(event.detail))
                yield event

    def start_seeding(self) -> None:
        """Start the program that waits for everything else. Raises OSError or xmlrpc.client.Error."""
        from supervisor.xmlrpc import SupervisorTransport

        transport = SupervisorTransport(None, None, f"unix://{self._socket}")
        with xmlrpc.client.ServerProxy("http://127.0.0.1", transport=transport) as server:
            server.supervisor.startProcess(f"mixline:{SEEDING}", False)

    def stop(self) -> None:
        """Stop everything: the services may take STOP_SECONDS, then they are killed."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(STOP_SECONDS + 3)
        stop_orphans(self._home)  # what is left if it could not, or if somebody killed it
        if self._process is not None:
            self._process.wait()
            if self._process.stdin is not None:
                self._process.stdin.close()
        if self._spare:
            shutil.rmtree(self._spare, ignore_errors=True)


def write_configuration(services: Sequence[Service], seed: Sequence[str] | None, address: str) -> str:
    """The text of supervisord.conf. Settings and secrets are not in it: the processes inherit the environment.

    Args:
        address: path of the manager's socket.

    Raises:
        SettingsError: a command cannot be written on one line.
    """
    programs = {service.name: _program(service) for service in services}
    if seed is not None:
        programs[SEEDING] = {
            "command": _quote(seed),
            "autostart": "false",
            "autorestart": "false",
            "startsecs": "0",
            "startretries": "0",
            "stopwaitsecs": "0",  # it goes on where it stopped at the next start
            "killasgroup": "true",
            "stdout_logfile": f"{_HERE}/{SEEDING}.txt",
            "stderr_logfile": f"{_HERE}/../logs/{SEEDING}.log",
        }
    sections: dict[str, Mapping[str, str]] = {
        "unix_http_server": {"file": address, "chmod": "0600"},
        "supervisord": {
            "logfile": f"%(here)s/../logs/{MANAGER}.log",
            "logfile_maxbytes": "0",
            "pidfile": "%(here)s/supervisord.pid",
            "childlogdir": "%(here)s",
            "nocleanup": "true",
            "minfds": "256",
            "minprocs": "50",
        },
        "rpcinterface:supervisor": {
            "supervisor.rpcinterface_factory": "supervisor.rpcinterface:make_main_rpcinterface"
        },
        "rpcinterface:guard": {"supervisor.rpcinterface_factory": "mixline.local.guard:make_guard"},
        "supervisorctl": {"serverurl": f"unix://{address}"},
        # one group, so that all are asked to stop at the same time
        "group:mixline": {"programs": ",".join(programs)},
        **{f"program:{name}": program for name, program in programs.items()},
    }
    return "\n".join(
        f"[{name}]\n" + "".join(f"{key}={value}\n" for key, value in section.items())
        for name, section in sections.items()
    )


def read_line(line: str) -> Event | None:
    """The event a line of supervisord's log tells, None for other lines."""
    for kind, pattern in _LINES.items():
        match = pattern.search(line)
        if match:
            return Event(kind, match["name"], match["detail"])  # type: ignore[arg-type]
    return None


def describe_end(detail: str) -> str:
    """How a process ended, for a person. `detail` in supervisord's words."""
    words = detail.split()
    if words[:2] == ["exit", "status"]:
        return f"ended with code {words[2]}"
    return f"was ended by {words[2]}" if words[:2] == ["terminated", "by"] else "ended"


def _program(service: Service) -> dict[str, str]:
    variables = [f"{name}={value}" for name, value in service.environment.items()]
    return {
        "command": _quote(["/usr/bin/env", *variables, *service.command] if variables else service.command),
        "autorestart": "true",
        "startsecs": str(STEADY_SECONDS),
        "startretries": str(ATTEMPTS - 1),
        "stopwaitsecs": str(STOP_SECONDS),
        "killasgroup": "true",
        "redirect_stderr": "true",
        "stdout_logfile": f"{_HERE}/../logs/{service.name}.log",
        "stdout_logfile_maxbytes": LOG_LIMIT,
        "stdout_logfile_backups": "1",
    }


def _quote(command: Sequence[str]) -> str:
    """A command line that supervisord splits into exactly these arguments."""
    text = shlex.join(command)
    if not text.isprintable():
        raise SettingsError("a path with line breaks or control characters cannot be used", got=text)
    # a # or ; after a blank starts a comment; such arguments are in single quotes, which are left and entered again
    for character in "#;":
        text = text.replace(character, f"'\"{character}\"'")
    return _escape(text)


def _escape(text: str) -> str:
    return text.replace("%", "%%")
