"""`mixline reports`: each new model's measurement report in a folder, once each."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from dashboard.reports.page import read_figures
from mixline.cli import main
from mixline.errors import UnavailableError
from mixline.mmm import response
from mixline.mmm.model import MixModel
from tests.builders import make_model
from tests.fixtures_trainer import publish

FRAME = pd.DataFrame({"date": pd.date_range("2022-01-03", periods=60, freq="7D")})


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str], list[MixModel]]:
    """Two models of one data set and one of another."""
    folder = tmp_path_factory.mktemp("reports")
    found = [make_model(draws=12, seed=seed) for seed in (1, 2, 3)]
    names = ("Shop", "Shop", "Other")
    _, ids = publish(folder, [(name, model, FRAME) for name, model in zip(names, found, strict=True)])
    return folder, ids, found


def run(monkeypatch: pytest.MonkeyPatch, home: Path, *arguments: object) -> int:
    monkeypatch.setenv("MIXLINE_HOME", str(home))
    with pytest.raises(SystemExit) as ended:
        main(["reports", *map(str, arguments)])
    return int(ended.value.code or 0)


def test_the_newest_of_each_data_set_is_written_once(
    home: tuple[Path, list[str], list[MixModel]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder, ids, models = home
    assert run(monkeypatch, folder, "--to", tmp_path, "--format", "html", "--json") == 0
    names = {f"mixline-measurement-{model_id[:12]}.html": place for place, model_id in enumerate(ids)}
    written = json.loads(capsys.readouterr().out)["written"]
    assert sorted(names[name] for name in written) == [1, 2]
    for name in written:
        figures = read_figures((tmp_path / name).read_text(encoding="utf-8"))
        bars = next(t for t in figures["waterfall"]["data"] if t["type"] == "bar")  # type: ignore[attr-defined]
        assert bars["x"][-1] == pytest.approx(response.totals(models[names[name]]).fitted)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    assert run(monkeypatch, folder, "--to", tmp_path, "--format", "html") == 0
    assert "there already" in capsys.readouterr().out
    assert {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == before


def test_every_model_on_request(
    home: tuple[Path, list[str], list[MixModel]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, ids, _ = home
    assert run(monkeypatch, folder, "--to", tmp_path, "--format", "html", "--all") == 0
    assert {path.name[20:32] for path in tmp_path.iterdir()} == {model_id[:12] for model_id in ids}


def test_what_cannot_be_printed_is_said_and_leaves_no_file(
    home: tuple[Path, list[str], list[MixModel]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("MIXLINE_CHROMIUM", "/nowhere/chrome")
    assert run(monkeypatch, home[0], "--to", tmp_path / "new") == 1
    complaint = capsys.readouterr().err
    assert complaint.count("Not written, model") == 2
    assert UnavailableError.__name__ not in complaint
    assert not (tmp_path / "new").exists()
