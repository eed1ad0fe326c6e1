"""What the browser sends when a page is opened or a filter is changed."""

from __future__ import annotations

from typing import Any


def ask_view(path: str, search: str) -> dict[str, Any]:
    """The body of the request for the page at `path` with the filters of `search`."""
    values = (("_pages_location", "pathname", path), ("_pages_location", "search", search), ("redraw", "data", None))
    return {
        "output": ".._pages_content.children..._pages_store.data..",
        "outputs": [
            {"id": "_pages_content", "property": "children"},
            {"id": "_pages_store", "property": "data"},
        ],
        "inputs": [{"id": name, "property": prop, "value": value} for name, prop, value in values],
        "changedPropIds": ["_pages_location.search"],
    }
