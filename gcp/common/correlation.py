"""Correlation ids: every request has one, every log line and every error answer carries it."""

from __future__ import annotations

import logging
import re
import time
import uuid

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gcp.common.problems import respond_unexpected
from mixline.services.logs import correlation_id

HEADER = "X-Correlation-Id"
_USABLE = re.compile(r"[A-Za-z0-9._-]{1,64}")  # anything else could forge log lines
SLOW_MS = 1000.0
_log = logging.getLogger("mixline.api")


class CorrelationMiddleware:
    """The outermost layer: takes or makes the id, returns it, logs one line per request, and catches what nobody did."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get(HEADER, "")
        token = correlation_id.set(given if _USABLE.fullmatch(given) else uuid.uuid4().hex)
        started = time.perf_counter()
        status = 0

        async def send_marked(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers[HEADER] = correlation_id.get()
                headers["X-Content-Type-Options"] = "nosniff"
            await send(message)

        try:
            await self._app(scope, receive, send_marked)
        except Exception as fault:
            if status:  # the answer is already on its way and cannot be taken back
                _log.error("the answer to %s broke off", scope["path"], exc_info=fault)
                raise
            await respond_unexpected(fault, scope["path"])(scope, receive, send_marked)
        finally:
            took = (time.perf_counter() - started) * 1000
            # pages ask every second: what was read without trouble would bury what matters
            quiet = scope["method"] == "GET" and 0 < status < 400 and took < SLOW_MS
            level = logging.DEBUG if quiet else logging.INFO
            # !r keeps a line break in a path from starting a line of its own
            _log.log(level, "%s %r %d %.0f ms", scope["method"], scope["path"], status, took)
            correlation_id.reset(token)
