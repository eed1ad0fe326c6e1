"""A word or a number that explains itself when pointed at or reached with the keyboard."""

from __future__ import annotations

from typing import Any

from dash import html

from dashboard.components.aria import aria
from dashboard.glossary import GLOSSARY


def term(label: str, key: str) -> html.Span:
    """`label`, underlined, with the glossary's definition of `key`."""
    definition: dict[str, Any] = {"data-definition": GLOSSARY[key]}
    return html.Span(label, className="term", tabIndex=0, **definition, **aria(description=GLOSSARY[key]))
