"""`mixline mmm refresh` and `movement`: from a folder and a longer table to the next folder and a report."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mixline.cli import main
from mixline.mmm.recipes.document import write_yaml
from mixline.mmm.simulation.simulate import simulate


def run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as ended:
        main([str(a) for a in arguments])
    return int(ended.value.code or 0)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("refresh")
    world = simulate("clean", weeks=90, channels=3)
    (home / "spec.yaml").write_text(write_yaml(world.spec))
    world.frame.iloc[:80].to_csv(home / "old.csv", index=False, date_format="%Y-%m-%d")
    world.frame.to_csv(home / "new.csv", index=False, date_format="%Y-%m-%d")
    arguments = ("--data", home / "old.csv", "--spec", home / "spec.yaml", "--out", home / "first")
    assert run("mmm", "fit", *arguments, "--trials", 1, "--iterations", 60, "--jobs", 1, "--json") == 0
    return home


def refresh(folder: Path, *more: object) -> int:
    size = ("--trials", 1, "--iterations", 60, "--jobs", 1)
    return run("mmm", "refresh", folder / "first", folder / "new.csv", "--out", folder / "second", *size, *more)


def test_refresh_writes_a_model_and_says_what_moved(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert refresh(folder) == 0
    printed = capsys.readouterr().out
    for word in ("tv", "search", "social", "ROI", "Uncertainty", "10 periods are new"):
        assert word in printed
    assert (folder / "second" / "model.json").is_file()


def test_json_holds_the_whole_report(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert refresh(folder, "--json", "--bounds", "robyn", "--steps", 4, "--keep-start") == 0
    document = json.loads(capsys.readouterr().out)
    assert len(document["data"]["added"]) == 10
    for channel in document["channels"]:
        roi = channel["figures"]["roi"]
        assert sum(roi["causes"].values()) == pytest.approx(roi["change"]["value"], abs=1e-9)
    capsys.readouterr()
    assert run("mmm", "movement", folder / "first", folder / "second", "--json") == 0
    again = json.loads(capsys.readouterr().out)
    assert again["channels"] == document["channels"]


def test_model_of_a_folder_has_the_name_it_has_in_the_store(folder: Path) -> None:
    from mixline.artifacts.folder import FolderArtifacts
    from mixline.cli.refresh import name_folder

    files = {path.name: path.read_bytes() for path in (folder / "first").iterdir()}
    assert name_folder(folder / "first") == FolderArtifacts(folder / "store").publish(files)


def test_no_new_periods_is_one_sentence(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("mmm", "refresh", folder / "first", folder / "old.csv", "--out", folder / "none") == 1
    assert "no new periods" in capsys.readouterr().err
    assert not (folder / "none").exists()
