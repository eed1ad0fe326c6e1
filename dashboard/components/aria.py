"""Attributes for people who do not see the screen."""

from __future__ import annotations

from typing import Any


def aria(**values: object) -> dict[str, Any]:
    """`aria(label="Menu", expanded="false")` is what a Dash component takes as its aria-label and aria-expanded."""
    return {f"aria-{name}": str(value) for name, value in values.items()}
