"""The connection to the state database, and the two kinds of transaction everything else is made of."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zlib import crc32

from sqlalchemy import URL, Connection, Engine, Table, create_engine, event, func, make_url, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError

from mixline.errors import SettingsError, UnavailableError

BUSY_SECONDS = 10.0  # a writer waits this long for another process's (milliseconds long) SQLite transaction


@dataclass(frozen=True)
class State:
    """An open state database. Safe to share between threads; a new process opens its own."""

    engine: Engine

    @property
    def dialect(self) -> str:
        """ "sqlite" or "postgresql"."""
        return self.engine.dialect.name

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads. Raises UnavailableError when the database does not answer."""
        with _translated(), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that writes: committed at the end of the block, or nothing is.

        On SQLite it holds the write lock from its start (BEGIN IMMEDIATE), so what it reads cannot change under it.

        Raises:
            UnavailableError: the database does not answer, or stays locked by another process.
        """
        with _translated(), self.engine.connect() as connection:
            connection = connection.execution_options(mixline_write=True)
            with connection.begin():
                yield connection

    def insert(self, table: Table) -> postgresql.Insert | sqlite.Insert:
        """An INSERT that knows `on_conflict_do_nothing` and `on_conflict_do_update` in this database's dialect."""
        return sqlite.insert(table) if self.dialect == "sqlite" else postgresql.insert(table)

    def serialise(self, connection: Connection, name: str) -> None:
        """Let one transaction at a time past this point until it ends. SQLite's write transactions already are alone."""
        if self.dialect == "postgresql":
            connection.execute(select(func.pg_advisory_xact_lock(crc32(f"mixline {name}".encode()))))

    def close(self) -> None:
        """Give back the connections."""
        self.engine.dispose()


def open_state(address: str) -> State:
    """Open a state database; nothing is created in it (see `mixline.state.upgrade`).

    Args:
        address: a SQLAlchemy address: `sqlite:////folder/state.sqlite` or `postgresql://user:password@host/name`.

    Raises:
        SettingsError: not an address of SQLite or PostgreSQL.
        UnavailableError: the folder of a SQLite file cannot be made.
    """
    url = _read_address(address)
    if url.get_backend_name() == "sqlite":
        return State(_open_sqlite(url))
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_size=5,
        max_overflow=15,
        pool_timeout=BUSY_SECONDS,
        pool_pre_ping=True,
        pool_recycle=1800,
        connect_args={} if "connect_timeout" in url.query else {"connect_timeout": 10},
        json_serializer=_write_json,
    )
    return State(engine)


def _read_address(address: str) -> URL:
    expected = "sqlite:////folder/state.sqlite or postgresql://user:password@host/name"
    action = "Change MIXLINE_STATE."
    try:
        url = make_url(address)
    except ArgumentError:
        # the value may hold a password: it is not shown
        raise SettingsError(
            "is not a database address", where="MIXLINE_STATE", expected=expected, action=action
        ) from None
    if url.get_backend_name() not in {"sqlite", "postgresql"}:
        raise SettingsError(
            "the state database can be SQLite or PostgreSQL",
            where="MIXLINE_STATE",
            got=url.get_backend_name(),
            expected=expected,
            action=action,
        )
    if url.get_backend_name() == "sqlite" and url.database in {None, "", ":memory:"}:
        raise SettingsError(
            "the state database must be a file: several processes share it",
            where="MIXLINE_STATE",
            expected=expected,
            action=action,
        )
    return url


def _open_sqlite(url: URL) -> Engine:
    folder = Path(str(url.database)).absolute().parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UnavailableError(
            "the folder of the state database cannot be made",
            where=str(folder),
            got=error.strerror,
            action="Set MIXLINE_HOME to a folder you may write to.",
        ) from error
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS}, json_serializer=_write_json)

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # the driver must not begin by itself: see _begin
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}")
        _use_wal(cursor)
        cursor.execute("PRAGMA synchronous = FULL")  # accepted means stored, also through a power cut
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        write = connection.get_execution_options().get("mixline_write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine


def _use_wal(cursor: Any) -> None:
    """Switch the file to write-ahead logging, which lasts. SQLite does not wait when two processes switch at once: we do."""
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            if cursor.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
                cursor.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return


def _write_json(value: object) -> str:
    """NaN is refused here: PostgreSQL would refuse it later, SQLite would store what no JSON reader accepts."""
    return json.dumps(value, allow_nan=False, separators=(",", ":"))


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        raise UnavailableError(
            "the state database does not answer",
            got=str(error.orig).strip().splitlines()[0] if str(error.orig).strip() else type(error.orig).__name__,
            action="Check MIXLINE_STATE and that the database runs; nothing was changed.",
        ) from error
    except DBAPIError as error:
        if type(error.orig) is sqlite3.DatabaseError:  # its subclasses say other things
            raise UnavailableError(
                "the state database's file is damaged or not a database",
                got=str(error.orig),
                action="Restore it from a backup, or move it away to start empty.",
            ) from error
        if error.connection_invalidated:
            raise UnavailableError(
                "the connection to the state database was lost", action="Try again; nothing was changed."
            ) from error
        raise
