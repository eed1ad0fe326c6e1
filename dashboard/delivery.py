"""How answers travel: compressed, and kept by the browser for as long as they cannot change.

Addresses that carry what their content is (a version or a digest) are kept for a year; pages and figures are asked for each
time. plotly.js is sent as its basic part, packed beforehand: a quarter of what the Python package brings, which is most of
what a page weighs.
"""

from __future__ import annotations

import gzip
import hashlib
import re
import threading
from collections import OrderedDict
from pathlib import Path

from flask import Flask, Response, request

VENDOR = Path(__file__).parent / "vendor"
PLOTLY_FILE = next(VENDOR.glob("plotly-basic-*.min.js.gz"))
PLOTLY_VERSION = PLOTLY_FILE.name.removeprefix("plotly-basic-").removesuffix(".min.js.gz")
PLOTLY_ADDRESS = f"/plotly-{PLOTLY_VERSION}.min.js"
GRAPH_ADDRESS = "/_dash-component-suites/dash/dcc/async-graph.js"  # what draws with it; Dash asks when a figure comes

FOR_EVER = "public, max-age=31536000, immutable"
A_DAY = "public, max-age=86400"
ASK_EACH_TIME = "private, no-cache"  # made for one person: nothing between the server and the browser keeps it
COMPRESSED = ("text/", "application/javascript", "application/json", "image/svg+xml", "image/x-icon")
WORTH_IT = 800  # bytes: below this the headers weigh more than what is saved
LEVEL_ONCE = 9  # for files that are packed once and kept
LEVEL_EACH_TIME = 2  # for answers made for one person: half the time of level 4, for a twentieth more bytes
KEPT = 64
STAMP = re.compile(rb'(/assets/[^"?\s]+)\?m=[0-9.]+')


class Packed:
    """The most recently sent files, packed. Threads may share it; packing one twice does no harm."""

    def __init__(self, limit: int = KEPT) -> None:
        self._limit = limit
        self._items: OrderedDict[bytes, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def pack(self, content: bytes) -> bytes:
        key = hashlib.sha256(content).digest()
        with self._lock:
            if key in self._items:
                self._items.move_to_end(key)
                return self._items[key]
        packed = gzip.compress(content, LEVEL_ONCE, mtime=0)
        with self._lock:
            self._items[key] = packed
            while len(self._items) > self._limit:
                self._items.popitem(last=False)
        return packed


def deliver(server: Flask, assets: Path) -> None:
    """Add the route of plotly.js and pack and date every answer of the server."""
    packed = Packed()
    stamps = Stamps(assets)

    def plotly() -> Response:
        content = PLOTLY_FILE.read_bytes()
        if takes_gzip():
            response = Response(content, mimetype="text/javascript")
            response.headers["Content-Encoding"] = "gzip"
        else:
            response = Response(gzip.decompress(content), mimetype="text/javascript")
        response.headers["Vary"] = "Accept-Encoding"
        return response

    def finish(response: Response) -> Response:
        if response.mimetype == "text/html" and not response.is_streamed:
            response.set_data(stamps.write(response.get_data()))
        response.headers["Cache-Control"] = how_long(request.path, "m" in request.args, response)
        if request.method == "GET" and response.status_code == 200 and response.get_etag()[0]:
            response.make_conditional(request)  # the tag of a packed answer is weak, which Dash does not recognise
        return _pack(response, packed)

    server.add_url_rule(PLOTLY_ADDRESS, "plotly", plotly)
    server.after_request(finish)


class Stamps:
    """Digests of the style sheets and scripts, in their addresses instead of the time they were written.

    Deployed files all carry the same time; by it, a browser would keep those of the release before.
    """

    def __init__(self, assets: Path) -> None:
        self._assets = assets
        self._digests: dict[bytes, bytes] = {}

    def write(self, page: bytes) -> bytes:
        return STAMP.sub(lambda found: found[1] + b"?m=" + self._digest(found[1]), page)

    def _digest(self, address: bytes) -> bytes:
        if address not in self._digests:
            content = (self._assets / address.decode().removeprefix("/assets/")).read_bytes()
            self._digests[address] = hashlib.sha256(content).hexdigest()[:12].encode()
        return self._digests[address]


def how_long(path: str, stamped: bool, response: Response) -> str:
    """What the browser may keep, and for how long."""
    if response.status_code not in (200, 304):
        return ASK_EACH_TIME
    if path == PLOTLY_ADDRESS or (path.startswith("/assets/") and stamped):
        return FOR_EVER
    if path.startswith("/assets/"):
        return A_DAY
    if path.startswith("/_dash-component-suites/") and response.cache_control.max_age:
        return FOR_EVER
    return ASK_EACH_TIME


def takes_gzip() -> bool:
    """Whether the browser that asks can unpack."""
    return request.accept_encodings["gzip"] > 0


def _pack(response: Response, packed: Packed) -> Response:
    kind = response.mimetype or ""
    if response.status_code != 200 or "Content-Encoding" in response.headers or not kind.startswith(COMPRESSED):
        return response
    if response.is_streamed and not response.direct_passthrough:
        return response  # made while it is sent
    response.vary.add("Accept-Encoding")
    if not takes_gzip():
        return response
    response.direct_passthrough = False
    content = response.get_data()
    if len(content) < WORTH_IT:
        return response
    lasting = "immutable" in response.headers["Cache-Control"]
    response.set_data(packed.pack(content) if lasting else gzip.compress(content, LEVEL_EACH_TIME, mtime=0))
    response.headers["Content-Encoding"] = "gzip"
    etag, _ = response.get_etag()
    if etag:
        response.set_etag(etag, weak=True)  # the same document in other bytes
    return response
