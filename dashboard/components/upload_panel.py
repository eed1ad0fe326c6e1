"""Where a person drops a table. The file is sent by assets/upload.js and streamed on to the trainer API.

A `dcc.Upload` would hold the whole file as base64 text in the browser and again in this process; here neither ever holds
more than one chunk.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from typing import IO, Any

from dash import dcc, html
from flask import Flask, Response, request

from dashboard.client import current_client
from dashboard.components.aria import aria
from mixline.errors import InputError, MixlineError, TooLargeError
from mixline.messages import Problem

ADDRESS = "/files/upload"
HEADER = "X-Mixline"
RESULT = "upload-result"
CHUNK_BYTES = 256 * 1024
MEGABYTE = 1_000_000
# What a multipart body holds besides the file: boundaries and part headers.
ENVELOPE_BYTES = 16 * 1024


def upload_panel(limit_mb: int) -> html.Div:
    """The drop area. `limit_mb` is the largest accepted file, in megabytes (10^6 bytes)."""
    marks: dict[str, Any] = {"data-address": ADDRESS, "data-limit-mb": str(limit_mb)}
    return html.Div(
        [
            html.H2("Drop a table here, or choose a file"),
            html.P(
                f"CSV or Parquet with one row per day, week or month (and country), up to {limit_mb} MB. "
                "It stays on this installation.",
                id="upload-hint",
                className="figure-note",
            ),
            html.Div(className="upload-input"),
            html.Div(className="upload-status", **aria(live="polite")),
            dcc.Store(id=RESULT),
        ],
        id="upload-panel",
        className="panel upload-panel",
        **marks,
    )


def add_upload_route(server: Flask, limit_mb: int) -> None:
    """Add the address the browser sends files to.

    The own header makes a browser ask for permission before another site's page could send anything here (a plain form
    post needs none), and this server never gives it.
    """

    def receive() -> Response:
        try:
            if request.headers.get(HEADER) != "upload":
                raise InputError("files are sent from the Data page", where=ADDRESS)
            limit = limit_mb * MEGABYTE + ENVELOPE_BYTES
            if request.content_length is None or request.content_length > limit:
                raise TooLargeError(
                    f"the file has {(request.content_length or 0) / MEGABYTE:.0f} MB",
                    expected=f"at most {limit_mb} MB",
                    action="Save it as Parquet, or leave out columns and years the model does not need.",
                )
            view = current_client().stream_upload(read_chunks(request.stream), request.content_type or "")
        except MixlineError as error:
            return _problem(error)
        return Response(json.dumps({"id": view.id}), mimetype="application/json")

    server.add_url_rule(ADDRESS, "upload", receive, methods=["POST"])


def read_chunks(stream: IO[bytes]) -> Iterator[bytes]:
    """The bytes of a request as they arrive."""
    while chunk := stream.read(CHUNK_BYTES):
        yield chunk


def _problem(error: MixlineError) -> Response:
    document = Problem(
        type=f"urn:mixline:problem:{error.code}",
        title=error.what,
        status=error.status,
        detail=str(error),
        instance=ADDRESS,
        code=error.code,
        where=error.where,
        got=error.got,
        expected=error.expected,
        action=error.action,
        correlation_id=getattr(error, "correlation_id", "") or secrets.token_hex(8),
    )
    return Response(document.model_dump_json(), status=error.status, mimetype="application/problem+json")
