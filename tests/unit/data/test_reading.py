"""Reading: every way people export a table gives the same table, and what is no table is one sentence."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mixline.data.reading import read_table
from mixline.errors import DataError
from mixline.mmm.simulation.simulate import simulate


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    return simulate("realistic", 2, weeks=52).frame


EXPORTS = {
    "comma": {},
    "semicolon with decimal comma": {"sep": ";", "decimal": ","},
    "tab": {"sep": "\t"},
    "bar": {"sep": "|"},
    "german dates": {"sep": ";", "decimal": ",", "date_format": "%d.%m.%Y"},
    "american dates": {"date_format": "%m/%d/%Y"},
    "british dates": {"date_format": "%d/%m/%Y"},
    "compact dates": {"date_format": "%Y%m%d"},
    "dates with a clock": {"date_format": "%Y-%m-%dT%H:%M:%SZ"},
    "named months": {"date_format": "%d %b %Y"},
    "everything quoted": {"quoting": 1},
    "windows lines": {"lineterminator": "\r\n"},
}


@pytest.mark.parametrize("form", EXPORTS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_every_export_gives_the_same_table(frame: pd.DataFrame, form: str, encoding: str) -> None:
    text = frame.to_csv(index=False, **EXPORTS[form])  # type: ignore[call-overload]
    read = read_table(text.encode(encoding), "export.csv")
    pd.testing.assert_frame_equal(read, frame, check_dtype=False, check_exact=True)
    assert read["date"].dtype == "datetime64[s]"


def test_parquet_gives_the_same_table(frame: pd.DataFrame) -> None:
    buffer = io.BytesIO()
    frame.assign(date=frame["date"].dt.date).to_parquet(buffer)
    pd.testing.assert_frame_equal(read_table(buffer.getvalue(), "x.parquet"), frame, check_dtype=False)


@settings(max_examples=60, deadline=None)
@given(
    values=st.lists(st.decimals(-(10**9), 10**9, places=2), min_size=3, max_size=12),
    style=st.sampled_from([(",", "."), (".", ","), (" ", ","), ("'", "."), ("\u202f", ","), ("", ".")]),
)
def test_numbers_survive_every_way_of_writing_them(values: list[object], style: tuple[str, str]) -> None:
    thousands, decimal = style
    written = [f"{v:,.2f}".replace(",", "§").replace(".", decimal).replace("§", thousands) for v in values]
    text = "name;value\n" + "".join(f"row{i};{w}\n" for i, w in enumerate(written))
    read = read_table(text.encode(), "x.csv")["value"]
    np.testing.assert_allclose(read.astype(float), [float(v) for v in values], rtol=1e-12)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["1.234", "950"], [1234, 950]),
        (["0.123", "4.567"], [0.123, 4.567]),
        (["1.234.567", "2.345"], [1234567, 2345]),
        (["€ 12,5", "€ 1.000,25"], [12.5, 1000.25]),
        (["12,5 %", "7 %"], [0.125, 0.07]),
        (["(5,50)", "6,25"], [-5.5, 6.25]),
        (["n/a", "6,25"], [np.nan, 6.25]),
    ],
)
def test_the_column_decides_what_its_marks_mean(cells: list[str], expected: list[float]) -> None:
    text = "name;value\n" + "".join(f"x;{cell}\n" for cell in cells)
    np.testing.assert_allclose(read_table(text.encode(), "x.csv")["value"].astype(float), expected)


def test_another_column_settles_what_one_column_leaves_open() -> None:
    read = read_table(b"name;units;price\na;1.234;9,99\nb;2.345;8,50\n", "x.csv")
    assert read["units"].tolist() == [1234, 2345]


def test_text_and_booleans_stay_what_they_are() -> None:
    read = read_table("a,b,c,d\nna,TRUE,Größe,01.02.2021 x\nevent1,false,,y\n".encode(), "x.csv")
    assert read["a"].tolist() == ["na", "event1"]
    assert read["b"].tolist() == [True, False]
    assert read["c"].isna().tolist() == [False, True]


def test_one_text_among_numbers_keeps_the_column_as_text() -> None:
    assert read_table(b"a,b\n1,5\n2,n.v.\n", "x.csv")["b"].tolist() == ["5", "n.v."]


WEEKS_AND_MONTHS = [
    "week,x\n2021-W05,1\n2021-W06,2\n",
    "month,x\n2021-02,1\n2021-03,2\n",
    "m,x\nFeb 2021,1\nMar 2021,2\n",
]


@pytest.mark.parametrize("text", WEEKS_AND_MONTHS)
def test_weeks_and_months_are_dates(text: str) -> None:
    first = read_table(text.encode(), "x.csv").iloc[0, 0]
    assert first == pd.Timestamp("2021-02-01")


@pytest.mark.parametrize("form", ["%m/%d/%Y", "%d/%m/%Y"])
def test_regular_steps_tell_day_from_month(form: str) -> None:
    months = pd.date_range("2021-01-01", periods=24, freq="MS")
    text = "date,x\n" + "".join(f"{d:{form}},1\n" for d in months)
    assert read_table(text.encode(), "x.csv")["date"].tolist() == list(months)


def test_row_numbers_and_empty_columns_of_an_export_are_dropped() -> None:
    assert list(read_table(b",a,b,\n1,5,x,\n2,6,y,\n", "x.csv").columns) == ["a", "b"]
    assert list(read_table(b"sep=;\na;b\n1;2\n", "x.csv").columns) == ["a", "b"]


REFUSED = {
    "empty": (b"", "the file is empty"),
    "blank": (b"  \n \n", "the file is empty"),
    "binary": (bytes(range(256)) * 20, "binary data"),
    "workbook": (b"PK\x03\x04rest", "Excel workbook"),
    "pdf": (b"%PDF-1.7", "PDF"),
    "one column": (b"a\n1\n2\n", "only one column"),
    "no rows": (b"a,b\n", "no rows"),
    "no header": (b"2021-01-01,5\n2021-01-02,6\n", "values, not column names"),
    "same name twice": (b"date,tv,tv\n2021-01-01,1,2\n", "column names repeat; got 'tv'"),
    "nameless column": (b"a,,b\n1,x,3\n", "a column has no name"),
    "long row": (b"a,b\n1,2\n3,4,5\n", "line 3: a row has another number of fields than the header; got 3"),
    "short row": (b"a,b\n1,2\n3\n", "line 3: a row has another number of fields"),
    "open quote": (b'a,b\n1,2\n"x,5\n', "line 3"),
    "day or month": (b"date,x\n01/02/2021,1\n05/07/2021,2\n03/02/2021,3\n", "day and month cannot be told apart"),
    "point and comma": (b"a;b\n1,5;2\n1.5;3\n", "some numbers have a decimal point and others a decimal comma"),
    "thousands or decimals": (b"a;b\nx;1.234\ny;2.333\n", "can mean thousands or decimals"),
    "damaged parquet": (b"PAR1" + b"junk" * 20, "damaged"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_table_is_one_sentence_with_the_place(case: str) -> None:
    content, words = REFUSED[case]
    with pytest.raises(DataError) as caught:
        read_table(content, "upload.csv")
    assert words.lower() in caught.value.sentence.lower()
    assert caught.value.sentence.count("\n") == 0


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400) | st.text(alphabet="ab1,;.\n\t\"'/-|€ ", max_size=200).map(str.encode))
def test_any_bytes_give_a_table_or_a_sentence(content: bytes) -> None:
    try:
        read = read_table(content, "x.csv")
    except DataError:
        return
    assert len(read.columns) >= 1
    assert read.columns.is_unique


def test_quote_that_never_ends_is_one_sentence() -> None:
    with pytest.raises(DataError, match=r"x\.csv: .*EOF inside string.*Export the table"):
        read_table(b'date,revenue,tv\n2024-01-01,1,2\n2024-01-08,3,"4\n', "x.csv")
