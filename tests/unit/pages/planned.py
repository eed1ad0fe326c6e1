"""Plans as the Planner shows them, on its page, in its files and on paper, beside what the model says of them."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cache, cached_property
from html import unescape
from types import SimpleNamespace
from typing import Any

import httpx
import numpy as np
from flask import Flask
from openpyxl import load_workbook

from dashboard.app import create_app
from dashboard.client import TrainerClient
from dashboard.components.plan_print import EXTENSION
from dashboard.figures.format import RangeLevel, Unit
from dashboard.reports.page import read_figures
from dashboard.reports.press import Press
from mixline.messages import ModelRow, ModelSummary, ScenarioView
from mixline.mmm.estimates import Estimate
from mixline.mmm.model import MixModel
from mixline.mmm.model_file import read_model, write_model
from mixline.mmm.specification import Interval
from mixline.services import model_views
from mixline.settings import Settings
from tests.builders import make_model
from tests.unit.pages.plan_judged import YEAR, Array, Judged, judge
from tests.unit.pages.plan_questions import PERIODS, QUESTIONS, Kind, Question, goal_of, in_unit, interval_of
from tests.unit.pages.shown import Found, Shown, draw_page, write

ID, OTHER = "ab" * 32, "cd" * 32
MADE = datetime(2026, 11, 20, tzinfo=UTC)
QUARTER = {"day": 91, "week": 13, "month": 3}
LONG = {"day": 400, "week": 80, "month": 60}  # periods of data: more than a year
CLOSE = 1e-8


@dataclass(frozen=True)
class Seen:
    """What is shown of a plan, on the page or on paper: figures, their findings and notes, and the table in words."""

    figures: dict[str, Found]
    titles: dict[str, tuple[str, str]]
    table: list[list[str]]


@dataclass(frozen=True)
class Desk:
    """A dashboard whose trainer makes its documents from a model as the real one does."""

    model: MixModel
    unit: Unit
    summary: ModelSummary
    server: Flask
    saved: list[ScenarioView]

    def page(self, query: str) -> Shown:
        return draw_page(self.server, "/planner", f"?{query}")

    def file(self, kind: str, query: str) -> bytes:
        answer = self.server.test_client().get(f"/plan-files/plan.{kind}?{query}")
        assert answer.status_code == 200, answer.text
        return bytes(answer.data)

    def rows(self, query: str) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(self.file("csv", query).decode("utf-8-sig"))))

    def book(self, query: str) -> dict[str, list[tuple[Any, ...]]]:
        book = load_workbook(io.BytesIO(self.file("xlsx", query)))
        return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets}

    def paper(self, query: str) -> str:
        """What the browser is given to print."""
        return self.file("pdf", query).decode()


def make_files(kind: Kind) -> dict[str, bytes]:
    """A geometric adstock goes on as it did; a Weibull kernel would stretch with the longer series."""
    interval = interval_of(kind)
    made = make_model(
        periods=LONG[interval], paid=3, draws=24, kind=goal_of(kind), seed=3, adstocks=("geometric",), interval=interval
    )
    goal = replace(made.spec.goal, currency="EUR")  # conversions are paid for in money, too
    return write_model(replace(made, spec=replace(made.spec, goal=goal)))


def make_desk(kind: Kind, other: Kind | None = None) -> Desk:
    """`other`: a model known beside the one that is shown, named `OTHER`."""
    dataset: Any = SimpleNamespace(name="sales", version=1, id="cd" * 32)
    files = {ID: make_files(kind), **({OTHER: make_files(other)} if other else {})}
    models = {key: read_model(found) for key, found in files.items()}
    summaries = {
        key: model_views.summarise(
            model, key, title="Sales", dataset=dataset, created_at=MADE, run_id=None, tracking_url=None
        )
        for key, model in models.items()
    }
    names = ("id", "title", "dataset_name", "dataset_version", "segment", "goal", "currency", "created_at", "verdict")
    rows = [
        ModelRow(dataset_id=dataset.id, **{name: getattr(summary, name) for name in names}).model_dump(mode="json")
        for summary in summaries.values()
    ]
    kept: list[ScenarioView] = []

    def answer(request: httpx.Request) -> httpx.Response:
        path, key = request.url.path, request.url.path.removeprefix("/v1/models/").partition("/")[0]
        if path == "/v1/models":
            return httpx.Response(200, json=rows)
        if path == "/v1/scenarios":
            return httpx.Response(200, json=[view.model_dump(mode="json") for view in kept])
        if path == f"/v1/models/{key}" and key in summaries:
            return httpx.Response(200, text=summaries[key].model_dump_json())
        if "/files/" in path and key in files:
            return httpx.Response(200, content=files[key][path.rpartition("/")[2]])
        return httpx.Response(503, json={})

    server = create_app(Settings(), TrainerClient(Settings(), httpx.MockTransport(answer))).server
    server.extensions[EXTENSION] = Press(lambda page, form: page.encode())
    return Desk(models[ID], Unit("EUR", goal_of(kind) == "conversions"), summaries[ID], server, kept)


open_desk = cache(make_desk)


@dataclass(frozen=True)
class Planned:
    """One plan as the page shows it, beside what the model says of it and of today's spend."""

    desk: Desk
    question: Question
    shown: Shown

    @property
    def model(self) -> MixModel:
        return self.desk.model

    @property
    def unit(self) -> Unit:
        return self.desk.unit

    @property
    def level(self) -> RangeLevel:
        return self.question.level

    @property
    def interval(self) -> Interval:
        return self.model.interval

    @property
    def ahead(self) -> str:
        """For how long it is, in words."""
        return f"{PERIODS} {self.interval}s"

    def begins(self, period: int) -> str:
        """The planned period of this place, as it is written."""
        day = date.fromisoformat(self.plan.days[period])
        return f"{day:%B %Y}" if self.interval == "month" else f"{day.day} {day:%b %Y}"

    @property
    def names(self) -> tuple[str, ...]:
        return self.model.paid_names

    @cached_property
    def money(self) -> Array:
        """The money by period of the page's own figure, (PERIODS, P)."""
        rows = self.shown.table("plan-weeks")
        heads = [f"{self.unit.spend_label}, {label(name)}" for name in self.names]
        return np.array([[row.get(head, 0.0) for head in heads] for row in rows], dtype=float)

    @cached_property
    def now(self) -> Array:
        """Today's mean spend, spread as the plan is, (PERIODS, P)."""
        s, q = self.model.series, self.question
        start, stop = s.window
        mean = s.spend[start if q.last is None else stop - q.last : stop].mean(0)
        spread = s.spend[len(s.dates) + np.arange(PERIODS) - YEAR[self.interval]].copy()
        if q.even:
            spread = np.ones_like(spread)
        for name, weights in q.own.items():
            spread[:, self.names.index(name)] = weights
        return np.asarray(spread / spread.mean(0) * mean)

    @cached_property
    def plan(self) -> Judged:
        return self.judge(self.money)

    @cached_property
    def today(self) -> Judged:
        return self.judge(self.now)

    def judge(self, spend: Array) -> Judged:
        return judge(self.model, spend, prices=self.question.prices, carry_out=self.question.carry_out)

    @cached_property
    def is_today(self) -> bool:
        return bool(np.allclose(self.money, self.now, rtol=1e-7))

    @property
    def spend(self) -> Array:
        return np.asarray(self.money.sum(0))

    @property
    def spend_now(self) -> Array:
        return np.asarray(self.now.sum(0))

    @cached_property
    def gains(self) -> Array:
        """Uplift by draw, (D,)."""
        return np.zeros(len(self.plan.whole)) if self.is_today else self.plan.whole - self.today.whole

    @property
    def gain(self) -> Estimate:
        return self.plan.estimate(self.gains)

    @property
    def chance(self) -> float:
        return float(self.model.draws.weights @ (self.gains > 0))

    def stops(self, channel: int) -> str:
        """Which limit a channel stands at: held, least, most or none."""
        low, high = self.question.ends.get(self.names[channel], self.question.usual)
        share = 100 * self.spend[channel] / self.spend_now[channel]
        if low == high:
            return "locked" if low == 100 else "held"
        return "most" if share > high - 1e-5 else "least" if share < low + 1e-5 else ""

    def most_ever(self, channel: int) -> float:
        """The highest mean spend of any quarter of the data."""
        spend = self.model.series.spend[:, channel]
        width = QUARTER[self.interval]
        return max(float(spend[first : first + width].mean()) for first in range(len(spend) - width + 1))

    @cached_property
    def following(self) -> Array:
        """Outcome of the next unit of money where nothing but the budget stops it, by draw (D,)."""
        free = [c for c in range(len(self.names)) if not self.stops(c)]
        slope = self.plan.slope
        return np.asarray(slope[:, free].mean(1) if free else slope @ (self.spend / self.spend.sum()))

    @cached_property
    def page(self) -> Seen:
        """What the page shows of the plan."""
        figures, titles, title = {}, {}, ""
        for part in self.shown.parts:
            key = str(part.get("id", ""))
            if key.startswith("title-"):
                title, titles[key.removeprefix("title-")] = key.removeprefix("title-"), (write(part), "")
            elif title and part.get("className") == "figure-note":
                titles[title] = (plain(titles[title][0]), plain(write(part)))
                title = ""
            elif key.startswith("figure-") and "figure" in part:
                figures[key.removeprefix("figure-")] = dict(part["figure"])
        return Seen(figures, titles, cells(self.shown, "plan-table"))

    @cached_property
    def html(self) -> str:
        return self.desk.paper(self.question.query)

    @cached_property
    def paper(self) -> Seen:
        """What the printed plan shows of it."""
        found = re.findall(r'<h3 id="title-([^"]+)">(.*?)</h3><p class="note">(.*?)</p>', self.html)
        titles = {name: (plain(unescape(title)), plain(unescape(note))) for name, title, note in found}
        body = self.html[self.html.index("<tbody>") : self.html.index("</tbody>")]
        table = [
            [plain(unescape(re.sub("<[^>]+>", "", cell))) for cell in re.findall(r"<t[hd].*?>(.*?)</t[hd]>", row)]
            for row in body.split("</tr>")[:-1]
        ]
        return Seen(read_figures(self.html), titles, table)


@cache
def open_plan(kind: Kind, name: str) -> Planned:
    """A plan of `QUESTIONS` on the page of a model of this kind."""
    desk, question = open_desk(kind), in_unit(QUESTIONS[name], kind)
    return Planned(desk, question, desk.page(question.query))


def label(name: str) -> str:
    """A channel's name on the page."""
    return name.replace("_", " ").capitalize()


def cells(shown: Shown, kind: str) -> list[list[str]]:
    """The rows of a table of the page, its heads left out, as they are written."""
    (table,) = [p for p in shown.parts if kind in str(p.get("className", "")).split()]
    body = table["children"][1]["props"]["children"]
    return [[plain(write(cell)) for cell in row["props"]["children"]] for row in body]


def write_return(unit: Unit, value: float) -> tuple[str, ...]:
    """A return in a sentence: as a figure of its own or, of money, with its currency."""
    return (unit.roi(value),) if unit.conversions else (unit.roi(value), unit.each(value))


def plain(text: str) -> str:
    """Without the marks that keep a figure on one line."""
    return text.replace("\u00a0", " ").replace("\u2060", "")
