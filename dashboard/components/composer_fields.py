"""The fields of the composer: each stands for one place of a specification document.

A field is an entry of `FIELDS`; its control has the id {"type": "spec", "path": its path} and what is wrong with it appears
beside it, in {"type": "spec-error", "path": its path}. What a value means is decided by the engine alone: here it is only
put where it belongs.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import dash_bootstrap_components as dbc
from dash import html

from dashboard.components.aria import aria
from dashboard.components.markets import COUNTRIES, CURRENCIES
from dashboard.components.typed_field import TypedField

Kind = Literal["text", "day", "number", "whole", "percent", "choice", "flag", "list"]
Options = Sequence[tuple[str, str]]
SPEC, ERROR = "spec", "spec-error"
NONE = "none"  # a browser shows an empty value as no choice at all
_GROUPED = re.compile(r"[-+]?\d{1,3}(?:[, \u00a0\u202f]\d{3})+(?:\.\d+)?")  # 1,200 or 1 200.5
OPTIONAL = {"window_start", "window_end", "validation.train.low", "validation.train.high"}

COMPONENT_LABELS = {
    "trend": "Trend",
    "season": "Season of the year",
    "monthly": "Days of the month",
    "weekday": "Days of the week",
    "holiday": "Holidays",
}
INTERCEPTS: Options = (
    ("non_negative", "Zero or more"),
    ("free", "Any"),
    ("none", "None: media and context explain all"),
)


@dataclass(frozen=True)
class Field:
    """One control. `note` says in a line what it does; `options` are value and label of a choice."""

    path: str
    section: str
    label: str
    kind: Kind
    note: str = ""
    options: Options = ()


FIELDS: tuple[Field, ...] = (
    Field("goal.label", "goal", "Goal is shown as", "text"),
    Field("goal.kind", "goal", "It counts", "choice", options=(("revenue", "Revenue"), ("conversions", "Conversions"))),
    Field(
        "goal.currency", "goal", "Currency", "choice", "Of revenue and of spend.",
        ((NONE, "Not stated"), *((code, code) for code in CURRENCIES)),
    ),
    Field("window_start", "goal", "Window from", "day", "The first day fitted on. Media before it still carry over."),
    Field("window_end", "goal", "Window to", "day", "The last day fitted on."),
    Field("components", "context", "Baseline", "list", "What goes on without any media."),
    Field(
        "holiday_country", "context", "Holidays of", "choice",
        options=((NONE, "No country"), *((code, name) for code, name in COUNTRIES.items())),
    ),
    Field("intercept", "context", "Level without media", "choice", options=INTERCEPTS),
    Field("penalty_factors", "context", "Search the strength of shrinkage per term", "flag"),
    Field(
        "validation.train.low", "holdout", "Fit on at least", "percent",
        "Share of the window, in per cent; the rest is held out and judges the candidates. Empty: nothing is held out.",
    ),
    Field("validation.train.high", "holdout", "Fit on at most", "percent", "One of both alone fixes the share."),
    Field("validation.folds", "holdout", "Forecasts from the past", "whole", "How many back-tests; 0 makes none."),
    Field("validation.horizon", "holdout", "Periods ahead", "whole", "Of each forecast. 0 is a quarter of a year."),
    Field("search.trials", "search", "Trials", "whole", "Independent starts of the search."),
    Field("search.iterations", "search", "Candidates per trial", "whole"),
    Field("search.early_stop", "search", "End a trial once it no longer gains", "flag"),
    Field(
        "search.rssd_weight", "search", "Weight: effect near spend", "number",
        "Against the error, which weighs 1. 0 leaves it out.",
    ),
    Field("search.lift_weight", "search", "Weight: lift studies", "number", "Only where there are studies."),
    Field(
        "search.optimizer", "search", "Optimizer", "choice",
        options=(("arrays", "Mixline's (fast)"), ("nevergrad", "Nevergrad's own")),
    ),
)  # fmt: skip
BY_PATH = {field.path: field for field in FIELDS}


def draw_field(field: Field, value: Any, *, options: Options | None = None, placeholder: str = "") -> Any:
    """A labelled control with room for what is wrong with it."""
    key = {"type": SPEC, "path": field.path}
    shown = show_value(field, value)
    error = html.Div(id={"type": ERROR, "path": field.path}, className="field-error", **aria(live="polite"))
    note = html.Span(field.note, className="soft small") if field.note else None
    if field.kind == "flag":
        control: Any = dbc.Checkbox(id=key, label=field.label, value=bool(value))
        return html.Div([control, note, error], className="field field-flag")
    if field.kind == "list":
        choices = [{"value": one, "label": label} for one, label in options or ()]
        control = dbc.Checklist(id=key, options=choices, value=shown, inline=True, className="chip-choice")
        legend = html.Legend(field.label)
        return html.Fieldset([legend, control, note, error], className="field field-list")
    if field.kind == "choice":
        choices = [{"value": one, "label": label} for one, label in options or field.options]
        control = dbc.Select(id=key, options=choices, value=shown)
    else:
        keyboards: dict[str, Literal["text", "numeric", "decimal"]]
        keyboards = {"whole": "numeric", "number": "decimal", "percent": "decimal"}
        control = TypedField(key, value=shown, inputMode=keyboards.get(field.kind, "text"), placeholder=placeholder)
    label = html.Label([html.Span(field.label, className="field-label"), control])
    return html.Div([label, note, error], className="field")


def show_value(field: Field, value: Any) -> Any:
    """A value of the document as its control shows it; what is typed in is text."""
    if field.kind == "percent" and isinstance(value, int | float):
        return write_number(round(value * 100.0, 4))
    if field.kind in ("number", "whole"):
        return write_number(value)
    if field.kind == "choice":
        return value or NONE
    if field.kind == "list":
        return list(value or [])
    return value


def read_value(field: Field, value: Any) -> Any:
    """What a control holds as the document has it. Nothing is corrected: the engine says what is wrong."""
    if field.kind == "percent":
        return read_percent(value)
    if field.kind in ("number", "whole"):
        return read_number(value)
    if field.kind == "choice":
        return "" if value in (None, NONE) else value
    if field.kind == "flag":
        return bool(value)
    if field.kind == "list":
        return list(value or [])
    if field.kind in ("text", "day"):
        text = str(value or "").strip()
        return text or (None if field.path in OPTIONAL else "")
    return value


def write_number(value: Any) -> str | None:
    """A number as people type it, without an empty fraction; what is none as it is."""
    if value is None or isinstance(value, str):
        return value
    return str(int(value)) if float(value).is_integer() else str(value)


def read_number(value: Any) -> Any:
    """A number where a text is one; else the text, and None for nothing.

    A comma parts thousands only where it can: "0,5" is not read as five, the engine is asked about it as it stands.
    """
    if not isinstance(value, str):
        return value
    text = value.strip()
    plain = _GROUPED.fullmatch(text)
    try:
        number = float(re.sub(r"[, \u00a0\u202f]", "", text) if plain else text)
    except ValueError:
        return text or None
    if not math.isfinite(number):
        return text
    return int(number) if number.is_integer() and abs(number) < 2**53 else number


def read_percent(value: Any) -> Any:
    """A share where a text is a number of per cent, its sign written or not; else as `read_number`."""
    plain = value.strip().removesuffix("%").rstrip() if isinstance(value, str) else value
    number = read_number(plain)
    if isinstance(number, int | float):
        return number / 100.0
    return read_number(value)


def look_up(document: Mapping[str, Any], path: str) -> Any:
    """The value at a path of plain names; None where the way there ends early."""
    found: Any = document
    for step in path.split("."):
        if not isinstance(found, Mapping):
            return None
        found = found.get(step)
    return found
