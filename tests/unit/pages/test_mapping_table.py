from __future__ import annotations

from collections.abc import Callable
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.components import mapping_table
from dashboard.components.mapping_table import collect_edits, column_choices, describe_values, mapping_rows, set_role
from mixline.messages import ColumnSuggestion, Role, UploadView


def test_every_role_and_kind_has_a_label_of_its_own() -> None:
    assert set(mapping_table.ROLE_LABELS) == set(get_args(Role)) == set(mapping_table.ROLE_HELP)
    assert len(set(mapping_table.ROLE_LABELS.values())) == len(mapping_table.ROLE_LABELS)
    assert len(set(mapping_table.KIND_LABELS.values())) == len(mapping_table.KIND_LABELS)


def test_kinds_of_media_are_those_the_engine_has_defaults_for() -> None:
    from mixline.mmm.recipes.defaults import KINDS

    assert set(mapping_table.KIND_LABELS) == set(KINDS)


def test_unsure_columns_come_first_then_the_roles_in_order(upload: UploadView) -> None:
    names = [row["column"] for row in mapping_rows(upload.columns)]
    assert names == ["mystery", "DATE", "revenue", "country", "tv_spend", "tv_impressions"]


def test_untouched_rows_give_back_the_suggestion(upload: UploadView) -> None:
    choices = {choice.name: choice for choice in column_choices(mapping_rows(upload.columns))}
    for column in upload.columns:
        assert choices[column.name].role == column.role
    assert choices["tv_spend"].channel == "tv"
    assert choices["tv_spend"].kind == "tv"


def test_a_column_that_is_no_medium_keeps_no_channel(upload: UploadView) -> None:
    rows = set_role(mapping_rows(upload.columns), ["tv_spend"], "Leave out")
    choice = next(choice for choice in column_choices(rows) if choice.name == "tv_spend")
    assert (choice.role, choice.channel, choice.kind) == ("ignore", "", "other")


@given(st.data())
def test_edits_survive_a_reload(data: st.DataObject) -> None:
    columns = [
        ColumnSuggestion(name=f"c{i}", type="number", role="context", reason="r", confidence=data.draw(_CONFIDENCE))
        for i in range(data.draw(st.integers(1, 8)))
    ]
    rows = mapping_rows(columns)
    for row in rows:
        if data.draw(st.booleans()):
            row["role"] = data.draw(st.sampled_from(sorted(mapping_table.ROLE_LABELS.values())))
            row["channel"] = data.draw(st.sampled_from(["", "tv", "radio"]))
    again = mapping_rows(columns, collect_edits(rows, columns))
    fields = ("role", "channel", "kind")
    assert {row["column"]: [row[f] for f in fields] for row in again} == {
        row["column"]: [row[f] for f in fields] for row in rows
    }


_CONFIDENCE = st.sampled_from(["high", "medium", "low"])


def test_bulk_change_keeps_order_and_settles_the_column(upload: UploadView) -> None:
    rows = mapping_rows(upload.columns)
    changed = set_role(rows, ["mystery", "DATE"], "Leave out")
    assert [row["column"] for row in changed] == [row["column"] for row in rows]
    assert changed[0]["role"] == "Leave out"
    assert not changed[0]["look"]
    assert mapping_table.role_counts(changed)["Leave out"] == 2


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "0 to 2.4M, mean 310k, 12 % zeros"),
        ({"zero_share": 0.0, "minimum": 3.0, "maximum": 3.0, "mean": 3.0}, "3 to 3"),
        ({"type": "text", "minimum": None, "examples": ["a", "b", "c", "d"]}, "a, b, c"),
    ],
)
def test_values_in_words(make_column: Callable[..., ColumnSuggestion], changes: dict[str, Any], words: str) -> None:
    assert describe_values(make_column("x", "context", **changes)) == words


def test_filter_of_a_role_matches_its_rows(upload: UploadView) -> None:
    rows = mapping_rows(upload.columns)
    for label in ("Spend", "look"):
        ((field, condition),) = mapping_table.role_filter(label).items()
        shown = [row for row in rows if row[field] == condition["filter"]]
        assert len(shown) == mapping_table.role_counts(rows)[label] == 1
    assert mapping_table.role_filter("") == {}
