"""A trainer that answers with documents made by hand, for `httpx.MockTransport`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache

import httpx

from mixline.messages import (
    ModelSummary,
)
from mixline.mmm.model_file import write_model
from tests.builders import make_model
from tests.unit.dashboard.builders import OTHER_ID, make_contributions, make_curves, make_row, make_status, make_summary
from tests.unit.dashboard.evidence import make_backtest, make_calibration, make_candidates, make_documents, make_preview


@cache
def make_files() -> dict[str, bytes]:
    """A small fitted model as the trainer keeps it; its channels are its own."""
    return write_model(make_model())


def answer_with(summaries: list[ModelSummary], demo: str = "absent") -> Callable[[httpx.Request], httpx.Response]:
    """A trainer with these models, for `httpx.MockTransport`."""

    def answer(request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if path == "/v1/models":
            return httpx.Response(200, json=[make_row(s).model_dump(mode="json") for s in summaries])
        if path == "/v1/status":
            return httpx.Response(200, text=make_status(demo, len(summaries)).model_dump_json())
        if path == "/v1/mmm/runs":
            return httpx.Response(200, json=[])
        for summary in summaries:
            base = f"/v1/models/{summary.id}"
            if path == base:
                return httpx.Response(200, text=summary.model_dump_json())
            if path == f"{base}/contributions":
                period = request.url.params["period"]
                return httpx.Response(200, text=make_contributions(summary, period).model_dump_json())
            if path == f"{base}/curves":
                return httpx.Response(200, text=make_curves(summary).model_dump_json())
            if path.startswith(f"{base}/files/"):
                return httpx.Response(200, content=make_files()[path.rpartition("/")[2]])
            if path == f"{base}/candidates":
                return httpx.Response(200, text=make_candidates(summary).model_dump_json())
            if path == f"{base}/backtest":
                return httpx.Response(200, text=make_backtest(summary).model_dump_json())
            if path == f"{base}/calibration":
                return httpx.Response(200, text=make_calibration(summary).model_dump_json())
            if path == f"{base}/report":
                return httpx.Response(200, text=make_documents(id=summary.id, title=summary.title).model_dump_json())
            if path.startswith(f"{base}/candidates/") and path.endswith("/report"):
                preview = make_preview(int(path.split("/")[-2]))
                documents = make_documents(id=summary.id, title=summary.title).model_copy(update={"preview": preview})
                return httpx.Response(200, text=documents.model_dump_json())
        problem = {
            "type": "about:blank",
            "title": "there is no such thing",
            "status": 404,
            "detail": "There is no such thing.",
            "code": "not-found",
            "correlation_id": "0123abcd",
        }
        return httpx.Response(404, json=problem)

    return answer


def make_two_countries() -> list[ModelSummary]:
    """The same model for two countries; Germany is newer."""
    france = make_summary(
        id=OTHER_ID, title="Demo, France", segment="FR", created_at=datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
    )
    return [make_summary(), france]
