from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mixline.errors import InputError
from mixline.warehouse.identifiers import quote


def test_names_are_quoted_by_dialect() -> None:
    assert quote("a.b") == '"a"."b"'
    assert quote("a.b", dialect="bigquery") == "`a`.`b`"
    assert quote('say "x"', kind="column") == '"say ""x"""'


@pytest.mark.parametrize("name", ["a`b", "a\\b"])
def test_bigquery_has_no_way_to_write_these_columns(name: str) -> None:
    assert quote(name, kind="column")
    with pytest.raises(InputError):
        quote(name, kind="column", dialect="bigquery")


@given(st.text(max_size=40), st.sampled_from(["duckdb", "snowflake", "bigquery"]), st.sampled_from(["table", "column"]))
def test_nothing_gets_out_of_its_quotes(name: str, dialect: str, kind: str) -> None:
    try:
        quoted = quote(name, kind=kind, dialect=dialect)  # type: ignore[arg-type]
    except InputError:
        return
    mark = quoted[0]
    assert quoted[-1] == mark
    inner = quoted[1:-1] if kind == "column" else quoted[1:-1].replace(f"{mark}.{mark}", "")
    assert mark not in inner.replace(mark * 2, "")
