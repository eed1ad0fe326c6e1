"""`/docs`: the OpenAPI document as one plain page. Nothing on it is fetched from another host."""

from __future__ import annotations

from html import escape
from typing import Any

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import HTMLResponse

_STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}"
    "code{font-size:.95em}h2{font-size:1rem;margin:1.6rem 0 .2rem}p{margin:.2rem 0}.soft{opacity:.7}"
)


def install(app: FastAPI) -> None:
    """Add the page to an application."""

    async def read_docs(request: Request) -> HTMLResponse:
        policy = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}
        return HTMLResponse(render(app.openapi()), headers=policy)

    app.add_route("/docs", read_docs, include_in_schema=False)


def render(document: dict[str, Any]) -> str:
    """The page of an OpenAPI document: every route with what it takes and every answer it can give."""
    title = escape(document["info"]["title"])
    parts = [
        f"<!doctype html><html lang=en><meta charset=utf-8><title>{title}</title><style>{_STYLE}</style>",
        f"<h1>{title} {escape(document['info']['version'])}</h1>",
        f"<p>{escape(document['info'].get('description', ''))}</p>",
        "<p>The whole document: <a href=/openapi.json><code>/openapi.json</code></a></p>",
    ]
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            parts.append(f"<h2><code>{method.upper()} {escape(path)}</code></h2>")
            text = operation.get("description") or operation.get("summary", "")
            parts.append(f"<p>{escape(text)}</p>")
            takes = [f"{p['name']} ({p['in']})" for p in operation.get("parameters", [])]
            takes += list(operation.get("requestBody", {}).get("content", {}))
            if takes:
                parts.append(f"<p class=soft>Takes {escape(', '.join(takes))}</p>")
            answers = "; ".join(
                f"{status} {answer['description']}" for status, answer in operation["responses"].items()
            )
            parts.append(f"<p class=soft>Answers {escape(answers)}</p>")
    return "".join(parts)
