from __future__ import annotations

from tests.fixtures_database import (  # noqa: F401  (fixtures are used by name)
    address,
    empty_address,
    make_address,
    migrated_sqlite,
    postgres_databases,
    state,
)
from tests.fixtures_mlflow import mlflow_server  # noqa: F401
from tests.fixtures_queue import clock, make_queue, queue  # noqa: F401
