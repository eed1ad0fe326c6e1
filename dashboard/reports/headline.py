"""What stands at the head of every report: the numbers a director asks for first, the verdict, and the facts."""

from __future__ import annotations

from dashboard.figures.drawing import Look
from dashboard.figures.format import write_date, write_share, write_span
from dashboard.reports.document import Number, Numbers, Verdicts
from dashboard.words import order_findings, write_sentence, write_verdict
from mixline.messages import CandidatePreview, ModelSummary

SHORT_ID = 12


def list_numbers(summary: ModelSummary, look: Look) -> Numbers:
    """Incremental outcome, blended and marginal return, and spend: the cards of the Overview."""
    unit, level = look.unit, look.level
    share = summary.incremental.value / summary.outcome if summary.outcome else 0.0
    return Numbers(
        (
            Number(
                f"Incremental {unit.outcome_name}",
                unit.outcome(summary.incremental.value),
                f"{write_share(share)} of all",
                f"{level} % range {unit.outcome_range(summary.incremental, level)}",
            ),
            Number(
                "Blended ROI",
                unit.roi(summary.blended_roi.value),
                unit.roi_per,
                f"{level} % range {unit.roi_range(summary.blended_roi, level)}",
            ),
            Number(
                "ROI of the next 1,000",
                unit.roi(summary.marginal_roi.value),
                unit.roi_per,
                f"{level} % range {unit.roi_range(summary.marginal_roi, level)}",
            ),
            Number(
                "Spend",
                unit.money(summary.spend),
                "",
                f"{summary.periods} {summary.interval}s, {unit.money(summary.spend / summary.periods)} a {summary.interval}",
            ),
        )
    )


def judge(summary: ModelSummary) -> Verdicts:
    """The verdict with the worst finding, in words."""
    heading, worst = write_verdict(summary)
    serious = [finding for finding in order_findings(summary.findings) if finding.severity != "info"]
    action = write_sentence(serious[0].action) if serious and serious[0].action else ""
    return Verdicts(summary.verdict, heading, worst, action)


def list_facts(summary: ModelSummary, preview: CandidatePreview | None) -> tuple[str, ...]:
    """What a number on the page can be traced to."""
    goal = f"Goal {summary.goal}" + (f" in {summary.currency}" if summary.currency else "")
    facts = [goal, f"Modelled {write_span(summary.window_start, summary.window_end)}"]
    facts += [*([f"Country or segment {summary.segment}"] if summary.segment else [])]
    facts += [
        f"Data set {summary.dataset_name}, version {summary.dataset_version}",
        f"Model {summary.id[:SHORT_ID]}, fitted {write_date(summary.created_at.date())}",
    ]
    if preview is not None:
        facts.append(f"Candidate {preview.candidate}: {name_preview(preview)}")
    return tuple(facts)


def name_preview(preview: CandidatePreview) -> str:
    return f"trial {preview.trial}, candidate {preview.iteration:,}"


def write_fit_facts(summary: ModelSummary) -> str:
    """The measures of fit in one line."""
    fit = summary.fit
    parts = [f"R² {write_share(fit.r2)}", f"typical error {write_share(fit.mape)}", f"NRMSE {fit.nrmse:.3f}"]
    if fit.nrmse_validation is not None:
        parts.append(f"on unseen periods {fit.nrmse_validation:.3f}")
    parts += [f"RSSD {fit.rssd:.3f}", f"Durbin-Watson {fit.durbin_watson:.2f}"]
    return ", ".join(parts)
