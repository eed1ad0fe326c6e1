from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text

from mixline.errors import ConflictError
from mixline.state import open_state, upgrade
from mixline.state.migration import downgrade, read_revision
from mixline.state.tables import metadata

ROOT = Path(__file__).resolve().parents[2]


def test_migrated_schema_equals_the_tables(empty_address: str) -> None:
    state = open_state(empty_address)
    upgrade(state)
    with state.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
        assert set(inspect(connection).get_table_names()) == {*metadata.tables, "alembic_version"}
    state.close()


def test_constraints_and_foreign_keys_equal_the_tables(empty_address: str) -> None:
    state = open_state(empty_address)
    upgrade(state)
    with state.read() as connection:
        inspector = inspect(connection)
        for name, table in metadata.tables.items():
            assert {(key["name"], key["referred_table"]) for key in inspector.get_foreign_keys(name)} == {
                (f"fk_{name}_{key.parent.name}", key.column.table.name) for key in table.foreign_keys
            }
        assert [check["name"] for check in inspector.get_check_constraints("jobs")] == ["ck_jobs_state"]
    state.close()


def test_upgrade_again_changes_nothing(empty_address: str) -> None:
    state = open_state(empty_address)
    assert read_revision(state) is None
    upgrade(state)
    first = read_revision(state)
    upgrade(state)
    assert read_revision(state) == first is not None
    state.close()


def test_downgrade_to_nothing_and_upgrade_again(empty_address: str) -> None:
    state = open_state(empty_address)
    upgrade(state)
    downgrade(state, "base")
    with state.read() as connection:
        assert set(inspect(connection).get_table_names()) <= {"alembic_version"}
    upgrade(state)
    with state.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    state.close()


def test_database_of_a_newer_version_is_a_clear_error(empty_address: str) -> None:
    state = open_state(empty_address)
    upgrade(state)
    with state.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(ConflictError, match=r"newer version of Mixline; got '9999'.*Update Mixline"):
        upgrade(state)
    with pytest.raises(ConflictError, match="newer version"):
        downgrade(state, "base")
    state.close()


def test_failed_step_leaves_the_old_tables(empty_address: str) -> None:
    state = open_state(empty_address)
    with state.write() as connection:
        connection.execute(text("CREATE TABLE workers (id INTEGER)"))  # the first step stumbles over it
    with pytest.raises(Exception, match="workers"):
        upgrade(state)
    with state.read() as connection:
        assert set(inspect(connection).get_table_names()) <= {"workers", "alembic_version"}
    state.close()


def test_processes_that_start_together_all_succeed(empty_address: str) -> None:
    code = "import sys; from mixline.state import open_state, upgrade; upgrade(open_state(sys.argv[1]))"
    environment = {"PYTHONPATH": str(ROOT / "src"), "PATH": "/usr/bin:/bin"}
    started = [
        subprocess.Popen([sys.executable, "-c", code, empty_address], env=environment, stderr=subprocess.PIPE)
        for _ in range(4)
    ]
    ends = [(process.communicate(timeout=60)[1].decode(), process.returncode) for process in started]
    assert [code for _, code in ends] == [0] * 4, ends[0][0]
