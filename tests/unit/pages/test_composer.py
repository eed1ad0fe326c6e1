"""From a draft to the composer and back to a document, and where the engine's problems are shown."""

from __future__ import annotations

import base64
import copy
from collections.abc import Callable
from typing import Any

import pytest
from dash import Dash
from hypothesis import given
from hypothesis import strategies as st

from dashboard.components import composer_tables as tables
from dashboard.components import run_batch
from dashboard.components.composer_document import (
    SECTIONS,
    build_document,
    count_by_section,
    place_words,
    section_of,
    split_problems,
    write_placed,
    write_problem,
)
from dashboard.components.composer_fields import (
    BY_PATH,
    FIELDS,
    look_up,
    read_number,
    read_value,
    show_value,
    write_number,
)
from dashboard.components.composer_panel import composer_panel
from dashboard.components.composer_wiring import with_size, write_takes
from mixline.messages import BatchPreview, SpecificationCheck, SpecificationDraft, SpecificationProblem
from mixline.mmm.specification import ModelSpec

Words = Callable[[Any], str]


def held(draft: SpecificationDraft) -> dict[str, Any]:
    """What every control holds right after the composer has opened."""
    return {field.path: show_value(field, look_up(draft.specification, field.path)) for field in FIELDS}


def compose(draft: SpecificationDraft, **changed: Any) -> dict[str, Any]:
    values = held(draft) | changed.pop("values", {})
    rows = {
        "channels": tables.channel_rows(draft),
        "context": tables.context_rows(draft),
        "studies": tables.study_rows(draft),
    } | changed
    return build_document(draft, values, rows["channels"], rows["context"], rows["studies"], 123)


def test_a_composer_nobody_touched_gives_the_draft_back(draft: SpecificationDraft) -> None:
    assert compose(draft) == draft.specification


def test_a_specification_with_everything_comes_back_whole(draft: SpecificationDraft) -> None:
    document = copy.deepcopy(draft.specification)
    document["media"][0] |= {"ranges": {"theta": {"low": 0.2, "high": 0.6}, "alpha": {"low": 1.5, "high": 1.5}}}
    document["media"][1] |= {"adstock": "weibull_cdf", "sign": "either", "kind": "email"}
    document["context"] = document["context"][:1]
    document |= {"window_start": "2022-06-06", "intercept": "free", "penalty_factors": True}
    document["validation"] |= {"train": {"low": 0.5, "high": 0.8}, "folds": 3, "horizon": 12}
    document["search"] |= {"trials": 4, "iterations": 700, "early_stop": True, "lift_weight": 2.0}
    study = {"start": "2023-01-02", "end": "2023-02-05", "effect": 900.0, "spend": 100.0, "confidence": 0.9}
    document["studies"] = [study | {"channels": ["tv", "search"], "scope": "immediate"}]
    document = ModelSpec.from_dict(document).to_dict()
    assert compose(draft.model_copy(update={"specification": document})) == document


def test_a_channel_that_is_not_ticked_is_left_out_and_keeps_its_place(draft: SpecificationDraft) -> None:
    rows = tables.channel_rows(draft)
    rows[0]["use"] = False
    document = compose(draft, channels=rows)
    assert [medium["name"] for medium in document["media"]] == ["search", "newsletter"]
    again = tables.channel_rows(draft.model_copy(update={"specification": document}))
    assert [row["use"] for row in again] == [False, True, True]


def test_a_channel_modelled_on_spend_names_no_exposure(draft: SpecificationDraft) -> None:
    rows = tables.channel_rows(draft)
    assert rows[0]["input"] == "Exposure"
    rows[0]["input"] = rows[2]["input"] = "Spend"
    media = compose(draft, channels=rows)["media"]
    assert media[0]["exposure"] is None
    assert media[2]["exposure"] == "newsletter_sent"  # there is no spend to model it on


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.2 to 0.6", {"low": 0.2, "high": 0.6}),
        ("0.2-0.6", {"low": 0.2, "high": 0.6}),
        (" .2 – .6 ", {"low": 0.2, "high": 0.6}),
        ("0.5", {"low": 0.5, "high": 0.5}),
        ("high", "high"),
        ("1 to 2 to 3", "1 to 2 to 3"),
    ],
)
def test_ranges_are_read_as_people_write_them(text: str, value: Any) -> None:
    assert tables.read_range(text) == value


@given(st.floats(0, 20), st.floats(0, 20))
def test_a_range_reads_back_as_it_was_written(one: float, other: float) -> None:
    low, high = sorted((round(one, 4), round(other, 4)))
    assert tables.read_range(tables.write_range({"low": low, "high": high})) == {"low": low, "high": high}


def test_what_cannot_be_read_goes_to_the_engine_as_it_is(draft: SpecificationDraft) -> None:
    row = tables.new_study(draft) | {"effect": "much", "channels": "tv, , Search"}
    (study,) = tables.read_studies(draft, [row])
    assert study["effect"] == "much"
    assert study["spend"] is None
    assert study["start"] == ""
    assert study["channels"] == ["tv", "search"]
    assert study["confidence"] == pytest.approx(0.9)


def test_percentages_and_empty_days(draft: SpecificationDraft) -> None:
    document = compose(draft, values={"validation.train.low": 80, "window_end": "  ", "window_start": "2022-01-10"})
    assert document["validation"]["train"] == {"low": 0.8, "high": 0.8}  # one end alone fixes the share
    assert compose(draft, values={"validation.train.high": "72.5"})["validation"]["train"] == {
        "low": 0.725,
        "high": 0.725,
    }
    assert (document["window_start"], document["window_end"]) == ("2022-01-10", None)
    own = draft.specification["goal"]["currency"]  # conversions are paid for in money, too
    assert compose(draft, values={"goal.kind": "conversions"})["goal"]["currency"] == own
    assert read_value(BY_PATH["goal.currency"], "none") == ""


@pytest.mark.parametrize(
    ("typed", "read"), [("80 %", 0.8), ("80%", 0.8), (" 72.5 ", 0.725), ("abc %", "abc %"), ("", None)]
)
def test_a_sign_of_per_cent_may_be_written_or_left_out(draft: SpecificationDraft, typed: str, read: Any) -> None:
    assert read_value(BY_PATH["validation.train.low"], typed) == read
    study = tables.new_study(draft) | {"confidence": typed}
    assert tables.read_studies(draft, [study])[0]["confidence"] == read


@pytest.mark.parametrize(
    ("path", "said", "shown"),
    [
        (
            "validation.train",
            "The training share is out of range; got 0.008 to 0.008.",
            "The training share is out of range; got 0.8 %; expected above 10 % and at most 100 %. "
            "Type 80 to fit on four fifths of the window.",
        ),
        (
            "validation.train",
            "A range is upside down; got 0.9 to 0.7.",
            "A range is upside down; got 90 % to 70 %; expected Q. b",
        ),
        (
            "validation.train",
            "The hold-out leaves too few rows; got 23 of 208 rows at a share of 0.11.",
            "The hold-out leaves too few rows; got 23 of 208 rows at a share of 11 %; expected Q. b",
        ),
        (
            "studies[0].confidence",
            "The confidence is out of range; got 1.01.",
            "The confidence is out of range; got 101 %; expected from 1 % to 100 %. Type 95 for a study that is 95 % sure.",
        ),
        (
            "studies[0].confidence",
            "A number is needed here; got 7 of 9.",
            "A number is needed here; got 7 of 9; expected Q. b",
        ),
        (
            "search.rssd_weight",
            "A weight is out of range; got -1.0.",
            "A weight is out of range; got -1.0; expected Q. b",
        ),
    ],
)
def test_what_is_typed_in_per_cent_is_answered_in_per_cent(path: str, said: str, shown: str) -> None:
    """The engine's own advice, a share of 0.8, would be wrong once more in a field of per cent."""
    assert write_problem(SpecificationProblem(path=path, sentence=said, expected="Q", action="b")) == shown


def test_a_range_that_cannot_be_read_is_told_how_ranges_are_written() -> None:
    one = SpecificationProblem(
        path="media[0].ranges.theta", sentence="A number is needed here; got 20 - 60.", expected="a number"
    )
    assert write_problem(one).endswith("got 20 - 60; expected a number, or a range such as 0.2 to 0.6.")


def problem(path: str, **more: Any) -> SpecificationProblem:
    return SpecificationProblem(path=path, sentence="It is wrong.", **more)


def test_problems_are_shown_where_they_belong() -> None:
    paths = [field.path for field in FIELDS]
    found = [
        problem("search"),
        problem("window_start"),
        problem("validation.train", expected="above 0.1"),
        problem("media[1].ranges.theta"),
        problem("studies[0].start"),
        problem("date_column"),
        problem("window_start", segment="FR"),
    ]
    fields, entries, rest = split_problems(found, paths)
    assert set(fields) == {"search.trials", "window_start", "validation.train.low"}
    assert fields["validation.train.low"] == "It is wrong; expected above 0.1."
    assert entries["media"] == {1: "Memory: It is wrong."}
    assert entries["studies"] == {0: "From: It is wrong."}
    assert [one.path for one in rest] == ["date_column", "window_start"]
    assert write_problem(rest[1]).startswith("FR: ")
    counts = count_by_section(found)
    assert (counts["goal"], counts["channels"], counts["search"], counts["context"]) == (3, 1, 1, 0)


def test_a_place_is_called_as_it_is_called_on_the_page(draft: SpecificationDraft) -> None:
    document = draft.specification | {"studies": [{}]}
    places = {
        "search.trials": "Search, Trials",
        "search.seed": "Advanced, Seed",
        "validation.train": "Hold-out & back-test, Fit on at least",
        "media[1].ranges.theta": "Channels, Search, Memory",
        "studies[0].spend": "Lift studies, study 1, Spend",
        "media": "Channels",
        "media[99]": "Channels",
        "date_column": "Goal & window",
        "": "",
    }
    assert {path: place_words(path, document) for path in places} == places
    assert write_placed(problem("search.trials"), document) == "Search, Trials: It is wrong."


def test_what_is_expected_is_not_said_twice() -> None:
    one = SpecificationProblem(path="", sentence="A number is needed here; got nothing.", expected="a number")
    assert write_problem(one) == "A number is needed here; got nothing."


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12),
        (" 1,200 ", 1200),
        ("1 200.5", 1200.5),
        ("0,5", "0,5"),
        ("1,2,3", "1,2,3"),
        ("nan", "nan"),
        ("", None),
    ],
)
def test_numbers_are_read_as_people_write_them_and_never_guessed(text: str, value: Any) -> None:
    assert read_number(text) == value


@given(st.floats(-1e9, 1e9, allow_nan=False))
def test_a_number_reads_back_as_it_is_shown(value: float) -> None:
    assert read_number(write_number(value)) == value


def test_studies_call_their_channels_as_the_page_does(draft: SpecificationDraft) -> None:
    row = tables.new_study(draft) | {"channels": "tv, SEARCH, nothing"}
    assert tables.new_study(draft)["channels"] == "TV"
    assert tables.read_studies(draft, [row])[0]["channels"] == ["tv", "search", "nothing"]


@given(st.text(max_size=40))
def test_any_path_belongs_to_a_section_or_to_none(path: str) -> None:
    assert section_of(path) in {"", *SECTIONS}
    split_problems([problem(path)], [field.path for field in FIELDS])


def test_problems_of_a_table_go_by_the_names_of_their_rows(draft: SpecificationDraft) -> None:
    rows = tables.channel_rows(draft)
    used = ["search", "newsletter"]  # tv is not ticked, so the document's first entry is search
    assert tables.name_problems(used, {0: "Memory: no.", 7: "gone"}) == {"search": "Memory: no."}
    assert tables.list_problems(rows, used, {0: "Memory: no.", 7: "gone"}) == ["Search. Memory: no."]
    unnamed = tables.new_study(draft) | {"channels": ""}
    assert tables.list_problems([unnamed], [unnamed["name"]], {0: "Lift: no."}) == ["Study 1. Lift: no."]


def test_empty_ranges_show_the_default_of_kind_and_adstock(draft: SpecificationDraft) -> None:
    words = tables.default_words(draft)
    assert words["theta"]["TV"] == "0.3 – 0.8"
    assert words["ranges"]["Weibull, fading"]["shape"] == "0 – 2"
    assert words["uses"]["Geometric"] == ["theta", "alpha", "gamma"]
    assert words["reason"]["Search"].endswith(".")


def test_the_panel_says_what_could_not_be_carried_over(draft: SpecificationDraft, text_of: Words) -> None:
    words = text_of(composer_panel(draft.model_copy(update={"notes": ["radio is left out."]})))
    assert "Carried over, with differences" in words
    assert "radio is left out." in words
    assert all(name in words for name in SECTIONS.values())


def test_opening_takes_over_the_chosen_size(draft: SpecificationDraft) -> None:
    assert with_size(draft, "thorough").specification["search"]["iterations"] == 5000
    assert with_size(draft, None) == draft


def test_what_a_launch_takes_says_so_in_words(page_app: Dash, text_of: Words) -> None:
    takes = {"candidates": 600, "seconds": 4.0, "bound": "about", "core_seconds": 8.0, "cost": None, "currency": "EUR"}
    runs = [
        {"segment": one, "specification_id": "a" * 64, "run_id": "b" * 32, "state": state}
        for one, state in (("DE", "succeeded"), ("FR", None))
    ]
    values = {"ok": True, "problems": [], "notes": [], "runs": runs, "takes": takes, "cost_per_thousand": None}
    words = text_of(write_takes(SpecificationCheck.model_validate(values), {}))
    assert words.startswith("2 runs  · 600 candidates · about 4 s")
    assert "1 of them has succeeded before" in words
    runs[1]["state"] = "queued"
    assert "1 of them is in the queue" in text_of(write_takes(SpecificationCheck.model_validate(values), {}))
    wrong = values | {"ok": False, "problems": [problem("search").model_dump()], "runs": []}
    assert "One thing is to be mended first." in text_of(write_takes(SpecificationCheck.model_validate(wrong), {}))


@pytest.mark.parametrize("contents", ["data:text/csv;base64,////", "data:text/csv;base64,?", "data:text/csv;base64,"])
def test_a_file_that_is_no_text_is_said_so(page_app: Dash, text_of: Words, contents: str) -> None:
    table, content, _, disabled, hidden, message = run_batch.preview(contents, "runs.xlsx")
    assert (table, content, disabled, hidden) == (None, None, True, True)
    assert "runs.xlsx is no text" in text_of(message)


def test_a_file_too_large_for_a_batch_is_said_so_and_the_same_file_can_be_dropped_again(
    page_app: Dash, text_of: Words
) -> None:
    upload = next(part for part in run_batch.batch_panel().children if getattr(part, "id", "") == "batch-file")
    assert getattr(upload, "accept", None) is None  # a file the browser refuses is refused without a word
    assert upload.max_size > run_batch.BYTES_MOST
    contents = "data:text/csv;base64," + base64.b64encode(b"a" * 300_000).decode()
    *_, message, kept = run_batch.take_file(contents, "sales.csv")
    assert kept is None
    assert text_of(message) == (
        "sales.csv has 300 KB; a file of runs has at most 200 KB. A table of data goes in on the Data page."
    )


def test_rows_of_a_batch_say_what_they_are(text_of: Words) -> None:
    row = {"line": 2, "state": "ready", "dataset": "Demo v1", "segment": "DE", "size": "2 × 300, seed 1"}
    rows = [
        row,
        row | {"line": 3, "state": "same", "same_as": 2},
        row | {"line": 4, "state": "known", "run_id": "a" * 32},
    ]
    rows.append(row | {"line": 5, "state": "wrong", "problems": ["seed: a whole number is needed here."]})
    takes = {
        "candidates": 600,
        "seconds": None,
        "bound": "unknown",
        "core_seconds": None,
        "cost": None,
        "currency": "EUR",
    }
    found = BatchPreview.model_validate({"rows": rows, "ready": 1, "takes": takes})
    words = text_of(run_batch.preview_table(found, "runs.csv"))
    for wanted in (
        "1 of 4 rows are ready",
        "The same run as line 2",
        "This very run is there",
        "a whole number is needed",
    ):
        assert wanted in words
