from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.pandas import column, data_frames, range_indexes

from mixline.errors import DataError
from mixline.services.snapshots import digest_table, read_parquet, show_rows, to_frame, to_table, write_parquet

FRAME = pd.DataFrame(
    {
        "date": pd.to_datetime(["2024-01-01", "2024-01-08", "2024-01-15"]).astype("datetime64[s]"),
        "revenue": [1.5, np.nan, 3.0],
        "clicks": [1, 2, 3],
        "country": ["DE", None, "FR"],
        "open": [True, False, True],
    }
)


DIGEST = "6ddc25db3ecffd8dc2e0a8129fff283d6ceb75311e72055349de1c7ecb0e532d"  # of FRAME, as first released


def test_stored_frame_comes_back_with_the_types_it_was_read_with() -> None:
    back = to_frame(read_parquet(write_parquet(to_table(FRAME))))
    assert [str(kind) for kind in back.dtypes][:3] == ["datetime64[s]", "float64", "int64"]
    assert back["revenue"].isna().tolist() == [False, True, False]
    assert back["country"].isna().tolist() == [False, True, False]
    assert digest_table(to_table(back)) == digest_table(to_table(FRAME))


def test_same_table_gives_the_same_bytes() -> None:
    assert write_parquet(to_table(FRAME)) == write_parquet(to_table(FRAME.copy()))


@pytest.mark.parametrize(
    "changed",
    [
        FRAME.rename(columns={"clicks": "visits"}),
        FRAME[["revenue", "date", "clicks", "country", "open"]],
        FRAME.assign(revenue=[1.5, 0.0, 3.0]),
        FRAME.assign(country=["DE", "", "FR"]),
        FRAME.iloc[:2],
    ],
    ids=["name", "order of columns", "missing is not zero", "missing is not empty", "rows"],
)
def test_digest_changes_with_the_content(changed: pd.DataFrame) -> None:
    assert digest_table(to_table(changed)) != digest_table(to_table(FRAME))


def test_digest_is_a_property_of_values_not_of_chunks() -> None:
    import pyarrow as pa

    table = to_table(FRAME)
    assert digest_table(pa.concat_tables([table.slice(0, 1), table.slice(1)])) == digest_table(table)


def test_digest_is_fixed_for_ever() -> None:
    # a change here renames every dataset anybody has: it needs a migration
    assert digest_table(to_table(FRAME)) == DIGEST


def test_rows_are_json_with_iso_dates_and_nulls() -> None:
    rows = show_rows(FRAME, limit=2)
    assert json.loads(json.dumps(rows, allow_nan=False)) == [
        {"date": "2024-01-01", "revenue": 1.5, "clicks": 1, "country": "DE", "open": True},
        {"date": "2024-01-08", "revenue": None, "clicks": 2, "country": None, "open": False},
    ]
    assert show_rows(FRAME, limit=5, offset=2)[0]["date"] == "2024-01-15"
    assert show_rows(FRAME, limit=5, offset=9) == []


def test_column_of_several_kinds_is_refused_with_its_name() -> None:
    mixed = pd.DataFrame({"spend": pd.Series([1, "two", 3.0], dtype=object)})
    with pytest.raises(DataError, match="column spend"):
        to_table(mixed)


@settings(max_examples=40, deadline=None)
@given(
    data_frames(
        [
            column("a", elements=st.floats(allow_nan=True, allow_infinity=False, width=64)),
            column("b", elements=st.integers(-(2**53), 2**53), dtype="int64"),
            column("c", elements=st.text(max_size=5), dtype=object),
        ],
        index=range_indexes(min_size=1, max_size=8),
    )
)
def test_any_table_survives_storing(frame: pd.DataFrame) -> None:
    table = to_table(frame)
    back = read_parquet(write_parquet(table))
    assert digest_table(back) == digest_table(table)
    json.dumps(show_rows(to_frame(back), limit=10), allow_nan=False)
