"""Can I trust the number: one verdict, the worst finding in words, all others a click away."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from dashboard.components.terms import term
from dashboard.words import order_findings, write_sentence, write_verdict
from mixline.messages import Finding, ModelSummary


def trust_banner(summary: ModelSummary, checks: str = "") -> html.Section:
    """The verdict. `checks` is the address where the worst finding stands with its figures."""
    heading, worst = write_verdict(summary)
    findings = order_findings(summary.findings)
    serious = [finding for finding in findings if finding.severity != "info"]
    parts = [html.H2(term(heading, "verdict")), html.P([worst, *_link(checks, serious)])]
    if serious and serious[0].action:
        parts.append(html.P([html.Strong("What to do: "), write_sentence(serious[0].action)]))
    others = [finding for finding in findings if not serious or finding is not serious[0]]
    if others:
        parts.append(
            html.Details(
                [html.Summary(_count(others, more=bool(serious))), html.Ul([_item(finding) for finding in others])]
            )
        )
    return html.Section(parts, className=f"banner {summary.verdict}")


def trust_note(summary: ModelSummary, checks: str) -> list[html.Section]:
    """For pages that show a model's numbers without the whole verdict: nothing where they can be trusted, else a line that says
    so with the worst finding.
    """
    if summary.verdict == "trust":
        return []
    heading, worst = write_verdict(summary)
    serious = [finding for finding in summary.findings if finding.severity != "info"]
    words = html.P([html.Strong(f"{heading}. "), worst, *_link(checks, serious)])
    return [html.Section(words, className=f"banner slim {summary.verdict}", role="note")]


def _link(checks: str, serious: list[Finding]) -> list[Any]:
    if not checks:
        return []
    return [" ", dcc.Link("See this check" if serious else "See the checks", href=checks, className="inline-link")]


def _count(findings: list[Finding], more: bool) -> str:
    number = "One" if len(findings) == 1 else str(len(findings))
    plural = "" if len(findings) == 1 else "s"
    return f"{number} more finding{plural}" if more else f"{number} note{plural} from the checks"


def _item(finding: Finding) -> html.Li:
    text = " ".join(write_sentence(part) for part in (finding.detail, finding.action) if part)
    return html.Li([html.Strong(write_sentence(finding.title)), f" {text}"])
