"""A picture of the page in plain HTML: what stands on the screen until the scripts have read the real one.

It is written from the same components, so that nothing moves when they take over. It cannot be clicked or reached with the
keyboard, and screen readers pass over it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from typing import Any

from dash import dcc
from dash.development.base_component import Component


def write_still(*parts: Component) -> str:
    """Components of `dash.html`, and links, as HTML: their classes, styles and texts, without ids and addresses."""
    return f'<div class="shell" inert>{"".join(_write(part) for part in parts)}</div>'


def _write(part: Any) -> str:
    if part is None:
        return ""
    if not isinstance(part, Component):
        return escape(str(part))
    tag = "a" if isinstance(part, dcc.Link) else type(part).__name__.lower()
    given = part.to_plotly_json()["props"]
    attributes = {"class": given.get("className", ""), "style": _write_style(given.get("style") or {})}
    written = "".join(f' {name}="{escape(value)}"' for name, value in attributes.items() if value)
    children = given.get("children")
    inside = list(children) if isinstance(children, Sequence) and not isinstance(children, str) else [children]
    return f"<{tag}{written}>{''.join(_write(child) for child in inside)}</{tag}>"


def _write_style(style: dict[str, Any]) -> str:
    return ";".join(f"{_write_property(name)}:{value}" for name, value in style.items())


def _write_property(name: str) -> str:
    """`maskImage` is `mask-image` and `WebkitMaskImage` is `-webkit-mask-image` in a style sheet."""
    return re.sub(r"[A-Z]", lambda letter: "-" + letter[0].lower(), name)
