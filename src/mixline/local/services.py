"""The services of the local stack, as data."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import mixline
from mixline.errors import SettingsError
from mixline.settings import Settings


@dataclass(frozen=True)
class Service:
    """A process to keep running.

    Args:
        name: what people see, and the name of its log.
        command: program and arguments; no shell.
        address: where it is reached; empty when nobody calls it.
        port: the port it listens on; 0 for none.
        setting: the environment variable that changes the port.
        ready: address that answers 200 when the service is ready; empty: ready once it runs.
        ready_field: field of that answer's JSON that must be true or above zero as well.
        ready_seconds: how long it may take, on a slow machine.
        needed: without it the product cannot be used; the stack stops when it cannot be kept running.
        environment: variables on top of the stack's own.
    """

    name: str
    command: tuple[str, ...]
    address: str = ""
    port: int = 0
    setting: str = ""
    ready: str = ""
    ready_field: str = ""
    ready_seconds: float = 60.0
    needed: bool = True
    environment: Mapping[str, str] = field(default_factory=dict)


def list_services(settings: Settings) -> tuple[Service, ...]:
    """What `mixline run` starts. A service whose address the settings give is somebody else's and is not started."""
    python = (sys.executable, "-m")
    services = [_dashboard(settings, python)]
    if not settings.trainer:
        services.append(
            _api("trainer", "gcp.trainer.app:create_app", settings.trainer_port, "MIXLINE_TRAINER_PORT", settings)
        )
    if settings.workers:
        services.append(
            Service(
                "worker",
                (*python, "mixline.cli", "worker"),
                ready=f"{settings.trainer_address}/v1/status",
                ready_field="workers",
            )
        )
    if not settings.prediction:
        services.append(
            _api(
                "prediction",
                "gcp.prediction.app:create_app",
                settings.prediction_port,
                "MIXLINE_PREDICTION_PORT",
                settings,
            )
        )
    if not settings.tracking:
        services.append(_tracking(settings, python))
    return tuple(services)


def find_root() -> Path:
    """The source tree with the services' code. Raises SettingsError when the package was installed without it."""
    for root in (Path(mixline.__file__).resolve().parents[2], Path.cwd()):
        if (root / "gcp" / "trainer").is_dir() and (root / "dashboard").is_dir():
            return root
    raise SettingsError(
        "the services are not part of this installation",
        expected="the folders dashboard and gcp",
        action="Run it from a clone of the repository.",
    )


def _dashboard(settings: Settings, python: tuple[str, ...]) -> Service:
    address = _address(settings, settings.dashboard_port)
    command = (
        *python,
        "gunicorn",
        "dashboard.app:create_server()",
        "--bind",
        address.removeprefix("http://"),
        # one process with threads: pages wait for the trainer, they do not compute
        "--workers",
        "1",
        "--threads",
        "8",
        "--timeout",
        "60",
        "--graceful-timeout",
        "3",
        # longer than a person reads: a connection closed while they click is a click lost
        "--keep-alive",
        "75",
        # a plan is its address: two years of weeks for eight channels, each with its own weight, take 4,700 characters
        "--limit-request-line",
        "8190",
        "--no-control-socket",
    )
    return Service(
        "dashboard", command, address, settings.dashboard_port, "MIXLINE_DASHBOARD_PORT", ready=f"{address}/health"
    )


def _api(name: str, factory: str, port: int, setting: str, settings: Settings) -> Service:
    address = _address(settings, port)
    command = (
        sys.executable,
        "-m",
        "uvicorn",
        factory,
        "--factory",
        "--host",
        settings.host,
        "--port",
        str(port),
        "--no-access-log",  # each service logs its requests itself
        "--timeout-graceful-shutdown",
        "3",
    )
    return Service(name, command, address, port, setting, ready=f"{address}/health")


def _tracking(settings: Settings, python: tuple[str, ...]) -> Service:
    address = _address(settings, settings.tracking_port)
    command = (
        # it takes ten seconds of processor time to start: the others go first
        "nice",
        "-n",
        "5",
        *python,
        "mlflow",
        "server",
        "--backend-store-uri",
        f"sqlite:///{settings.home / 'mlflow.sqlite'}",
        "--artifacts-destination",
        (settings.home / "mlflow-artifacts").as_uri(),
        "--host",
        settings.host,
        "--port",
        str(settings.tracking_port),
        "--workers",
        "1",
    )
    # the runner of jobs would be a third process of 230 MB that nothing of ours uses
    environment = {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false", "MLFLOW_DISABLE_TELEMETRY": "true"}
    return Service(
        "tracking",
        command,
        address,
        settings.tracking_port,
        "MIXLINE_TRACKING_PORT",
        ready=f"{address}/health",
        ready_seconds=120.0,
        needed=False,
        environment=environment,
    )


def _address(settings: Settings, port: int) -> str:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{port}"
