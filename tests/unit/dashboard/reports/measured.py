"""Measurement reports of models whose every number is known, composed and written as the dashboard and the command line do."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache, cached_property
from types import SimpleNamespace
from typing import Any

from dashboard.figures.format import Unit
from dashboard.reports.composing import compose
from dashboard.reports.document import Numbers, Panel, Report, Sheet, Table, Verdicts, Words
from dashboard.reports.page import read_figures, write_page
from mixline.mmm import response
from mixline.mmm.model import MixModel
from mixline.mmm.model_file import read_model, write_model
from mixline.services import model_views
from mixline.services.reports import compose_documents
from tests.builders import make_model

ID = "ab" * 32
MADE = datetime(2026, 11, 20, tzinfo=UTC)
MOST = 12  # channels on a sheet
CASES = {"revenue": ("revenue", 4), "conversions": ("conversions", 3), "many": ("revenue", 14)}


@dataclass(frozen=True)
class Measured:
    """A report, the file it is written into, and the model."""

    model: MixModel
    report: Report
    html: str

    @property
    def unit(self) -> Unit:
        return Unit("EUR", self.model.spec.goal.kind == "conversions")

    @cached_property
    def figures(self) -> dict[str, Any]:
        return dict(read_figures(self.html))

    @cached_property
    def results(self) -> tuple[response.ChannelResult, ...]:
        return response.channel_results(self.model)

    @cached_property
    def largest(self) -> list[response.ChannelResult]:
        """The channels that are on the sheets."""
        return sorted(self.results, key=lambda result: -result.spend)[:MOST]

    @cached_property
    def totals(self) -> response.Totals:
        return response.totals(self.model)

    @cached_property
    def amount(self) -> float:
        """A step of money that a company of this size would take: 10,000, or a power of ten up to a tenth of a week's spend."""
        week = self.totals.spend / self.totals.periods
        return 10_000.0 if 0.001 * week <= 10_000 <= 0.2 * week else 10.0 ** math.floor(math.log10(0.1 * week))

    def sheet(self, layout: str) -> Sheet:
        return next(sheet for sheet in self.report.sheets if sheet.layout == layout)

    def title(self, name: str) -> str:
        return next(drawing.title for drawing in self.report.drawings if drawing.name == name)

    def note(self, name: str) -> str:
        return next(drawing.note for drawing in self.report.drawings if drawing.name == name)

    def words(self, heading: str) -> str:
        """All lines under a heading."""
        blocks = [block for sheet in self.report.sheets for block in sheet.blocks if isinstance(block, Words)]
        lines = next(block.lines for block in blocks if block.heading == heading)
        return " ".join(line if isinstance(line, str) else " ".join(line) for line in lines)


def texts(report: Report) -> list[str]:
    """Everything that is written on the sheets, the figures left aside."""
    found: list[str] = []
    for sheet in report.sheets:
        found += [sheet.kicker, sheet.title, sheet.lede, *sheet.facts]
        for block in sheet.blocks:
            if isinstance(block, Numbers):
                found += [text for item in block.items for text in (item.name, item.value, item.unit, item.detail)]
            elif isinstance(block, Verdicts):
                found += [block.heading, block.worst, block.action]
            elif isinstance(block, Words):
                found += [part for line in block.lines for part in ([line] if isinstance(line, str) else line)]
            elif isinstance(block, Table):
                found += [block.heading, block.note, *block.head, *(cell for row in block.rows for cell in row)]
            elif isinstance(block, Panel):
                found += [block.drawing.title, block.drawing.note]
    return [text for text in found if text]


@cache
def open_measured(case: str) -> Measured:
    """The five-page report of one of `CASES`."""
    kind, paid = CASES[case]
    made = make_model(periods=90, paid=paid, draws=24, kind=kind, seed=5)
    goal = replace(made.spec.goal, currency="EUR")
    model = read_model(write_model(replace(made, spec=replace(made.spec, goal=goal))))
    dataset: Any = SimpleNamespace(name="sales", version=3, id="cd" * 32)
    summary = model_views.summarise(
        model, ID, title="Sales", dataset=dataset, created_at=MADE, run_id=None, tracking_url=None
    )
    report = compose(compose_documents(model, summary), "measurement")
    return Measured(model, report, write_page(report))


def label(name: str) -> str:
    return name.replace("_", " ").capitalize()
