"""Where in a specification document an error of the engine belongs, and the document without that part.

The engine stops at the first thing that is wrong. To say all of it, the part that was found wrong is taken out and the
engine is asked again: its word is the only validation there is.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from typing import Any

from mixline.errors import MixlineError

LISTS = ("media", "context", "studies")
_STEP = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)|\[(\d+)\]")
Step = str | int


class Pruned:
    """A document that loses its faulty parts, and still knows where each list entry stood in the whole one."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document: dict[str, Any] = copy.deepcopy(dict(document))
        self._places = {
            name: list(range(len(entries)))
            for name in LISTS
            if isinstance(entries := self.document.get(name), list | tuple)
        }
        for name in self._places:
            self.document[name] = list(self.document[name])
        self.emptied: set[str] = set()

    def locate(self, error: MixlineError) -> str:
        """The path of an error in this document, "" where it is of the whole."""
        where = error.where
        steps = read_steps(where)
        if steps and steps[0] in self.document and " " not in where:
            return where
        for prefix, find in (("channel ", self._find_medium), ("column ", self._find_column)):
            if where.startswith(prefix):
                return find(where.removeprefix(prefix))
        if where.startswith("segment"):
            return "segment_value"
        return {"window": "window_start", "holidays": "holiday_country"}.get(where, where if steps else "")

    def original(self, path: str) -> str:
        """The same path in the document as it came."""
        steps = read_steps(path)
        if len(steps) > 1 and isinstance(steps[1], int):
            places = self._places.get(str(steps[0]), [])
            if steps[1] < len(places):
                steps[1] = places[steps[1]]
        return write_steps(steps)

    def drop(self, path: str, *, whole_entry: bool) -> bool:
        """Take out what a path leads to, or the list entry it is in. False when there is nothing to take."""
        steps = read_steps(path)
        if len(steps) > 1 and isinstance(steps[1], int) and (whole_entry or len(steps) == 2):
            name, place = str(steps[0]), steps[1]
            entries = self.document.get(name)
            if not isinstance(entries, list) or place >= len(entries):
                return False
            del entries[place]
            if name in self._places:
                del self._places[name][place]
            self.emptied.add(name)
            return True
        parent: Any = self.document
        for step in steps[:-1]:
            try:
                parent = parent[step]
            except (KeyError, IndexError, TypeError):
                return False
        if not steps or not isinstance(parent, dict) or steps[-1] not in parent:
            return False
        del parent[steps[-1]]
        return True

    def _find_medium(self, name: str) -> str:
        for place, medium in enumerate(self.document.get("media", [])):
            if medium.get("name") == name:
                return f"media[{place}]"
        return "media"

    def _find_column(self, column: str) -> str:
        goal = self.document.get("goal")
        if isinstance(goal, dict) and goal.get("column") == column:
            return "goal.column"
        for place, medium in enumerate(self.document.get("media", [])):
            for field in ("spend", "exposure"):
                if medium.get(field) == column:
                    return f"media[{place}].{field}"
        for place, context in enumerate(self.document.get("context", [])):
            if context.get("column") == column:
                return f"context[{place}]"
        return "date_column" if self.document.get("date_column") == column else ""


def read_steps(path: str) -> list[Step]:
    """ "media[2].ranges" as ["media", 2, "ranges"]; empty for what is no path."""
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*|\[\d+\])*", path):
        return []
    return [name or int(number) for name, number in _STEP.findall(path)]


def write_steps(steps: list[Step]) -> str:
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)
    return text.removeprefix(".")
