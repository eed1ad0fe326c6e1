"""Where figures stand on a page or on paper: every text, attribute and drawing that holds one, by the name of its place.

A place is named by the id or class nearest to it, `#plan-budget@placeholder`, `.plan-headline`; of a drawing by its id and the
part of its document, `plan-bridge: data.x`. Dates and names of channels are no figures.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

from tests.unit.pages.amounts import CHANNEL, DATE

DIGIT = re.compile(r"\d")
COLOR = re.compile(r"#[0-9a-fA-F]{3,8}\b|rgba?\([^)]*\)")
SILENT = frozenset({"className", "id", "style", "config", "tabIndex", "htmlFor", "debounce", "type", "children", "figure",
                    "columnDefs", "dashGridOptions", "data-figure"})  # fmt: skip
DRAWN = frozenset(
    {"x", "y", "base", "text", "hovertext", "hovertemplate", "name", "title", "annotations", "rows", "columns"}
)
VOID = frozenset({"meta", "br", "img", "input", "link"})


def holds_figure(value: Any) -> bool:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return bool(DIGIT.search(CHANNEL.sub("", DATE.sub("", COLOR.sub("", text.replace("\u00a0", " "))))))


def list_places(node: Any, near: str = "page") -> Iterator[str]:
    """Places of a page, as the browser gets it."""
    if isinstance(node, list):
        for child in node:
            yield from list_places(child, near)
    elif isinstance(node, dict) and "props" in node:
        props = node["props"]
        near = _name(props.get("id"), props.get("className")) or near
        for key, value in props.items():
            if key == "figure":
                yield from list_drawn(str(props["id"]).removeprefix("figure-"), value)
            elif key not in SILENT and isinstance(value, dict | list) and "props" in json.dumps(value):
                yield from list_places(value, near)
            elif key not in SILENT and holds_figure(value):
                yield f"{near}@{key}"
        yield from list_places(props.get("children"), near)
    elif isinstance(node, str | int | float) and holds_figure(str(node)):
        yield near


def list_drawn(name: str, figure: dict[str, Any]) -> Iterator[str]:
    """Parts of a plotly document that hold figures for the eye: not its sizes, colours and axes."""
    family = re.sub(r"^(plan-curve|curve)-.+", r"\1", name)

    def walk(node: Any, path: str, key: str) -> Iterator[str]:
        if isinstance(node, dict):
            for part, value in node.items():
                inside = key in DRAWN and part != "font"
                yield from walk(value, f"{path}.{part}" if path else part, key if inside and part == "text" else part)
        elif isinstance(node, list):
            for value in node:
                yield from walk(value, path, key)
        elif key in DRAWN and not path.endswith(("annotations.x", "annotations.y")) and holds_figure(node):
            yield f"{family}: {path}"

    for trace in figure["data"]:
        yield from walk(trace, "data", "")
    yield from walk({k: v for k, v in figure["layout"].items() if k != "template"}, "layout", "")


def _name(key: Any, kind: Any) -> str:
    if isinstance(key, dict):
        return f"#{key['type']}"
    if key:
        return "#" + re.sub(r"(curve-).+", r"\1", str(key))
    kinds = str(kind or "").split()
    own = [one for one in kinds if one.startswith("plan-")]
    return f".{own[-1] if own else kinds[0]}" if kinds else ""


class _Paper(HTMLParser):
    """Collects the places of a written report: the classes texts with figures stand in."""

    def __init__(self) -> None:
        super().__init__()
        self.places: list[str] = []
        self._near: list[str] = ["paper"]

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        kind = str(given.get("class") or "").split()
        key = given.get("id")
        near = f".{kind[0]}" if kind else _name(key, None) if key else self._near[-1]
        if tag in ("li", "td", "th", "dd", "dt"):
            near = f"{near} {tag}"
        if tag not in VOID:
            self._near.append(near)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            self._near.pop()

    def handle_data(self, data: str) -> None:
        if holds_figure(data):
            self.places.append(self._near[-1])


def list_printed(html: str) -> list[str]:
    """Places of a written report, its drawings left aside."""
    reader = _Paper()
    reader.feed(html[html.index("<main>") : html.index("</main>")])
    return reader.places
