"""The documents of a report: of a model the model's own, of a candidate what choosing it would give, nothing recorded."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import numpy as np
import pytest
from click.testing import CliRunner
from fastapi.testclient import TestClient

from dashboard.reports.page import read_figures
from gcp.trainer.app import create_app
from mixline.cli.mmm import mmm
from mixline.errors import InputError, NotFoundError
from mixline.messages import Candidates, ModelSummary, ReportDocuments
from mixline.mmm.fitting import fit
from mixline.mmm.model import MixModel
from mixline.mmm.model_file import write_model
from mixline.mmm.response import channel_results
from mixline.mmm.simulation.simulate import simulate
from mixline.services import models
from mixline.services.context import Services, open_services
from mixline.services.reports import describe_folder
from mixline.settings import Settings
from tests.fixtures_services import make_settings

DATASET, RUN = "d" * 64, "a" * 32


@pytest.fixture(scope="module")
def model() -> MixModel:
    world = simulate("clean", weeks=90, channels=3)
    return fit(world.spec.with_search(trials=2, iterations=60), world.frame)


@pytest.fixture(scope="module")
def folder(model: MixModel, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("cli") / "shop"
    path.mkdir()
    for name, content in write_model(model).items():
        (path / name).write_bytes(content)
    return path


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return make_settings(tmp_path_factory.mktemp("reports"))


@pytest.fixture(scope="module")
def services(settings: Settings) -> Iterator[Services]:
    opened = open_services(settings)
    opened.datasets.create(DATASET, name="Shop", upload_id=None, artifact_id="e" * 64, mapping={}, view={})
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def first(services: Services, model: MixModel) -> ModelSummary:
    services.specifications.put(model.spec.id, model.spec.to_dict())
    size = {"preset": "test", "trials": 2, "iterations": 60, "seed": 1}
    run = services.runs.put(RUN, dataset_id=DATASET, specification_id=model.spec.id, segment="", **size)
    model_id = services.artifacts.publish(write_model(model))
    kept = models.keep_model(services, model_id, model, run=run, dataset=services.datasets.get(DATASET))
    services.runs.set_model(RUN, model_id)
    return kept


@pytest.fixture(scope="module")
def api(settings: Settings, first: ModelSummary) -> Iterator[httpx.Client]:
    with TestClient(create_app(settings), base_url="http://127.0.0.1") as client:
        yield client


def read(api: httpx.Client, path: str) -> ReportDocuments:
    answer = api.get(path)
    assert answer.status_code == 200, answer.text
    return ReportDocuments.model_validate_json(answer.content)


def another(candidates: Candidates) -> int:
    return next(int(row) for row in np.argsort(candidates.error) if row != candidates.chosen)


def test_a_models_report_holds_what_its_pages_hold(services: Services, api: httpx.Client, first: ModelSummary) -> None:
    report = read(api, f"/v1/models/{first.id}/report")
    assert report.summary == models.get_summary(services, first.id)
    assert report.contributions == models.get_contributions(services, first.id)
    assert report.curves == models.get_curves(services, first.id)
    assert [decay.channel for decay in report.decays] == [channel.name for channel in first.channels]
    assert report.preview is None


def test_a_candidates_report_has_the_numbers_that_choosing_it_gives(
    services: Services, api: httpx.Client, first: ModelSummary
) -> None:
    candidates = models.get_candidates(services, first.id)
    row, before = another(candidates), len(models.list_models(services))
    address = f"/v1/models/{first.id}/candidates/{row}/report"
    report = read(api, address)
    assert api.get(address).headers["etag"] == api.get(address).headers["etag"]
    assert len(models.list_models(services)) == before
    assert report.preview is not None
    assert (report.preview.trial, report.preview.iteration) == (candidates.trial[row], candidates.iteration[row])
    assert report.preview.error == candidates.error[row]
    assert "nobody chose it" in report.summary.reason
    chosen = api.post(f"/v1/models/{first.id}/choice", json={"candidate": row, "note": "To compare."}).json()["id"]
    summary = models.get_summary(services, chosen)
    assert report.summary.channels == summary.channels
    assert report.summary.fit == summary.fit
    assert report.contributions.fitted == models.get_contributions(services, chosen).fitted


def test_the_shown_candidates_report_is_the_models_own(
    services: Services, api: httpx.Client, first: ModelSummary
) -> None:
    row = models.get_candidates(services, first.id).chosen
    report = read(api, f"/v1/models/{first.id}/candidates/{row}/report")
    assert report.summary.channels == first.channels
    assert report.preview is not None
    assert report.preview.candidate == row


def test_a_candidate_or_model_that_does_not_exist_is_said(api: httpx.Client, first: ModelSummary) -> None:
    assert api.get(f"/v1/models/{first.id}/candidates/99999/report").status_code == 404
    assert api.get(f"/v1/models/{'0' * 64}/report").status_code == 404
    assert api.get(f"/v1/models/{'0' * 64}/candidates/1/report").status_code == 404
    assert api.get(f"/v1/models/{first.id}/candidates/-1/report").status_code == 422


def test_candidates_come_with_their_families(services: Services, first: ModelSummary) -> None:
    candidates = models.get_candidates(services, first.id)
    assert len(candidates.cluster) == len(candidates.trial)
    assert sum(family.size for family in candidates.clusters) == sum(number > 0 for number in candidates.cluster)
    for family in candidates.clusters:
        assert candidates.cluster[family.best] == family.number
        assert family.differs in {channel.name for channel in first.channels}


def test_a_model_in_a_folder_has_the_id_it_would_have_when_published(
    model: MixModel, folder: Path, first: ModelSummary
) -> None:
    files = {path.name: path.read_bytes() for path in folder.iterdir()}
    report = describe_folder(model, files, "shop")
    assert report.model_id == first.id
    assert report.summary.channels == first.channels
    with pytest.raises(NotFoundError):
        describe_folder(model, files, "shop", 10**6)


@pytest.mark.parametrize("kind", ["onepage", "measurement"])
def test_the_command_writes_a_report_with_the_models_numbers(
    model: MixModel, folder: Path, tmp_path: Path, kind: str
) -> None:
    out = tmp_path / "new" / "report.html"
    done = CliRunner().invoke(mmm, ["report", str(folder), "--out", str(out), "--kind", kind, "--json"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.output)["kind"] == kind
    roi = read_figures(out.read_text())["roi"]
    dots = next(trace for trace in roi["data"] if trace["mode"] == "markers")  # type: ignore[attr-defined]
    assert sorted(dots["x"]) == sorted(channel.roi.value for channel in channel_results(model))


def test_the_command_wants_to_know_what_to_write(folder: Path, tmp_path: Path) -> None:
    done = CliRunner().invoke(mmm, ["report", str(folder), "--out", str(tmp_path / "report.doc")])
    assert isinstance(done.exception, InputError)
    assert "html, pdf or png" in str(done.exception)
