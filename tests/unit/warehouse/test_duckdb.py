from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from mixline.errors import InputError, SettingsError, UnavailableError
from mixline.settings import Settings
from mixline.warehouse.duckdb import DuckDBWarehouse
from mixline.warehouse.opening import open_warehouse

_HOLD = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "made" / "tables.duckdb"


@pytest.fixture
def holder(path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Another program with the file open for writing."""
    DuckDBWarehouse(path).write_table("t", pa.table({"a": [1]}))
    with subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        yield process
        process.kill()


def test_a_file_that_stays_locked_is_unavailable(path: Path, holder: subprocess.Popen[bytes]) -> None:
    warehouse = DuckDBWarehouse(path, wait_seconds=0.1)
    for use in (lambda: warehouse.read_table("t"), lambda: warehouse.drop_table("t"), warehouse.list_tables):
        with pytest.raises(UnavailableError, match="locked by another process"):
            use()


def test_a_lock_that_is_given_back_is_waited_for(path: Path, holder: subprocess.Popen[bytes]) -> None:
    threading.Timer(0.3, holder.kill).start()
    assert DuckDBWarehouse(path, wait_seconds=20).read_table("t").num_rows == 1


ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}

_WRITE_FOR_EVER = """
import sys
from pathlib import Path
import pyarrow as pa
from mixline.warehouse.duckdb import DuckDBWarehouse
warehouse = DuckDBWarehouse(Path(sys.argv[1]))
table = pa.table({"a": list(range(50_000))})
warehouse.write_table("t", table)
print("started", flush=True)
while True:
    warehouse.write_table("t", table, mode="append")
"""


@pytest.mark.parametrize("delay", [0.02, 0.1])
def test_a_killed_writer_leaves_all_rows_of_a_write_or_none(path: Path, delay: float) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _WRITE_FOR_EVER, str(path)], stdout=subprocess.PIPE, env=ENVIRONMENT
    ) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"started\n"
        time.sleep(delay)
        os.kill(writer.pid, signal.SIGKILL)
    warehouse = DuckDBWarehouse(path)
    rows = warehouse.read_table("t").num_rows
    assert rows >= 50_000
    assert rows % 50_000 == 0
    warehouse.write_table("t", pa.table({"a": [1]}), mode="append")
    assert warehouse.read_table("t").num_rows == rows + 1


def test_a_query_reaches_no_file_of_the_machine(path: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("a\n1\n")
    warehouse = DuckDBWarehouse(path)
    warehouse.write_table("t", pa.table({"a": [1]}))
    for statement in ("SELECT * FROM 'FILE'", "SELECT * FROM read_text('FILE')"):
        with pytest.raises(InputError):
            warehouse.query(statement.replace("FILE", str(secret)))


def test_a_file_that_is_no_warehouse_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "text.duckdb"
    path.write_text("not a database" * 1000)
    with pytest.raises(UnavailableError, match="cannot be used"):
        DuckDBWarehouse(path, wait_seconds=0.1).list_tables()


def test_reading_before_anything_is_written_makes_no_file(path: Path) -> None:
    assert DuckDBWarehouse(path).list_tables() == []
    assert not path.parent.exists()


def test_threads_share_a_warehouse(path: Path) -> None:
    warehouse, other = DuckDBWarehouse(path), DuckDBWarehouse(path)
    warehouse.write_table("t", pa.table({"a": [0]}))

    def work() -> None:
        for _ in range(5):
            warehouse.write_table("t", pa.table({"a": [1]}), mode="append")
            other.read_table("t")

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert warehouse.read_table("t").num_rows == 21


def test_a_schema_is_made_when_it_is_written_to(path: Path) -> None:
    warehouse = DuckDBWarehouse(path)
    warehouse.write_table("analytics.events", pa.table({"a": [1]}))
    assert warehouse.list_tables() == ["analytics.events"]
    assert warehouse.read_table("analytics.events").num_rows == 1


def test_the_default_address_opens(tmp_path: Path) -> None:
    warehouse = open_warehouse(Settings(home=tmp_path).warehouse_address)
    warehouse.write_table("t", pa.table({"a": [1]}))
    assert (tmp_path / "warehouse.duckdb").is_file()


@pytest.mark.parametrize("address", ["", "duckdb://", "duckdb:///", "postgresql://x/y", "duckdb://host/x"])
def test_an_address_of_no_warehouse_is_one_sentence(address: str) -> None:
    with pytest.raises(SettingsError, match="MIXLINE_WAREHOUSE"):
        open_warehouse(address)
