"""What the OpenAPI documents say about errors: every status a route can answer, each with the problem schema."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from gcp.common.correlation import HEADER
from gcp.common.problems import PROBLEM_TYPE
from mixline.messages import Problem

MEANINGS: dict[int, str] = {
    400: "The request cannot be read, or the Host header names another service.",
    403: "A page of another site may not send this.",
    404: "There is no such thing.",
    405: "This address does not take this method.",
    409: "The thing is not in a state that allows this.",
    413: "More was sent than is accepted.",
    415: "The body is of a type this route does not read.",
    422: "Something in the request is not usable; the document says what, where and what was expected.",
    429: "The queue is full; come back after Retry-After seconds.",
    500: "Something failed inside the service; quote the correlation id.",
    503: "A part the service depends on does not answer; try again after Retry-After seconds.",
}
ALWAYS = (400, 500)
_ID_HEADER = {HEADER: {"description": "Names this request in the logs.", "schema": {"type": "string"}}}
_WAIT_HEADER = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that can fail with these statuses (and those every route can fail with)."""
    return {
        status: {
            "description": MEANINGS[status],
            "headers": _ID_HEADER | (_WAIT_HEADER if status in {429, 503} else {}),
            "content": {PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status in sorted({*ALWAYS, *statuses})
    }


READ = problems(422, 503)  # a document by name or filter
FIND = problems(404, 422, 503)  # one thing by its id
WRITE = problems(403, 413, 415, 422, 503)  # a document sent to us
ACT = problems(403, 404, 409, 413, 422, 503)  # a change to one thing by its id


def install(app: FastAPI) -> None:
    """Give an application an OpenAPI document that holds the problem schema and no framework's own error schema."""

    def build() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = get_openapi(
                title=app.title,
                version=app.version,
                description=app.description,
                routes=app.routes,
                tags=app.openapi_tags,
            )
            schemas = document.setdefault("components", {}).setdefault("schemas", {})
            schemas["Problem"] = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
            for unused in ("HTTPValidationError", "ValidationError"):
                schemas.pop(unused, None)
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = build  # type: ignore[method-assign]
