"""Protection of a service that has no sign-in because it only listens on this machine.

A web page a person has open can make their browser send requests to 127.0.0.1. Two checks stop it. A *foreign Origin*
on a writing request means another site's page sent it. A *foreign Host* on a loopback service means a name was made to
point here (DNS rebinding), which would let that page read answers too. Neither hinders programs: they send no Origin and
the address they were given.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from gcp.common.errors import BadRequestError, ForbiddenError
from gcp.common.problems import respond
from mixline.errors import MixlineError
from mixline.settings import Settings

READING = {"GET", "HEAD", "OPTIONS", "TRACE"}
LOOPBACK_NAMES = {"localhost", "127.0.0.1", "::1"}


class ProtectionMiddleware:
    """Refuses foreign hosts (400) and foreign origins (403).

    Args:
        hosts: host names this service goes by; empty when any is right (behind a load balancer that has its own list).
        origins: pages that may send writing requests, as `scheme://host[:port]`.
    """

    def __init__(self, app: ASGIApp, *, hosts: Iterable[str], origins: Iterable[str]) -> None:
        self._app = app
        self._hosts = {host.lower() for host in hosts}
        self._origins = {origin.lower().rstrip("/") for origin in origins}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            fault = self._find_fault(scope["method"], Headers(scope=scope))
            if fault is not None:
                await respond(fault, scope["path"])(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _find_fault(self, method: str, headers: Headers) -> MixlineError | None:
        host = host_name(headers.get("host", ""))
        if self._hosts and host not in self._hosts:
            return BadRequestError(
                "this service does not go by this name",
                where="header Host",
                got=host,
                expected=" or ".join(sorted(self._hosts)),
            )
        if method in READING:
            return None
        origin = headers.get("origin", "")
        foreign = origin.lower() not in self._origins if origin else headers.get("sec-fetch-site") == "cross-site"
        if foreign:
            return ForbiddenError(
                "a page of another site may not send this",
                where="header Origin",
                got=origin or "a request from another site",
                action="Use the dashboard, or a program that sends no Origin.",
            )
        return None


def host_name(value: str) -> str:
    """The name in a Host header, without its port and brackets."""
    try:
        return (urlsplit(f"//{value}").hostname or "").lower()
    except ValueError:
        return ""


def known_hosts(settings: Settings) -> set[str]:
    """The names a loopback service goes by; empty when it listens on more than this machine."""
    try:
        loopback = settings.host.lower() in LOOPBACK_NAMES or ip_address(settings.host).is_loopback
    except ValueError:
        loopback = False
    return LOOPBACK_NAMES | {settings.host.lower()} if loopback else set()


def known_origins(settings: Settings) -> set[str]:
    """The origins of our own pages: the dashboard's, and the interactive documentation of each API."""
    ports = (settings.dashboard_port, settings.trainer_port, settings.prediction_port)
    names = {settings.host, *(("localhost", "127.0.0.1", "[::1]") if known_hosts(settings) else ())}
    given = {address for address in (settings.trainer, settings.prediction) if address}
    return {f"http://{name}:{port}" for name in names for port in ports} | given
