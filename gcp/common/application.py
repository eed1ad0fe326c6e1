"""The frame both APIs share: middleware in its order, problem documents, health, and the services opened when needed."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request
from starlette.middleware import Middleware
from starlette.types import Lifespan

from gcp.common import docs_page, documentation, problems
from gcp.common.body_limit import BodyLimitMiddleware
from gcp.common.correlation import CorrelationMiddleware
from gcp.common.errors import MediaTypeError
from gcp.common.protection import ProtectionMiddleware, known_hosts, known_origins
from mixline import __version__
from mixline.services.context import Services, open_services
from mixline.settings import Settings


class Provider:
    """Opens the services at first use and keeps them. A database that is away at the start is tried again each time."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._lock = threading.Lock()
        self._services: Services | None = None

    def get(self) -> Services:
        """The services. Raises UnavailableError while the state database does not answer."""
        with self._lock:
            if self._services is None:
                self._services = open_services(self.settings)
            return self._services

    def close(self) -> None:
        with self._lock:
            if self._services is not None:
                self._services.close()
                self._services = None


def get_services(request: Request) -> Services:
    """The services of the application that is answering."""
    provider: Provider = request.app.state.provider
    return provider.get()


def require_json(request: Request) -> None:
    """Refuse a body that is not JSON with 415 rather than with a puzzling complaint about its fields."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json" and not (kind.startswith("application/") and kind.endswith("+json")):
        raise MediaTypeError(
            "the body is of a type this address does not read",
            where="header Content-Type",
            got=kind or "none",
            expected="application/json",
        )


ServicesNeeded = Annotated[Services, Depends(get_services)]
JsonBody = Depends(require_json)


def create_application(
    settings: Settings,
    *,
    title: str,
    description: str,
    limits: Mapping[str, int] | None = None,
    advice: Mapping[str, str] | None = None,
    start: Callable[[Provider], Callable[[], None]] | None = None,
    tags: list[dict[str, Any]] | None = None,
) -> FastAPI:
    """An API without routes.

    Args:
        limits: largest body in bytes of paths that take more than a document; `advice` is what their 413 says to do.
        start: called once the service starts, returns what is called when it stops.
    """
    provider = Provider(settings)
    app = FastAPI(
        title=title,
        description=description,
        version=__version__,
        openapi_tags=tags,
        docs_url=None,  # the framework's own pages fetch their scripts from another host
        redoc_url=None,
        lifespan=_live(provider, start),
        middleware=[
            Middleware(CorrelationMiddleware),
            Middleware(ProtectionMiddleware, hosts=known_hosts(settings), origins=known_origins(settings)),
            Middleware(BodyLimitMiddleware, limits=limits or {}, advice=advice or {}),
        ],
    )
    app.state.provider = provider
    problems.install(app)
    documentation.install(app)
    docs_page.install(app)
    return app


def _live(provider: Provider, start: Callable[[Provider], Callable[[], None]] | None) -> Lifespan[FastAPI]:
    @asynccontextmanager
    async def live(_: FastAPI) -> AsyncIterator[None]:
        stop = start(provider) if start else None
        try:
            yield
        finally:
            if stop:
                stop()
            provider.close()

    return live
