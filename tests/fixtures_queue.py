"""A queue whose time passes only when told to, for the tests of what it promises. Both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from mixline.jobs.contract import JobQueue, Lease
from mixline.jobs.queue import StateQueue
from mixline.state import State

KINDS = frozenset({"fit"})
ERROR = {"code": "unavailable", "sentence": "The warehouse does not answer."}


class Clock:
    """Time that passes only when told to."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 5, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_seconds(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def make_queue(state: State, clock: Clock) -> Callable[..., StateQueue]:
    def make(**options: float) -> StateQueue:
        return StateQueue(state, clock=clock, **{"lease_seconds": 15.0, **options})  # type: ignore[arg-type]

    return make


@pytest.fixture
def queue(make_queue: Callable[..., StateQueue]) -> JobQueue:
    return make_queue()


def claim(queue: JobQueue, owner: str = "worker-1") -> Lease:
    lease = queue.claim(owner, KINDS)
    assert lease is not None
    return lease


def messages(queue: JobQueue, job_id: str) -> list[str]:
    return [event.message for event in queue.list_events(job_id)]
