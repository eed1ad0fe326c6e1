"""Documents as the trainer sends them, made by hand, and a trainer that answers with them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest
from dash import Dash

from dashboard.app import create_app
from dashboard.client import TrainerClient
from mixline.messages import (
    ColumnSuggestion,
    DatasetView,
    EventView,
    Finding,
    JobView,
    PresetView,
    ProgressView,
    RunView,
    SpecificationDraft,
    Status,
    UploadView,
)
from mixline.mmm.specification import Context, Goal, Media, ModelSpec
from mixline.settings import Settings

START = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)

MakeRun = Callable[..., RunView]
MakeDataset = Callable[..., DatasetView]


@pytest.fixture
def make_column() -> Callable[..., ColumnSuggestion]:
    def make(name: str, role: str, confidence: str = "high", **values: Any) -> ColumnSuggestion:
        numeric = {"type": "number", "minimum": 0.0, "maximum": 2_400_000.0, "mean": 310_000.0, "zero_share": 0.12}
        return ColumnSuggestion.model_validate(
            {"name": name, "role": role, "reason": f"because {name}", "confidence": confidence, **numeric, **values}
        )

    return make


@pytest.fixture
def upload(make_column: Callable[..., ColumnSuggestion]) -> UploadView:
    return UploadView(
        id="a" * 64,
        filename="Weekly sales (final).csv",
        rows=209,
        interval="week",
        first_date=date(2014, 8, 3),
        last_date=date(2018, 7, 29),
        segments=["DE", "FR"],
        columns=[
            make_column("DATE", "date", type="date", minimum=None, maximum=None, mean=None, examples=["2014-08-03"]),
            make_column("revenue", "goal"),
            make_column("tv_spend", "spend", channel="tv", kind="tv"),
            make_column("tv_impressions", "exposure", channel="tv", kind="tv"),
            make_column("mystery", "context", confidence="low"),
            make_column(
                "country", "segment", type="text", minimum=None, maximum=None, mean=None, examples=["DE", "FR"]
            ),
        ],
        findings=[
            Finding(code="gap", severity="info", title="Two weeks are missing"),
            Finding(
                code="text", severity="error", title="tv_spend holds text", action="Remove it.", columns=["tv_spend"]
            ),
        ],
        preview=[{"DATE": "2014-08-03", "revenue": 1.0}],
    )


@pytest.fixture
def make_dataset() -> MakeDataset:
    def make(number: int = 1, **changes: Any) -> DatasetView:
        values: dict[str, Any] = {
            "id": f"{number:064x}",
            "name": "Demo",
            "version": number,
            "rows": 416,
            "interval": "week",
            "first_date": date(2022, 1, 3),
            "last_date": date(2025, 12, 29),
            "goal": "revenue",
            "goal_kind": "revenue",
            "currency": "EUR",
            "holiday_country": "",
            "segment_column": "country",
            "segments": ["DE", "FR"],
            "channels": ["tv", "search", "social"],
            "columns": [],
            "findings": [],
            "created_at": START + timedelta(hours=number),
            "filename": "demo.csv",
        }
        return DatasetView.model_validate({**values, **changes})

    return make


@pytest.fixture
def make_run() -> MakeRun:
    def make(number: int = 1, state: str = "running", *, job: dict[str, Any] | None = None, **changes: Any) -> RunView:
        started = None if state == "queued" else START + timedelta(minutes=number)
        finished = (
            started + timedelta(seconds=30) if started and state in ("succeeded", "failed", "cancelled") else None
        )
        values: dict[str, Any] = {
            "id": f"{number:032x}",
            "kind": "mmm.fit",
            "state": state,
            "attempt": 0 if state == "queued" else 1,
            "max_attempts": 3,
            "cancel_requested": False,
            "progress": ProgressView(percent=40.0, stage="Searching", seconds_left=75.0, best={"nrmse": 0.0432}),
            "position": 2 if state == "queued" else None,
            "reason": "",
            "error": {"sentence": "tv_spend: the column is gone. Bring it back."} if state == "failed" else None,
            "result": None,
            "created_at": START + timedelta(minutes=number),
            "started_at": started,
            "finished_at": finished,
        }
        run: dict[str, Any] = {
            "id": f"{number:032x}",
            "job": JobView.model_validate({**values, **(job or {})}),
            "dataset_id": f"{1:064x}",
            "dataset_name": "Demo",
            "dataset_version": 1,
            "segment": "DE",
            "goal": "revenue",
            "preset": "test",
            "trials": 2,
            "iterations": 300,
            "seed": 123,
            "specification_id": "c" * 64,
            "model_id": "d" * 64 if state == "succeeded" else None,
            "tracking_url": "http://127.0.0.1:8053/#/experiments/1" if state == "succeeded" else None,
        }
        return RunView.model_validate({**run, **changes})

    return make


@pytest.fixture
def presets() -> list[PresetView]:
    return [
        PresetView(name="test", trials=2, iterations=300, purpose="To see that the data works."),
        PresetView(name="standard", trials=5, iterations=2000, purpose="For figures to decide on."),
        PresetView(name="thorough", trials=10, iterations=5000, purpose="For many channels."),
    ]


@pytest.fixture
def draft(presets: list[PresetView]) -> SpecificationDraft:
    """A small specification to start from: two paid channels and a newsletter, one context column, one event column."""
    spec = ModelSpec(
        goal=Goal("revenue", "revenue", "Revenue", "EUR"),
        date_column="date",
        media=(
            Media("tv", "tv_spend", "tv_impressions", kind="tv", label="TV"),
            Media("search", "search_spend", kind="search", label="Search"),
            Media("newsletter", None, "newsletter_sent", kind="email", label="Newsletter"),
        ),
        context=(Context("price", "price", label="Price"), Context("event", "event", factor=True, label="Event")),
        components=("trend", "season"),
    ).to_dict()
    theta = {"tv": (0.3, 0.8), "search": (0.0, 0.3), "email": (0.0, 0.3)}
    shared = {"alpha": {"low": 0.5, "high": 3.0}, "gamma": {"low": 0.3, "high": 1.0}}
    weibull = {"shape": {"low": 0.0, "high": 2.0}, "scale": {"low": 0.0, "high": 0.1}}
    channels = [
        {
            **{key: medium[key] for key in ("name", "label", "kind", "spend", "exposure")},
            "paid": medium["spend"] is not None,
            "ranges": {**shared, "theta": dict(zip(("low", "high"), theta[medium["kind"]], strict=True))},
            "reason": f"Because it is {medium['kind']}.",
        }
        for medium in spec["media"]
    ]
    takes = {"seconds": 30.0, "bound": "about", "core_seconds": 60.0, "cost": 0.05, "currency": "EUR"}
    return SpecificationDraft.model_validate(
        {
            "dataset_id": f"{1:064x}",
            "segment": "DE",
            "interval": "week",
            "first_date": "2022-01-03",
            "last_date": "2025-12-29",
            "specification": spec,
            "channels": channels,
            "context": spec["context"],
            "kinds": [
                {"kind": kind, "theta": {"low": low, "high": high}, "reason": f"Because it is {kind}."}
                for kind, (low, high) in theta.items()
            ],
            "adstocks": [
                {"name": "geometric", "parameters": ["theta"], "ranges": shared},
                {"name": "weibull_cdf", "parameters": ["shape", "scale"], "ranges": shared | weibull},
            ],
            "limits": {"alpha": {"low": 0, "high": 10}, "gamma": {"low": 0, "high": 1}, "theta": {"low": 0, "high": 1},
                       "shape": {"low": 0, "high": 20}, "scale": {"low": 0, "high": 1}},
            "components": ["trend", "season", "monthly", "holiday"],
            "sizes": [
                {**preset.model_dump(), "takes": takes | {"candidates": preset.trials * preset.iterations}}
                for preset in presets
            ],
        }
    )  # fmt: skip


@pytest.fixture
def make_events() -> Callable[..., list[EventView]]:
    def make(errors: list[float], start: datetime = START) -> list[EventView]:
        return [
            EventView(
                sequence=place,
                at=start + timedelta(seconds=2 * place),
                kind="progress",
                message="Searching",
                data={"percent": 10.0 * place, "best": {"nrmse": error}},
            )
            for place, error in enumerate(errors)
        ]

    return make


class Trainer:
    """Answers a dashboard's requests from documents and keeps what was asked."""

    def __init__(self) -> None:
        self.answers: dict[str, tuple[int, Any, dict[str, str]]] = {"GET /health": (200, {}, {})}
        self.asked: list[httpx.Request] = []
        self.away = False

    def answer(self, route: str, document: Any, status: int = 200, **headers: str) -> None:
        """`route` is "GET /v1/...", with its query where only that one is meant; documents of mixline.messages, lists of
        them, or plain JSON."""
        self.answers[route] = (status, _plain(document), headers)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if self.away:
            raise httpx.ConnectError("away", request=request)
        request.read()
        self.asked.append(request)
        route = f"{request.method} {request.url.path}"
        exact = self.answers.get(f"{route}?{request.url.query.decode()}")
        status, document, headers = exact or self.answers[route]
        return httpx.Response(status, json=document, headers=headers)


def _plain(document: Any) -> Any:
    if isinstance(document, list):
        return [_plain(one) for one in document]
    return json.loads(document.model_dump_json()) if hasattr(document, "model_dump_json") else document


@pytest.fixture
def trainer(presets: list[PresetView]) -> Trainer:
    known = Trainer()
    known.answer("GET /v1/presets", presets)
    known.answer("GET /v1/datasets", [])
    known.answer("GET /v1/mmm/runs", [])
    status = Status(
        queued=0, running=0, workers=1, datasets=0, models=0, tracking_url="", tracking_pending=0, demo="absent"
    )
    known.answer("GET /v1/status", status)
    known.answer("GET /v1/settings", [])
    queue = {"paused": False, "note": "", "actor": "", "changed_at": None, "waiting": 0, "running": 0}
    known.answer("GET /v1/queue", queue | {"workers": 1, "may_direct": True})
    return known


@pytest.fixture
def page_app(trainer: Trainer, tmp_path: Any) -> Iterator[Dash]:
    """The dashboard with that trainer behind it, inside a request."""
    settings = Settings(home=tmp_path)
    app = create_app(settings, TrainerClient(settings, httpx.MockTransport(trainer)))
    with app.server.test_request_context("/"):
        yield app


@pytest.fixture
def text_of() -> Callable[[Any], str]:
    """All words of a component, in order."""

    def read(component: Any) -> str:
        if component is None:
            return ""
        if isinstance(component, list | tuple):
            return " ".join(filter(None, (read(child) for child in component)))
        if isinstance(component, str | int | float):
            return str(component)
        return read(getattr(component, "children", None))

    return read
