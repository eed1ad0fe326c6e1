"""The trainer API: uploads, datasets, runs, jobs and models over HTTP.

Start it with `uvicorn --factory gcp.trainer.app:create_app`.
"""

from __future__ import annotations

from fastapi import FastAPI

from gcp.common.application import create_application
from gcp.common.health import create_router
from gcp.trainer import caretaker
from gcp.trainer.routes import (
    choices,
    comparisons,
    datasets,
    envelope,
    jobs,
    models,
    queue,
    refreshes,
    reports,
    runs,
    scenarios,
    specifications,
    status,
    uploads,
)
from mixline.services.logs import configure_logging
from mixline.settings import Settings, load_settings

FORM_OVERHEAD = 100_000  # bytes a multipart form may add to the file it carries
DESCRIPTION = (
    "Fits marketing mix models. Upload a table, confirm what its columns are, launch a run, read the model. "
    "Errors are problem documents (RFC 9457) with a correlation id."
)


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application. Without settings it reads them from the environment and sets up this process's logging."""
    if settings is None:
        settings = load_settings()
        configure_logging(settings, "trainer")
    app = create_application(
        settings,
        title="Mixline trainer",
        description=DESCRIPTION,
        limits={uploads.PATH: settings.upload_limit_mb * 1_000_000 + FORM_OVERHEAD},
        advice={uploads.PATH: "Keep the columns and rows you need, or raise MIXLINE_UPLOAD_LIMIT_MB."},
        start=caretaker.start,
    )
    app.include_router(create_router("trainer", needed=("state", "artifacts")))
    data, work = (uploads, datasets), (runs, specifications, queue, jobs)
    for part in (*data, *work, refreshes, models, reports, choices, comparisons, scenarios, status, envelope):
        app.include_router(part.router)
    return app
