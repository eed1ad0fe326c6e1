"""Models to and from Robyn on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mixline.cli.main import main

EXAMPLE = Path(__file__).resolve().parents[2] / "fixtures" / "robyn" / "RobynModel-example.json"


def run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as stopped:
        main([str(a) for a in arguments])
    return int(stopped.value.code or 0)


def test_import_export_import_gives_the_same_metrics(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model, files, again = tmp_path / "model", tmp_path / "robyn", tmp_path / "again"
    assert run("mmm", "import-robyn", "--robyn", EXAMPLE, "--out", model, "--json") == 0
    first = json.loads(capsys.readouterr().out)
    assert run("mmm", "export", "--model", model, "--out", files, "--json") == 0
    written = json.loads(capsys.readouterr().out)["files"]
    assert written == {path.name: path.stat().st_size for path in files.iterdir()}
    source = files / "RobynModel-1_1773_1.json"
    assert run("mmm", "import-robyn", "--robyn", source, "--out", again, "--json") == 0
    second = json.loads(capsys.readouterr().out)
    assert second["metrics"] == pytest.approx(first["metrics"], rel=1e-9)
    assert "robyn-components" in {f["code"] for f in first["findings"]}
    assert "robyn-components" not in {f["code"] for f in second["findings"]}


def test_people_read_what_could_not_be_carried_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    raw = tmp_path / "weekly.csv"
    rows = json.loads(EXAMPLE.read_text())["Extras"]["raw_data"]
    raw.write_text("\n".join([",".join(rows[0]), *(",".join(str(v) for v in row.values()) for row in rows)]))
    assert run("mmm", "import-robyn", "--robyn", EXAMPLE, "--data", raw, "--out", tmp_path / "model") == 0
    out = capsys.readouterr().out
    assert "warning: No ranges." in out
    assert "tv_S" in out
    assert run("mmm", "export", "--model", tmp_path / "model", "--out", tmp_path / "robyn", "--format", "robyn") == 0
    assert "pareto_aggregated.csv" in capsys.readouterr().out
    assert run("mmm", "export", "--model", tmp_path / "model", "--out", tmp_path / "robyn") == 0


def test_other_files_are_not_written_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("mmm", "import-robyn", "--robyn", EXAMPLE, "--out", tmp_path / "model") == 0
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "notes.txt").write_text("mine")
    assert run("mmm", "export", "--model", tmp_path / "model", "--out", tmp_path / "own") == 1
    assert "holds other files" in capsys.readouterr().err
    assert (tmp_path / "own" / "notes.txt").read_text() == "mine"


def test_a_file_that_is_no_model_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "wrong.json").write_text("{}")
    assert run("mmm", "import-robyn", "--robyn", tmp_path / "wrong.json", "--out", tmp_path / "model") == 1
    error = capsys.readouterr().err
    assert "InputCollect" in error
    assert "Traceback" not in error
    assert not (tmp_path / "model").exists()
