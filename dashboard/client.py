"""Typed client of the trainer API.

Every method returns documents of `mixline.messages`. Documents named by their content never change and are kept in a
bounded cache. Lists and states that do change are asked for each time; when the trainer does not answer, the last known
one is given back, marked with its date, where the method says so. All other faults are errors of `mixline.errors`.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Generic, Literal, TypeVar, cast
from urllib.parse import urlencode

import httpx
from flask import current_app, has_request_context, request
from pydantic import TypeAdapter, ValidationError

from dashboard.last_known import LastKnown
from dashboard.problems import read_problem
from dashboard.silence import Silence
from mixline.errors import UnavailableError
from mixline.messages import (
    Backtest,
    Calibration,
    CandidateChoice,
    Candidates,
    Change,
    Comparison,
    Contributions,
    Curves,
    DatasetRequest,
    DatasetView,
    EventView,
    JobView,
    Message,
    ModelRow,
    ModelSummary,
    Movement,
    PresetView,
    Readiness,
    RefreshPlan,
    RefreshRequest,
    ReportDocuments,
    RunRequest,
    RunView,
    ScenarioRequest,
    ScenarioView,
    Status,
    UploadView,
)
from mixline.settings import Settings

T = TypeVar("T")
Period = Literal["day", "week", "month", "quarter"]

EXTENSION = "mixline.client"
DOCUMENTS_KEPT = 256
UPLOAD_TIMEOUT = 120.0  # seconds: a 100 MB file over a slow line
CONNECT_TIMEOUT = 2.0  # seconds: a service that is away should be noticed at once


@dataclass(frozen=True)
class Known(Generic[T]):
    """An answer with the moment it was true. `stale` when the service did not answer just now."""

    value: T
    at: datetime
    stale: bool = False


class TrainerClient:
    """The trainer API as seen by the dashboard. One per process, safe to use from many threads.

    Args:
        settings: where the trainer is and how long to wait for it.
        transport: another way to reach the service (tests call an application in the same process).
        folder: where the last answers are kept for other processes and later ones; nowhere when not given.
    """

    def __init__(
        self, settings: Settings, transport: httpx.BaseTransport | None = None, folder: Path | None = None
    ) -> None:
        self.address = settings.trainer_address
        self._identity = settings.identity_header
        self._http = httpx.Client(
            base_url=self.address,
            transport=transport,
            timeout=httpx.Timeout(settings.request_timeout, connect=CONNECT_TIMEOUT),
            limits=httpx.Limits(max_connections=32, max_keepalive_connections=16),
            trust_env=False,
        )
        self._silence = Silence(self._knock)
        self._lock = threading.Lock()
        self._documents: OrderedDict[str, Any] = OrderedDict()
        self._last = LastKnown(folder)
        self._latest_known: dict[str, Known[Any]] = {}

    # --- state of the service ---

    def read_readiness(self) -> Readiness:
        """Whether the trainer's parts answer. Raises UnavailableError when it does not answer at all."""
        response = self._send("GET", "/ready", timeout=CONNECT_TIMEOUT)
        return _parse(Readiness, response)

    def read_status(self) -> Known[Status]:
        """Queue, workers, demo. The last known one when the trainer is away."""
        return self._latest("/v1/status", Status)

    # --- models ---

    def list_models(self) -> Known[list[ModelRow]]:
        """All models, newest first. The last known list when the trainer is away."""
        known = self._latest("/v1/models", list[ModelRow])
        return Known(sorted(known.value, key=lambda row: row.created_at, reverse=True), known.at, known.stale)

    def read_model(self, model_id: str) -> ModelSummary:
        """The model in one document. Its address in MLflow may come later than the model; till then it is asked for again."""
        return self._document(f"/v1/models/{model_id}", ModelSummary, lambda model: bool(model.lineage.tracking_url))

    def read_contributions(self, model_id: str, period: Period) -> Contributions:
        return self._document(f"/v1/models/{model_id}/contributions?period={period}", Contributions)

    def read_curves(self, model_id: str) -> Curves:
        return self._document(f"/v1/models/{model_id}/curves", Curves)

    def read_change(self, model_id: str) -> Change:
        """What changed since the model before this one."""
        return self._document(f"/v1/models/{model_id}/previous", Change)

    def read_candidates(self, model_id: str) -> Candidates:
        return self._document(f"/v1/models/{model_id}/candidates", Candidates)

    def read_calibration(self, model_id: str) -> Calibration:
        """The model beside its lift studies; without studies, words that say so."""
        return self._document(f"/v1/models/{model_id}/calibration", Calibration)

    def read_backtest(self, model_id: str) -> Backtest:
        """What the model would have forecast, and what came; without folds where no back-test was asked for."""
        return self._document(f"/v1/models/{model_id}/backtest", Backtest)

    def read_report(self, model_id: str, candidate: int | None = None) -> ReportDocuments:
        """Everything a report of the model is drawn from; of one candidate of its search, as if it were the model."""
        place = "" if candidate is None else f"/candidates/{candidate}"
        path = f"/v1/models/{model_id}{place}/report"
        return self._document(path, ReportDocuments, lambda report: bool(place or report.summary.lineage.tracking_url))

    def read_file(self, model_id: str, name: str) -> bytes:
        """A file of the model as it was published; not kept, as it may be large."""
        return self._send("GET", f"/v1/models/{model_id}/files/{name}").content

    def choose_candidate(self, model_id: str, choice: CandidateChoice) -> ModelRow:
        """Make another candidate the model. The same candidate for the same reason is the same model."""
        body = choice.model_dump(mode="json")
        return _parse(ModelRow, self._send("POST", f"/v1/models/{model_id}/choice", json=body))

    # --- saved plans ---

    def save_scenario(self, request: ScenarioRequest) -> ScenarioView:
        """Keep a plan under a name. Raises ConflictError where the name stands for another plan of the model."""
        return _parse(ScenarioView, self._send("POST", "/v1/scenarios", json=request.model_dump(mode="json")))

    def list_scenarios(self) -> Known[list[ScenarioView]]:
        """Saved plans of all models, newest first. The last known list when the trainer is away."""
        return self._latest("/v1/scenarios?limit=200", list[ScenarioView])

    def remove_scenario(self, scenario_id: str) -> ScenarioView:
        return _parse(ScenarioView, self._send("DELETE", f"/v1/scenarios/{scenario_id}"))

    # --- data ---

    def send_upload(self, filename: str, content: bytes) -> UploadView:
        """Send a file. Raises DataError or TooLargeError with what is wrong with it."""
        response = self._send("POST", "/v1/uploads", files={"file": (filename, content)}, timeout=UPLOAD_TIMEOUT)
        return _parse(UploadView, response)

    def stream_upload(self, chunks: Iterator[bytes], content_type: str) -> UploadView:
        """Pass a browser's multipart body on as it arrives, never holding more than one chunk. Raises as `send_upload`."""
        headers = {"Content-Type": content_type}
        response = self._send("POST", "/v1/uploads", content=chunks, headers=headers, timeout=UPLOAD_TIMEOUT)
        return _parse(UploadView, response)

    def read_upload(self, upload_id: str) -> UploadView:
        return self._document(f"/v1/uploads/{upload_id}", UploadView)

    def create_dataset(self, request: DatasetRequest) -> DatasetView:
        return _parse(DatasetView, self._send("POST", "/v1/datasets", json=request.model_dump(mode="json")))

    def list_datasets(self) -> Known[list[DatasetView]]:
        return self._latest("/v1/datasets", list[DatasetView])

    def read_dataset(self, dataset_id: str) -> DatasetView:
        return self._document(f"/v1/datasets/{dataset_id}", DatasetView)

    # --- models against each other ---

    def compare_models(self, ids: Sequence[str], weights: Mapping[str, float]) -> Comparison:
        """Two to five models side by side. Without weights the service's own rank them."""
        query = urlencode({"models": ",".join(ids), **weights}, safe=",")
        return self._document(f"/v1/comparisons?{query}", Comparison)

    def read_movement(self, model_id: str, against: str) -> Movement:
        """What moved since an earlier model, and why. Raises ConflictError for models that explain different things."""
        return self._document(f"/v1/models/{model_id}/movement?against={against}", Movement)

    def plan_refresh(self, request: RefreshRequest) -> RefreshPlan:
        """What a refresh would do. Nothing is stored."""
        return _parse(RefreshPlan, self._send("POST", "/v1/refreshes/plan", json=request.model_dump(mode="json")))

    def launch_refresh(self, request: RefreshRequest, key: str = "") -> RunView:
        """Continue a model on newer data. Raises BusyError when the queue is full."""
        headers = {"Idempotency-Key": key} if key else {}
        body = request.model_dump(mode="json")
        return _parse(RunView, self._send("POST", "/v1/refreshes", json=body, headers=headers))

    # --- runs and jobs ---

    def list_presets(self) -> list[PresetView]:
        """The named sizes of search, smallest first. They change with the release only."""
        return self._document("/v1/presets", list[PresetView])

    def launch_run(self, request: RunRequest, key: str = "") -> RunView:
        """Ask for a fit. The same `key` again gives the same run. Raises BusyError when the queue is full."""
        headers = {"Idempotency-Key": key} if key else {}
        # what was not said must not be sent: a specification keeps its own size unless the request names one
        body = request.model_dump(mode="json", exclude_unset=True)
        return _parse(RunView, self._send("POST", "/v1/mmm/runs", json=body, headers=headers))

    def list_runs(self) -> Known[list[RunView]]:
        return self._latest("/v1/mmm/runs", list[RunView])

    def read_run(self, run_id: str) -> RunView:
        return _parse(RunView, self._send("GET", f"/v1/mmm/runs/{run_id}"))

    def cancel_run(self, run_id: str) -> RunView:
        return _parse(RunView, self._send("POST", f"/v1/mmm/runs/{run_id}/cancel"))

    def retry_run(self, run_id: str) -> RunView:
        return _parse(RunView, self._send("POST", f"/v1/mmm/runs/{run_id}/retry"))

    def read_job(self, job_id: str) -> JobView:
        return _parse(JobView, self._send("GET", f"/v1/jobs/{job_id}"))

    def list_events(self, job_id: str, before: int = 0, limit: int = 500) -> list[EventView]:
        """The last lines of a job's log, those before a sequence where one is named; in order."""
        query = {"newest": True, "limit": limit} | ({"before": before} if before else {})
        return _parse(list[EventView], self._send("GET", f"/v1/jobs/{job_id}/events", params=query))

    # --- any route ---

    def get(self, kind: type[T], path: str, **query: Any) -> T:
        """What a route answers now; parameters without a value are left out."""
        return _parse(kind, self._send("GET", path, params={k: v for k, v in query.items() if v}))

    def post(self, kind: type[T], path: str, body: Message | None = None) -> T:
        """What a writing route answers."""
        sent = {} if body is None else {"json": body.model_dump(mode="json", exclude_unset=True)}
        return _parse(kind, self._send("POST", path, **sent))

    def read_text(self, path: str) -> str:
        """A text a route answers with, such as a CSV file."""
        return self._send("GET", path).text

    @contextmanager
    def stream_text(self, path: str) -> Iterator[Iterator[bytes]]:
        """A text of any length, piece by piece as it arrives. Raises what the route answers before the first piece."""
        try:
            with self._http.stream("GET", path) as response:
                if response.is_error:
                    response.read()
                    raise read_problem(response)
                yield response.iter_bytes()
        except httpx.TransportError:
            raise UnavailableError(
                "the trainer broke off", where=self.address, action="Try again in a moment."
            ) from None

    # --- how ---

    def _knock(self) -> bool:
        try:
            self._http.get("/health", timeout=CONNECT_TIMEOUT)
        except httpx.TimeoutException:
            return False
        except httpx.TransportError:
            return True  # refused at once: nobody waits for that
        return True

    def _document(self, path: str, kind: type[T], settled: Callable[[T], bool] = lambda _: True) -> T:
        """A document that never changes once it is `settled`: from the cache, else asked for."""
        found: T | None = None
        with self._lock:
            if path in self._documents:
                self._documents.move_to_end(path)
                found = self._documents[path]
        if found is not None and settled(found):
            return found
        try:
            response = self._send("GET", path)
            document = _parse(kind, response)
            self._last.keep(path, response.content)
        except UnavailableError:
            kept = found if found is not None else self._kept(path, kind)
            if kept is None:
                raise
            return kept.value if isinstance(kept, Known) else kept
        with self._lock:
            self._documents[path] = document
            while len(self._documents) > DOCUMENTS_KEPT:
                self._documents.popitem(last=False)
        return document

    def _latest(self, path: str, kind: type[T]) -> Known[T]:
        """A document that changes: asked for each time, the last known one when the service is away."""
        try:
            response = self._send("GET", path)
            value = _parse(kind, response)
        except UnavailableError:
            # Another process may have heard later than this one.
            known = [k for k in (self._latest_known.get(path), self._kept(path, kind)) if k is not None]
            if not known:
                raise
            last = max(known, key=lambda answer: answer.at)
            return Known(last.value, last.at, stale=True)
        self._last.keep(path, response.content)
        self._latest_known[path] = Known(value, datetime.now(UTC))
        return self._latest_known[path]

    def _kept(self, path: str, kind: type[T]) -> Known[T] | None:
        """What a process of this dashboard kept on disk; None when it is not there or of another release."""
        answer = self._last.find(path)
        if answer is None:
            return None
        try:
            return Known(_reader(cast(Any, kind)).validate_json(answer.body), answer.at, stale=True)
        except ValidationError:
            return None

    def _unanswered(self) -> UnavailableError:
        return UnavailableError(
            "the trainer did not answer in time",
            where=self.address,
            action="Try again in a moment; if it stays so, look at the trainer's log.",
        )

    def _send(self, method: str, path: str, **options: Any) -> httpx.Response:
        if self._identity and has_request_context() and (person := request.headers.get(self._identity)):
            options["headers"] = {**(options.get("headers") or {}), self._identity: person}
        try:
            if self._silence.holds():
                raise self._unanswered()
            response = self._http.request(method, path, **options)
        except httpx.TimeoutException:
            self._silence.met()
            raise self._unanswered() from None
        except httpx.TransportError:
            raise UnavailableError(
                "the trainer cannot be reached",
                where=self.address,
                action="Start it (`make run` starts everything) or correct MIXLINE_TRAINER.",
            ) from None
        if response.is_error:
            raise read_problem(response)
        return response


def current_client() -> TrainerClient:
    """The client of the application that is answering."""
    client: TrainerClient = current_app.extensions[EXTENSION]
    return client


def _parse(kind: type[T], response: httpx.Response) -> T:
    try:
        document: T = _reader(cast(Any, kind)).validate_json(response.content)
    except ValidationError as fault:
        raise UnavailableError(
            "the trainer's answer has another form than this dashboard knows",
            where=str(response.request.url.path),
            got=str(fault.errors()[0]["loc"]),
            action="Run the dashboard and the trainer from the same version.",
        ) from None
    return document


@cache
def _reader(kind: Any) -> TypeAdapter[Any]:
    """Making a reader costs more than reading; there are a dozen kinds."""
    return TypeAdapter(kind)
