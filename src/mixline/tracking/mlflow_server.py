"""Tracking on an MLflow server, over HTTP.

A record goes to the outbox first. Then the server is asked whether it is there, for `ready_seconds` at most; if so the
record is delivered in batches and leaves the outbox. What a delivery that broke off has logged is completed by the next
one: the run is found by its tag `mixline.run_key`, and logging the same value twice changes nothing on the server.
"""

from __future__ import annotations

import logging
import os
import posixpath
import re
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from mixline.tracking.contract import RunRecord, TrackedRun
from mixline.tracking.outbox import Outbox

KEY_TAG = "mixline.run_key"
COMPLETE_TAG = "mixline.complete"  # set last; without it the run's delivery broke off
READY_SECONDS = 1.5
LOCK_SECONDS = 0.5  # together with READY_SECONDS: how long a run may be held up by an absent server
REQUEST_SECONDS = 10  # of one request to a server that has just said it is there

# Limits of one log_batch request, and of the server's columns (MLflow's REST documentation).
METRICS_LIMIT, PARAMS_LIMIT, TAGS_LIMIT = 1000, 100, 100
NAME_LIMIT, PARAM_LIMIT, TAG_LIMIT = 250, 6000, 5000

_STATUSES = {"finished": "FINISHED", "failed": "FAILED", "killed": "KILLED"}
_log = logging.getLogger(__name__)


class MLflowTracker:
    """`Tracker` on the MLflow server at `address`."""

    def __init__(self, address: str, outbox: Outbox, *, ready_seconds: float = READY_SECONDS) -> None:
        self._address = address.rstrip("/")
        self._outbox = outbox
        self._ready_seconds = ready_seconds
        self._made: Any = None

    def record(self, record: RunRecord) -> TrackedRun | None:
        """As the contract says. Raises OSError only when the outbox cannot be written."""
        path = self._outbox.put(record)
        if not self.wait_until_ready(self._ready_seconds):
            return None
        with self._outbox.delivering(LOCK_SECONDS) as mine:
            if not mine:
                return None
            return self._try(record, path)

    def replay(self) -> int:
        delivered = 0
        for path in self._outbox.list_waiting():
            if not self.is_ready():
                break
            with self._outbox.delivering(LOCK_SECONDS) as mine:
                # another process may have delivered it while we waited
                record = self._outbox.read(path) if mine else None
                if record is not None and self._try(record, path) is not None:
                    delivered += 1
        return delivered

    def pending(self) -> int:
        return len(self._outbox.list_waiting())

    def find(self, run_key: str) -> TrackedRun | None:
        if not self.is_ready():
            return None
        try:
            client = self._client()
            experiments = [experiment.experiment_id for experiment in client.search_experiments()]
            run = _find_run(client, experiments, run_key)
            return None if run is None else self._describe(run_key, run.info.experiment_id, run.info.run_id)
        except Exception as error:
            _log.warning("the tracking server did not answer: %s", _words(error))
            return None

    def is_ready(self, timeout: float = 1.0) -> bool:
        """Whether the server answers within `timeout` seconds."""
        if not self._address.startswith(("http://", "https://")):
            return False
        try:
            with urllib.request.urlopen(f"{self._address}/health", timeout=timeout) as answer:  # noqa: S310
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError, ValueError):
            return False

    def wait_until_ready(self, seconds: float) -> bool:
        """Wait for the server, `seconds` at most. Returns whether it answers."""
        deadline = time.monotonic() + seconds
        while True:
            left = deadline - time.monotonic()
            if self.is_ready(max(0.1, min(1.0, left))):
                return True
            if time.monotonic() + 0.2 > deadline:
                return False
            time.sleep(0.2)

    def _try(self, record: RunRecord, path: Path) -> TrackedRun | None:
        """Deliver and forget; or set aside what the server will never take. Everything else can be tried again."""
        try:
            tracked = self._deliver(record)
        except Exception as error:
            _log.warning("run %s was not recorded: %s", record.run_key, _words(error))
            status = getattr(error, "get_http_status_code", lambda: 500)()
            if status in {400, 413, 422}:
                self._outbox.refuse(path, f"The tracking server refused the record: {_words(error)}")
            return None
        self._outbox.remove(path)
        return tracked

    def _deliver(self, record: RunRecord) -> TrackedRun:
        from mlflow.entities import Metric, Param, RunTag

        client = self._client()
        experiment = _open_experiment(client, record.experiment)
        run = _find_run(client, [experiment], record.run_key)
        if run is None:
            run = client.create_run(
                experiment, start_time=record.started_ms, run_name=record.name, tags={KEY_TAG: record.run_key}
            )
        elif run.data.tags.get(COMPLETE_TAG) == "true":
            return self._describe(record.run_key, experiment, run.info.run_id)
        run_id = run.info.run_id
        params = [Param(name, value[:PARAM_LIMIT]) for name, value in _legal_names(record.params)]
        tags = [RunTag(name, value[:TAG_LIMIT]) for name, value in _legal_names(record.tags)]
        names = dict(_legal_names({point.name: "" for point in record.metrics}, originals=True))
        metrics = [Metric(names[point.name], point.value, point.at_ms, point.step) for point in record.metrics]
        for batch in _batches(params, PARAMS_LIMIT):
            client.log_batch(run_id, params=batch)
        for batch in _batches(tags, TAGS_LIMIT):
            client.log_batch(run_id, tags=batch)
        for batch in _batches(metrics, METRICS_LIMIT):
            client.log_batch(run_id, metrics=batch)
        for name, text in record.artifacts.items():
            client.log_text(run_id, text, name)
        client.set_terminated(run_id, _STATUSES[record.status], record.ended_ms)
        client.set_tag(run_id, COMPLETE_TAG, "true")
        return self._describe(record.run_key, experiment, run_id)

    def _describe(self, run_key: str, experiment: str, run_id: str) -> TrackedRun:
        return TrackedRun(run_key, run_id, f"{self._address}/#/experiments/{experiment}/runs/{run_id}")

    def _client(self) -> Any:
        if self._made is None:
            # MLflow by itself tries for minutes; here the outbox is what makes a second try possible
            os.environ["MLFLOW_HTTP_REQUEST_MAX_RETRIES"] = "0"
            os.environ["MLFLOW_HTTP_REQUEST_TIMEOUT"] = str(REQUEST_SECONDS)
            os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
            os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
            os.environ.setdefault("MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT", "true")
            from mlflow import MlflowClient

            self._made = MlflowClient(tracking_uri=self._address)
        return self._made


def _open_experiment(client: Any, name: str) -> str:
    """The id of the experiment, made or brought back from the bin when needed."""
    found = client.get_experiment_by_name(name)
    if found is None:
        try:
            return str(client.create_experiment(name))
        except Exception:  # another process made it in between; if not, the error is met again
            found = client.get_experiment_by_name(name)
            if found is None:
                raise
    if found.lifecycle_stage == "deleted":
        client.restore_experiment(found.experiment_id)
    return str(found.experiment_id)


def _find_run(client: Any, experiments: list[str], run_key: str) -> Any | None:
    if not experiments or not re.fullmatch(r"[\w.:-]+", run_key):
        return None
    found = client.search_runs(experiments, filter_string=f"tags.`{KEY_TAG}` = '{run_key}'", max_results=1)
    return found[0] if found else None


def _legal_names(values: Mapping[str, str], *, originals: bool = False) -> Iterator[tuple[str, str]]:
    """Names as MLflow takes them, with their values, or (`originals`) each name with the one it gets.

    A column may be called "Spend (EUR)"; MLflow takes letters, digits and `_ - . : /` and space only. Two names that
    become one are numbered.
    """
    taken: set[str] = set()
    for name, value in values.items():
        base = re.sub(r"[^/\w.\- :]", "_", name)[: NAME_LIMIT - 4] or "_"
        if base.startswith("/") or posixpath.normpath(base) != base or base.startswith(".."):
            base = base.replace("/", "_").replace("..", "__") if base != "." else "_"
        legal, number = base, 2
        while legal in taken:
            legal, number = f"{base}_{number}", number + 1
        taken.add(legal)
        yield (name, legal) if originals else (legal, value)


def _batches(items: list[Any], size: int) -> Iterable[list[Any]]:
    return (items[start : start + size] for start in range(0, len(items), size))


def _words(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:300]
