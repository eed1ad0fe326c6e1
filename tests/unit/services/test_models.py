from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mixline.errors import InputError, NotFoundError
from mixline.messages import ModelSummary, ResponseRequest
from mixline.mmm.model_file import write_model
from mixline.services import arrow, models
from mixline.services.context import Services, open_services
from mixline.services.lineage import describe_run, record_run, replay
from mixline.services.responses import predict_response
from mixline.state.rows import utc_now
from mixline.tracking.contract import RunRecord, TrackedRun
from tests.builders import make_model
from tests.fixtures_services import make_settings

DATASET = "d" * 64
RUN = "a" * 32


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    opened = open_services(make_settings(tmp_path))
    opened.datasets.create(DATASET, name="Shop", upload_id=None, artifact_id="e" * 64, mapping={}, view={})
    yield opened
    opened.close()


def keep(services: Services, **changes: object) -> ModelSummary:
    model = make_model(**changes)  # type: ignore[arg-type]
    model = replace(model, facts={**model.facts, "code_version": "1+abc"})
    services.specifications.put(model.spec.id, model.spec.to_dict())
    run = services.runs.put(
        RUN,
        dataset_id=DATASET,
        specification_id=model.spec.id,
        segment="",
        preset="test",
        trials=1,
        iterations=10,
        seed=1,
    )
    model_id = services.artifacts.publish(write_model(model))
    kept = models.keep_model(services, model_id, model, run=run, dataset=services.datasets.get(DATASET))
    services.runs.set_model(RUN, model_id)
    return kept


def test_kept_model_is_read_back_with_the_same_figures(services: Services) -> None:
    kept = keep(services)
    read = models.get_summary(services, kept.id)
    assert read.model_copy(update={"created_at": kept.created_at}) == kept
    assert read.lineage.code_version == "1+abc"
    (row,) = models.list_models(services)
    assert (row.id, row.title, row.dataset_name) == (kept.id, "Shop v1 · revenue", "Shop")


def test_keeping_a_model_twice_changes_nothing(services: Services) -> None:
    first = keep(services)
    created = models.get_summary(services, first.id).created_at
    keep(services)
    assert models.get_summary(services, first.id).created_at == created
    assert len(models.list_models(services)) == 1


def test_model_of_another_house_is_unknown_even_when_it_is_in_memory(services: Services, tmp_path: Path) -> None:
    kept = keep(services)
    models.get_curves(services, kept.id)
    other = open_services(make_settings(tmp_path / "other"))
    for ask in (models.get_summary, models.get_curves, models.get_contributions, models.get_candidates):
        with pytest.raises(NotFoundError):
            ask(other, kept.id)
    with pytest.raises(NotFoundError):
        models.document_of(other, kept.id, "curves", lambda: b"")
    other.close()


@pytest.mark.parametrize("kind", ["revenue", "conversions"])
def test_documents_name_the_unit_of_the_goal(services: Services, kind: str) -> None:
    kept = keep(services, kind=kind)
    unit = models.get_curves(services, kept.id).unit
    assert unit == ("EUR" if kind == "revenue" else "revenue")
    assert models.get_contributions(services, kept.id).unit == unit
    assert kept.currency == ("EUR" if kind == "revenue" else "")


@pytest.mark.parametrize(("interval", "periods"), [("day", 90), ("week", 60), ("month", 48)])
def test_every_longer_period_adds_up_to_the_same_total(services: Services, interval: str, periods: int) -> None:
    kept = keep(services, interval=interval, periods=periods)
    order = ["day", "week", "month", "quarter"]
    own = models.get_contributions(services, kept.id)
    assert own.period == interval
    for period in order[order.index(interval) :]:
        summed = models.get_contributions(services, kept.id, period)  # type: ignore[arg-type]
        assert sum(summed.fitted) == pytest.approx(sum(own.fitted))
        assert sum(summed.actual) == pytest.approx(sum(own.actual))
    for period in order[: order.index(interval)]:
        with pytest.raises(InputError):
            models.get_contributions(services, kept.id, period)  # type: ignore[arg-type]


def test_arrow_tables_have_a_row_per_point(services: Services) -> None:
    kept = keep(services)
    curves = models.get_curves(services, kept.id)
    parts = models.get_contributions(services, kept.id)
    assert arrow.curves_table(curves).num_rows == sum(len(curve.spend) for curve in curves.curves)
    assert arrow.contributions_table(parts).num_rows == len(parts.dates) * len(parts.terms)


def test_prediction_of_todays_spend_is_today(services: Services) -> None:
    kept = keep(services)
    view = predict_response(services, kept.id, ResponseRequest(spend={}))
    assert view.uplift.value == pytest.approx(0.0)
    assert set(view.by_channel) == {channel.name for channel in kept.channels}


def test_documents_hold_no_number_json_cannot_write(services: Services) -> None:
    kept = keep(services, kind="conversions")
    for document in (kept, models.get_curves(services, kept.id), models.get_contributions(services, kept.id)):
        json.dumps(document.model_dump(mode="json"), allow_nan=False)


# --- lineage ----------------------------------------------------------------------------------------------------------


class Notebook:
    """A tracker that writes into memory, and can be away."""

    def __init__(self) -> None:
        self.records: dict[str, RunRecord] = {}
        self.waiting: dict[str, RunRecord] = {}
        self.away = False

    def record(self, record: RunRecord) -> TrackedRun | None:
        (self.waiting if self.away else self.records)[record.run_key] = record
        return self.find(record.run_key)

    def replay(self) -> int:
        count = len(self.waiting)
        self.records |= self.waiting
        self.waiting.clear()
        return count

    def pending(self) -> int:
        return len(self.waiting)

    def find(self, run_key: str) -> TrackedRun | None:
        known = run_key in self.records
        return TrackedRun(run_key, f"t-{run_key}", f"http://tracking/{run_key}") if known else None


@pytest.fixture
def notebook(services: Services) -> Notebook:
    services._opened["tracker"] = Notebook()
    return services.tracker  # type: ignore[return-value]


def make_record(services: Services) -> RunRecord:
    kept = keep(services)
    model = models.load_model(services, kept.id)
    return describe_run(services.runs.get(RUN), model, kept, started=utc_now(), ended=utc_now())


def test_record_leads_back_to_data_specification_code_and_model(services: Services) -> None:
    record = make_record(services)
    summary = json.loads(record.artifacts["summary.json"])
    assert record.run_key == RUN
    assert record.tags["mixline.dataset_id"] == DATASET
    assert record.tags["mixline.code_version"] == "1+abc"
    assert record.tags["mixline.model_id"] == summary["id"]
    assert "channel_0" in record.artifacts["specification.yaml"]
    names = {point.name for point in record.metrics}
    assert {"blended_roi", "roi/channel_0"} <= names
    assert any(name.startswith("best_nrmse/trial_") for name in names)


def test_convergence_only_goes_down(services: Services) -> None:
    record = make_record(services)
    trials = {point.name for point in record.metrics if point.name.startswith("best_nrmse/")}
    assert trials
    for trial in trials:
        points = sorted((p for p in record.metrics if p.name == trial), key=lambda point: point.step)
        values = [point.value for point in points]
        assert values == sorted(values, reverse=True)


def test_recorded_run_is_linked(services: Services, notebook: Notebook) -> None:
    assert record_run(services, make_record(services)) == f"http://tracking/{RUN}"
    assert services.runs.get(RUN).tracking_url == f"http://tracking/{RUN}"


def test_record_that_waited_is_linked_when_it_is_delivered(services: Services, notebook: Notebook) -> None:
    notebook.away = True
    assert record_run(services, make_record(services)) is None
    assert services.runs.get(RUN).tracking_url is None
    notebook.away = False
    assert replay(services) == 1
    model_id = services.runs.get(RUN).model_id or ""
    assert models.get_summary(services, model_id).lineage.tracking_url == f"http://tracking/{RUN}"
    assert replay(services) == 0


def test_broken_tracker_fails_no_run(
    services: Services, notebook: Notebook, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(record: RunRecord) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(notebook, "record", fail)
    assert record_run(services, make_record(services)) is None
    assert "disk full" in caplog.text
