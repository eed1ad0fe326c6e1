"""Every text of a page that holds a digit, and where it stands: for tests that leave no number of a page unread."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tests.unit.pages.shown import Found, walk, write

# Panels without a figure and an id, by the pattern their heading follows.
HEADINGS = {
    r"The model explains .*": "fit",
    r"Why this candidate|A person chose this candidate": "reason",
    r"Candidates worth a look": "worth-a-look",
    r"Take it with you": "downloads",
    r"Every channel in numbers": "table-on-paper",
    r"(One model|\d+ models) to look at": "models",
    r"Side by side": "headline",
    r"What moved, channel by channel": "moved",
    r"Which to rely on": "ranking",
    r"One setting differs|\d+ settings differ|Same settings": "settings",
    r"Data": "data",
    r"Models compared": "picked",
    r"Before reading across": "notes",
    r"There are .* of newer data": "refresh-form",
}


# What a person reads or hears that is no child of a component.
SPOKEN = ("title", "aria-label", "aria-description", "data-definition", "placeholder", "alt", "label", "headerName")
# Parts of a figure that hold words. Everything else that holds digits is drawn: places, sizes and colours.
WORDED = ("text", "hovertext", "hovertemplate", "customdata", "name", "ticktext")

NUMBER = re.compile(r"[−+-]?(?:(?!ROI)[A-Z]{3} )?[€$£¥₹]?\d(?:[\d,.]*\d)?(?: %|%|[kMBT]\b)?")


def numbers(text: str) -> list[str]:
    """The numbers of a sentence in their order, each with its sign, currency and per cent: its words may change, they may not."""
    return NUMBER.findall(text.replace("\u00a0", " ").replace("\u2060", ""))


class Said:
    """Every text of a page that holds a digit, by where it stands: "roi: note", "cards: value", "Why this candidate: p".

    A place is the panel (its figure's name, its id, or the words of its heading without names and numbers), then what the text
    is there: the class nearest to it, else its tag.
    """

    def __init__(self, page: Any) -> None:
        self.texts: dict[str, list[str]] = {}
        self.figures: dict[str, Found] = {}
        self._visit(page, "page", "")

    def _keep(self, place: str, kind: str, text: str) -> None:
        if re.search(r"\d", text):
            self.texts.setdefault(f"{place}: {kind}", []).append(text.replace("\u00a0", " ").replace("\u2060", ""))

    def _visit(self, node: Any, place: str, kind: str) -> None:
        if isinstance(node, list):
            for child in node:
                self._visit(child, place, kind)
            return
        if not isinstance(node, dict) or "props" not in node:
            if node is not None:
                self._keep(place, kind, str(node))
            return
        props = node["props"]
        place = self._place(node, place)
        kind = self._kind(node, kind)
        for name in SPOKEN:
            if isinstance(props.get(name), str) and node["type"] != "Graph":
                self._keep(place, name, props[name])
        if "figure" in props:
            self._read_figure(str(props["id"]).removeprefix("figure-"), props["figure"])
        if "rowData" in props:
            self._read_grid(props)
        children = props.get("children")
        if isinstance(children, list) and children and all(not isinstance(c, dict) or _inline(c) for c in children):
            self._keep(place, kind, write(children))
            for child in children:
                self._listen(child, place)
        else:
            self._visit(children, place, kind)

    def _listen(self, node: Any, place: str) -> None:
        """What is spoken of a piece within a sentence."""
        for props in walk(node):
            for name in SPOKEN:
                if isinstance(props.get(name), str):
                    self._keep(place, name, props[name])

    def _place(self, node: Found, place: str) -> str:
        props = node["props"]
        classes = str(props.get("className") or "").split()
        if node["type"] == "Section" or "banner" in classes:
            figures = [str(p["id"]).removeprefix("figure-") for p in walk(node) if "figure" in p]
            if props.get("id"):
                return str(props["id"])
            if figures:
                return figures[0]
            heading = next((write(p["props"].get("children")) for p in _nodes(node) if p["type"] == "H2"), "")
            if "card-figure" in classes:
                return "cards"
            known = next((name for pattern, name in HEADINGS.items() if re.fullmatch(pattern, heading)), "")
            return known or ("banner" if "banner" in classes else heading or " ".join(classes))
        if node["type"] == "Header":
            return "header"
        if "filters" in classes or "cards" in classes:
            return classes[0]
        return place

    @staticmethod
    def _kind(node: Found, kind: str) -> str:
        if node["type"] in ("Strong", "Small", "Span", "Link", "A") and kind:
            return kind
        classes = [c for c in str(node["props"].get("className") or "").split() if c not in ("nowrap", "soft", "small")]
        return classes[0] if classes and node["type"] != "Td" else str(node["type"]).lower()

    def _read_grid(self, props: Found) -> None:
        for row in props["rowData"]:
            for column, cell in row.items():
                self._keep(str(props["id"]), column, str(cell))

    def _read_figure(self, name: str, figure: Found) -> None:
        self.figures[name] = figure
        for trace in figure["data"]:
            for part in WORDED:
                for text in trace.get(part) if isinstance(trace.get(part), list) else [trace.get(part)]:
                    self._keep(name, f"figure {part}", "" if text is None else str(text))
        layout = figure["layout"]
        for note in layout.get("annotations", []):
            self._keep(name, "figure annotations", re.sub(r"<[^>]*>", " ", str(note["text"])))
        for axis in (part for key, part in layout.items() if key.startswith(("xaxis", "yaxis"))):
            self._keep(name, "figure axis", str((axis.get("title") or {}).get("text", "")))
            for text in axis.get("ticktext") or []:
                self._keep(name, "figure ticks", str(text))
        meta = layout.get("meta") or {}
        for column in meta.get("columns", []):
            self._keep(name, "table column", str(column))
        for note in ((meta.get("narrow") or {}).get("layout") or {}).get("annotations", []):
            self._keep(name, "figure narrow", re.sub(r"<[^>]*>", " ", str(note["text"])))


def _inline(node: Found) -> bool:
    return node.get("type") in ("Span", "Strong", "Small", "Link", "A", "B", "Em") and not any(
        "figure" in props for props in walk(node)
    )


def _nodes(node: Any) -> Iterator[Found]:
    if isinstance(node, list):
        for child in node:
            yield from _nodes(child)
    elif isinstance(node, dict) and "props" in node:
        yield node
        yield from _nodes(node["props"].get("children"))
