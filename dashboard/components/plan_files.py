"""A plan to take away: a CSV table and an Excel workbook with the engine's numbers as numbers."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any

from dashboard.components.plan_notes import answer_notes
from dashboard.components.plan_settings import settings_words
from dashboard.components.plan_solving import Solved
from dashboard.components.plan_words import binding_words, plan_certainty, plan_headline, stop_words, warnings
from dashboard.figures.drawing import Look
from dashboard.figures.format import write_periods
from mixline.mmm.planner import Plan, PlannedChannel

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WIDEST = 46
HEADS = (
    "channel", "spend_today", "spend_planned", "change", "outcome", "outcome_5", "outcome_95", "marginal_roi",
    "marginal_roi_5", "marginal_roi_95", "limit", "beyond_observed", "currency", "first", "last", "interval",
)  # fmt: skip


def write_csv(plan: Plan, labels: Mapping[str, str], look: Look) -> str:
    """The plan as CSV, plain numbers with both ends of each 90 % range, totals from the first planned period to the last."""
    text = io.StringIO()
    sheet = csv.writer(text, lineterminator="\r\n")
    sheet.writerow(HEADS)
    for c in plan.channels:
        sheet.writerow(
            [
                safe(labels.get(c.name, c.label)),
                *_numbers(c),
                stop_words(c),
                "yes" if c.extrapolated else "no",
                look.unit.currency,
                str(plan.dates[0]),
                str(plan.dates[-1]),
                look.interval,
            ]
        )
    return text.getvalue()


def write_workbook(solved: Solved, labels: Mapping[str, str], look: Look, title: str) -> bytes:
    """The plan as an Excel workbook: the plan, spend by period, outcome by period."""
    from openpyxl import Workbook

    book = Workbook()
    first = book.active
    first.title = "Plan"
    _plan_sheet(first, solved, labels, look, title)
    _spend_sheet(book.create_sheet("Spend by period"), solved.plan, labels, look)
    _outcome_sheet(book.create_sheet("Outcome by period"), solved.plan, look)
    for sheet in book.worksheets:
        _dress(sheet)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _plan_sheet(sheet: Any, solved: Solved, labels: Mapping[str, str], look: Look, title: str) -> None:
    plan, unit = solved.plan, look.unit
    money, outcome = unit.currency or "money", unit.outcome_label
    ahead = write_periods(len(plan.dates), look.interval)
    sheet.append([safe(plan_headline(plan, solved.inputs, look))])
    sheet.append([safe(plan_certainty(plan, look))])
    sheet.append([safe(f"Model: {title}. Planned: {plan.dates[0]} to {plan.dates[-1]}, {ahead}.")])
    for words in (*answer_notes(solved, labels, look), *warnings(plan, labels), *binding_words(plan, look)):
        sheet.append([safe(words)])
    sheet.append([])
    sheet.append(["What was asked"])
    for words in settings_words(solved, labels, look):
        sheet.append([safe(words)])
    sheet.append([])
    sheet.append(["Figure", "Expected", "5 %", "95 %", "25 %", "75 %"])
    for name, estimate in (
        (f"{outcome}, plan", plan.outcome),
        (f"{outcome}, today's plan", plan.outcome_today),
        (f"Uplift, {outcome}", plan.uplift),
        (f"Return of the plan, per {money}", plan.roi),
        (f"Return today, per {money}", plan.roi_today),
        (f"Next {money}, plan", plan.marginal_roi),
    ):
        sheet.append([name, estimate.value, estimate.low, estimate.high, estimate.low50, estimate.high50])
    sheet.append(["Probability of any uplift", plan.probability_of_uplift])
    sheet.append([f"Spend, {money}", plan.spend])
    sheet.append([f"Spend today, {money}", plan.spend_today])
    sheet.append([])
    sheet.append(
        [
            "Channel", f"Today, {money}", f"Planned, {money}", "Change", f"Brings, {outcome}", "5 %", "95 %",
            f"Next {money} brings", "5 %", "95 %", "What stops it", "Beyond what was ever spent",
        ]
    )  # fmt: skip
    for c in plan.channels:
        cells = [None if cell == "" else cell for cell in _numbers(c)]
        sheet.append([safe(labels.get(c.name, c.label)), *cells, stop_words(c), "yes" if c.extrapolated else "no"])


def _spend_sheet(sheet: Any, plan: Plan, labels: Mapping[str, str], look: Look) -> None:
    money = look.unit.currency or "money"
    sheet.append([f"Begins (spend in {money})", *(safe(labels.get(c.name, c.label)) for c in plan.channels), "All"])
    for row, day in enumerate(plan.dates):
        spends = [float(c.spend_by_period[row]) for c in plan.channels]
        sheet.append([day.item(), *spends, sum(spends)])


def _outcome_sheet(sheet: Any, plan: Plan, look: Look) -> None:
    name = look.unit.outcome_label
    sheet.append(["Begins", f"{name}, plan", "5 %", "95 %", f"{name}, today's plan"])
    band = plan.outcome_by_period
    for row, day in enumerate(plan.dates):
        figures = (band.value[row], band.low[row], band.high[row], plan.outcome_today_by_period[row])
        sheet.append([day.item(), *map(float, figures)])


def _dress(sheet: Any) -> None:
    """Widths, and figures written with two places or as per cent; the cells keep every digit."""
    from openpyxl.styles import Font

    for column in sheet.columns:
        longest = max((len(str(c.value)) for c in column if isinstance(c.value, str) and c.row > 3), default=8)
        sheet.column_dimensions[column[0].column_letter].width = min(max(longest + 2, 12), WIDEST)
    for row in sheet.iter_rows():
        heading = all(isinstance(cell.value, str | None) for cell in row) and row[-1].value is not None
        for cell in row:
            if isinstance(cell.value, float):
                cell.number_format = "#,##0.00"
            if heading or (cell.column == 1 and cell.row == 1):
                cell.font = Font(bold=True)
    sheet.freeze_panes = None if sheet.title == "Plan" else "B2"


def _numbers(c: PlannedChannel) -> list[Any]:
    brings, following = c.contribution, c.marginal_roi
    return [c.spend_today, c.spend, "" if c.change is None else c.change, brings.value, brings.low, brings.high,
            following.value, following.low, following.high]  # fmt: skip


def safe(text: str) -> str:
    """A name that a spreadsheet would take for a formula is made text."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
