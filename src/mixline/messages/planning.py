"""Plans: the question to the planner, and plans that were saved under a name.

Money and outcomes are totals over the planned periods. A field means what it means in `mixline.mmm.planning.request`.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from mixline.messages.base import Digest, Estimate, JobId, Message

Amount = Annotated[float, Field(ge=0, le=1e15, allow_inf_nan=False)]
Name = Annotated[str, Field(min_length=1, max_length=200)]
MOST_CHANNELS = 500


class PlanBounds(Message):
    """Least and most spend: multiples of today's where `relative`, else money."""

    low: Amount | None = None
    high: Amount | None = None
    relative: bool = True


class PlanGroup(Message):
    """Channels that share a least and a most spend."""

    name: Name
    channels: Annotated[list[Name], Field(min_length=1, max_length=MOST_CHANNELS)]
    bounds: PlanBounds


class PlanQuestion(Message):
    """One question to the planner."""

    scenario: Literal["budget", "outcome", "roi", "marginal_roi"] = "budget"
    periods: Annotated[int, Field(ge=1, le=731)] | None = 13
    budget: Amount | None = None
    target: Amount | None = None
    bounds: Annotated[dict[Name, PlanBounds], Field(max_length=MOST_CHANNELS)] = {}
    locked: Annotated[list[Name], Field(max_length=MOST_CHANNELS)] = []
    groups: Annotated[list[PlanGroup], Field(max_length=50)] = []
    flights: Annotated[dict[Name, Annotated[int, Field(ge=1, le=731)]], Field(max_length=MOST_CHANNELS)] = {}
    pacing: Literal["historic", "flat"] = "historic"
    patterns: Annotated[
        dict[Name, Annotated[list[Amount], Field(max_length=731)]], Field(max_length=MOST_CHANNELS)
    ] = {}
    prices: Annotated[
        dict[Name, Annotated[float, Field(gt=0, le=1e6, allow_inf_nan=False)]], Field(max_length=MOST_CHANNELS)
    ] = {}
    baseline: Literal["season", "flat"] = "season"
    carry_out: bool = False
    cautious: Annotated[float, Field(gt=0, lt=0.5)] | None = None
    today_periods: Annotated[int, Field(ge=1)] | None = None
    spend_all: bool = True


class ScenarioRequest(Message):
    """A plan to keep under a name. `replace` allows taking the place of another plan of this name and model."""

    name: Annotated[str, Field(min_length=1, max_length=80, pattern=r"\S")]
    model_id: Digest
    question: PlanQuestion
    replace: bool = False


class ScenarioFigures(Message):
    """What the plan said when it was saved. `spend_by_channel` and `spend` are money over the planned periods."""

    interval: Literal["day", "week", "month"]
    first: date
    last: date
    periods: int
    spend: float
    spend_today: float
    spend_by_channel: dict[str, float]
    outcome: Estimate
    outcome_today: Estimate
    uplift: Estimate
    probability_of_uplift: float
    roi: Estimate
    is_today: bool


class ScenarioView(Message):
    """A saved plan. `actor` is who saved it; `goal_kind` says what its outcomes are counted in: money, or conversions."""

    id: JobId
    name: str
    model_id: Digest
    model_title: str
    currency: str
    goal_kind: Literal["revenue", "conversions"] = "revenue"
    question: PlanQuestion
    figures: ScenarioFigures
    actor: str
    created_at: datetime
