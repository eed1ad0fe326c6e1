"""Every error an API answers with, as a problem document (RFC 9457) with a correlation id."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import compile_path

from gcp.common.errors import BadRequestError, ForbiddenError, MediaTypeError, MethodError
from mixline.errors import BusyError, InputError, MixlineError, NotFoundError, TooLargeError, shorten
from mixline.messages import Problem
from mixline.services.logs import correlation_id

PROBLEM_TYPE = "application/problem+json"
_log = logging.getLogger("mixline.api")

_BY_STATUS: dict[int, type[MixlineError]] = {
    400: BadRequestError,
    403: ForbiddenError,
    404: NotFoundError,
    405: MethodError,
    413: TooLargeError,
    415: MediaTypeError,
}


PATTERNS = {  # what a pattern asks for, in words
    r"^[0-9a-f]{64}$": "an id of 64 hexadecimal digits",
    r"^[0-9a-f]{32}$": "an id of 32 hexadecimal digits",
    r"^([A-Z]{3})?$": "a currency code of three capital letters such as EUR, or nothing",
    r"^([A-Z]{2})?$": "a country code of two capital letters such as DE, or nothing",
    r"^[A-Za-z0-9][A-Za-z0-9 _.-]*$": "letters, digits, spaces and _ . -, starting with a letter or digit",
}


class UnexpectedError(MixlineError):
    """Something failed inside the service. The answer carries the id, the log the rest."""

    code = "internal"
    status = 500


def describe(error: MixlineError, path: str) -> Problem:
    """The problem document of an error met at a path, with the current correlation id."""
    return Problem(
        type=f"urn:mixline:problem:{error.code}",
        title=error.what,
        status=error.status,
        detail=error.sentence,
        instance=path,
        code=error.code,
        where=error.where,
        got=error.got,
        expected=error.expected,
        action=error.action,
        correlation_id=correlation_id.get(),
    )


def respond(error: MixlineError, path: str, headers: Mapping[str, str] | None = None) -> Response:
    """The HTTP answer to an error: its status, its document, and Retry-After where waiting helps."""
    sent = {"Cache-Control": "no-store", **(headers or {})}
    if isinstance(error, BusyError):
        sent["Retry-After"] = str(error.retry_after)
    elif error.status == HTTPStatus.SERVICE_UNAVAILABLE:
        sent["Retry-After"] = "5"
    body = describe(error, path).model_dump_json()
    return Response(body, status_code=error.status, media_type=PROBLEM_TYPE, headers=sent)


def respond_unexpected(fault: BaseException, path: str) -> Response:
    """The answer to a fault nobody foresaw: its traceback goes to the log, its id to the person."""
    _log.error("unexpected error at %s", path, exc_info=fault)
    return respond(
        UnexpectedError(
            "something failed inside the service",
            action=f"Try again; if it stays so, report the id {correlation_id.get()}.",
        ),
        path,
    )


def install(app: FastAPI) -> None:
    """Make an application answer every error with a problem document."""
    app.add_exception_handler(MixlineError, _on_mixline_error)
    app.add_exception_handler(RequestValidationError, _on_validation_error)
    app.add_exception_handler(HTTPException, _on_http_error)


async def _on_mixline_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, MixlineError)  # noqa: S101 - registered for this class only
    if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        _log.error("%s", error.sentence, exc_info=error)
    return respond(error, request.url.path)


async def _on_validation_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this class only
    return respond(explain_validation(error.errors()), request.url.path)


async def _on_http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class only
    kind = _BY_STATUS.get(error.status_code, BadRequestError)
    if error.status_code == HTTPStatus.NOT_FOUND:
        fault = kind("there is nothing at this address", got=request.url.path, action="The routes are listed at /docs.")
    elif error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        known = allowed_methods(request.app, request.url.path)
        allowed = ", ".join(known) or (error.headers or {}).get("Allow", "GET")
        fault = kind("this address does not take this method", got=request.method, expected=allowed)
        return respond(fault, request.url.path, {"Allow": allowed})
    elif error.status_code == HTTPStatus.BAD_REQUEST:
        fault = kind("the request body cannot be read", expected="a complete body of the documented type")
    else:
        fault = kind(str(error.detail))
        fault.status = error.status_code
    return respond(fault, request.url.path, error.headers)


def allowed_methods(app: FastAPI, path: str) -> list[str]:
    """Every method an address takes. The router knows only the first route it met there."""
    methods: set[str] = set()
    for template, operations in app.openapi()["paths"].items():
        if compile_path(template)[0].match(path):
            methods |= {name.upper() for name in operations}
    return sorted(methods)


def explain_validation(faults: Sequence[Mapping[str, Any]]) -> InputError:
    """One sentence about the first thing that is wrong with a request: which field, what came, what was expected."""
    fault = faults[0]
    kind = str(fault["type"])
    place = [str(part) for part in fault["loc"]]
    source, field = (place[0] if place else "request"), ".".join(place[1:])
    action = "" if len(faults) == 1 else f"{len(faults) - 1} more like this follow once it is mended."
    if kind == "json_invalid":
        reason = str(fault.get("ctx", {}).get("error", ""))
        return InputError("the body is not JSON", where="body", got=reason or None, expected="one JSON object")
    where = {"body": f"field {field}" if field else "body", "path": f"{field} in the address"}.get(
        source, f"{source} parameter {field}"
    )
    if kind == "missing":
        if source == "body" and not field:
            return InputError("the body is missing", where="body", expected="the documented document")
        return InputError("is missing", where=where, expected="a value", action=action)
    if kind == "extra_forbidden":
        return InputError("is not a known field", where=where, action=action or "Remove it or correct its name.")
    return InputError(
        "is not usable",
        where=where,
        got=_show(fault.get("input")),
        expected=_expectation(fault),
        action=action,
    )


def _show(value: object) -> object:
    if isinstance(value, bytes):
        return shorten(value.decode("utf-8", "replace"))
    return "nothing" if value is None else value


def _expectation(fault: Mapping[str, Any]) -> str:
    pattern = fault.get("ctx", {}).get("pattern")
    if pattern in PATTERNS:
        return PATTERNS[pattern]
    message = str(fault["msg"])
    for prefix in ("Input should be ", "Value should be ", "Value error, "):
        if message.startswith(prefix):
            return message[len(prefix) :]
    return message[:1].lower() + message[1:]
