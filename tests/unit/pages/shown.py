"""What a page shows, as the browser gets it: for tests that hold its numbers against the model's file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from dashboard.figures.format import RangeLevel, join_ends, ratio_digits, write_ratio
from dashboard.labels import write_label
from mixline.mmm import response

NEAR = 6e-9  # figures are sent with nine digits where they can be taken away, with all of them where they are drawn
Found = dict[str, Any]


class Shown:
    """A page as the browser gets it: figures by name, texts by class, tables by id."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.parts = list(walk(page))

    def figure(self, name: str) -> Found:
        (found,) = [p["figure"] for p in self.parts if p.get("id") == f"figure-{name}"]
        return dict(found)

    def table(self, name: str) -> list[dict[str, Any]]:
        """The figure's numbers that can be taken away, a row by the names of its columns."""
        meta = self.figure(name)["layout"]["meta"]
        return [dict(zip(meta["columns"], row, strict=True)) for row in meta["rows"]]

    def texts(self, kind: str) -> list[str]:
        return [write(p) for p in self.parts if kind in str(p.get("className", "")).split()]

    def grid(self, name: str) -> list[dict[str, Any]]:
        (rows,) = [p["rowData"] for p in self.parts if p.get("id") == name]
        return list(rows)


def walk(node: Any) -> Iterator[Found]:
    if isinstance(node, list):
        for child in node:
            yield from walk(child)
    elif isinstance(node, dict) and "props" in node:
        yield node["props"]
        yield from walk(node["props"].get("children"))


def write(node: Any) -> str:
    if isinstance(node, list):
        return "".join(write(child) for child in node)
    if isinstance(node, dict):
        return write(node.get("props", node).get("children"))
    return "" if node is None else str(node).replace("\u00a0", " ").replace("\u2060", "")


def draw_page(server: Flask, path: str, search: str = "") -> Shown:
    """The page at this address, as Dash's router draws it."""
    inputs = [
        {"id": "_pages_location", "property": "pathname", "value": path},
        {"id": "_pages_location", "property": "search", "value": search},
        {"id": "redraw", "property": "data", "value": None},
    ]
    outputs = [{"id": "_pages_content", "property": "children"}, {"id": "_pages_store", "property": "data"}]
    body = {
        "output": ".._pages_content.children..._pages_store.data..",
        "outputs": outputs,
        "inputs": inputs,
        "changedPropIds": ["_pages_location.search"],
    }
    found = server.test_client().post("/_dash-update-component", json=body)
    assert b"That did not work" not in found.data
    return Shown(json.loads(found.data)["response"]["_pages_content"]["children"])


def five(figure: response.Estimate, scale: float = 1.0) -> list[float]:
    return [value * scale for value in (figure.value, figure.low, figure.high, figure.low50, figure.high50)]


def rows_by(shown: Shown, name: str, column: str) -> dict[str, list[float]]:
    """Numbers of a figure's table by the label in `column`, the label left out."""
    return {
        str(row[column]): [v for c, v in row.items() if c != column and not isinstance(v, str)]
        for row in shown.table(name)
    }


def near(expected: Any) -> Any:
    return pytest.approx(expected, rel=NEAR, abs=1e-12)


def ends_of(figure: response.Estimate, level: RangeLevel, scale: float = 1.0) -> tuple[float, float]:
    """The range shown at this level."""
    low, high = (figure.low, figure.high) if level == 90 else (figure.low50, figure.high50)
    return low * scale, high * scale


def ratio_ends(figure: response.Estimate, level: RangeLevel, scale: float = 1.0) -> str:
    """The range of a return: 1.9 – 3.0, both with the digits of the larger."""
    low, high = ends_of(figure, level, scale)
    digits = ratio_digits(max(abs(low), abs(high)))
    return join_ends(write_ratio(low, digits), write_ratio(high, digits))


def ratio_with_ends(figure: response.Estimate, level: RangeLevel, scale: float = 1.0) -> str:
    """2.4 (1.9 – 3.0)."""
    digits = ratio_digits(max(map(abs, ends_of(figure, level, scale))))
    return f"{write_ratio(figure.value * scale, digits)} ({ratio_ends(figure, level, scale)})"


def named(result: response.ChannelResult | response.Term) -> str:
    """The label a person reads."""
    return result.label if result.label != result.name else write_label(result.name)


def plain(texts: list[str]) -> list[str]:
    """Words without marks: what a figure's text says."""
    return [" ".join(re.sub(r"<[^>]+>", " ", text).split()) for text in texts]


def find_component(tree: Any, component_id: Any) -> Any:
    """The component with an id in a tree of Dash's."""
    for child in tree._traverse():
        if getattr(child, "id", None) == component_id:
            return child
    raise AssertionError(f"nothing has the id {component_id}")
