"""Pages that are given again while nothing they were made of has changed.

The first to look at a page has it drawn; the packed answer is kept beside the questions the trainer was asked for it. Who
looks next is the one the trainer is asked for, with their rights: only where every answer has the same bytes do they get the
page that is kept. Drawing is most of what an answer costs, asking is a small part of it.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Flask, Response, g, request

from dashboard import trail
from dashboard.client import EXTENSION, TrainerClient
from dashboard.delivery import takes_gzip
from dashboard.theme import current_mode
from dashboard.trail import Asked, Trail

UPDATE = "/_dash-update-component"
OUTPUT = ".._pages_content.children..._pages_store.data.."  # of the callback of Dash that draws pages
KEPT_BYTES = 16_000_000  # for each process; a page takes 20 to 150 kB
KINDS_KEPT = 4  # of one address: people with different rights see different pages
KEPT = "mixline.pages"
HEADERS = ("Content-Type", "Content-Encoding", "Vary")

Key = tuple[str, str, str, str, bool]


@dataclass(frozen=True)
class Page:
    """An answer as it was sent, and what the trainer had been asked for it."""

    asked: tuple[Asked, ...]
    body: bytes
    headers: tuple[tuple[str, str], ...]


class Pages:
    """The answers looked at last, at most `most` bytes of them. Threads may share it."""

    def __init__(self, most: int = KEPT_BYTES) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._kept: OrderedDict[Key, tuple[Page, ...]] = OrderedDict()
        self._bytes = 0

    def find(self, key: Key, ask: Callable[[Asked], bytes | None]) -> Page | None:
        """The page whose questions are all answered as they were; `ask` gives the digest of an answer, None for no answer."""
        with self._lock:
            pages = self._kept.get(key, ())
            if pages:
                self._kept.move_to_end(key)
        heard: dict[Asked, bytes | None] = {}

        def same(asked: Asked) -> bool:
            question = Asked(asked.path, b"", asked.settled)
            if question not in heard:
                heard[question] = ask(asked)
            return heard[question] == asked.digest

        return next((page for page in pages if all(same(asked) for asked in page.asked)), None)

    def keep(self, key: Key, page: Page) -> None:
        with self._lock:
            before = self._kept.pop(key, ())
            others = [one for one in before if one.asked != page.asked]
            self._kept[key] = (page, *others[: KINDS_KEPT - 1])
            self._bytes += weigh(self._kept[key]) - weigh(before)
            while self._bytes > self._most:
                _, gone = self._kept.popitem(last=False)
                self._bytes -= weigh(gone)

    def clear(self) -> None:
        """Keep nothing: the next of every page is drawn."""
        with self._lock:
            self._kept.clear()
            self._bytes = 0


def weigh(pages: Sequence[Page]) -> int:
    """Bytes these pages take."""
    return sum(len(page.body) for page in pages)


def repeat(server: Flask, paths: Sequence[str]) -> None:
    """Give the pages at `paths` again where that can be done. To be called before what packs answers is added."""
    pages = server.extensions[KEPT] = Pages()

    def look() -> Response | None:
        key = read_key(paths)
        if key is None:
            return None
        client: TrainerClient = server.extensions[EXTENSION]
        if page := pages.find(key, client.ask_again):
            return Response(page.body, headers=list(page.headers))
        g.mixline_page = (key, trail.begin())
        return None

    def keep(response: Response) -> Response:
        drawn: tuple[Key, Trail] | None = g.pop("mixline_page", None)
        if drawn and drawn[1].whole and drawn[1].asked and response.status_code == 200:
            headers = tuple((name, response.headers[name]) for name in HEADERS if name in response.headers)
            pages.keep(drawn[0], Page(tuple(drawn[1].asked), response.get_data(), headers))
        return response

    server.before_request(look)
    server.after_request(keep)


def read_key(paths: Sequence[str]) -> Key | None:
    """What a page depends on beside the trainer: its address, what a redraw says of it, the theme, and how it is packed."""
    if request.method != "POST" or request.path != UPDATE:
        return None
    body: Any = request.get_json(silent=True)
    if not isinstance(body, dict) or body.get("output") != OUTPUT:
        return None
    try:
        values = {one["property"] + "@" + one["id"]: one.get("value") for one in body["inputs"]}
        redrawn = any(str(name).startswith("redraw.") for name in body.get("changedPropIds", ()))
    except (KeyError, TypeError):
        return None
    path, search, redraw = (
        values.get(name) for name in ("pathname@_pages_location", "search@_pages_location", "data@redraw")
    )
    if not isinstance(path, str) or (path.rstrip("/") or "/") not in paths:
        return None
    again = str(redraw.get("search", "")) if redrawn and isinstance(redraw, dict) else "-"
    return path, str(search or ""), again, current_mode(), takes_gzip()
