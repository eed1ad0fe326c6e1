"""`mixline mmm backtest`: a table or one JSON document, and one sentence for what cannot be forecast."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from mixline.cli.main import cli
from mixline.mmm.recipes.document import write_yaml
from mixline.mmm.simulation.simulate import simulate


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder: Path = tmp_path_factory.mktemp("backtest")
    world = simulate("clean", seed=4)
    world.frame.to_csv(folder / "data.csv", index=False)
    (folder / "spec.yaml").write_text(write_yaml(world.spec.with_search(trials=1, iterations=40)))
    return ["mmm", "backtest", "--data", str(folder / "data.csv"), "--spec", str(folder / "spec.yaml"), "--jobs", "1"]


def test_json_holds_every_forecast(files: list[str]) -> None:
    done = CliRunner().invoke(cli, [*files, "--folds", "2", "--horizon", "6", "--json"])
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert [len(fold["dates"]) for fold in found["folds"]] == [6, 6]
    assert found["horizon"] == 6
    assert found["words"].startswith("In 2 forecasts of 6 weeks")


def test_tables_for_people(files: list[str]) -> None:
    done = CliRunner().invoke(cli, [*files, "--folds", "1", "--horizon", "4"])
    assert done.exit_code == 0, done.output
    assert "A year before" in done.output
    assert "ROI by forecast" in done.output
    assert "came within the 90 % range" in done.output


def test_too_little_history_is_one_sentence(files: list[str]) -> None:
    done = CliRunner().invoke(cli, [*files, "--folds", "20"])
    assert done.exit_code != 0
    assert "too little history for the back-test" in str(done.exception) + done.output
