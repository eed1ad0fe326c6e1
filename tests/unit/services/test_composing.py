"""The parts that composing is made of: paths, carrying over, batches, tags, the live cloud, people."""

from __future__ import annotations

import contextlib
import copy
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mixline.errors import DataError, InputError, SpecificationError
from mixline.mmm.specification import Context, Goal, Media, ModelSpec, Range, Study
from mixline.services.adapting import adapt, names_of, summarise
from mixline.services.batches import read_rows, read_tags
from mixline.services.clouds import POINTS_KEPT, LiveCloud
from mixline.services.people import LOCAL_USER, UNKNOWN, may_direct_queue, name_person
from mixline.services.problem_paths import Pruned, read_steps, write_steps
from mixline.services.tags import read_tag_query
from mixline.settings import Settings

SPEC = ModelSpec(
    goal=Goal("revenue", currency="EUR"),
    date_column="date",
    media=(Media("tv", "tv_spend", "tv_seen", kind="tv"), Media("radio", "radio_spend"), Media("mail", None, "sent")),
    context=(Context("price", "price"),),
    components=("trend", "holiday"),
    holiday_country="DE",
    segment_column="country",
    segment_value="DE",
)
FIRST, LAST = date(2022, 1, 3), date(2025, 12, 29)


# --- paths ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["media[2].ranges.theta", "goal.column", "studies[0]", "window_start"])
def test_a_path_is_written_as_it_was_read(path: str) -> None:
    assert write_steps(read_steps(path)) == path


@given(st.text(max_size=30))
def test_what_is_no_path_has_no_steps(text: str) -> None:
    steps = read_steps(text)
    assert not steps or write_steps(steps) == text


def test_entries_keep_their_place_in_the_document_as_it_came() -> None:
    pruned = Pruned(SPEC.to_dict())
    assert pruned.drop("media[0].kind", whole_entry=False)
    assert pruned.drop("media[0]", whole_entry=True)
    assert pruned.original("media[0].ranges") == "media[1].ranges"
    assert pruned.drop("media[0].kind", whole_entry=True)
    assert pruned.original("media[0]") == "media[2]"
    assert not pruned.drop("media[9]", whole_entry=True)
    assert not pruned.drop("nowhere.at.all", whole_entry=False)
    assert not pruned.drop("", whole_entry=False)


def test_errors_of_the_engine_lead_to_their_field() -> None:
    pruned = Pruned(SPEC.to_dict())
    places = {
        "channel radio": "media[1]",
        "column tv_seen": "media[0].exposure",
        "column price": "context[0]",
        "column revenue": "goal.column",
        "column date": "date_column",
        "column other": "",
        "segment country": "segment_value",
        "window": "window_start",
        "validation.train": "validation.train",
        "somewhere else": "",
    }
    assert {where: pruned.locate(SpecificationError("no", where=where)) for where in places} == places


# --- carrying over ----------------------------------------------------------------------------------------------------


def carry(spec: ModelSpec, draft: ModelSpec, *left_out: str) -> tuple[ModelSpec, list[str]]:
    return adapt(spec, draft, left_out=left_out, first=FIRST, last=LAST)


def test_carrying_over_to_the_same_place_changes_nothing() -> None:
    spec = replace(
        SPEC,
        media=(replace(SPEC.media[0], ranges={"theta": Range(0.2, 0.4)}, adstock="geometric"), *SPEC.media[1:]),
        window_start=date(2023, 1, 2),
        studies=(Study(("tv",), date(2023, 3, 6), date(2023, 4, 2), 10.0, 1.0, 0.9),),
    )
    assert carry(spec, SPEC) == (spec, [])


def test_another_country_brings_its_holidays_and_leaves_out_what_it_lacks() -> None:
    there = replace(SPEC, segment_value="FR", holiday_country="FR", media=SPEC.media[:2], context=())
    study = Study(("tv",), date(2023, 3, 6), date(2023, 4, 2), 10.0, 1.0, 0.9)
    found, notes = carry(replace(SPEC, studies=(study,)), there)
    assert (found.segment_value, found.holiday_country) == ("FR", "FR")
    assert names_of(found) == {"tv", "radio"}
    assert found.studies == ()
    assert len(notes) == 3
    without, notes = carry(SPEC, replace(there, holiday_country="", components=("trend",), segment_value="XX"))
    assert without.holiday_country == "DE"
    assert not [note for note in notes if "Holidays" in note]


def test_what_was_left_out_stays_out_and_what_is_new_comes_in() -> None:
    spec = replace(SPEC, media=SPEC.media[:1])
    assert names_of(carry(spec, SPEC, "radio")[0]) == {"tv", "mail", "price"}
    assert any("mail is new" in note for note in carry(spec, SPEC, "radio")[1])


def test_a_window_outside_of_the_data_is_let_go() -> None:
    found, notes = carry(replace(SPEC, window_start=date(2019, 1, 7)), SPEC)
    assert found.window_start is None
    assert "outside this data" in notes[0]


def test_settings_in_a_line() -> None:
    assert summarise(SPEC.to_dict()) == "3 channels, 5 × 2,000 candidates"
    assert summarise({}) == "0 channels, 0 × 0 candidates"


# --- batches and tags -------------------------------------------------------------------------------------------------


def test_rows_know_their_line_and_empty_ones_do_not_count() -> None:
    rows = read_rows("\ufeffDataset, SEED\nDemo,1\n\n,\n Demo ,2\n")
    assert rows == [(2, {"dataset": "Demo", "seed": "1"}), (5, {"dataset": "Demo", "seed": "2"})]


@given(st.text(max_size=200))
def test_any_text_is_rows_or_one_sentence(text: str) -> None:
    with contextlib.suppress(InputError):
        assert all(cells for _, cells in read_rows(text))


def test_tags_of_a_cell() -> None:
    assert [(tag.name, tag.value) for tag in read_tags("week=32; final|budget = -1.5;")] == [
        ("week", 32.0), ("final", None), ("budget", -1.5),
    ]  # fmt: skip
    assert [tag.name for tag in read_tags("week=32, final")] == ["week", "final"]  # as the field of a run takes them
    for wrong in ("9=1", "week=", "week=nan", "=3"):
        with pytest.raises(DataError, match="no tag"):
            read_tags(wrong)


@pytest.mark.parametrize(
    ("text", "parts"),
    [("final", ("final", "", 0.0)), ("week=32", ("week", "=", 32.0)), (" a b >= -1.5e3 ", ("a b", ">=", -1500.0))],
)
def test_tag_filters_are_read(text: str, parts: tuple[str, str, float]) -> None:
    query = read_tag_query(text)
    assert (query.name, query.sign, query.value) == parts


@given(st.text(max_size=60))
def test_any_tag_filter_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(InputError):
        assert read_tag_query(text).name


# --- the live cloud ---------------------------------------------------------------------------------------------------


class Parts:
    """A job's parts, in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}
        self.writes = 0

    def load_part(self, name: str) -> bytes | None:
        return self.kept.get(name)

    def save_part(self, name: str, content: bytes) -> None:
        self.kept[name] = content
        self.writes += 1


def points(*values: float) -> np.ndarray[Any, Any]:
    return np.array([(value, value / 2) for value in values]).reshape(-1, 2)


def test_the_cloud_is_kept_at_most_once_a_second_and_goes_on_after_a_restart() -> None:
    parts, now = Parts(), [0.0]
    cloud = LiveCloud(parts, clock=lambda: now[0])  # type: ignore[arg-type]
    cloud.add(points(0.1, 0.2))
    cloud.add(points(0.2, 0.3))
    assert parts.writes == 1
    now[0] = 1.5
    cloud.add(points(0.3))
    assert parts.writes == 2
    now[0] = 3.0
    cloud.add(points(0.3))  # nothing new
    assert parts.writes == 2
    resumed = LiveCloud(parts, clock=lambda: 9.0)  # type: ignore[arg-type]
    resumed.add(points(0.4))
    assert parts.kept["cloud"] == b"[[0.1,0.05],[0.2,0.1],[0.3,0.15],[0.4,0.2]]"


def test_a_large_cloud_is_thinned_and_keeps_the_newest() -> None:
    parts = Parts()
    cloud = LiveCloud(parts, clock=iter(range(1000)).__next__)  # type: ignore[arg-type]
    for start in range(0, 3000, 100):
        cloud.add(points(*(np.arange(start, start + 100) / 1000)))
    kept = parts.kept["cloud"]
    assert kept.count(b"[") - 1 <= POINTS_KEPT
    assert kept.endswith(b"[2.999,1.4995]]")


# --- people -----------------------------------------------------------------------------------------------------------


def test_the_proxy_names_the_person_and_nobody_else() -> None:
    behind = Settings(identity_header="X-Person")
    assert name_person(behind, "accounts.google.com:ada@example.com") == "ada@example.com"
    assert name_person(behind, None) == name_person(behind, " ") == UNKNOWN
    assert name_person(Settings(), "ada@example.com") == LOCAL_USER == "local user"


def test_operators_are_those_named_or_everybody() -> None:
    assert may_direct_queue(Settings(), "eve")
    named = Settings(queue_operators="Ada@example.com, bob")
    assert may_direct_queue(named, "ada@EXAMPLE.com")
    assert not may_direct_queue(named, "eve")
    assert not may_direct_queue(named, "")


def test_documents_are_not_changed_by_looking_for_problems() -> None:
    document = SPEC.to_dict()
    before = copy.deepcopy(document)
    Pruned(document).drop("media[0]", whole_entry=True)
    assert document == before
