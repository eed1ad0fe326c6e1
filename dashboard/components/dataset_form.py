"""Name, goal, currency and holidays of a table that becomes a dataset, and the findings to know before it does."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html

from dashboard.components.markets import COUNTRIES, CURRENCIES
from mixline.messages import Finding, UploadView

SEVERITY_WORDS = {"error": "Must be fixed", "warning": "Worth a look", "info": "Good to know"}
_SEVERITY_ORDER = {"error": 0, "warning": 1, "info": 2}
FINDINGS_OPEN = 3
UNSTATED = "none"  # a browser shows an empty value as no choice at all


def dataset_form(upload: UploadView) -> html.Div:
    """The last step: everything has a default, so saving is one press of a button."""
    return html.Div(
        [
            _field(
                "dataset-name", "Name", dcc.Input(id="dataset-name", value=suggest_name(upload.filename), maxLength=80)
            ),
            _field(
                "dataset-goal-kind",
                "The goal counts",
                dbc.Select(
                    id="dataset-goal-kind",
                    options=[
                        {"value": "revenue", "label": "Revenue"},
                        {"value": "conversions", "label": "Conversions"},
                    ],
                    value=suggest_goal_kind(upload),
                ),
            ),
            _field(
                "dataset-currency",
                "Currency",
                dbc.Select(
                    id="dataset-currency",
                    options=[{"value": UNSTATED, "label": "Not stated"}]
                    + [{"value": c, "label": c} for c in CURRENCIES],
                    value=UNSTATED,
                ),
            ),
            _field(
                "dataset-country",
                "Holidays of",
                dbc.Select(
                    id="dataset-country",
                    options=[{"value": UNSTATED, "label": holiday_default(upload.segments)}]
                    + [{"value": code, "label": name} for code, name in COUNTRIES.items()],
                    value=UNSTATED,
                ),
            ),
        ],
        className="form-row",
    )


def _field(control_id: str, label: str, control: Any) -> html.Div:
    return html.Div([html.Label(label, htmlFor=control_id), control], className="field")


def suggest_name(filename: str) -> str:
    """A dataset name from a file name: the stem, with what a name cannot hold replaced."""
    stem = re.sub(r"\.[A-Za-z0-9]{1,8}$", "", filename)
    name = re.sub(r"[^A-Za-z0-9 _.-]+", "-", stem).lstrip(" _.-").rstrip(" -")
    return name[:80] or "dataset"


def suggest_goal_kind(upload: UploadView) -> str:
    """Conversions when the goal column says so, else revenue."""
    goals = [column.name.lower() for column in upload.columns if column.role == "goal"]
    words = ("conversion", "order", "lead", "signup", "sign_up", "install", "subscri", "units", "bookings_count")
    return "conversions" if any(word in goal for goal in goals for word in words) else "revenue"


def holiday_default(segments: Sequence[str]) -> str:
    """The words of the empty choice: with a country column the segment itself says whose holidays count."""
    codes = bool(segments) and all(segment in COUNTRIES for segment in segments)
    return f"Each country's own ({', '.join(segments[:4])})" if codes else "No holidays"


def findings_list(findings: Sequence[Finding]) -> html.Div | None:
    """What to know about the table, the worst first, each with what to do; None when there is nothing."""
    if not findings:
        return None
    ordered = sorted(findings, key=lambda finding: _SEVERITY_ORDER[finding.severity])
    shown, rest = ordered[:FINDINGS_OPEN], ordered[FINDINGS_OPEN:]
    parts: list[Any] = [html.Ul([_finding(f) for f in shown], className="findings")]
    if rest:
        parts.append(
            html.Details(
                [html.Summary(f"{len(rest)} more"), html.Ul([_finding(f) for f in rest], className="findings")],
                className="findings-more",
            )
        )
    return html.Div(parts)


def end_sentence(text: str) -> str:
    """A text as a sentence, so that another one can follow."""
    text = text[:1].upper() + text[1:]
    return text if not text or text.endswith((".", "!", "?", ":")) else f"{text}."


def _finding(finding: Finding) -> html.Li:
    columns = finding.columns[:6]
    more = f" and {len(finding.columns) - 6} more" if len(finding.columns) > 6 else ""
    return html.Li(
        [
            html.Span(SEVERITY_WORDS[finding.severity], className=f"tag {finding.severity}"),
            html.Div(
                [
                    html.Strong(finding.title),
                    html.P(" ".join(filter(None, (end_sentence(finding.detail), finding.action)))),
                    html.P([html.Code(column) for column in columns] + [more], className="columns")
                    if columns
                    else None,
                ]
            ),
        ]
    )
