"""Typed client of the trainer API.

Every method returns documents of `mixline.messages`. Documents named by their content never change and are kept in a
bounded cache. Lists and states that do change are asked for each time; when the trainer does not answer, the last known
one is given back, marked with its date, where the method says so. All other faults are errors of `mixline.errors`.

Where a sign-in names people, an answer belongs to the person the trainer gave it to: in memory and on disk it is found by
them alone, and a document they had is asked for again after a while, as what they may see may have changed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, TypeVar, cast
from urllib.parse import urlencode

import httpx
from flask import current_app, has_request_context, request
from pydantic import ValidationError

from dashboard import trail
from dashboard.memory import Known as Known
from dashboard.memory import Memory, digest_of, read_body
from dashboard.problems import read_problem
from dashboard.silence import Silence
from dashboard.trail import Asked
from mixline.errors import ForbiddenError, MixlineError, NotFoundError, UnavailableError
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
UPLOAD_TIMEOUT = 120.0  # seconds: a 100 MB file over a slow line
AWAY = "Try again in a moment; if it stays so, tell whoever looks after Mixline."
CONNECT_TIMEOUT = 2.0  # seconds: a service that is away should be noticed at once


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
        self._memory = Memory(folder)

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

    def require_model(self, model_id: str) -> None:
        """Nothing where whoever asks may see the model; what the trainer answers them where not. Asked once in a while."""
        if self._identity:
            self.read_model(model_id)

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
            with self._http.stream("GET", path, headers=self._names()) as response:
                if response.is_error:
                    response.read()
                    raise read_problem(response)
                yield response.iter_bytes()
        except httpx.TransportError:
            raise UnavailableError(
                "the trainer broke off", where=self.address, action="Try again in a moment."
            ) from None

    # --- how ---

    def ask_again(self, asked: Asked) -> bytes | None:
        """The digest of the answer to a question of a page that was drawn, for whoever asks now; None without an answer."""
        person = self._person()
        if asked.settled and (given := self._memory.given(asked.path, person)):
            return given
        try:
            response = self._ask(asked.path, person)
        except MixlineError:
            return None
        digest = digest_of(response.content)
        if digest == asked.digest:
            self._memory.again(asked.path, person, response.content)
        return digest

    def _knock(self) -> bool:
        try:
            self._http.get("/health", timeout=CONNECT_TIMEOUT)
        except httpx.TimeoutException:
            return False
        except httpx.TransportError:
            return True  # refused at once: nobody waits for that
        return True

    def _document(self, path: str, kind: type[T], settled: Callable[[T], bool] = lambda _: True) -> T:
        """A document that never changes once it is `settled`: from memory, else asked for."""
        person = self._person()
        found, unasked = self._memory.document(path, person, kind)
        if found is not None and unasked and settled(found):
            trail.note(path, self._memory.given(path, person), settled=True)
            return cast(T, found)
        try:
            response = self._ask(path, person)
            document = _parse(kind, response)
        except UnavailableError:
            trail.spoil()
            if found is not None:
                return cast(T, found)
            if (kept := self._memory.kept(path, person, kind)) is None:
                raise
            return kept.value
        trail.note(path, digest_of(response.content), settled=settled(document))
        return self._memory.give(path, person, kind, document, response.content)

    def _latest(self, path: str, kind: type[T]) -> Known[T]:
        """A document that changes: asked for each time, the last known one when the service is away."""
        person = self._person()
        try:
            response = self._ask(path, person)
            value = _parse(kind, response)
        except UnavailableError:
            trail.spoil()
            if (last := self._memory.last(path, person, kind)) is None:
                raise
            return last
        trail.note(path, digest_of(response.content), settled=False)
        return self._memory.hear(path, person, value, response.content)

    def _ask(self, path: str, person: str | None) -> httpx.Response:
        """An answer that will be kept. Who is refused keeps no earlier one."""
        try:
            return self._exchange("GET", path)
        except MixlineError as error:
            trail.spoil()
            if isinstance(error, (ForbiddenError, NotFoundError)):
                self._memory.forget(path, person)
            raise

    def _signed_in(self) -> str:
        """The identity header's value as it came with the request that is being answered."""
        return request.headers.get(self._identity, "") if self._identity and has_request_context() else ""

    def _names(self) -> dict[str, str]:
        """The header that tells the trainer who asks."""
        name = self._signed_in()
        return {self._identity: name} if name else {}

    def _person(self) -> str | None:
        """Whose answers these are: a digest of the name the trainer is told, None where nobody is told apart.

        Who comes without a name where a sign-in is set up is somebody, too: the trainer's unknown person.
        """
        return hashlib.sha256(self._signed_in().encode()).hexdigest() if self._identity else None

    def _unanswered(self, *, sent: bool = False) -> UnavailableError:
        """What is said when no answer came; `sent` when something was asked to be done, which may have been done."""
        if sent:
            return UnavailableError(
                "no answer came in time, and what was asked may have been done all the same",
                where=self.address,
                action="Open the page again in a moment and see before you repeat it.",
            )
        return UnavailableError("the trainer did not answer in time", where=self.address, action=AWAY)

    def _send(self, method: str, path: str, **options: Any) -> httpx.Response:
        """An answer that is not kept: what is drawn with it is drawn anew each time."""
        trail.spoil()
        return self._exchange(method, path, **options)

    def _exchange(self, method: str, path: str, **options: Any) -> httpx.Response:
        options["headers"] = {**(options.get("headers") or {}), **self._names()}
        try:
            if self._silence.holds():
                raise self._unanswered()
            response = self._http.request(method, path, **options)
        except httpx.TimeoutException:
            self._silence.met()
            raise self._unanswered(sent=method != "GET") from None
        except httpx.TransportError:
            raise UnavailableError(
                "the trainer cannot be reached",
                where=self.address,
                action=AWAY,
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
        return read_body(kind, response.content)
    except ValidationError as fault:
        raise UnavailableError(
            "the trainer's answer has another form than this dashboard knows",
            where=str(response.request.url.path),
            got=str(fault.errors()[0]["loc"]),
            action="Run the dashboard and the trainer from the same version.",
        ) from None
