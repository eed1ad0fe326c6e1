"""The log of a run as a text, over HTTP, and what becomes of it long after the run."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from fastapi.testclient import TestClient

from gcp.trainer.app import create_app
from mixline.jobs.contract import Progress
from mixline.services import run_log
from mixline.services.context import Services, open_services
from mixline.settings import Settings
from tests.fixtures_services import make_settings

LINES = 1234


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return make_settings(tmp_path, log_days=30)


@pytest.fixture
def services(settings: Settings) -> Iterator[Services]:
    opened = open_services(settings)
    yield opened
    opened.close()


@pytest.fixture
def job_id(services: Services) -> str:
    """A job that wrote a long log, with a secret in it, and ended."""
    job = services.queue.submit("fit", {}, idempotency_key="k")
    lease = services.queue.claim("worker-1", frozenset({"fit"}))
    assert lease is not None
    for number in range(40):
        services.queue.report(lease, Progress(2.5 * number, f"Searching: {number}", best={"nrmse": 0.5 / (number + 1)}))
    for number in range(LINES):
        services.queue.log(lease, f"remark {number}\nsecond line", {})
    services.queue.log(lease, "token=abc", {"actor": "local user"})
    services.queue.succeed(lease, {})
    return job.id


@pytest.fixture
def api(settings: Settings) -> Iterator[httpx.Client]:
    with TestClient(create_app(settings), base_url="http://127.0.0.1") as client:
        yield client


def test_the_whole_log_is_a_text_of_one_line_each(api: httpx.Client, services: Services, job_id: str) -> None:
    answer = api.get(f"/v1/jobs/{job_id}/log")
    lines = answer.text.splitlines()
    count = services.queue.list_events(job_id, newest=True, limit=1)[0].sequence
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert f'filename="run-{job_id[:12]}.log.txt"' in answer.headers["content-disposition"]
    assert len(lines) == 1 + count
    assert lines[0] == f"Log of run {job_id} (succeeded). Times are UTC."
    assert [int(line[19:27]) for line in lines[1:]] == list(range(1, count + 1))
    assert "Searching: 2 (5 %, best nrmse 0.1667)" in answer.text
    assert f"remark {LINES - 1} second line\n" in answer.text
    assert lines[-2].endswith("token=*** (by local user)")
    assert api.get(f"/v1/jobs/{'0' * 32}/log").status_code == 404


def test_the_text_is_made_in_pieces_of_bounded_size(services: Services, job_id: str) -> None:
    pieces = list(run_log.write_log(services, job_id))
    assert max(piece.count("\n") for piece in pieces) == run_log.LINES_AT_ONCE
    assert len(pieces) == 4


def test_the_log_is_paged_from_its_end(api: httpx.Client, job_id: str) -> None:
    found: list[int] = []
    query: dict[str, int | bool] = {"newest": True, "limit": 400}
    while page := api.get(f"/v1/jobs/{job_id}/events", params=query).json():
        found = [line["sequence"] for line in page] + found
        query["before"] = page[0]["sequence"]
    assert found == list(range(1, len(found) + 1))
    assert len(found) > LINES


def test_a_log_is_pruned_after_the_days_of_the_settings(services: Services, job_id: str) -> None:
    now = datetime.now(UTC)
    assert run_log.prune_logs(services, now=now + timedelta(days=29)) == 0
    before = services.queue.list_events(job_id, newest=True, limit=run_log.LINES_KEPT)
    assert run_log.prune_logs(services, now=now + timedelta(days=31)) > 1000
    assert services.queue.list_events(job_id) == before
    text = "".join(run_log.write_log(services, job_id))
    assert f"({before[0].sequence - 1:,} lines were dropped long after the run had ended)" in text


def test_with_0_days_every_line_is_kept(tmp_path: Path) -> None:
    services = open_services(make_settings(tmp_path, log_days=0))
    job = services.queue.submit("fit", {}, idempotency_key="k")
    services.queue.cancel(job.id)
    assert run_log.prune_logs(services, now=datetime.now(UTC) + timedelta(days=36_000)) == 0
    services.close()
