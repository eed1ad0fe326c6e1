"""Names that go into SQL text. Values never do: they are bound."""

from __future__ import annotations

import re
from typing import Literal

from mixline.errors import InputError

# What every supported warehouse takes for a table, with or without a schema (and a project) in front.
_PART = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,126}")
_PARTS_LIMIT = 3
_COLUMN_LIMIT = 300
_MARKS = {"duckdb": '"', "snowflake": '"', "bigquery": "`"}


def quote(name: str, *, kind: Literal["table", "column"] = "table", dialect: str = "duckdb") -> str:
    """A name, checked and quoted for SQL text.

    A table is `name`, `schema.name` or `project.schema.name` of letters, digits and underscores. A column may be called
    anything people call columns ("Spend (EUR)"), short of control characters; the quoting mark within it is doubled.

    Raises:
        InputError: the name cannot be used.
    """
    mark = _MARKS[dialect]
    if kind == "table":
        parts = name.split(".") if isinstance(name, str) else []
        if not 1 <= len(parts) <= _PARTS_LIMIT or not all(_PART.fullmatch(part) for part in parts):
            raise InputError(
                "the name of a table is not usable",
                got=name,
                expected="letters, digits and underscores, starting with a letter",
            )
        return ".".join(f"{mark}{part}{mark}" for part in parts)
    # BigQuery has no way to write its mark within a name
    if not isinstance(name, str) or not 0 < len(name) <= _COLUMN_LIMIT or not name.isprintable():
        raise InputError(
            "the name of a column is not usable",
            got=name,
            expected=f"1 to {_COLUMN_LIMIT} printable characters",
        )
    if dialect == "bigquery" and (mark in name or "\\" in name):
        raise InputError("the name of a column is not usable in BigQuery", got=name, expected="no ` and no \\")
    return f"{mark}{name.replace(mark, mark * 2)}{mark}"
