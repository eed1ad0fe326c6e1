"""Pages of a dashboard whose trainer makes its documents from one model as the real one does, without a home folder."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import httpx

from dashboard.app import create_app
from dashboard.client import TrainerClient
from mixline.messages import ModelRow
from mixline.mmm.model import MixModel
from mixline.mmm.model_file import write_model
from mixline.mmm.response import Period
from mixline.services import model_views
from mixline.settings import Settings
from tests.unit.pages.shown import Shown, draw_page

ID = "ab" * 32
Ask = Callable[..., Shown]  # an address and what stands after its question mark


def serve(model: MixModel, settings: Settings | None = None) -> Ask:
    """Draws a page about the model by its address."""
    settings = settings or Settings()
    dataset: Any = SimpleNamespace(name="sales", version=1, id="cd" * 32)
    moment = datetime(2026, 11, 20, tzinfo=UTC)
    summary = model_views.summarise(
        model, ID, title="Sales", dataset=dataset, created_at=moment, run_id=None, tracking_url=None
    )
    names = ("id", "title", "dataset_name", "dataset_version", "segment", "goal", "currency", "created_at", "verdict")
    row = ModelRow(dataset_id=dataset.id, **{name: getattr(summary, name) for name in names})
    files = write_model(model)

    def answer(request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if path == "/v1/models":
            return httpx.Response(200, json=[row.model_dump(mode="json")])
        if path == f"/v1/models/{ID}":
            return httpx.Response(200, text=summary.model_dump_json())
        if path.endswith("/contributions"):
            document = model_views.view_contributions(model, ID, cast(Period, request.url.params["period"]))
            return httpx.Response(200, text=document.model_dump_json())
        if path.endswith("/curves"):
            return httpx.Response(200, text=model_views.view_curves(model, ID).model_dump_json())
        if "/files/" in path:
            return httpx.Response(200, content=files[path.rpartition("/")[2]])
        return httpx.Response(503, json={})

    server = create_app(settings, TrainerClient(settings, httpx.MockTransport(answer))).server

    def draw(path: str, search: str = "") -> Shown:
        return draw_page(server, path, search)

    return draw
