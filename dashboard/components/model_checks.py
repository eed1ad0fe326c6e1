"""Every finding of a model's checks: how serious, the figure it rests on, and what to do about it."""

from __future__ import annotations

from typing import Any

from dash import html

from dashboard.components.terms import term
from dashboard.words import VERDICTS, order_findings, write_sentence
from mixline.messages import Finding, ModelSummary, Severity

SEVERITIES: dict[Severity, str] = {"error": "Stops use", "warning": "Care", "info": "Good to know"}


def checks_panel(summary: ModelSummary) -> html.Section:
    findings = order_findings(summary.findings)
    body = html.Ul([_item(finding) for finding in findings], className="findings") if findings else None
    return html.Section(
        [
            html.H2(term(VERDICTS[summary.verdict], "verdict")),
            html.P(count_findings(findings), className="figure-note"),
            body,
            _passed(summary.passed),
        ],
        className="panel",
        id="checks",
    )


def count_findings(findings: list[Finding]) -> str:
    """How many findings of each kind, in words."""
    if not findings:
        return "All checks passed: fit, ranges, signs and plausibility."
    counts = [(name, sum(f.severity == severity for f in findings)) for severity, name in SEVERITIES.items()]
    return "Findings: " + ", ".join(f"{name.lower()} {count}" for name, count in counts if count) + "."


def _passed(questions: list[str]) -> html.Details | None:
    """What else the model was asked, folded away: a reader who doubts can see that it was."""
    if not questions:
        return None
    count = f"{len(questions)} checks passed" if len(questions) > 1 else "One check passed"
    return html.Details(
        [html.Summary(count), html.Ul([html.Li(question) for question in questions], className="passed-checks")],
        className="older",
    )


def _item(finding: Finding) -> html.Li:
    body: list[Any] = [html.Strong(write_sentence(finding.title))]
    if finding.detail:
        body.append(html.P(write_sentence(finding.detail)))
    if finding.action:
        body.append(html.P([html.Strong("What to do: "), write_sentence(finding.action)]))
    return html.Li([html.Span(SEVERITIES[finding.severity], className=f"tag {finding.severity}"), html.Div(body)])
