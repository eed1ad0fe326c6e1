"""The demo as a person gets it: from the sample file to a model per country."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from mixline.errors import NotFoundError
from mixline.messages import ColumnChoice, DatasetRequest
from mixline.services import demo
from mixline.services.context import Services, open_services
from mixline.services.datasets import create_dataset
from mixline.services.models import get_curves, get_summary, list_models
from mixline.services.run_rows import list_runs
from mixline.services.status import read_demo_state
from mixline.services.uploads import store_upload
from mixline.settings import Settings
from tests.fixtures_services import make_settings, working


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return make_settings(tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="module")
def seeded(home: Settings) -> list[str]:
    lines: list[str] = []
    with working(home):
        demo.seed(home, lines.append)
    return lines


@pytest.fixture
def services(home: Settings) -> Iterator[Services]:
    opened = open_services(home)
    yield opened
    opened.close()


@pytest.mark.slow
def test_seeding_tells_its_progress_and_ends_with_a_model_per_country(seeded: list[str], services: Services) -> None:
    assert seeded[0].startswith("Importing the demo")
    assert seeded[-1].endswith("succeeded")
    assert read_demo_state(services) == "ready"
    models = list_models(services)
    assert {model.segment for model in models} == {"DE", "FR"}
    for model in models:
        summary = get_summary(services, model.id)
        assert summary.currency == "EUR"
        assert len(summary.channels) == 8
        assert summary.fit.r2 > 0.8
        assert "holiday" in {term.name for term in summary.terms}
        assert all(curve.high[-1] >= curve.low[-1] for curve in get_curves(services, model.id).curves)


@pytest.mark.slow
def test_seeding_again_does_nothing(seeded: list[str], home: Settings, services: Services) -> None:
    runs = [run.id for run in list_runs(services)]
    demo.seed(home, lambda line: pytest.fail(f"seeded again: {line}"))
    assert [run.id for run in list_runs(services)] == runs


def test_interrupted_seeding_goes_on_where_it_stopped(tmp_path: Path) -> None:
    settings = make_settings(tmp_path)
    services = open_services(settings)
    assert read_demo_state(services) == "absent"
    dataset = demo.import_demo(services)
    assert read_demo_state(services) == "seeding"
    first = demo.launch_demo(services, dataset, "DE")
    demo.seed(settings, lambda line: None, wait=False)
    runs = list_runs(services)
    assert {run.segment for run in runs} == {"DE", "FR"}
    assert first.id in {run.id for run in runs}
    assert read_demo_state(services) == "seeding"
    services.queue.cancel(first.id)
    assert read_demo_state(services) == "failed"
    demo.seed(settings, lambda line: None, wait=False)
    assert read_demo_state(services) == "seeding"
    assert len(list_runs(services)) == 2
    services.close()


def test_what_people_add_to_the_demo_is_not_fitted_for_them(tmp_path: Path) -> None:
    services = open_services(make_settings(tmp_path))
    first = demo.import_demo(services)
    sample = demo.find_sample().read_bytes()
    upload, _ = store_upload(services, "newer.csv", io.BytesIO(sample[: sample.rindex(b"\n", 0, -2) + 1]))
    columns = [ColumnChoice(name=c.name, role=c.role, channel=c.channel, kind=c.kind) for c in upload.columns]
    request = DatasetRequest(upload_id=upload.id, name=demo.DEMO_NAME, columns=columns, currency="EUR")
    second, _ = create_dataset(services, request)
    assert (first.version, second.version) == (1, 2)
    assert demo.import_demo(services) == first
    services.close()


def test_demo_without_a_worker_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from mixline.errors import UnavailableError

    monkeypatch.setattr(demo, "WORKER_PATIENCE", 0.2)
    with pytest.raises(UnavailableError, match="mixline worker"):
        demo.seed(make_settings(tmp_path), lambda line: None)


def test_installation_without_the_sample_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo.mixline, "__file__", str(tmp_path / "a" / "b" / "c" / "__init__.py"))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(NotFoundError, match="clone"):
        demo.find_sample()
