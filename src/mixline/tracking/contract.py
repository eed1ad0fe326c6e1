"""What experiment tracking promises: it records a run and never blocks or loses one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable


@dataclass(frozen=True)
class MetricPoint:
    """One value of a metric. `step` counts candidates; `at_ms` is milliseconds since the epoch."""

    name: str
    value: float
    step: int
    at_ms: int


@dataclass(frozen=True)
class RunRecord:
    """All of one run that lineage needs. Complete in itself, so that it can be replayed later from its JSON.

    `run_key` is ours and unique (the job id): recording the same key twice leaves one run.
    `artifacts` are small files (JSON, CSV, HTML) by name; large ones stay in the artifact store and are named in `tags`.
    """

    run_key: str
    experiment: str
    name: str
    status: str  # "finished" | "failed" | "killed"
    started_ms: int
    ended_ms: int
    params: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    metrics: tuple[MetricPoint, ...] = ()
    artifacts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class TrackedRun:
    """Where a recorded run can be seen."""

    run_key: str
    tracking_run_id: str
    address: str


@runtime_checkable
class Tracker(Protocol):
    """Records runs. A record is written to the outbox before the server is tried, and removed after it has it all."""

    def record(self, record: RunRecord) -> TrackedRun | None:
        """Record a run. Returns None within the time limit when the server is away: the record then waits in the outbox."""
        ...

    def replay(self) -> int:
        """Send what waits in the outbox, oldest first. Returns how many were delivered; never raises for an absent server."""
        ...

    def pending(self) -> int:
        """Records waiting in the outbox."""
        ...

    def find(self, run_key: str) -> TrackedRun | None:
        """The recorded run of a key, or None when unknown or the server is away."""
        ...
