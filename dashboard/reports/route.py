"""The address of reports: /reports/<model>.html|pdf|png, with ?candidate=17 and ?kind=onepage|measurement."""

from __future__ import annotations

import hashlib
from typing import cast

from flask import Flask, Response, abort, request

from dashboard.client import current_client
from dashboard.reports.composing import compose, read_kind
from dashboard.reports.document import Kind
from dashboard.reports.page import page_policy, write_page
from dashboard.reports.press import Press
from dashboard.reports.printing import Format
from mixline.errors import BusyError, InputError, MixlineError

PATH = "/reports"
TYPES = {"html": "text/html; charset=utf-8", "pdf": "application/pdf", "png": "image/png"}
LONGEST_NUMBER = 7
HEX = frozenset("0123456789abcdef")


def add_routes(server: Flask, press: Press | None = None) -> None:
    """Serve reports from this application."""
    shared = press or Press()

    def report(model_id: str, ending: str) -> Response:
        if ending not in TYPES or len(model_id) != 64 or set(model_id) - HEX:
            abort(404)
        try:
            return _answer(model_id, ending, shared)
        except MixlineError as error:
            return _refuse(error)

    server.add_url_rule(f"{PATH}/<model_id>.<ending>", "report", report)


def report_link(model_id: str, ending: str, kind: Kind = "onepage", candidate: int | None = None) -> str:
    """The address of a report."""
    query = [*([f"candidate={candidate}"] if candidate is not None else [])]
    query += [*([f"kind={kind}"] if kind != "onepage" else [])]
    return f"{PATH}/{model_id}.{ending}" + (f"?{'&'.join(query)}" if query else "")


def read_number(text: str) -> int | None:
    """A candidate's place, None where none is named. Raises InputError."""
    if not text:
        return None
    if not (text.isascii() and text.isdecimal()) or len(text) > LONGEST_NUMBER:
        raise InputError("this is not a candidate", where="candidate", got=text[:20], expected="its place, from 0")
    return int(text)


def _answer(model_id: str, ending: str, press: Press) -> Response:
    kind = read_kind(request.args.get("kind", ""))
    candidate = read_number(request.args.get("candidate", ""))
    report = compose(current_client().read_report(model_id, candidate), kind)
    page = write_page(report)
    tag = f"{hashlib.sha256(page.encode()).hexdigest()[:32]}-{ending}"
    headers = {"ETag": f'"{tag}"', "Cache-Control": "private, no-cache"}
    if tag in {
        known.strip().removeprefix("W/").strip('"') for known in request.headers.get("If-None-Match", "").split(",")
    }:
        return Response(status=304, headers=headers)
    content = page.encode() if ending == "html" else press.print(page, cast(Format, ending))
    if ending == "html":
        headers["Content-Security-Policy"] = f"{page_policy()}; frame-ancestors 'none'"
    headers["Content-Disposition"] = f'inline; filename="{report.name}.{ending}"'
    return Response(content, content_type=TYPES[ending], headers=headers)


def _refuse(error: MixlineError) -> Response:
    response = Response(str(error), status=error.status, mimetype="text/plain")
    if isinstance(error, BusyError):
        response.headers["Retry-After"] = str(error.retry_after)
    return response
