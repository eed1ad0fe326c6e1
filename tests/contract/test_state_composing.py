"""Tags, saved settings and core time of runs, on SQLite and PostgreSQL."""

from __future__ import annotations

import pytest

from mixline.errors import NotFoundError
from mixline.state import State
from mixline.state.datasets import Datasets
from mixline.state.run_tags import RunTags
from mixline.state.runs import Runs
from mixline.state.saved_settings import SettingsTable
from mixline.state.specifications import Specifications

RUNS = ("1" * 32, "2" * 32)


@pytest.fixture
def runs(state: State) -> Runs:
    Datasets(state).create("d" * 64, name="D", upload_id=None, artifact_id="a" * 64, mapping={}, view={})
    Specifications(state).put("s" * 64, {})
    table = Runs(state)
    for run_id in RUNS:
        table.put(
            run_id,
            dataset_id="d" * 64,
            specification_id="s" * 64,
            segment="",
            preset="test",
            trials=1,
            iterations=1,
            seed=1,
        )
    return table


def test_tags_replace_each_other(state: State, runs: Runs) -> None:
    tags = RunTags(state)
    tags.replace(RUNS[0], {"week": 32.0, "final": None})
    tags.replace(RUNS[1], {"week": -1.5})
    assert tags.read(RUNS) == {RUNS[0]: {"final": None, "week": 32.0}, RUNS[1]: {"week": -1.5}}
    tags.replace(RUNS[0], {"week": 33.0})
    assert tags.read([RUNS[0]]) == {RUNS[0]: {"week": 33.0}}
    tags.replace(RUNS[0], {})
    assert tags.read([RUNS[0]]) == {}
    assert tags.read([]) == {}


def test_core_time_adds_up_over_attempts(runs: Runs) -> None:
    assert runs.get(RUNS[0]).core_seconds is None
    runs.add_core_seconds(RUNS[0], 1.5)
    runs.add_core_seconds(RUNS[0], 2.0)
    assert runs.get(RUNS[0]).core_seconds == pytest.approx(3.5)
    assert runs.get(RUNS[1]).core_seconds is None
    runs.add_core_seconds("9" * 32, 1.0)  # a run that is gone


def test_settings_keep_their_id_when_they_are_saved_again(state: State) -> None:
    table = SettingsTable(state)
    first = table.put("Narrow", {"a": 1}, actor="ada")
    again = table.put("Narrow", {"a": 2}, actor="bob")
    assert (again.id, again.document, again.actor) == (first.id, {"a": 2}, "bob")
    other = table.put("Broad", {}, actor="ada")
    assert [one.name for one in table.list_settings()] == ["Broad", "Narrow"]
    assert table.get(first.id) == table.find_name("Narrow") == again
    assert table.remove(other.id) == other
    for ask in (lambda: table.get(other.id), lambda: table.find_name("Broad"), lambda: table.remove(other.id)):
        with pytest.raises(NotFoundError, match="no saved settings"):
            ask()
