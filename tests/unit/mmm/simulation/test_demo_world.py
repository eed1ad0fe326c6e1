"""The demo that is committed is the demo the simulator writes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mixline.mmm.simulation.demo_world import build_demo, demo_files, write_demo

SAMPLE = Path(__file__).resolve().parents[4] / "data" / "sample"


def test_committed_table_is_what_the_simulator_writes() -> None:
    assert (SAMPLE / "demo.csv").read_bytes() == demo_files()["demo.csv"]
    assert len(demo_files()["demo.csv"]) < 250_000


def test_committed_truth_is_what_the_simulator_writes() -> None:
    committed = json.loads((SAMPLE / "demo_truth.json").read_bytes())
    written = json.loads(demo_files()["demo_truth.json"])
    assert committed == written


def test_writing_twice_gives_the_same_files(tmp_path: Path) -> None:
    first = {path.name: path.read_bytes() for path in write_demo(tmp_path)}
    assert first == {path.name: path.read_bytes() for path in write_demo(tmp_path)} == demo_files()


def test_demo_is_two_countries_of_four_years_with_eight_channels() -> None:
    demo = build_demo()
    assert demo.frame.groupby("country").size().to_dict() == {"DE": 208, "FR": 208}
    assert all(len(truth.paid) == 8 for truth in demo.truths.values())
    german, french = (demo.truths[c].roi for c in ("DE", "FR"))
    assert all(german[name] != pytest.approx(french[name], rel=1e-3) for name in german), (
        "each country has its own truth"
    )
    for country, spec in demo.specs.items():
        assert (spec.segment_column, spec.segment_value, spec.holiday_country) == ("country", country, country)
