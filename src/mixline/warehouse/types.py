"""The few Arrow types tables have, whatever the warehouse made of them.

Text is string, dates are date32, whole numbers int64, other numbers (money as well) float64, moments timestamp[us] (with
zone UTC when they have one), then bool and binary; lists and structs hold these. A column without any value is string.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from mixline.errors import DataError


def normalise_type(type_: pa.DataType) -> pa.DataType:
    """The type a column of this type has after `normalise`."""
    kinds = pa.types
    if kinds.is_dictionary(type_):
        return normalise_type(type_.value_type)
    if kinds.is_string(type_) or kinds.is_large_string(type_) or kinds.is_string_view(type_) or kinds.is_null(type_):
        return pa.string()
    if kinds.is_integer(type_) or (kinds.is_decimal(type_) and type_.scale <= 0):
        return pa.int64()
    if kinds.is_floating(type_) or kinds.is_decimal(type_):
        return pa.float64()
    if kinds.is_date(type_):
        return pa.date32()
    if kinds.is_timestamp(type_):
        return pa.timestamp("us", tz="UTC" if type_.tz else None)
    if kinds.is_binary(type_) or kinds.is_large_binary(type_) or kinds.is_binary_view(type_):
        return pa.binary()
    if kinds.is_list(type_) or kinds.is_large_list(type_):
        return pa.list_(normalise_type(type_.value_type))
    if kinds.is_struct(type_):
        return pa.struct([pa.field(field.name, normalise_type(field.type)) for field in type_])
    return type_


def normalise(table: pa.Table) -> pa.Table:
    """The table with normalised types. Fractions of a microsecond are cut off.

    Raises:
        DataError: a whole number does not fit 64 bits, or a column has two types at once.
    """
    return cast(table, pa.schema([pa.field(field.name, normalise_type(field.type)) for field in table.schema]))


def cast(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """The table's columns, in order, as the types of `schema`. Raises DataError naming the column that does not fit."""
    columns = []
    for index, field in enumerate(schema):
        column = table.column(index)
        try:
            columns.append(column if column.type == field.type else _cast_column(column, field.type))
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
            raise DataError(
                f"the column does not fit its type: {str(error).splitlines()[0]}",
                where=f"column {field.name}",
                got=str(column.type),
                expected=str(field.type),
            ) from error
    return pa.Table.from_arrays(columns, schema=schema)


def _cast_column(column: pa.ChunkedArray, type_: pa.DataType) -> pa.ChunkedArray:
    options = pc.CastOptions(target_type=type_, allow_time_truncate=True, allow_decimal_truncate=False)
    return pc.cast(column, options=options)
