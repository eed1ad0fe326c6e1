"""Starts the services, waits until they answer, keeps them running and stops them all."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import threading
import time
import urllib.request
import xmlrpc.client
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from mixline.errors import MixlineError
from mixline.jobs.processes import child_environment
from mixline.local.home import check_ports, hold_home, stop_orphans
from mixline.local.manager import ATTEMPTS, SEEDING, Event, Manager, describe_end
from mixline.local.services import Service, find_root, list_services
from mixline.settings import Settings

LOOK_SECONDS = 0.1
SEED_COMMAND = (sys.executable, "-m", "mixline.local.seeding")
LEFTOVER_SECONDS = 60.0  # nothing of ours runs yet: what is half-written is from an earlier start
Say = Callable[[str], None]


def run(
    settings: Settings,
    services: Sequence[Service] | None = None,
    *,
    seed: Sequence[str] | None = SEED_COMMAND,
    say: Say | None = None,
) -> int:
    """Run the product until Ctrl-C or SIGTERM. Returns the exit code: 0 when a person stopped it.

    Args:
        services: what to run instead of the product's services.
        seed: the command that makes the demo once all is ready; its lines are shown. None for no demo.
        say: where lines for people go; the terminal by default.
    """
    say = say or _print
    stop = threading.Event()
    try:
        with _stopping_on_signals(stop), hold_home(settings.home):
            environment = _environment(settings, product=services is None)
            services = list_services(settings) if services is None else services
            for name in stop_orphans(settings.home):
                say(f"Ended the {name.replace('-', ' ')} of an earlier start that was killed.")
            check_ports(services, settings.host)
            _sweep(settings.home)
            return Stack(settings.home, services, environment, seed, say).run(stop)
    except MixlineError as error:
        say(f"mixline: {error.sentence}")
        return 1


@dataclass
class Watch:
    """A service as people see it."""

    service: Service
    log: Path
    started: float | None = None  # monotonic seconds; None while it does not run
    ready: bool = False
    announced: bool = False
    given_up: bool = False
    failures: int = 0  # quick ends in a row
    end: str = "could not be started"

    def last_words(self) -> str:
        """The end of its log, for a person."""
        with contextlib.suppress(OSError):
            lines = [line for line in self.log.read_text(errors="replace")[-4000:].splitlines() if line.strip()]
            if lines:
                return f"Its last line: {lines[-1].strip()[:200]} (more in {self.log})"
        return f"Its log is {self.log}"

    def answers(self) -> bool:
        if not self.service.ready:
            return True
        try:
            with urllib.request.urlopen(self.service.ready, timeout=1) as answer:  # noqa: S310
                if answer.status != 200:
                    return False
                return not self.service.ready_field or bool(json.loads(answer.read())[self.service.ready_field])
        except (OSError, ValueError, KeyError):
            return False


class Stack:
    """The services of one home folder, running."""

    def __init__(
        self, home: Path, services: Sequence[Service], environment: dict[str, str], seed: Sequence[str] | None, say: Say
    ) -> None:
        self._home = home
        self._manager = Manager(home, services, environment, seed)
        self._watches = {service.name: Watch(service, home / "logs" / f"{service.name}.log") for service in services}
        self._seed = seed
        self._seeded = home / "run" / f"{SEEDING}.txt"
        self._seed_position = 0
        self._say = say
        self._began = time.monotonic()
        self._opened = False
        self._width = max([len(service.name) for service in services], default=0)

    def run(self, stop: threading.Event) -> int:
        """Until `stop` is set, or a needed service cannot be kept running."""
        self._say(f"Mixline starts. Data and logs are in {self._home}")
        self._seeded.unlink(missing_ok=True)
        try:
            self._manager.start()
            with ThreadPoolExecutor(max(1, len(self._watches)), thread_name_prefix="readiness") as askers:
                while not stop.is_set():
                    failed = self._look(askers)
                    if failed is not None:
                        self._say(f"Mixline stops, because it cannot be used without the {failed}.")
                        return 1
                    stop.wait(LOOK_SECONDS)
            self._say("Stopping.")
            return 0
        finally:
            self._manager.stop()

    def _look(self, askers: ThreadPoolExecutor) -> str | None:
        """One look at everything. Returns what is needed and cannot be kept running."""
        if not self._manager.running():
            self._say(f"The process manager ended by itself; {self._manager.log} says more.")
            return "process manager"
        for event in self._manager.read_events():
            if event.name == SEEDING:
                self._follow_seeding(event)
            else:
                self._follow(self._watches[event.name], event)
        self._show_seeding()
        for watch in self._watches.values():
            if watch.given_up and watch.service.needed:
                return watch.service.name
        waiting = [watch for watch in self._watches.values() if watch.started is not None and not watch.ready]
        for watch, ready in zip(waiting, askers.map(Watch.answers, waiting), strict=True):
            watch.ready = ready
            if ready:
                self._announce(watch)
            elif self._too_slow(watch):
                return watch.service.name
        if not self._opened and all(watch.ready for watch in self._watches.values() if watch.service.needed):
            self._open()
        return None

    def _follow(self, watch: Watch, event: Event) -> None:
        """Take note of what happened to a service, and say it."""
        name = watch.service.name
        if event.kind == "started":
            watch.started, watch.given_up = time.monotonic(), False
            return
        if event.kind == "steady":
            watch.failures = 0
            return
        watch.started, watch.ready = None, False
        if event.kind == "stopped":
            self._say(f"{name} was stopped through the process manager.")
        elif event.kind == "ended":
            watch.failures += 1
            watch.end = describe_end(event.detail)
            if watch.failures < ATTEMPTS:
                self._say(f"{name} {watch.end}; it is started again. {watch.last_words()}")
        else:
            watch.given_up, watch.failures = True, 0
            self._say(f"{name} {watch.end} {ATTEMPTS} times in a row and is given up. {watch.last_words()}")

    def _too_slow(self, watch: Watch) -> bool:
        """Say that a service is late. Whether the stack cannot go on."""
        seconds = watch.service.ready_seconds
        if watch.announced or watch.started is None or time.monotonic() - watch.started <= seconds:
            return False
        watch.announced = True
        if watch.service.needed:
            self._say(f"{watch.service.name} runs but was not ready after {seconds:.0f} s. {watch.last_words()}")
        else:
            self._say(f"{watch.service.name} is not ready yet; the rest works without it. {watch.last_words()}")
        return watch.service.needed

    def _announce(self, watch: Watch) -> None:
        text = "ready again" if watch.announced else f"ready after {time.monotonic() - self._began:.1f} s"
        watch.announced = True
        self._say(f"  {watch.service.name:<{self._width}}  {watch.service.address or 'on this machine'}  {text}")

    def _open(self) -> None:
        """Everything a person needs is there."""
        self._opened = True
        for watch in self._watches.values():
            if not watch.ready and not watch.given_up:
                name, address = watch.service.name, watch.service.address
                self._say(f"  {name:<{self._width}}  {address}  still starting; nothing waits for it")
        addresses = [watch.service.address for watch in self._watches.values() if watch.service.address]
        if addresses:
            self._say(f"Open {addresses[0]}")
        self._say("Ctrl-C stops everything.")
        if self._seed is not None:
            try:
                self._manager.start_seeding()
            except (OSError, xmlrpc.client.Error) as error:
                self._say(f"The demo could not be made: {error}. Everything else works.")

    def _follow_seeding(self, event: Event) -> None:
        # a code of 1 comes with a line of its own
        if event.kind == "ended" and describe_end(event.detail) not in ("ended with code 0", "ended with code 1"):
            log = self._home / "logs" / f"{SEEDING}.log"
            self._say(f"The demo could not be made; {log} says why. Everything else works.")

    def _show_seeding(self) -> None:
        """The lines that the making of the demo has written since the last look."""
        with contextlib.suppress(FileNotFoundError), self._seeded.open("rb") as lines:
            lines.seek(self._seed_position)
            text = lines.read()
            complete = text[: text.rfind(b"\n") + 1]
            self._seed_position += len(complete)
            for line in complete.decode(errors="replace").splitlines():
                self._say(line.rstrip())


def _environment(settings: Settings, *, product: bool) -> dict[str, str]:
    """The children's: the same settings, this interpreter's modules, and the source tree with the services."""
    environment = child_environment(settings)
    if product:
        environment["PYTHONPATH"] = os.pathsep.join([str(find_root()), environment["PYTHONPATH"]])
    environment["PYTHONUNBUFFERED"] = "1"
    return environment


def _sweep(home: Path) -> None:
    """Remove what a killed start left half-written: it is seen by nobody, and nothing of ours runs yet."""
    limit = time.time() - LEFTOVER_SECONDS
    for folder in (home / "artifacts" / "incoming", home / "outbox" / "incoming"):
        for path in folder.glob("*"):
            with contextlib.suppress(OSError):
                if path.stat().st_mtime < limit:
                    path.unlink()


@contextlib.contextmanager
def _stopping_on_signals(stop: threading.Event) -> Iterator[None]:
    def ask(number: int, frame: FrameType | None) -> None:
        stop.set()

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [(number, signal.signal(number, ask)) for number in numbers]
    try:
        yield
    finally:
        for number, handler in before:
            signal.signal(number, handler)


def _print(line: str) -> None:
    with contextlib.suppress(OSError):  # the terminal may be gone
        print(line, flush=True)  # noqa: T201
