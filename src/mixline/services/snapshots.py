"""Tables as they are kept: Parquet bytes, a digest of their content, and rows for showing."""

from __future__ import annotations

import hashlib
import io
import math
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from mixline.errors import DataError
from mixline.mmm.specification import canonical_json

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

TABLE_NAME = "table.parquet"  # the file of a dataset's bundle


def to_table(frame: pd.DataFrame) -> pa.Table:
    """The frame as an Arrow table with plain types: date32, int64, float64, bool, string. Nothing of pandas is kept.

    Raises:
        DataError: a column holds values no table can hold.
    """
    import pyarrow as pa

    columns = []
    for name in frame.columns:
        try:
            columns.append(_plain(pa.Array.from_pandas(frame[name])))
        except pa.ArrowException as error:
            raise DataError(
                "the column holds values of several kinds",
                where=f"column {name}",
                got=str(error).splitlines()[0],
                expected="dates, numbers or text",
            ) from error
    return pa.table(columns, names=[str(name) for name in frame.columns])


def _plain(array: pa.Array) -> pa.Array:
    import pyarrow as pa

    kind = array.type
    if pa.types.is_dictionary(kind):
        return _plain(array.dictionary_decode())
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        return array.cast(pa.date32(), safe=False)
    if pa.types.is_boolean(kind):
        return array
    if pa.types.is_integer(kind):
        return array.cast(pa.int64())
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return array.cast(pa.float64())
    return array.cast(pa.string())


def to_frame(table: pa.Table) -> pd.DataFrame:
    """The frame of a stored table. Dates become datetime64[s], as `mixline.data.reading` makes them."""
    import pyarrow as pa

    frame: pd.DataFrame = table.to_pandas(date_as_object=False)
    for field in table.schema:
        if pa.types.is_date(field.type):
            frame[field.name] = frame[field.name].astype("datetime64[s]")
    return frame


def write_parquet(table: pa.Table) -> bytes:
    """A table as Parquet bytes; the same table gives the same bytes."""
    import pyarrow.parquet as pq

    sink = io.BytesIO()
    pq.write_table(table, sink, compression="zstd", version="2.6")
    return sink.getvalue()


def read_parquet(content: bytes) -> pa.Table:
    """A table from Parquet bytes that we wrote."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table: pa.Table = pq.read_table(pa.BufferReader(content))
    return table


def digest_table(table: pa.Table) -> str:
    """SHA-256 of the values, column by column with names and types. It does not depend on any file format or library."""
    import numpy as np
    import pyarrow as pa

    digest = hashlib.sha256()
    for name, column in zip(table.column_names, table.columns, strict=True):
        digest.update(canonical_json([name, str(column.type), len(column), column.null_count]) + b"\n")
        if pa.types.is_floating(column.type):
            values = column.to_numpy().astype("<f8")
            values = np.where(np.isnan(values), np.nan, values + 0.0)  # one NaN, one zero
            digest.update(values.astype("<f8").tobytes())
        elif pa.types.is_integer(column.type) and not column.null_count:
            digest.update(column.to_numpy().astype("<i8").tobytes())
        else:
            digest.update(canonical_json([_cell(value) for value in column.to_pylist()]))
    return digest.hexdigest()


def show_rows(frame: pd.DataFrame, *, limit: int, offset: int = 0) -> list[dict[str, Any]]:
    """Some rows as JSON: dates as ISO text, whole numbers whole, missing values as None."""
    part = frame.iloc[offset : offset + limit]
    columns = [[_cell(value) for value in part[name].tolist()] for name in part.columns]
    names = [str(name) for name in part.columns]
    return [dict(zip(names, cells, strict=True)) for cells in zip(*columns, strict=True)]


def _cell(value: Any) -> Any:
    if value is None or value != value:  # NaN and NaT are not equal to themselves
        return None
    if isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == datetime.min.time() else value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
