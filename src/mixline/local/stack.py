"""Starts the services, waits until they answer, keeps them running and stops them all."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import FrameType

from mixline.errors import MixlineError
from mixline.jobs.processes import child_environment
from mixline.local.home import check_ports, hold_home, stop_orphans
from mixline.local.keeper import Keeper
from mixline.local.services import Service, find_root, list_services
from mixline.settings import Settings

LOOK_SECONDS = 0.1
STOP_SECONDS = 12.0  # the worker gives its job back within ten
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
                say(f"Ended the {name} of an earlier start that was killed.")
            check_ports(services, settings.host)
            _sweep(settings.home)
            return Stack(settings.home, services, environment, seed, say).run(stop)
    except MixlineError as error:
        say(f"mixline: {error.sentence}")
        return 1


class Stack:
    """The services of one home folder, running."""

    def __init__(
        self,
        home: Path,
        services: Sequence[Service],
        environment: dict[str, str],
        seed: Sequence[str] | None,
        say: Say,
    ) -> None:
        self._home = home
        self._keepers = [Keeper(service, home, environment) for service in services]
        self._environment = environment
        self._seed = seed
        self._seeding: subprocess.Popen[str] | None = None
        self._say = say
        self._announced: set[str] = set()
        self._opened = False
        self._width = max([len(service.name) for service in services], default=0)

    def run(self, stop: threading.Event) -> int:
        """Until `stop` is set, or a needed service cannot be kept running."""
        self._say(f"Mixline starts. Data and logs are in {self._home}")
        try:
            for keeper in self._keepers:
                keeper.start()
            with ThreadPoolExecutor(max(1, len(self._keepers)), thread_name_prefix="readiness") as askers:
                while not stop.is_set():
                    failed = self._look(askers)
                    if failed is not None:
                        self._say(f"Mixline stops, because it cannot be used without the {failed}.")
                        return 1
                    stop.wait(LOOK_SECONDS)
            self._say("Stopping.")
            return 0
        finally:
            self._stop()

    def _look(self, askers: ThreadPoolExecutor) -> str | None:
        """One look at everything. Returns the name of a needed service that is given up."""
        for keeper in self._keepers:
            line = keeper.look()
            if line:
                self._say(line)
            if keeper.given_up and keeper.service.needed:
                return keeper.service.name
        waiting = [keeper for keeper in self._keepers if not keeper.ready and not keeper.given_up]
        for keeper, ready in zip(waiting, askers.map(Keeper.check, waiting), strict=True):
            if ready:
                self._announce(keeper)
            elif keeper.service.name not in self._announced and keeper.seconds > keeper.service.ready_seconds:
                if keeper.service.needed:
                    self._say(
                        f"{keeper.service.name} runs but was not ready after {keeper.service.ready_seconds:.0f} s. "
                        + keeper.last_words()
                    )
                    return keeper.service.name
                self._announced.add(keeper.service.name)
                self._say(f"{keeper.service.name} is not ready yet; the rest works without it. {keeper.last_words()}")
        if not self._opened and all(keeper.ready for keeper in self._keepers if keeper.service.needed):
            self._open()
        return None

    def _announce(self, keeper: Keeper) -> None:
        service = keeper.service
        again = service.name in self._announced
        self._announced.add(service.name)
        text = "ready again" if again else f"ready after {time.monotonic() - keeper.first_started:.1f} s"
        self._say(f"  {service.name:<{self._width}}  {service.address or 'on this machine'}  {text}")

    def _open(self) -> None:
        """Everything a person needs is there."""
        self._opened = True
        for keeper in self._keepers:
            if not keeper.ready and not keeper.given_up:
                name, address = keeper.service.name, keeper.service.address
                self._say(f"  {name:<{self._width}}  {address}  still starting; nothing waits for it")
        addresses = [keeper.service.address for keeper in self._keepers if keeper.service.address]
        if addresses:
            self._say(f"Open {addresses[0]}")
        self._say("Ctrl-C stops everything.")
        if self._seed is not None:
            self._start_seeding(self._seed)

    def _start_seeding(self, command: Sequence[str]) -> None:
        log = self._home / "logs" / "seeding.log"
        with log.open("ab") as errors:
            process = subprocess.Popen(
                list(command),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                env=self._environment,
                text=True,
                start_new_session=True,
            )
        self._seeding = process

        def show() -> None:
            if process.stdout is not None:
                for line in process.stdout:
                    self._say(line.rstrip())
            if process.wait() > 1:
                self._say(f"The demo could not be made; {log} says why. Everything else works.")

        threading.Thread(target=show, name="seeding", daemon=True).start()

    def _stop(self) -> None:
        if self._seeding is not None and self._seeding.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._seeding.pid, signal.SIGKILL)  # it goes on where it stopped at the next start
        deadline = time.monotonic() + STOP_SECONDS
        for keeper in self._keepers:
            keeper.ask_to_stop()
        for keeper in self._keepers:
            keeper.stop(deadline)


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
