"""What the composer holds at this moment, read from its controls and tables.

Whoever acts on it (a check, a launch, keeping settings) reads it here and at once: an answer of the engine that is still
under way must never decide what is launched.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dash import ALL, State

from dashboard.components import composer_tables as tables
from dashboard.components.composer_document import build_document
from dashboard.components.composer_fields import SPEC
from dashboard.components.composer_panel import DRAFT
from mixline.messages import SpecificationDraft

FIELDS: Any = {"type": SPEC, "path": ALL}
GRIDS: Any = {"type": tables.GRID, "table": ALL}
DRAFTS: Any = {"type": DRAFT, "index": ALL}
HELD = (
    State(FIELDS, "value"),
    State(FIELDS, "id"),
    State(GRIDS, "rowData"),
    State(GRIDS, "id"),
    State(DRAFTS, "data"),
    State("run-seed", "value"),
)  # the arguments of `read_composed`, in their order


@dataclass(frozen=True)
class Composed:
    """A specification as it stands in the open composer, and the rows of its tables by table."""

    draft: SpecificationDraft
    document: dict[str, Any]
    rows: Mapping[str, list[tables.Row]]


def read_composed(
    values: Sequence[Any],
    fields: Sequence[Mapping[str, str]],
    rows: Sequence[Sequence[tables.Row] | None],
    grids: Sequence[Mapping[str, str]],
    drafts: Sequence[Any],
    seed: str | int | None,
) -> Composed | None:
    """None while the composer is closed."""
    if not drafts or not drafts[0]:
        return None
    draft = SpecificationDraft.model_validate(drafts[0])
    held = {key["path"]: value for key, value in zip(fields, values, strict=True)}
    by_table = {key["table"]: list(found or []) for key, found in zip(grids, rows, strict=True)}
    channels, context, studies = (by_table.get(name, []) for name in (tables.CHANNELS, tables.CONTEXT, tables.STUDIES))
    return Composed(draft, build_document(draft, held, channels, context, studies, seed), by_table)
