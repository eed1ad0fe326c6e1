"""What every warehouse promises: tables in, Arrow out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, Protocol, runtime_checkable

import pyarrow as pa

WriteMode = Literal["create", "replace", "append"]


@runtime_checkable
class Warehouse(Protocol):
    """A place of tables. Identifiers are checked and quoted by `mixline.warehouse.identifiers.quote`, values are bound."""

    dialect: str

    def write_table(self, name: str, table: pa.Table, *, mode: WriteMode = "create") -> int:
        """Write a table and return the number of rows written. All rows or none.

        Raises:
            InputError: the name is not a legal identifier, or the columns do not match when appending.
            ConflictError: mode is "create" and the table exists.
            UnavailableError: the warehouse does not answer or is locked.
        """
        ...

    def read_table(self, name: str, *, columns: list[str] | None = None, limit: int | None = None) -> pa.Table:
        """Rows of a table. Types are normalised: text is string, dates are date32, whole numbers int64, money float64.

        Raises:
            NotFoundError: no such table or column.
        """
        ...

    def query(self, statement: str, parameters: Mapping[str, object] | None = None) -> pa.Table:
        """Run one reading statement with bound `$name` parameters. Raises InputError with the warehouse's own words."""
        ...

    def list_tables(self) -> list[str]:
        """Names of the tables, sorted."""
        ...

    def describe_table(self, name: str) -> dict[str, str]:
        """Column names with their normalised Arrow types, in order. Raises NotFoundError."""
        ...

    def drop_table(self, name: str) -> None:
        """Remove a table. Raises NotFoundError."""
        ...

    def close(self) -> None:
        """Give back connections. The object is not used afterwards."""
        ...
