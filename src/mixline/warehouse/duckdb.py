"""The warehouse in a DuckDB file.

DuckDB lets either one process write or many processes read. The trainer API and the workers all need the file, so it is
opened for each operation, for a few milliseconds, and closed again: for reading by readers, for writing by writers. An
operation that meets another process's lock tries again for `wait_seconds` and then says that the file is locked.
"""

from __future__ import annotations

import contextlib
import random
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from mixline.errors import ConflictError, DataError, InputError, NotFoundError, UnavailableError
from mixline.warehouse.contract import WriteMode
from mixline.warehouse.identifiers import quote
from mixline.warehouse.types import cast, normalise, normalise_type

WAIT_SECONDS = 10.0
MEMORY_LIMIT = "512MB"  # per process; DuckDB goes to the disk beyond it

# Within a process DuckDB refuses to open a file for reading and for writing at once.
_LOCKS: dict[Path, threading.RLock] = {}
_LOCKS_GUARD = threading.Lock()


class DuckDBWarehouse:
    """`Warehouse` in a DuckDB file, which is made when it is first written to. Safe to share by threads."""

    dialect = "duckdb"

    def __init__(self, path: Path, *, wait_seconds: float = WAIT_SECONDS) -> None:
        self._path = path.absolute()
        self._wait_seconds = wait_seconds
        with _LOCKS_GUARD:
            self._lock = _LOCKS.setdefault(self._path, threading.RLock())

    def write_table(self, name: str, table: pa.Table, *, mode: WriteMode = "create") -> int:
        target = quote(name)
        table = normalise(table)
        _check_columns(table)
        with self._connect(write=True) as connection, _transaction(connection):
            existing = self._schema(connection, name)
            if mode == "create" and existing is not None:
                raise ConflictError("the table exists already", where=f"table {name}", action="Replace it, or append.")
            if mode == "append" and existing is not None:
                table = _match_columns(name, table, existing)
                connection.register("incoming", table)
                connection.execute(f"INSERT INTO {target} BY NAME SELECT * FROM incoming")  # noqa: S608
            else:
                if "." in name:
                    connection.execute(f"CREATE SCHEMA IF NOT EXISTS {quote(name.rpartition('.')[0])}")
                connection.register("incoming", table)
                connection.execute(f"CREATE OR REPLACE TABLE {target} AS SELECT * FROM incoming")  # noqa: S608
            connection.unregister("incoming")
        return int(table.num_rows)

    def read_table(self, name: str, *, columns: list[str] | None = None, limit: int | None = None) -> pa.Table:
        source = quote(name)
        with self._connect() as connection:
            schema = self._demand(connection, name)
            chosen = schema.names if columns is None else columns
            unknown = [column for column in chosen if column not in schema.names]
            if unknown or not chosen:
                raise NotFoundError(
                    "there is no such column",
                    where=f"table {name}",
                    got=", ".join(unknown) or None,
                    expected="columns out of " + ", ".join(schema.names),
                )
            statement = f"SELECT {', '.join(quote(column, kind='column') for column in chosen)} FROM {source}"  # noqa: S608
            if limit is not None:
                return _fetch(connection, statement + " LIMIT $limit", {"limit": max(0, int(limit))})
            return _fetch(connection, statement)

    def query(self, statement: str, parameters: Mapping[str, object] | None = None) -> pa.Table:
        import duckdb

        with self._connect() as connection:
            try:
                parts = connection.extract_statements(statement)
                if len(parts) != 1 or parts[0].type != duckdb.StatementType.SELECT:
                    raise InputError(
                        "a query is exactly one statement that reads", got=statement, expected="SELECT ..."
                    )
                return _fetch(connection, statement, parameters)
            except duckdb.Error as error:
                raise InputError(
                    f"the warehouse refused the query: {_words(error)}", got=" ".join(statement.split())
                ) from error

    def list_tables(self) -> list[str]:
        with self._connect() as connection:
            rows = connection.execute(
                "SELECT table_schema, table_name FROM information_schema.tables WHERE table_catalog = current_database()"
            ).fetchall()
        return sorted(name if schema == "main" else f"{schema}.{name}" for schema, name in rows)

    def describe_table(self, name: str) -> dict[str, str]:
        quote(name)
        with self._connect() as connection:
            return {field.name: str(field.type) for field in self._demand(connection, name)}

    def drop_table(self, name: str) -> None:
        target = quote(name)
        with self._connect(write=True) as connection, _transaction(connection):
            self._demand(connection, name)
            connection.execute(f"DROP TABLE {target}")

    def close(self) -> None:
        """Nothing to give back: connections live for one operation only."""

    def _demand(self, connection: Any, name: str) -> pa.Schema:
        schema = self._schema(connection, name)
        if schema is None:
            raise NotFoundError("there is no such table", where=f"warehouse {self._path.name}", got=name)
        return schema

    @staticmethod
    def _schema(connection: Any, name: str) -> pa.Schema | None:
        """Columns with their normalised types, None without the table."""
        import duckdb

        try:
            empty = connection.sql(f"SELECT * FROM {quote(name)} LIMIT 0").to_arrow_table()  # noqa: S608
        except duckdb.CatalogException:
            return None
        return pa.schema([pa.field(field.name, normalise_type(field.type)) for field in empty.schema])

    @contextlib.contextmanager
    def _connect(self, *, write: bool = False) -> Iterator[Any]:
        import duckdb

        with self._lock:
            connection = self._open(write=write)
            try:
                yield connection
            except duckdb.IOException as error:
                raise self._unavailable(error) from error
            finally:
                connection.close()

    def _open(self, *, write: bool) -> Any:
        import duckdb

        deadline = time.monotonic() + self._wait_seconds
        pause = 0.005
        # a statement never reaches another file, the network or an extension
        options: dict[str, Any] = {"enable_external_access": "false", "memory_limit": MEMORY_LIMIT}
        while True:
            try:
                if write:
                    self._path.parent.mkdir(parents=True, exist_ok=True)
                elif not self._path.exists():
                    connection = duckdb.connect(":memory:", config=options)  # nothing was ever written: no tables
                    return _prepare(connection)
                return _prepare(duckdb.connect(str(self._path), read_only=not write, config=options))
            except (duckdb.Error, OSError) as error:
                # a file that another process is just making is not yet readable either
                if not _is_held(error) or time.monotonic() > deadline:
                    raise self._unavailable(error) from error
            time.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311  (spreads processes that wait for one lock)
            pause = min(pause * 1.5, 0.1)

    def _unavailable(self, error: Exception) -> UnavailableError:
        if _is_held(error):
            return UnavailableError(
                f"the warehouse file was locked by another process for {self._wait_seconds:.0f} s",
                where=str(self._path),
                got=_words(error),
                action="Close the program that has the file open (a DuckDB shell, a notebook) and try again.",
            )
        return UnavailableError(
            f"the warehouse file cannot be used: {_words(error)}",
            where=str(self._path),
            action="Check the file, its permissions and the free space of the disk.",
        )


def _prepare(connection: Any) -> Any:
    connection.execute("SET TimeZone = 'UTC'")
    return connection


@contextlib.contextmanager
def _transaction(connection: Any) -> Iterator[None]:
    connection.execute("BEGIN")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _fetch(connection: Any, statement: str, parameters: Mapping[str, object] | None = None) -> pa.Table:
    relation = connection.sql(statement, params=dict(parameters)) if parameters else connection.sql(statement)
    return normalise(relation.to_arrow_table())


def _check_columns(table: pa.Table) -> None:
    """DuckDB does not tell upper from lower case in names, and needs a column."""
    seen: set[str] = set()
    for name in table.column_names:
        quote(name, kind="column")
        if name.casefold() in seen:
            raise DataError("two columns have the same name", got=name, action="Rename one of them.")
        seen.add(name.casefold())
    if not seen:
        raise DataError("a table needs at least one column")


def _match_columns(name: str, table: pa.Table, existing: pa.Schema) -> pa.Table:
    """The rows to append with the types of the table they go to. Raises InputError when names or types differ."""
    if set(table.column_names) != set(existing.names):
        raise InputError(
            "the columns are not those of the table",
            where=f"table {name}",
            got=", ".join(table.column_names),
            expected=", ".join(existing.names),
        )
    table = table.select(existing.names)
    for field in existing:
        given = table.schema.field(field.name).type
        empty = table.column(field.name).null_count == table.num_rows
        widened = given == pa.int64() and field.type == pa.float64()
        if given != field.type and not widened and not empty:
            raise InputError(
                "the column has another type than in the table",
                where=f"table {name}, column {field.name}",
                got=str(given),
                expected=str(field.type),
            )
    return cast(table, existing)


def _is_held(error: Exception) -> bool:
    text = str(error)
    return "Could not set lock" in text or "Conflicting lock" in text or "different configuration" in text


def _words(error: Exception) -> str:
    """The first paragraph of what DuckDB said, on one line."""
    return " ".join(str(error).split("\n\n", maxsplit=1)[0].split())
