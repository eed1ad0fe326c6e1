"""One sheet that tells all of a model, or of any candidate of its search: eight panels and what to make of them."""

from __future__ import annotations

from dataclasses import replace

from dashboard.figures.all_curves import draw_all_curves
from dashboard.figures.carryover import draw_carryover
from dashboard.figures.decay import draw_decay
from dashboard.figures.drawing import Drawing, Look, make_look
from dashboard.figures.residuals import draw_actual, draw_against_fitted
from dashboard.figures.roi import draw_roi
from dashboard.figures.shares import draw_shares
from dashboard.figures.waterfall import draw_waterfall
from dashboard.labels import label_contributions, label_curves, label_summary
from dashboard.reports.document import Panel, Report, Sheet
from dashboard.reports.headline import SHORT_ID, judge, list_facts, list_numbers, name_preview, write_fit_facts
from dashboard.reports.largest import MOST_ROWS, draw_largest, keep_items, tighten
from dashboard.words import write_sentence
from mixline.messages import CandidatePreview, ModelSummary, ReportDocuments


def draw_panels(documents: ReportDocuments, look: Look) -> tuple[Drawing, ...]:
    """The eight panels: what came from what, fit, shares, returns, decay, carry-over, curves, residuals.

    The same functions draw them on the pages; share of spend and effect has the return of each channel beside it.
    """
    summary = label_summary(documents.summary)
    contributions = label_contributions(documents.contributions)
    decays = keep_items(documents.decays, lambda decay: decay.channel, summary)
    curves = keep_items(label_curves(documents.curves).curves, lambda curve: curve.channel, summary)
    return (
        draw_waterfall(summary, look, most=MOST_ROWS - 3),
        draw_actual(contributions, summary, look),
        draw_largest(lambda shown: draw_shares(shown, look, with_roi=True), summary),
        draw_largest(lambda shown: draw_roi(shown, look, in_words=False), summary),
        draw_decay(decays, summary, look),
        draw_largest(lambda shown: draw_carryover(shown, look), summary),
        draw_all_curves(curves, summary, look),
        draw_against_fitted(contributions, look),
    )


def compose_onepage(documents: ReportDocuments) -> Report:
    """The one-page report of a model or candidate, in daylight and with 90 % ranges."""
    summary, preview = label_summary(documents.summary), documents.preview
    look = make_look(summary, "light", 90)
    candidate = f"-candidate-{preview.candidate}" if preview else ""
    sheet = Sheet(
        layout="onepage",
        kicker="One-page report of a candidate" if preview else "One-page report of a model",
        title=summary.title,
        lede=_lede(summary, preview),
        facts=(*list_facts(summary, preview), write_fit_facts(summary)),
        aside=(list_numbers(summary, look), judge(summary)),
        blocks=tuple(Panel(tighten(replace(drawing, height=300))) for drawing in draw_panels(documents, look)),
    )
    return Report(
        kind="onepage",
        name=f"mixline-{summary.id[:SHORT_ID]}{candidate}",
        title=f"{summary.title}: one-page report",
        sheets=(sheet,),
        made=summary.created_at,
        model=summary.id[:SHORT_ID],
    )


def _lede(summary: ModelSummary, preview: CandidatePreview | None) -> str:
    reason = write_sentence(summary.reason)
    if preview is None or summary.choice is not None:
        return reason
    return f"{name_preview(preview).capitalize()} is the candidate the model shows. {reason}"
