"""Typed client of the trainer API: a method for each route, with documents of `mixline.messages`.

How answers are asked for, kept and given again is `dashboard.wire`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, TypeVar
from urllib.parse import urlencode

from flask import current_app

from dashboard.memory import Known as Known
from dashboard.wire import CONNECT_TIMEOUT, Wire, parse
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

T = TypeVar("T")
Period = Literal["day", "week", "month", "quarter"]

EXTENSION = "mixline.client"
UPLOAD_TIMEOUT = 120.0  # seconds: a 100 MB file over a slow line


class TrainerClient(Wire):
    """The trainer API as seen by the dashboard. One per process, safe to use from many threads."""

    # --- state of the service ---

    def read_readiness(self) -> Readiness:
        """Whether the trainer's parts answer. Raises UnavailableError when it does not answer at all."""
        response = self.send("GET", "/ready", timeout=CONNECT_TIMEOUT)
        return parse(Readiness, response)

    def read_status(self) -> Known[Status]:
        """Queue, workers, demo. The last known one when the trainer is away."""
        return self.latest("/v1/status", Status)

    # --- models ---

    def list_models(self) -> Known[list[ModelRow]]:
        """All models, newest first. The last known list when the trainer is away."""
        known = self.latest("/v1/models", list[ModelRow])
        return Known(sorted(known.value, key=lambda row: row.created_at, reverse=True), known.at, known.stale)

    def read_model(self, model_id: str) -> ModelSummary:
        """The model in one document. Its address in MLflow may come later than the model; till then it is asked for again."""
        return self.document(f"/v1/models/{model_id}", ModelSummary, lambda model: bool(model.lineage.tracking_url))

    def require_model(self, model_id: str) -> None:
        """Nothing where whoever asks may see the model; what the trainer answers them where not. Asked once in a while."""
        if self._identity:
            self.read_model(model_id)

    def read_contributions(self, model_id: str, period: Period) -> Contributions:
        return self.document(f"/v1/models/{model_id}/contributions?period={period}", Contributions)

    def read_curves(self, model_id: str) -> Curves:
        return self.document(f"/v1/models/{model_id}/curves", Curves)

    def read_change(self, model_id: str) -> Change:
        """What changed since the model before this one."""
        return self.document(f"/v1/models/{model_id}/previous", Change)

    def read_candidates(self, model_id: str) -> Candidates:
        return self.document(f"/v1/models/{model_id}/candidates", Candidates)

    def read_calibration(self, model_id: str) -> Calibration:
        """The model beside its lift studies; without studies, words that say so."""
        return self.document(f"/v1/models/{model_id}/calibration", Calibration)

    def read_backtest(self, model_id: str) -> Backtest:
        """What the model would have forecast, and what came; without folds where no back-test was asked for."""
        return self.document(f"/v1/models/{model_id}/backtest", Backtest)

    def read_report(self, model_id: str, candidate: int | None = None) -> ReportDocuments:
        """Everything a report of the model is drawn from; of one candidate of its search, as if it were the model."""
        place = "" if candidate is None else f"/candidates/{candidate}"
        path = f"/v1/models/{model_id}{place}/report"
        return self.document(path, ReportDocuments, lambda report: bool(place or report.summary.lineage.tracking_url))

    def read_file(self, model_id: str, name: str) -> bytes:
        """A file of the model as it was published; not kept, as it may be large."""
        return self.send("GET", f"/v1/models/{model_id}/files/{name}").content

    def choose_candidate(self, model_id: str, choice: CandidateChoice) -> ModelRow:
        """Make another candidate the model. The same candidate for the same reason is the same model."""
        body = choice.model_dump(mode="json")
        return parse(ModelRow, self.send("POST", f"/v1/models/{model_id}/choice", json=body))

    # --- saved plans ---

    def save_scenario(self, request: ScenarioRequest) -> ScenarioView:
        """Keep a plan under a name. Raises ConflictError where the name stands for another plan of the model."""
        return parse(ScenarioView, self.send("POST", "/v1/scenarios", json=request.model_dump(mode="json")))

    def list_scenarios(self) -> Known[list[ScenarioView]]:
        """Saved plans of all models, newest first. The last known list when the trainer is away."""
        return self.latest("/v1/scenarios?limit=200", list[ScenarioView])

    def remove_scenario(self, scenario_id: str) -> ScenarioView:
        return parse(ScenarioView, self.send("DELETE", f"/v1/scenarios/{scenario_id}"))

    # --- data ---

    def send_upload(self, filename: str, content: bytes) -> UploadView:
        """Send a file. Raises DataError or TooLargeError with what is wrong with it."""
        self.require_answer()
        response = self.send("POST", "/v1/uploads", files={"file": (filename, content)}, timeout=UPLOAD_TIMEOUT)
        return parse(UploadView, response)

    def stream_upload(self, chunks: Iterator[bytes], content_type: str) -> UploadView:
        """Pass a browser's multipart body on as it arrives, never holding more than one chunk. Raises as `send_upload`."""
        self.require_answer()
        headers = {"Content-Type": content_type}
        response = self.send("POST", "/v1/uploads", content=chunks, headers=headers, timeout=UPLOAD_TIMEOUT)
        return parse(UploadView, response)

    def read_upload(self, upload_id: str) -> UploadView:
        return self.document(f"/v1/uploads/{upload_id}", UploadView)

    def create_dataset(self, request: DatasetRequest) -> DatasetView:
        return parse(DatasetView, self.send("POST", "/v1/datasets", json=request.model_dump(mode="json")))

    def list_datasets(self) -> Known[list[DatasetView]]:
        return self.latest("/v1/datasets", list[DatasetView])

    def read_dataset(self, dataset_id: str) -> DatasetView:
        return self.document(f"/v1/datasets/{dataset_id}", DatasetView)

    # --- models against each other ---

    def compare_models(self, ids: Sequence[str], weights: Mapping[str, float]) -> Comparison:
        """Two to five models side by side. Without weights the service's own rank them."""
        query = urlencode({"models": ",".join(ids), **weights}, safe=",")
        return self.document(f"/v1/comparisons?{query}", Comparison)

    def read_movement(self, model_id: str, against: str) -> Movement:
        """What moved since an earlier model, and why. Raises ConflictError for models that explain different things."""
        return self.document(f"/v1/models/{model_id}/movement?against={against}", Movement)

    def plan_refresh(self, request: RefreshRequest) -> RefreshPlan:
        """What a refresh would do. Nothing is stored."""
        return parse(RefreshPlan, self.send("POST", "/v1/refreshes/plan", json=request.model_dump(mode="json")))

    def launch_refresh(self, request: RefreshRequest, key: str = "") -> RunView:
        """Continue a model on newer data. Raises BusyError when the queue is full."""
        headers = {"Idempotency-Key": key} if key else {}
        body = request.model_dump(mode="json")
        return parse(RunView, self.send("POST", "/v1/refreshes", json=body, headers=headers))

    # --- runs and jobs ---

    def list_presets(self) -> list[PresetView]:
        """The named sizes of search, smallest first. They change with the release only."""
        return self.document("/v1/presets", list[PresetView])

    def launch_run(self, request: RunRequest, key: str = "") -> RunView:
        """Ask for a fit. The same `key` again gives the same run. Raises BusyError when the queue is full."""
        headers = {"Idempotency-Key": key} if key else {}
        # what was not said must not be sent: a specification keeps its own size unless the request names one
        body = request.model_dump(mode="json", exclude_unset=True)
        return parse(RunView, self.send("POST", "/v1/mmm/runs", json=body, headers=headers))

    def list_runs(self) -> Known[list[RunView]]:
        return self.latest("/v1/mmm/runs", list[RunView])

    def read_run(self, run_id: str) -> RunView:
        return parse(RunView, self.send("GET", f"/v1/mmm/runs/{run_id}"))

    def cancel_run(self, run_id: str) -> RunView:
        return parse(RunView, self.send("POST", f"/v1/mmm/runs/{run_id}/cancel"))

    def retry_run(self, run_id: str) -> RunView:
        return parse(RunView, self.send("POST", f"/v1/mmm/runs/{run_id}/retry"))

    def read_job(self, job_id: str) -> JobView:
        return parse(JobView, self.send("GET", f"/v1/jobs/{job_id}"))

    def list_events(self, job_id: str, before: int = 0, limit: int = 500) -> list[EventView]:
        """The last lines of a job's log, those before a sequence where one is named; in order."""
        query = {"newest": True, "limit": limit} | ({"before": before} if before else {})
        return parse(list[EventView], self.send("GET", f"/v1/jobs/{job_id}/events", params=query))

    # --- any route ---

    def get(self, kind: type[T], path: str, **query: Any) -> T:
        """What a route answers now; parameters without a value are left out."""
        return parse(kind, self.send("GET", path, params={k: v for k, v in query.items() if v}))

    def post(self, kind: type[T], path: str, body: Message | None = None) -> T:
        """What a writing route answers."""
        sent = {} if body is None else {"json": body.model_dump(mode="json", exclude_unset=True)}
        return parse(kind, self.send("POST", path, **sent))

    def read_text(self, path: str) -> str:
        """A text a route answers with, such as a CSV file."""
        return self.send("GET", path).text


def current_client() -> TrainerClient:
    """The client of the application that is answering."""
    client: TrainerClient = current_app.extensions[EXTENSION]
    return client
