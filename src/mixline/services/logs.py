"""Logging of every process: one line per event, with the correlation id of the request it belongs to and no secrets."""

from __future__ import annotations

import json
import logging
import re
import sys
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import IO

from mixline.settings import Settings

correlation_id: ContextVar[str] = ContextVar("mixline_correlation_id", default="")
"""The id of the request (or job) being worked on; empty outside of one. Threads started for a request inherit it."""

# user:password@ of an address, bearer tokens, and anything that is called like a secret
_SECRETS = (
    (re.compile(r"(?<=://)[^/\s:@]*:[^@\s]*(?=@)"), "***"),
    (re.compile(r"(?i)(?<=bearer )[A-Za-z0-9._~+/=-]+"), "***"),
    (
        re.compile(
            r"(?i)([\"']?\b[\w-]*(?:password|passwd|secret|token|api[_-]?key)\b[\"']?\s*[=:]\s*)[\"']?[^\s\"',;&}]+"
        ),
        r"\1***",
    ),
)


def hide_secrets(text: str) -> str:
    """The text with passwords in addresses, bearer tokens and `secret=...` values replaced by ***."""
    for pattern, replacement in _SECRETS:
        text = pattern.sub(replacement, text)
    return text


class LineFormatter(logging.Formatter):
    """`2026-01-31T12:00:00.123Z INFO trainer [id] message`, tracebacks on the lines after it."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        moment = _moment(record)
        known = correlation_id.get()
        mark = f" [{known}]" if known else ""
        text = f"{moment} {record.levelname} {self._service}{mark} {record.getMessage()}"
        return hide_secrets(text + _trace(record, "\n"))


class JsonFormatter(logging.Formatter):
    """One JSON object per line, with the field names Cloud Logging reads."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        document = {
            "time": _moment(record),
            "severity": record.levelname,
            "service": self._service,
            "logger": record.name,
            "correlation_id": correlation_id.get(),
            "message": hide_secrets(record.getMessage() + _trace(record, "\n")),
        }
        return json.dumps({key: value for key, value in document.items() if value}, ensure_ascii=False)


def configure_logging(settings: Settings, service: str, *, stream: IO[str] | None = None) -> None:
    """Send everything this process logs to standard error in one format.

    Args:
        settings: `log_level` and `log_format` decide what is shown and how.
        service: the name each line carries: "trainer", "prediction", "worker".
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonFormatter(service) if settings.log_format == "json" else LineFormatter(service))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level.upper())
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers[:] = []
        logger.propagate = name != "uvicorn.access"  # requests are logged once, by us, with their correlation id
    for name in ("alembic", "httpx", "httpcore", "numba", "multipart", "python_multipart"):
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))


def _moment(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _trace(record: logging.LogRecord, separator: str) -> str:
    if not record.exc_info or record.exc_info[0] is None:
        return ""
    return separator + "".join(traceback.format_exception(*record.exc_info)).rstrip()
