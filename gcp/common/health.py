"""`/health`: the process answers. `/ready`: the parts it needs answer too."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Request, Response

from gcp.common.application import Provider
from gcp.common.documentation import problems
from mixline import __version__
from mixline.errors import MixlineError
from mixline.messages import Health, Readiness
from mixline.services import status


def create_router(service: Literal["trainer", "prediction"], needed: tuple[str, ...]) -> APIRouter:
    """The two routes of a service. Without a part of `needed` it is not ready (503); without another it is degraded."""
    router = APIRouter(tags=["health"])

    @router.get("/health", responses=problems(), summary="Whether the process answers")
    def read_health() -> Health:
        return Health(status="ok", service=service, version=__version__)

    @router.get(
        "/ready",
        responses={**problems(), 503: {"model": Readiness, "description": "A part it cannot do without is away."}},
        summary="Whether the parts it needs answer",
    )
    def read_readiness(request: Request, response: Response) -> Readiness:
        provider: Provider = request.app.state.provider
        try:
            parts = status.check_parts(provider.get())
        except MixlineError as error:
            parts = {"state": error.sentence}
        response.headers["Cache-Control"] = "no-store"
        verdict: Literal["ready", "degraded", "not_ready"] = "ready"
        if any(parts.get(name, "ok") != "ok" for name in parts):
            verdict = "degraded"
        if any(parts.get(name) != "ok" for name in needed):
            verdict = "not_ready"
            response.status_code = 503
        return Readiness(status=verdict, service=service, version=__version__, parts=parts)

    return router
