"""What every warehouse must do. A new one joins by adding its factory to WAREHOUSES."""

from __future__ import annotations

import datetime as dt
import decimal
import multiprocessing
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mixline.errors import ConflictError, DataError, InputError, NotFoundError
from mixline.warehouse.contract import Warehouse
from mixline.warehouse.opening import open_warehouse

WAREHOUSES: dict[str, Callable[[Path], str]] = {"duckdb": lambda path: f"duckdb:///{path / 'tables.duckdb'}"}

WEEKS = pa.table(
    {
        "week": pa.array([dt.date(2024, 1, 1), dt.date(2024, 1, 8), None], pa.date32()),
        "Spend (EUR)": pa.array([1.5, None, 3.0]),
        "visits": pa.array([1, 2, 3], pa.int64()),
        'odd "name"': pa.array(["a", "ü '; DROP TABLE x; --", None]),
        "holiday": pa.array([True, False, None]),
    }
)


@pytest.fixture(params=sorted(WAREHOUSES))
def warehouse_address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return WAREHOUSES[request.param](tmp_path)


@pytest.fixture
def warehouse(warehouse_address: str) -> Iterator[Warehouse]:
    opened = open_warehouse(warehouse_address)
    yield opened
    opened.close()


def test_it_is_a_warehouse(warehouse: Warehouse) -> None:
    assert isinstance(warehouse, Warehouse)


def test_a_written_table_is_read_back_as_it_was(warehouse: Warehouse) -> None:
    assert warehouse.write_table("weeks", WEEKS) == 3
    assert warehouse.read_table("weeks").equals(WEEKS)
    assert warehouse.list_tables() == ["weeks"]
    assert warehouse.describe_table("weeks") == {
        "week": "date32[day]",
        "Spend (EUR)": "double",
        "visits": "int64",
        'odd "name"': "string",
        "holiday": "bool",
    }


def test_columns_and_rows_can_be_chosen(warehouse: Warehouse) -> None:
    warehouse.write_table("weeks", WEEKS)
    chosen = warehouse.read_table("weeks", columns=['odd "name"', "visits"], limit=2)
    assert chosen.column_names == ['odd "name"', "visits"]
    assert chosen.num_rows == 2
    assert warehouse.read_table("weeks", limit=0).num_rows == 0


def test_types_are_normalised_whatever_was_written(warehouse: Warehouse) -> None:
    moment = dt.datetime(2024, 1, 1, 12, tzinfo=dt.UTC)
    odd = pa.table(
        {
            "small": pa.array([1], pa.int8()),
            "unsigned": pa.array([1], pa.uint32()),
            "single": pa.array([1.5], pa.float32()),
            "money": pa.array([decimal.Decimal("12.34")], pa.decimal128(18, 2)),
            "whole": pa.array([decimal.Decimal(7)], pa.decimal128(38, 0)),
            "category": pa.array(["x"]).dictionary_encode(),
            "large": pa.array(["x"], pa.large_string()),
            "date64": pa.array([dt.date(2024, 1, 1)], pa.date64()),
            "moment": pa.array([moment], pa.timestamp("ns", tz="Europe/Berlin")),
            "local": pa.array([dt.datetime(2024, 1, 1)], pa.timestamp("s")),  # noqa: DTZ001
            "nothing": pa.nulls(1),
            "many": pa.array([[1, 2]], pa.list_(pa.int32())),
        }
    )
    warehouse.write_table("odd", odd)
    expected = {
        "small": "int64",
        "unsigned": "int64",
        "single": "double",
        "money": "double",
        "whole": "int64",
        "category": "string",
        "large": "string",
        "date64": "date32[day]",
        "moment": "timestamp[us, tz=UTC]",
        "local": "timestamp[us]",
        "nothing": "string",
        "many": "list<item: int64>",
    }
    found = warehouse.read_table("odd")
    assert warehouse.describe_table("odd") == expected
    assert {field.name: str(field.type) for field in found.schema} == expected
    row = found.to_pylist()[0]
    assert row["money"] == 12.34
    assert row["moment"] == moment
    assert row["many"] == [1, 2]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(
        st.tuples(
            st.integers(-(2**63), 2**63 - 1) | st.none(),
            st.floats(allow_nan=False) | st.none(),
            st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20) | st.none(),
            st.dates(dt.date(1, 1, 1), dt.date(9999, 12, 31)) | st.none(),
        ),
        max_size=8,
    )
)
def test_any_value_survives_the_round_trip(
    warehouse: Warehouse, rows: list[tuple[int | None, float | None, str | None, dt.date | None]]
) -> None:
    columns = list(zip(*rows, strict=True)) or [(), (), (), ()]
    types = [pa.int64(), pa.float64(), pa.string(), pa.date32()]
    table = pa.table({f"c{i}": pa.array(list(columns[i]), type_) for i, type_ in enumerate(types)})
    assert warehouse.write_table("any_value", table, mode="replace") == len(rows)
    assert warehouse.read_table("any_value").equals(table)


def test_create_refuses_to_overwrite(warehouse: Warehouse) -> None:
    warehouse.write_table("weeks", WEEKS)
    with pytest.raises(ConflictError):
        warehouse.write_table("weeks", WEEKS.slice(0, 1))
    assert warehouse.read_table("weeks").num_rows == 3


def test_replace_takes_other_columns(warehouse: Warehouse) -> None:
    warehouse.write_table("weeks", WEEKS)
    warehouse.write_table("weeks", pa.table({"a": [1]}), mode="replace")
    assert warehouse.read_table("weeks").to_pylist() == [{"a": 1}]


def test_append_adds_rows_by_column_name(warehouse: Warehouse) -> None:
    warehouse.write_table("t", pa.table({"a": [1], "b": [0.5]}), mode="append")
    assert warehouse.write_table("t", pa.table({"b": [2, 3], "a": [2, 3]}), mode="append") == 2
    warehouse.write_table("t", pa.table({"a": pa.nulls(1), "b": pa.nulls(1)}), mode="append")
    assert warehouse.read_table("t").to_pydict() == {"a": [1, 2, 3, None], "b": [0.5, 2.0, 3.0, None]}


@pytest.mark.parametrize(
    "table",
    [
        pa.table({"a": [1]}),
        pa.table({"a": [1], "b": ["text"]}),
        pa.table({"a": [0.5], "b": [0.5]}),
        pa.table({"a": [1], "b": [0.5], "c": [1]}),
    ],
)
def test_append_refuses_other_columns_and_writes_nothing(warehouse: Warehouse, table: pa.Table) -> None:
    warehouse.write_table("t", pa.table({"a": [1], "b": [0.5]}))
    with pytest.raises(InputError):
        warehouse.write_table("t", table, mode="append")
    assert warehouse.read_table("t").num_rows == 1


@pytest.mark.parametrize("name", ["", "a b", 'a"; DROP TABLE t; --', "1a", "a.b.c.d", "a.", "ä", "a\n", "a" * 200])
def test_a_table_name_that_is_no_identifier_is_refused(warehouse: Warehouse, name: str) -> None:
    for use in (lambda: warehouse.write_table(name, WEEKS), lambda: warehouse.read_table(name),
                lambda: warehouse.describe_table(name), lambda: warehouse.drop_table(name)):  # fmt: skip
        with pytest.raises(InputError):
            use()


@pytest.mark.parametrize("name", ["select", "Table", "order"])
def test_a_table_may_be_called_like_a_word_of_sql(warehouse: Warehouse, name: str) -> None:
    warehouse.write_table(name, WEEKS)
    assert warehouse.read_table(name, columns=["visits"]).num_rows == 3


@pytest.mark.parametrize("names", [[], ["a", "a"], ["a", "A"], ["a\nb"], [""]])
def test_columns_that_cannot_be_told_apart_are_refused(warehouse: Warehouse, names: list[str]) -> None:
    table = pa.Table.from_arrays([pa.array([1]) for _ in names], names=names)
    with pytest.raises(InputError):
        warehouse.write_table("t", table)
    assert warehouse.list_tables() == []


def test_a_number_beyond_64_bits_is_refused_with_its_column(warehouse: Warehouse) -> None:
    with pytest.raises(DataError, match="column big"):
        warehouse.write_table("t", pa.table({"big": pa.array([2**64 - 1], pa.uint64())}))


def test_what_is_not_there_is_not_found(warehouse: Warehouse) -> None:
    for use in (warehouse.read_table, warehouse.describe_table, warehouse.drop_table):
        with pytest.raises(NotFoundError):
            use("missing")
    assert warehouse.list_tables() == []
    warehouse.write_table("weeks", WEEKS)
    with pytest.raises(NotFoundError, match="nope"):
        warehouse.read_table("weeks", columns=["visits", "nope"])
    with pytest.raises(NotFoundError):
        warehouse.read_table("missing")


def test_a_dropped_table_is_gone(warehouse: Warehouse) -> None:
    warehouse.write_table("weeks", WEEKS)
    warehouse.drop_table("weeks")
    assert warehouse.list_tables() == []


def test_a_query_binds_its_values(warehouse: Warehouse) -> None:
    warehouse.write_table("weeks", WEEKS)
    found = warehouse.query(
        "SELECT sum(visits) AS visits, count(*) AS n FROM weeks WHERE week >= $since AND $text = '''; DROP TABLE weeks'",
        {"since": dt.date(2024, 1, 2), "text": "'; DROP TABLE weeks"},
    )
    assert found.to_pylist() == [{"visits": 2, "n": 1}]
    assert found.schema.field("visits").type == pa.int64()
    assert warehouse.query("SELECT 1 AS one").to_pylist() == [{"one": 1}]


@pytest.mark.parametrize(
    "statement",
    [
        "",
        "SELEC 1",
        "SELECT nope FROM weeks",
        "SELECT * FROM missing",
        "SELECT $a",
        "DROP TABLE weeks",
        "DELETE FROM weeks",
        "INSERT INTO weeks SELECT * FROM weeks",
        "SELECT 1; DROP TABLE weeks",
        "COPY weeks TO 'out.csv'",
        "ATTACH 'other.duckdb'",
        "SET memory_limit = '1GB'",
    ],
)
def test_a_query_that_does_not_read_is_refused(warehouse: Warehouse, statement: str) -> None:
    warehouse.write_table("weeks", WEEKS)
    with pytest.raises(InputError):
        warehouse.query(statement)
    assert warehouse.read_table("weeks").num_rows == 3


def _append_rows(address: str, worker: int) -> int:
    warehouse = open_warehouse(address)
    for number in range(8):
        warehouse.write_table("shared", pa.table({"worker": [worker], "number": [number]}), mode="append")
        warehouse.query("SELECT count(*) FROM shared")
    return worker


def test_many_processes_write_and_read_at_once(warehouse: Warehouse, warehouse_address: str) -> None:
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        pool.starmap(_append_rows, [(warehouse_address, worker) for worker in range(3)])
    table = warehouse.read_table("shared")
    assert sorted(zip(*table.to_pydict().values(), strict=True)) == [(w, n) for w in range(3) for n in range(8)]
