"""The queue against a model of it, over histories nobody would think of writing down."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from mixline.errors import BusyError, ConflictError
from mixline.jobs.contract import FINAL_STATES, Lease, LeaseLostError, Progress
from mixline.jobs.queue import StateQueue
from mixline.state import State, open_state

KINDS = frozenset({"fit"})
LEASE_SECONDS = 10.0
LIMIT = 4
ERROR = {"code": "unavailable", "sentence": "The warehouse does not answer."}


def machine_on(make_address: Callable[[], str]) -> type[RuleBasedStateMachine]:
    class Histories(RuleBasedStateMachine):
        leases = Bundle("leases")

        def __init__(self) -> None:
            super().__init__()
            self.now = datetime(2026, 1, 5, tzinfo=UTC)
            self.state: State = open_state(make_address())
            self.queue = StateQueue(
                self.state, queue_limit=LIMIT, max_attempts=2, lease_seconds=LEASE_SECONDS, clock=lambda: self.now
            )
            self.keys: dict[str, str] = {}  # every accepted key and its job
            self.newest: dict[str, int] = {}  # the token of each job's newest lease
            self.holders: dict[str, Lease] = {}  # who may write, by our own account
            self.percents: dict[tuple[str, int], float] = {}  # highest progress seen under each lease
            self.results: dict[str, object] = {}

        def teardown(self) -> None:
            self.state.close()

        @rule(number=st.integers(0, 7))
        def submit(self, number: int) -> None:
            key = f"key {number}"
            try:
                job = self.queue.submit("fit", {"number": number}, idempotency_key=key)
            except BusyError:
                waiting = self.queue.list_jobs(states=frozenset({"queued"}))
                assert len(waiting) >= LIMIT
            else:
                assert self.keys.setdefault(key, job.id) == job.id

        @rule(target=leases, owner=st.sampled_from(["worker-1", "worker-2"]))
        def claim(self, owner: str) -> object:
            lease = self.queue.claim(owner, KINDS)
            for job_id, held in list(self.holders.items()):
                if held.expires_at <= self.now and (lease is None or lease.job.id == job_id):
                    del self.holders[job_id]
            if lease is None:
                return multiple()
            assert lease.job.id not in self.holders, "a job has two owners"
            assert lease.token > self.newest.get(lease.job.id, 0), "a token did not grow"
            assert lease.job.attempt <= lease.job.max_attempts
            self.newest[lease.job.id] = lease.token
            self.holders[lease.job.id] = lease
            return lease

        @rule(seconds=st.sampled_from([1.0, 6.0, 11.0, 30.0]))
        def wait(self, seconds: float) -> None:
            self.now += timedelta(seconds=seconds)

        @rule(lease=leases)
        def heartbeat(self, lease: Lease) -> None:
            def write() -> None:
                self.holders[lease.job.id] = self.queue.heartbeat(lease)

            self.write(lease, write, ends=False)

        @rule(lease=leases, percent=st.floats(0, 100))
        def report(self, lease: Lease, percent: float) -> None:
            def write() -> None:
                self.queue.report(lease, Progress(percent, "search"))
                seen = self.queue.get(lease.job.id).progress.percent
                key = (lease.job.id, lease.token)
                assert seen >= self.percents.get(key, 0.0), "progress went back"
                self.percents[key] = seen

            self.write(lease, write, ends=False)

        @rule(lease=consumes(leases))
        def succeed(self, lease: Lease) -> None:
            def write() -> None:
                result = self.queue.succeed(lease, {"token": lease.token}).result  # an old lease is refused here
                assert lease.job.id not in self.results, "a job had two results"
                self.results[lease.job.id] = result

            self.write(lease, write)

        @rule(lease=leases, retryable=st.booleans())
        def fail(self, lease: Lease, retryable: bool) -> None:
            self.write(lease, lambda: self.queue.fail(lease, ERROR, retryable=retryable))

        @rule(lease=leases)
        def release(self, lease: Lease) -> None:
            self.write(lease, lambda: self.queue.release(lease, reason="stopping"))

        @rule(lease=leases)
        def acknowledge(self, lease: Lease) -> None:
            self.write(lease, lambda: self.queue.acknowledge_cancel(lease))

        @rule(data=st.data())
        def cancel(self, data: st.DataObject) -> None:
            if not self.keys:
                return
            job_id = data.draw(st.sampled_from(sorted(self.keys.values())))
            before = self.queue.get(job_id)
            try:
                after = self.queue.cancel(job_id)
            except ConflictError:
                assert before.state in {"succeeded", "failed"}
                return
            if after.state == "cancelled":
                held = self.holders.pop(job_id, None)
                assert held is None or held.expires_at <= self.now, "taken from a living worker"

        @rule(data=st.data())
        def retry(self, data: st.DataObject) -> None:
            if not self.keys:
                return
            job_id = data.draw(st.sampled_from(sorted(self.keys.values())))
            before = self.queue.get(job_id).state
            try:
                assert self.queue.retry(job_id, reason="again").state == "queued"
            except BusyError:
                assert before in {"failed", "cancelled"}
            except ConflictError:
                assert before not in {"failed", "cancelled"}

        def write(self, lease: Lease, write: Callable[[], object], *, ends: bool = True) -> None:
            """Every write succeeds exactly for the newest lease of a job that has not ended or been given up."""
            held = self.holders.get(lease.job.id)
            if held is None or held.token != lease.token:
                before = self.queue.get(lease.job.id), self.queue.list_events(lease.job.id)
                with pytest.raises(LeaseLostError):
                    write()
                assert before == (self.queue.get(lease.job.id), self.queue.list_events(lease.job.id))
                return
            try:
                write()
            except LeaseLostError:
                # only an expired lease may be lost without our noticing: a claim has given its job up
                assert held.expires_at <= self.now
                assert self.queue.get(lease.job.id).state in FINAL_STATES
                del self.holders[lease.job.id]
                return
            if ends:
                del self.holders[lease.job.id]

        @invariant()
        def no_job_is_lost(self) -> None:
            stored = {job.id: job for job in self.queue.list_jobs(limit=100)}
            assert set(stored) == set(self.keys.values())
            for job_id, job in stored.items():
                assert (job.state in FINAL_STATES) == (job.finished_at is not None)
                assert (job.state == "succeeded") == (job.result is not None)
                assert (job.state == "queued") == (job.position is not None)
                assert job.state == "running" or job_id not in self.holders or self.expired(job_id)
                if job_id in self.results:
                    assert job.result == self.results[job_id], "a result changed"
            places = sorted(job.position for job in stored.values() if job.position is not None)
            assert places == list(range(1, len(places) + 1))

        @invariant()
        def logs_have_no_gaps(self) -> None:
            for job_id in self.keys.values():
                sequence = [event.sequence for event in self.queue.list_events(job_id)]
                assert sequence == list(range(1, len(sequence) + 1))

        def expired(self, job_id: str) -> bool:
            return self.holders[job_id].expires_at <= self.now

    return Histories


@pytest.mark.timeout(600)  # a failing history is made as short as possible first, which takes minutes
def test_every_history_keeps_one_owner_growing_tokens_and_all_jobs(make_address: Callable[[], str]) -> None:
    run_state_machine_as_test(
        machine_on(make_address),
        settings=settings(
            max_examples=15,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )
