"""The measurement report: five sheets for people who were not there. What marketing brought, what each channel returned,
where the next money goes, and how anybody knows.
"""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

from dashboard.figures.all_curves import draw_all_curves
from dashboard.figures.decomposition import draw_decomposition, list_steady
from dashboard.figures.drawing import Drawing, Look, make_look
from dashboard.figures.next_money import draw_next_money
from dashboard.figures.residuals import draw_actual
from dashboard.figures.roi import draw_roi
from dashboard.figures.shares import draw_shares
from dashboard.figures.waterfall import draw_waterfall
from dashboard.glossary import GLOSSARY
from dashboard.labels import label_contributions, label_curves, label_summary
from dashboard.reports.document import Panel, Report, Sheet, Table, Words
from dashboard.reports.headline import SHORT_ID, judge, list_facts, list_numbers, write_fit_facts
from dashboard.reports.largest import (
    MOST_ROWS,
    draw_largest,
    keep_items,
    keep_largest,
    respace,
    tighten,
    write_left_out,
)
from dashboard.reports.plain_words import list_sentences, write_next, write_returns
from dashboard.words import order_findings, write_fit, write_overview, write_search, write_sentence, write_worth
from mixline.messages import Contributions, Curves, ModelSummary, ReportDocuments

EXPLAINED = ("incremental", "contribution", "roi", "marginal_roi", "range", "baseline", "carryover", "half_life")
EXPLAINED_NAMES = {
    "incremental": "Incremental",
    "contribution": "Contribution",
    "roi": "ROI",
    "marginal_roi": "ROI of the next",
    "range": "90 % range",
    "baseline": "Baseline",
    "carryover": "Carry-over",
    "half_life": "Half-life",
}
CHECKS_SHOWN = 6
STACK_HEIGHT = 205  # pixels of the stacked bars on their sheet
LOCAL = ("127.0.0.1", "localhost", "::1")
POINTING = " Point at a part for its 90 % range."
READING = (
    "A number in brackets is a range: the true value lies in it nine times out of ten, if the model is right.",
    "ROI is what came back for each unit of money over the whole period; ROI of the next is what a little more would bring.",
    "Each channel has one colour, on every page.",
)


def compose_measurement(documents: ReportDocuments) -> Report:
    """The five sheets of a model (or of a candidate), in daylight and with 90 % ranges."""
    summary = label_summary(documents.summary)
    contributions, curves = label_contributions(documents.contributions), label_curves(documents.curves)
    look = make_look(summary, "light", 90)
    candidate = f"-candidate-{documents.preview.candidate}" if documents.preview else ""
    return Report(
        kind="measurement",
        name=f"mixline-measurement-{summary.id[:SHORT_ID]}{candidate}",
        title=f"{summary.title}: measurement report",
        sheets=(
            _summary(documents, summary, contributions, look),
            _brought(summary, contributions, look),
            _returns(summary, look),
            _next(summary, curves, look),
            _method(documents, summary),
        ),
        made=summary.created_at,
        model=summary.id[:SHORT_ID],
    )


def _summary(documents: ReportDocuments, summary: ModelSummary, contributions: Contributions, look: Look) -> Sheet:
    return Sheet(
        layout="summary",
        kicker="Measurement report",
        title=summary.title,
        lede=write_overview(summary, look.unit),
        facts=list_facts(summary, documents.preview),
        blocks=(
            list_numbers(summary, look),
            Words("What the numbers say", list_sentences(summary, look), listed=True),
            judge(summary),
            Panel(draw_actual(contributions, summary, look)),
            Words("How to read this report", READING, area="reading", listed=True),
        ),
    )


def _brought(summary: ModelSummary, contributions: Contributions, look: Look) -> Sheet:
    steady = list_steady(contributions)
    return Sheet(
        layout="brought",
        kicker="What marketing brought",
        title=f"Where {look.unit.outcome_name} came from",
        lede="The model takes what happened apart: what would have been there without marketing, and what each channel "
        "added. The parts add up.",
        blocks=(
            Panel(tighten(draw_waterfall(summary, look, most=MOST_ROWS - 3))),
            Panel(_on_paper(draw_decomposition(contributions, look, steady))),
        ),
    )


def _on_paper(drawing: Drawing) -> Drawing:
    """Paper has nothing to point with, and the figure less room than on its page."""
    return replace(respace(drawing, STACK_HEIGHT), note=drawing.note.replace(POINTING, ""))


def _returns(summary: ModelSummary, look: Look) -> Sheet:
    unit, level, left = look.unit, look.level, write_left_out(summary)
    channels = sorted(keep_largest(summary.channels), key=lambda channel: -channel.roi.value)
    rows = tuple(
        (
            channel.label,
            unit.money(channel.spend),
            f"{unit.outcome(channel.contribution.value)} ({unit.outcome_range(channel.contribution, level)})",
            unit.roi_with_range(channel.roi, level),
            unit.roi_with_range(channel.marginal_roi, level),
            unit.money(channel.cpa.value) if unit.conversions and channel.cpa else "–",
            write_worth(channel),
        )
        for channel in channels
    )
    head = (
        "Channel",
        "Spend",
        "Contribution",
        f"ROI, {unit.roi_per}",
        "ROI of the next",
        "Per conversion",
        "Earns more than it costs",
    )
    # Money per conversion has a meaning for conversions, the odds of earning more than was spent for revenue.
    gone = 6 if unit.conversions else 5
    return Sheet(
        layout="returns",
        kicker="Returns",
        title="What each channel gave for its money",
        lede=write_returns(summary, look),
        blocks=(
            Panel(tighten(draw_largest(lambda shown: draw_roi(shown, look, in_words=False), summary))),
            Panel(tighten(draw_largest(lambda shown: draw_shares(shown, look), summary))),
            Table(
                "Every channel in numbers",
                tuple(cell for place, cell in enumerate(head) if place != gone),
                tuple(tuple(cell for place, cell in enumerate(row) if place != gone) for row in rows),
                numbers=5 if unit.conversions else 4,
                colors=tuple(look.color(channel.name) for channel in channels),
                note=f"In brackets: {level} % ranges. ROI of the next: what a little more spend would bring. {left}".strip(),
            ),
        ),
    )


def _next(summary: ModelSummary, curves: Curves, look: Look) -> Sheet:
    unit = look.unit
    shown = keep_items(curves.curves, lambda curve: curve.channel, summary)
    ordered = sorted(shown, key=lambda curve: -curve.spend_today)
    rows = tuple(
        (
            curve.label,
            f"{unit.money(curve.spend_today)}",
            unit.roi_with_range(curve.marginal_today, look.level),
            write_sentence(curve.saturation_words),
            write_sentence(curve.carryover_words),
        )
        for curve in ordered
    )
    return Sheet(
        layout="next",
        kicker="What to do next",
        title="Where the next money works hardest",
        lede=write_next(summary, look),
        blocks=(
            Panel(tighten(draw_all_curves(shown, summary, look))),
            Panel(tighten(draw_largest(lambda some: draw_next_money(some, look), summary))),
            Table(
                "How full each channel is, and how long it works",
                ("Channel", f"Spend a {summary.interval}", "ROI of the next", "Saturation", "Carry-over"),
                rows,
                numbers=2,
                colors=tuple(look.color(curve.channel) for curve in ordered),
                note=write_left_out(summary),
            ),
        ),
    )


def _method(documents: ReportDocuments, summary: ModelSummary) -> Sheet:
    size = write_search(summary, "candidate models")
    held = ""
    if summary.train_periods is not None and summary.train_periods < summary.periods:
        unseen = summary.periods - summary.train_periods
        held = f" The last {unseen} {summary.interval}s were held out: the model was tested on them without having seen them."
    method = (
        f"A marketing mix model explains {summary.goal.lower()} of each {summary.interval} by trend, season, holidays, context "
        "and media. Each channel's spend is carried over to later periods and bends towards a ceiling; how much, was searched: "
        f"{size}.{held}",
        f"The ranges come from {summary.draws:,} variants of the model that explain the data about equally well, each refitted "
        "to resampled errors. A number that all of them agree on has a narrow range.",
        write_fit(summary) + f" {write_fit_facts(summary)}.",
        f"Why this model: {write_sentence(summary.reason)}",
    )
    findings = order_findings(summary.findings)
    told = tuple(
        " ".join(write_sentence(part) for part in (finding.title, finding.action) if part)
        for finding in findings[:CHECKS_SHOWN]
    )
    if len(findings) > CHECKS_SHOWN:
        told = (*told, f"And {len(findings) - CHECKS_SHOWN} more, on the page of the model.")
    return Sheet(
        layout="method",
        kicker="Method, data and checks",
        title="How these numbers were made",
        lede="A measurement is worth what its method is worth. What was done, what was checked, and how to trace each number.",
        blocks=(
            Words("Method", method),
            Words("Checks", told or ("All checks passed: fit, ranges, signs and plausibility.",), listed=True),
            Words("Words", tuple((EXPLAINED_NAMES[key], GLOSSARY[key]) for key in EXPLAINED), area="glossary"),
            Words("Lineage", _lineage(documents, summary)),
        ),
    )


def _lineage(documents: ReportDocuments, summary: ModelSummary) -> tuple[tuple[str, str], ...]:
    lineage = summary.lineage
    pairs = [
        ("Data", f"{summary.dataset_name}, version {summary.dataset_version} ({lineage.dataset_id[:SHORT_ID]})"),
        ("Specification", lineage.specification_id[:SHORT_ID]),
        ("Model", documents.model_id[:SHORT_ID]),
        ("Seed", str(lineage.seed)),
    ]
    if documents.preview is not None:
        pairs.append(("Candidate", f"{documents.preview.candidate} of this model's search; nothing was recorded"))
    if lineage.code_version:
        pairs.append(("Mixline", lineage.code_version))
    if lineage.run_id:
        pairs.append(("Run", lineage.run_id))
    # People outside cannot reach a tracking server that runs beside the trainer.
    if lineage.tracking_url and urlsplit(lineage.tracking_url).hostname not in LOCAL:
        pairs.append(("Experiment tracking", lineage.tracking_url))
    return tuple(pairs)
