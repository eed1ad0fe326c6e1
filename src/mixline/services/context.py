"""The adapters a use case works with, opened from the settings."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar, cast

from mixline.artifacts.contract import ArtifactStore
from mixline.jobs.contract import JobQueue
from mixline.settings import Settings
from mixline.state import State, open_state, upgrade
from mixline.state.datasets import Datasets
from mixline.state.models import Models
from mixline.state.run_tags import RunTags
from mixline.state.runs import Runs
from mixline.state.saved_settings import SettingsTable
from mixline.state.specifications import Specifications
from mixline.state.uploads import Uploads
from mixline.state.workers import Workers
from mixline.tracking.contract import Tracker
from mixline.warehouse.contract import Warehouse

T = TypeVar("T")


class Services:
    """The state database, open, and the other adapters, each opened when it is first used. Safe to share by threads."""

    def __init__(self, settings: Settings, state: State) -> None:
        self.settings = settings
        self.state = state
        self.uploads = Uploads(state)
        self.datasets = Datasets(state)
        self.specifications = Specifications(state)
        self.runs = Runs(state)
        self.models = Models(state)
        self.run_tags = RunTags(state)
        self.saved_settings = SettingsTable(state)
        self.workers = Workers(state)
        self._lock = threading.RLock()
        self._opened: dict[str, Any] = {}

    @property
    def queue(self) -> JobQueue:
        def open_queue() -> JobQueue:
            from mixline.jobs.queue import StateQueue

            return StateQueue(
                self.state,
                queue_limit=self.settings.queue_limit,
                max_attempts=self.settings.job_attempts,
                lease_seconds=self.settings.lease_seconds,
            )

        return self._once("queue", open_queue)

    @property
    def artifacts(self) -> ArtifactStore:
        def open_store() -> ArtifactStore:
            from mixline.artifacts.opening import open_artifacts

            return open_artifacts(self.settings.artifacts_address)

        return self._once("artifacts", open_store)

    @property
    def warehouse(self) -> Warehouse:
        def open_tables() -> Warehouse:
            from mixline.warehouse.opening import open_warehouse

            return open_warehouse(self.settings.warehouse_address)

        return self._once("warehouse", open_tables)

    @property
    def tracker(self) -> Tracker:
        def open_tracking() -> Tracker:
            from mixline.tracking.opening import open_tracker

            return open_tracker(self.settings)

        return self._once("tracker", open_tracking)

    def close(self) -> None:
        """Give back connections. Safe to call twice."""
        with self._lock:
            warehouse = self._opened.pop("warehouse", None)
            if warehouse is not None:
                warehouse.close()
            self._opened.clear()
            self.state.close()

    def _once(self, name: str, opener: Callable[[], T]) -> T:
        with self._lock:
            if name not in self._opened:
                self._opened[name] = opener()
            return cast(T, self._opened[name])


def open_services(settings: Settings) -> Services:
    """Open the services and bring the state database to this version's tables.

    Raises:
        SettingsError: an address is not usable.
        UnavailableError: the state database does not answer.
        ConflictError: the state database was made by a newer Mixline.
    """
    state = open_state(settings.state_address)
    try:
        upgrade(state)
    except BaseException:
        state.close()
        raise
    return Services(settings, state)
