"""What every answer says to the browser about trust.

The content policy allows this host and nothing else; the two scripts Dash writes into the page are allowed by their
hashes. Styles may be inline because plotly and the table set them on elements; a style cannot call out or run code under
this policy.
"""

from __future__ import annotations

from collections.abc import Sequence

from dash import Dash
from flask import Response

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


def protect(app: Dash) -> None:
    """Add the headers to every answer of the application."""
    policy: list[str] = []

    def add_headers(response: Response) -> Response:
        if not policy:  # Dash writes its last inline script while it prepares the first request
            policy.append(content_policy(app.csp_hashes()))
        response.headers.setdefault("Content-Security-Policy", policy[0])
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    app.server.after_request(add_headers)


def content_policy(script_hashes: Sequence[str]) -> str:
    """The Content-Security-Policy header."""
    scripts = " ".join(["'self'", *script_hashes])
    return "; ".join(
        [
            "default-src 'self'",
            f"script-src {scripts}",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        ]
    )
