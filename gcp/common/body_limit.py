"""A limit on what a request may send, kept while it streams in: nothing larger is ever held."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gcp.common.problems import respond
from mixline.errors import TooLargeError

DOCUMENT_LIMIT = 1_000_000  # bytes; the longest specification anybody wrote has a few thousand


class BodyLimitMiddleware:
    """Answers 413 as soon as a body is known to be too large: from its Content-Length, else from what has come in.

    Args:
        limits: bytes per path; other paths have `DOCUMENT_LIMIT`.
        advice: what the person should do, per path.
    """

    def __init__(self, app: ASGIApp, *, limits: Mapping[str, int], advice: Mapping[str, str]) -> None:
        self._app, self._limits, self._advice = app, dict(limits), dict(advice)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = scope["path"]
        limit = self._limits.get(path, DOCUMENT_LIMIT)
        stated = Headers(scope=scope).get("content-length", "")
        if stated.isascii() and stated.isdigit() and int(stated) > limit:
            await respond(self._describe(path, limit, int(stated)), path)(scope, receive, send)
            return
        seen = 0

        async def receive_counted() -> Message:
            nonlocal seen
            message = await receive()
            if message["type"] == "http.request":
                seen += len(message.get("body", b""))
                if seen > limit:
                    raise _BodyTooLong
            return message

        async def send_unless_exceeded(message: Message) -> None:
            # whatever the application made of the interruption, the answer is 413
            if seen <= limit:
                await send(message)

        with suppress(_BodyTooLong):
            await self._app(scope, receive_counted, send_unless_exceeded)
        if seen > limit:
            await respond(self._describe(path, limit, None), path)(scope, receive, send)

    def _describe(self, path: str, limit: int, got: int | None) -> TooLargeError:
        return TooLargeError(
            "more was sent than is accepted",
            got=f"{got / 1_000_000:,.1f} MB" if got else f"more than {limit / 1_000_000:,.0f} MB",
            expected=f"at most {limit / 1_000_000:,.0f} MB",
            action=self._advice.get(path, "Send less."),
        )


class _BodyTooLong(Exception):  # noqa: N818 - never leaves this file
    pass
