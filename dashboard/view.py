"""What a person is looking at: filters from the address, the model they point to, and links to neighbouring views."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, cast
from urllib.parse import urlencode

from dashboard.client import Known, Period, TrainerClient
from dashboard.exchange import Exchange, make_exchange
from dashboard.figures.drawing import Look, make_look
from dashboard.labels import label_summary
from dashboard.theme import Mode
from mixline.errors import InputError, NotFoundError
from mixline.exchange import Rates
from mixline.messages import ModelRow, ModelSummary

PERIODS: dict[str, tuple[Period, ...]] = {
    "day": ("day", "week", "month", "quarter"),
    "week": ("week", "month", "quarter"),
    "month": ("month", "quarter"),
}
SHORT_ID = 12
PERIODS_DRAWN = 320  # bars that can still be told apart on a wide screen


@dataclass(frozen=True)
class Filters:
    """The filters as they stand in the address; empty means the default. `kpi` is the goal, a word the Planner's address
    has another use for.
    """

    dataset: str = ""
    country: str = ""
    kpi: str = ""
    model: str = ""
    period: str = ""
    range: str = ""
    parts: str = ""  # of the decomposition: everything, or media only
    currency: str = ""  # amounts are shown in, where there is a rate

    def link(self, path: str, **changes: str) -> str:
        """The address of `path` with these filters, some changed. Empty ones are left out."""
        filters = replace(self, **changes)
        query = {name: value for name, value in vars(filters).items() if value}
        return f"{path}?{urlencode(query)}" if query else path


@dataclass(frozen=True)
class View:
    """One model, seen one way. `stale_since` is set when the trainer is away and the last known is shown.

    `summary` and `look` are in the currency of `exchange`, which brings other documents of the model into it.
    """

    filters: Filters
    rows: list[ModelRow]
    row: ModelRow
    summary: ModelSummary
    look: Look
    period: Period
    stale_since: datetime | None
    exchange: Exchange

    def link_checks(self) -> str:
        """Where the checks of this model stand with their figures."""
        return self.filters.link("/models", model=self.summary.id[:SHORT_ID]) + "#checks"

    @property
    def parts(self) -> Literal["all", "media"]:
        return "media" if self.filters.parts == "media" else "all"


def read_filters(query: dict[str, str]) -> Filters:
    """Filters from the address; names we do not know are ignored, values we do not know are refused.

    Raises:
        InputError: a range or period that does not exist.
    """
    known = {name: str(query[name])[:120] for name in vars(Filters()) if query.get(name)}
    filters = Filters(**known)
    _require("range", filters.range, ("", "50", "90"))
    _require("parts", filters.parts, ("", "media"))
    _require("period", filters.period, ("", "day", "week", "month", "quarter"))
    return filters


def choose_row(rows: list[ModelRow], filters: Filters) -> ModelRow:
    """The model the filters point to: the one named, else the newest of the data set, country and goal.

    Raises:
        NotFoundError: no such model.
    """
    if filters.model:
        found = [row for row in rows if row.id.startswith(filters.model)]
    else:
        found = [
            row
            for row in rows
            if filters.dataset in ("", row.dataset_name)
            and filters.country in ("", row.segment)
            and filters.kpi in ("", row.goal)
        ]
    if not found:
        asked = {"dataset": filters.dataset, "country": filters.country, "goal": filters.kpi}
        named = [f"{name} {value}" for name, value in asked.items() if value]
        raise NotFoundError(
            "there is no such model" if filters.model else "no model fits what the address asks for",
            got=filters.model or ", ".join(named),
            action="Open the newest one from the navigation, or launch a run.",
        )
    return found[0]


def open_view(
    client: TrainerClient, known: Known[list[ModelRow]], filters: Filters, mode: Mode, rates: Rates | None = None
) -> View:
    """Everything a page needs, for a list of models that is not empty. Without `rates` in the model's own currency."""
    row = choose_row(known.value, filters)
    own = label_summary(client.read_model(row.id))
    exchange = make_exchange(own, filters.currency, rates or Rates())
    summary = exchange.summary(own)
    level: Literal[50, 90] = 50 if filters.range == "50" else 90
    periods = PERIODS[summary.interval]
    wanted = cast(Period, filters.period)
    return View(
        filters=filters,
        rows=known.value,
        row=row,
        summary=summary,
        look=make_look(summary, mode, level),
        period=wanted if wanted in periods else default_period(summary),
        stale_since=known.at if known.stale else None,
        exchange=exchange,
    )


def default_period(summary: ModelSummary) -> Period:
    """The model's own interval where it can be drawn, as months of weekly data jump by their four or five weeks."""
    return PERIODS[summary.interval][0] if summary.periods <= PERIODS_DRAWN else "month"


def _require(name: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise InputError(
            "the address has a filter that does not exist",
            where=name,
            got=value,
            expected=", ".join(item for item in allowed if item),
            action="Choose it again on the page.",
        )
