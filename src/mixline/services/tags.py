"""Tags of runs: numbers under names, and finding runs by them."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select

from mixline.errors import InputError
from mixline.messages import RunTag, RunView
from mixline.services.context import Services
from mixline.services.run_rows import get_run
from mixline.state.audit import Audit
from mixline.state.tables import run_tags, runs

NAME = r"[A-Za-z][A-Za-z0-9 _.-]{0,39}"
_QUERY = re.compile(rf"\s*({NAME}?)\s*(?:(<=|>=|=|<|>)\s*([-+0-9.eE]+))?\s*")
_COMPARE: dict[str, Callable[[ColumnElement[float], float], ColumnElement[bool]]] = {
    "=": operator.eq,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}


@dataclass(frozen=True)
class TagQuery:
    """Runs that have a tag, and whose number compares as asked (`sign` is empty where any will do)."""

    name: str
    sign: str = ""
    value: float = 0.0

    def condition(self) -> ColumnElement[bool]:
        """On `runs`."""
        chosen = select(run_tags.c.run_id).where(run_tags.c.name == self.name)
        if self.sign:
            chosen = chosen.where(_COMPARE[self.sign](run_tags.c.value, self.value))
        return runs.c.id.in_(chosen)


def read_tag_query(text: str) -> TagQuery:
    """From "final", "week=32" or "budget >= 1.5". Raises InputError."""
    match = _QUERY.fullmatch(text)
    try:
        if match is None:
            raise ValueError
        name, sign, number = match.groups()
        value = float(number) if sign else 0.0
        if not math.isfinite(value):
            raise ValueError
    except ValueError:
        raise InputError(
            "this is no filter by tag", where="tag", got=text, expected="a name, or a name, a comparison and a number",
            action='Write it like "final", "week = 32" or "budget >= 1.5".',
        ) from None  # fmt: skip
    return TagQuery(name.strip(), sign or "", value)


def put_tags(services: Services, run_id: str, tags: Sequence[RunTag]) -> None:
    """Give a run these tags and no others; the last of equal names wins."""
    services.run_tags.replace(run_id, {tag.name.strip(): tag.value for tag in tags})


def set_tags(services: Services, run_id: str, tags: Sequence[RunTag], *, person: str) -> RunView:
    """The same as an action of a person, on record. Raises NotFoundError."""
    before = get_run(services, run_id).tags
    put_tags(services, run_id, tags)
    after = get_run(services, run_id)
    if after.tags != before:
        data = {"tags": [tag.model_dump() for tag in after.tags]}
        Audit(services.state).record(actor=person, action="tag run", subject=run_id, data=data)
    return after
