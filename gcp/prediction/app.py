"""The prediction API: what a model expects of other spend.

Start it with `uvicorn --factory gcp.prediction.app:create_app`.
"""

from __future__ import annotations

from fastapi import FastAPI

from gcp.common.application import create_application
from gcp.common.health import create_router
from gcp.prediction.routes import responses
from mixline.services.logs import configure_logging
from mixline.settings import Settings, load_settings

DESCRIPTION = "Answers from fitted models. Errors are problem documents (RFC 9457) with a correlation id."


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application. Without settings it reads them from the environment and sets up this process's logging."""
    if settings is None:
        settings = load_settings()
        configure_logging(settings, "prediction")
    app = create_application(settings, title="Mixline prediction", description=DESCRIPTION)
    app.include_router(create_router("prediction", needed=("state", "artifacts")))
    app.include_router(responses.router)
    return app
