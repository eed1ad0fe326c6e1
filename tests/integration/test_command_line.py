"""The command line as a person uses it: real processes, real files."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.browser.tables import MISTAKES, good_rows, write_table

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared" / "data"


def _run(*arguments: str | Path, cwd: Path, code: int = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "mixline.cli", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src"), "MIXLINE_HOME": str(cwd / "home")},
        timeout=240,
        check=False,
    )
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return done


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a simulated world and a model fitted on it."""
    folder = tmp_path_factory.mktemp("world")
    _run("mmm", "simulate", "--world", "clean", "--seed", "3", "--out", "w", cwd=folder)
    _run(
        "mmm", "init", "--data", "w/data.csv", "--currency", "EUR", "--country", "DE", "--out", "spec.yaml", cwd=folder
    )
    size = ("--trials", "1", "--iterations", "200", "--seed", "1", "--jobs", "1")
    _run("mmm", "fit", "--data", "w/data.csv", "--spec", "spec.yaml", "--out", "model", *size, cwd=folder)
    return folder


def test_init_prints_what_each_column_was_taken_for(world: Path) -> None:
    out = _run("mmm", "init", "--data", "w/data.csv", "--out", "again.yaml", "--json", cwd=world).stdout
    columns = json.loads(out)["columns"]
    assert {"date", "goal", "spend"} <= {column["role"] for column in columns}
    assert all(column["reason"] for column in columns)


def test_roi_is_contribution_over_spend_with_ranges(world: Path) -> None:
    rows = json.loads(_run("mmm", "roi", "--model", "model", "--json", cwd=world).stdout)
    keys = ["channel", "spend", "contribution", "contribution_low", "contribution_high", "roi", "roi_low", "roi_high"]
    assert list(rows[0]) == [*keys, "marginal_roi"]
    for row in rows:
        assert row["roi"] * row["spend"] == pytest.approx(row["contribution"], rel=1e-9)
        assert row["roi_low"] <= row["roi_high"]


def test_contributions_file_has_one_row_per_date_and_term(world: Path) -> None:
    _run("mmm", "contributions", "--model", "model", "--out", "c.csv", cwd=world)
    with (world / "c.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len({(row["date"], row["term"]) for row in rows}) == len(rows)
    by_channel = {
        row["channel"]: row["contribution"]
        for row in json.loads(_run("mmm", "roi", "--model", "model", "--json", cwd=world).stdout)
    }
    for channel, total in by_channel.items():
        assert sum(float(row["mean"]) for row in rows if row["term"] == channel) == pytest.approx(total, rel=1e-9)


def test_curve_at_todays_spend_is_todays_contribution(world: Path) -> None:
    curves = json.loads(_run("mmm", "curve", "--model", "model", "--json", cwd=world).stdout)
    truth = json.loads((world / "w/truth.json").read_text())
    assert len(curves) == len([c for c in truth["channels"] if c.get("roi") is not None])
    assert all(c["value"] == sorted(c["value"]) for c in curves)


def test_checks_give_one_verdict(world: Path) -> None:
    result = json.loads(_run("mmm", "checks", "--model", "model", "--json", cwd=world).stdout)
    assert result["verdict"] in {"trust", "care", "do_not_use"}


def test_same_seed_gives_the_same_bytes_on_any_number_of_processes(world: Path) -> None:
    size = ("--trials", "2", "--iterations", "60", "--seed", "5")
    for jobs in ("1", "2"):
        arguments = ("--data", "w/data.csv", "--spec", "spec.yaml", "--out", f"jobs{jobs}", *size, "--jobs", jobs)
        _run("mmm", "fit", *arguments, cwd=world)
    one, two = ({p.name: p.read_bytes() for p in (world / f"jobs{n}").iterdir()} for n in (1, 2))
    assert one == two


def test_model_is_not_written_over_other_files(world: Path) -> None:
    (world / "mine").mkdir()
    (world / "mine" / "notes.txt").write_text("keep me")
    done = _run("mmm", "fit", "--data", "w/data.csv", "--spec", "spec.yaml", "--out", "mine", cwd=world, code=1)
    assert "holds other files" in done.stderr
    assert (world / "mine" / "notes.txt").read_text() == "keep me"


def test_specification_naming_a_missing_column_is_one_sentence(world: Path) -> None:
    text = (world / "spec.yaml").read_text()
    (world / "wrong.yaml").write_text(text.replace("tv_spend", "telly_spend"))
    done = _run("mmm", "fit", "--data", "w/data.csv", "--spec", "wrong.yaml", "--out", "never", cwd=world, code=1)
    assert "telly_spend" in done.stderr
    assert len([line for line in done.stderr.splitlines() if line.startswith("mixline: ")]) == 1
    assert not (world / "never").exists()


def test_unknown_world_lists_the_worlds(world: Path) -> None:
    done = _run("mmm", "simulate", "--world", "flat", "--out", "x", cwd=world, code=1)
    assert "realistic" in done.stderr


def test_file_over_the_limit_is_refused_before_it_is_read(world: Path) -> None:
    with (world / "huge.csv").open("wb") as file:
        file.truncate(200_000_000)
    done = _run("mmm", "init", "--data", "huge.csv", "--out", "x.yaml", cwd=world, code=1)
    assert "200 MB" in done.stderr
    assert not (world / "x.yaml").exists()


@pytest.mark.parametrize("mistake", sorted(MISTAKES))
def test_bad_table_is_one_clear_sentence_and_nothing_is_written(mistake: str, tmp_path: Path) -> None:
    spoil, words = MISTAKES[mistake]
    write_table(tmp_path, "bad.csv", spoil(good_rows()))
    done = _run("mmm", "init", "--data", "bad.csv", "--out", "spec.yaml", cwd=tmp_path, code=1)
    assert words in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "spec.yaml").exists()


def test_unknown_preset_lists_the_presets(world: Path) -> None:
    done = _run("demo", "--preset", "quick", cwd=world, code=2)
    assert "thorough" in done.stderr


@pytest.mark.parametrize(
    ("name", "goal"), [("robyn/dt_simulated_weekly.csv", "revenue"), ("retailer/retailer_weekly.csv", "sales")]
)
def test_other_peoples_data_goes_from_file_to_curves(name: str, goal: str, tmp_path: Path) -> None:
    data = SHARED / name
    if not data.exists():
        pytest.skip(f"the reference data {name} is not beside this checkout")
    drafted = _run("mmm", "init", "--data", data, "--country", "US", "--out", "spec.yaml", "--json", cwd=tmp_path)
    roles = {column["name"]: column["role"] for column in json.loads(drafted.stdout)["columns"]}
    assert roles[goal] == "goal"
    size = ("--trials", "1", "--iterations", "100", "--jobs", "1", "--json")
    _run("mmm", "fit", "--data", data, "--spec", "spec.yaml", "--out", "model", *size, cwd=tmp_path)
    curves = json.loads(_run("mmm", "curve", "--model", "model", "--json", cwd=tmp_path).stdout)
    assert len(curves) == sum(role == "spend" for role in roles.values())
