from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy.exc import IntegrityError

from mixline.errors import NotFoundError
from mixline.state import State
from mixline.state.audit import Audit
from mixline.state.datasets import Dataset, Datasets
from mixline.state.models import Models
from mixline.state.runs import Run, Runs
from mixline.state.specifications import Specifications
from mixline.state.tables import workers
from mixline.state.uploads import Uploads
from mixline.state.workers import Workers

NOW = datetime(2026, 1, 5, tzinfo=UTC)
DIGESTS = [character * 64 for character in "abcdef"]
JOB = "1" * 32


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 1, 5, 12, 0, 0, 123456, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def make_dataset(state: State, clock: Clock, dataset_id: str = DIGESTS[0], name: str = "weekly") -> Dataset:
    return Datasets(state, clock=clock).create(
        dataset_id, name=name, upload_id=None, artifact_id=DIGESTS[1], mapping={"date": "week"}, view={"rows": 104}
    )


def make_run(state: State, clock: Clock, run_id: str = JOB) -> Run:
    make_dataset(state, clock)
    Specifications(state, clock=clock).put(DIGESTS[2], {"goal": "sales"})
    return Runs(state, clock=clock).put(
        run_id,
        dataset_id=DIGESTS[0],
        specification_id=DIGESTS[2],
        segment="DE",
        preset="test",
        trials=2,
        iterations=300,
        seed=2**31 - 1,
    )


def test_same_bytes_are_one_upload(state: State, clock: Clock) -> None:
    uploads = Uploads(state, clock=clock)
    first = uploads.put(DIGESTS[0], filename="a.csv", artifact_id=DIGESTS[1], rows=104, view={"columns": ["week"]})
    again = uploads.put(DIGESTS[0], filename="b.csv", artifact_id=DIGESTS[1], rows=104, view={})
    other = uploads.put(DIGESTS[2], filename="c.csv", artifact_id=DIGESTS[3], rows=3, view={})
    assert again == first == uploads.get(DIGESTS[0])
    assert first.view == {"columns": ["week"]}
    assert uploads.list_uploads() == [other, first]


def test_versions_of_a_name_count_from_one(state: State, clock: Clock) -> None:
    datasets = Datasets(state, clock=clock)
    made = [make_dataset(state, clock, digest) for digest in DIGESTS[:3]]
    other = make_dataset(state, clock, DIGESTS[3], name="daily")
    assert [dataset.version for dataset in [*made, other]] == [1, 2, 3, 1]
    assert make_dataset(state, clock, DIGESTS[1]) == made[1]  # the same content is no new version
    assert datasets.find_latest("weekly") == made[2]
    assert datasets.find_first("weekly") == made[0]
    assert datasets.find_latest("yearly") is None
    assert datasets.find_first("yearly") is None
    assert datasets.list_datasets(name="weekly") == made[::-1]
    assert datasets.list_datasets(limit=1, offset=1) == [made[2]]


def test_datasets_created_at_once_get_different_versions(state: State, clock: Clock) -> None:
    threads = [threading.Thread(target=make_dataset, args=(state, clock, digest)) for digest in DIGESTS]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sorted(dataset.version for dataset in Datasets(state).list_datasets()) == [1, 2, 3, 4, 5, 6]


def test_specification_document_comes_back_as_it_was(state: State, clock: Clock) -> None:
    document = {"z": [0.1, 1e-300, 3, True, None], "a": {"ä": "☃"}, "m": 1.0}
    stored = Specifications(state, clock=clock).put(DIGESTS[0], document)
    read = Specifications(state).get(DIGESTS[0])
    assert read == stored
    assert read.document == document
    assert list(read.document) == list(document)
    assert isinstance(read.document["m"], float)


def test_run_learns_its_model_and_tracking(state: State, clock: Clock) -> None:
    run = make_run(state, clock)
    runs = Runs(state, clock=clock)
    assert make_run(state, clock) == run
    assert (run.model_id, run.tracking_url, run.seed) == (None, None, 2**31 - 1)
    runs.set_model(JOB, DIGESTS[4])
    assert runs.set_tracking(JOB, "http://127.0.0.1:8053/#/1").model_id == DIGESTS[4]
    assert runs.list_runs(dataset_id=DIGESTS[0]) == [runs.get(JOB)]
    assert runs.list_runs(dataset_id=DIGESTS[5]) == []


def test_run_of_an_unknown_dataset_is_refused(state: State, clock: Clock) -> None:
    with pytest.raises(IntegrityError):
        Runs(state, clock=clock).put(
            JOB,
            dataset_id=DIGESTS[5],
            specification_id=DIGESTS[5],
            segment="",
            preset="test",
            trials=1,
            iterations=1,
            seed=1,
        )


def test_models_are_listed_by_dataset_and_segment(state: State, clock: Clock) -> None:
    make_run(state, clock)
    models = Models(state, clock=clock)
    made = [
        models.put(
            digest,
            run_id=run_id,
            dataset_id=DIGESTS[0],
            specification_id=DIGESTS[2],
            title="Sales, DE",
            segment=segment,
            goal="sales",
            currency="EUR",
            verdict="care",
            summary={"channels": []},
        )
        for digest, run_id, segment in ((DIGESTS[3], JOB, "DE"), (DIGESTS[4], None, "FR"))
    ]
    assert models.get(DIGESTS[3]) == made[0]
    assert models.list_models() == made[::-1]
    assert models.list_models(segment="DE", dataset_id=DIGESTS[0]) == [made[0]]
    assert models.list_models(dataset_id=DIGESTS[5]) == []


def test_workers_are_alive_while_they_beat(state: State, clock: Clock) -> None:
    repository = Workers(state, clock=clock)
    repository.beat("one", host="laptop", pid=1)
    started = clock.now
    clock.now += timedelta(seconds=60)
    repository.beat("one", host="laptop", pid=1)
    repository.beat("two", host="laptop", pid=2)
    one, two = repository.list_alive(within=timedelta(seconds=30))
    assert (one.id, one.started_at) == ("one", started)
    assert one.last_seen > one.started_at
    clock.now += timedelta(seconds=60)
    assert repository.list_alive(within=timedelta(seconds=30)) == []
    repository.remove("two")
    assert [row.id for row in repository.list_alive(within=timedelta(hours=1))] == ["one"]
    clock.now += timedelta(days=2)
    repository.beat("three", host="laptop", pid=3)
    with state.read() as connection:
        assert [row.id for row in connection.execute(workers.select())] == ["three"]
    assert two.pid == 2


def test_audit_lines_are_kept_in_order(state: State, clock: Clock) -> None:
    audit = Audit(state, clock=clock)
    first = audit.record(actor="ann@example.com", action="launch", subject=JOB, data={"preset": "test"})
    second = audit.record(actor="worker", action="publish", subject=DIGESTS[0])
    assert audit.list_lines() == [second, first]
    assert audit.list_lines(subject=JOB) == [first]
    assert first.data == {"preset": "test"}


@pytest.mark.parametrize("repository", [Uploads, Datasets, Specifications, Runs, Models])
def test_absent_row_is_a_sentence_with_the_id(state: State, repository: type[Uploads]) -> None:
    with pytest.raises(NotFoundError, match=r"There is no .* with this id; got 'nothing'"):
        repository(state).get("nothing")


def test_times_are_utc_whatever_zone_they_were_given_in(state: State) -> None:
    moment = datetime(2026, 7, 1, 14, 30, 0, 5, tzinfo=timezone(timedelta(hours=2)))
    row = Uploads(state, clock=lambda: moment).put(DIGESTS[0], filename="a", artifact_id=DIGESTS[1], rows=1, view={})
    assert row.created_at == moment
    assert row.created_at.utcoffset() == timedelta(0)


def test_failed_write_leaves_nothing(state: State) -> None:
    def fail_half_way() -> None:
        with state.write() as connection:
            connection.execute(workers.insert().values(id="w", host="h", pid=1, started_at=NOW, last_seen=NOW))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_half_way()
    with state.read() as connection:
        assert connection.execute(workers.select()).all() == []


def test_reading_goes_on_while_another_writes(state: State) -> None:
    with state.write() as writing:
        writing.execute(workers.insert().values(id="w", host="h", pid=1, started_at=NOW, last_seen=NOW))
        with state.read() as reading:
            assert reading.execute(workers.select()).all() == []
