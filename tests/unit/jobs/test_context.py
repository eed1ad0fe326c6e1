from __future__ import annotations

from pathlib import Path

import pytest

from mixline.errors import CancelledError
from mixline.jobs.context import LeaseContext, StopReason
from mixline.jobs.contract import LeaseLostError, Progress
from mixline.jobs.parts import JobParts
from mixline.jobs.queue import StateQueue
from mixline.state import State, open_state, upgrade


class Work:
    """A claimed job in a database of its own, with a clock and a stop that the test moves."""

    def __init__(self, state: State) -> None:
        self.queue = StateQueue(state)
        self.queue.submit("fit", {}, idempotency_key="k")
        lease = self.queue.claim("worker-1", frozenset({"fit"}))
        assert lease is not None
        self.seconds = 100.0
        self.reason: StopReason = ""
        self.context = LeaseContext(
            self.queue, JobParts(state), lease, stop_reason=lambda: self.reason, clock=lambda: self.seconds
        )

    @property
    def stored(self) -> Progress:
        return self.queue.get(self.context.job.id).progress


@pytest.fixture
def work(tmp_path: Path) -> Work:
    state = open_state(f"sqlite:///{tmp_path / 'state.sqlite'}")
    upgrade(state)
    return Work(state)


def test_progress_of_one_stage_is_stored_twice_a_second_at_most(work: Work) -> None:
    seen = []
    for percent in (1.0, 2.0, 3.0, 4.0):
        work.context.report(Progress(percent, "search"))
        seen.append(work.stored.percent)
        work.seconds += 0.3
    assert seen == [1.0, 1.0, 3.0, 3.0]


def test_new_stage_is_stored_at_once(work: Work) -> None:
    work.context.report(Progress(1.0, "prepare"))
    work.context.report(Progress(2.0, "search"))
    assert work.stored.stage == "search"


@pytest.mark.parametrize(
    ("reason", "error"), [("cancel", CancelledError), ("lost", LeaseLostError), ("shutdown", LeaseLostError)]
)
def test_job_that_must_stop_is_told_at_the_next_check_or_report(
    work: Work, reason: StopReason, error: type[Exception]
) -> None:
    work.context.check()
    work.reason = reason
    with pytest.raises(error):
        work.context.check()
    with pytest.raises(error):
        work.context.report(Progress(50.0, "search"))
    assert work.stored.percent == 0.0


def test_parts_and_log_lines_belong_to_the_job(work: Work) -> None:
    assert work.context.load_part("trial 1") is None
    work.context.save_part("trial 1", b"bytes")
    work.context.log("trial finished", trial=1)
    assert work.context.load_part("trial 1") == b"bytes"
    last = work.queue.list_events(work.context.job.id)[-1]
    assert (last.kind, last.message, last.data) == ("log", "trial finished", {"trial": 1})
