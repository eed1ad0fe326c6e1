"""An open page as the browser keeps it: the parts it was drawn with, and what the browser sends when one of them changes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from tests.unit.pages.shown import walk

Known = dict[str, dict[str, Any]]
Name = str | dict[str, str]
EVERY = ["ALL"]


class Opened:
    """A page drawn by the server.

    Args:
        wiring: what `/_dash-dependencies` answers: every callback with its outputs, inputs and state.
        page: the tree of components the server drew.
    """

    def __init__(self, wiring: Sequence[Mapping[str, Any]], page: Any) -> None:
        self._wiring = wiring
        self.parts: Known = {}
        self._add(page)

    def ids(self, kind: str) -> list[dict[str, str]]:
        """The ids of every part of a kind, in the order of the page."""
        found = (json.loads(key) for key in self.parts if key.startswith("{"))
        return [name for name in found if name["type"] == kind]

    def change(self, name: Name, prop: str, value: Any, output: str) -> dict[str, Any]:
        """A person changes a part: the body of the request to the callback that has `output` among its outputs."""
        key = write_id(name)
        self.parts.setdefault(key, {})[prop] = value
        (callback,) = [
            one for one in self._wiring if not one["clientside_function"] and output in split_outputs(one["output"])
        ]
        single = not callback["output"].startswith("..")
        outputs = [self._resolve(*one.rsplit(".", 1)) for one in split_outputs(callback["output"])]
        return {
            "output": callback["output"],
            "outputs": outputs[0] if single else outputs,
            "inputs": [self._fill(one) for one in callback["inputs"]],
            "state": [self._fill(one) for one in callback["state"]],
            "changedPropIds": [f"{key}.{prop}"],
        }

    def take(self, answer: Mapping[str, Any]) -> None:
        """What the server answered becomes part of the page."""
        for key, changed in answer["response"].items():
            self.parts.setdefault(key, {}).update(changed)
            self._add(changed.get("children"))

    def _add(self, node: Any) -> None:
        for props in walk(node):
            if "id" in props:
                self.parts[write_id(props["id"])] = dict(props)

    def _keys(self, written: str) -> list[str] | None:
        """The parts a callback's id stands for; None when it names a single one."""
        if not written.startswith("{"):
            return None
        wanted = json.loads(written)
        return [key for key in self.parts if key.startswith("{") and fits(wanted, json.loads(key))]

    def _resolve(self, written: str, prop: str) -> Any:
        keys = self._keys(written)
        if keys is None:
            return {"id": written, "property": prop}
        return [{"id": json.loads(key), "property": prop} for key in keys]

    def _fill(self, one: Mapping[str, str]) -> Any:
        keys = self._keys(one["id"])
        if keys is None:
            return {**one, "value": self.parts.get(one["id"], {}).get(one["property"])}
        prop = one["property"]
        return [{"id": json.loads(key), "property": prop, "value": self.parts[key].get(prop)} for key in keys]


def split_outputs(written: str) -> list[str]:
    """The outputs of a callback, each `id.property`."""
    return written[2:-2].split("...") if written.startswith("..") else [written]


def fits(wanted: Mapping[str, Any], name: Mapping[str, Any]) -> bool:
    return wanted.keys() == name.keys() and all(value in (EVERY, name[key]) for key, value in wanted.items())


def write_id(name: Name) -> str:
    return name if isinstance(name, str) else json.dumps(name, sort_keys=True, separators=(",", ":"))
