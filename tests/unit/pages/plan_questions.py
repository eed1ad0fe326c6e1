"""Questions to the Planner that between them show every kind of number its page has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from dashboard.figures.format import RangeLevel
from mixline.mmm.planner import Bounds, ChannelGroup, PlanRequest
from mixline.mmm.specification import GoalKind, Interval

PERIODS = 8
Kind = Literal["revenue", "conversions", "daily", "monthly"]
BY_WEEK: tuple[Kind, ...] = ("revenue", "conversions")
KINDS: tuple[Kind, ...] = (*BY_WEEK, "daily", "monthly")


@dataclass(frozen=True)
class Question:
    """A plan's question as it stands in the address and as the engine takes it.

    `ends` are the least and most of channels in per cent of today, where they are not `usual`; `even`, `own`: how money is
    spread where not as a year before; `flights` may pause.
    """

    query: str
    request: PlanRequest
    usual: tuple[float, float] = (70.0, 140.0)
    ends: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    prices: Mapping[str, float] = field(default_factory=dict)
    own: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    even: bool = False
    flights: bool = False
    carry_out: bool = False
    last: int | None = None
    level: RangeLevel = 90


TRIPLE, FADING = (1.0, 1.0, 3.0, 1.0, 1.0, 1.0, 1.0, 1.0), (8.0, 7.0, 6.0, 5.0, 4.0, 3.0, 2.0, 0.0)
QUESTIONS = {
    "budget": Question(
        f"ahead={PERIODS}&hold=channel_0:110&bounds=channel_1:80~130",
        PlanRequest(periods=PERIODS, bounds={"channel_0": Bounds(1.1, 1.1), "channel_1": Bounds(0.8, 1.3)}),
        ends={"channel_0": (110, 110), "channel_1": (80, 130)},
    ),
    "cautious": Question(
        f"ahead={PERIODS}&cautious=1&pace=even&bounds=channel_0:50~200,channel_1:50~200,channel_2:50~200&range=50",
        PlanRequest(
            periods=PERIODS, cautious=0.25, pacing="flat", bounds={f"channel_{n}": Bounds(0.5, 2.0) for n in range(3)}
        ),
        usual=(50, 200),
        even=True,
        level=50,
    ),
    "outcome": Question(
        f"ahead={PERIODS}&goal=outcome&target=9500&prices=channel_1:10&range=50",
        PlanRequest(scenario="outcome", periods=PERIODS, target=9500.0, prices={"channel_1": 1.1}),
        usual=(10, 300),
        prices={"channel_1": 1.1},
        level=50,
    ),
    "return": Question(
        f"ahead={PERIODS}&goal=roi&target=1.2&groups=channel_0:A,channel_2:A&group_bounds=A:80~105&today=13",
        PlanRequest(
            scenario="roi",
            periods=PERIODS,
            target=1.2,
            groups=(ChannelGroup("Group A", ("channel_0", "channel_2"), Bounds(0.8, 1.05)),),
            today_periods=13,
        ),
        usual=(10, 300),
        last=13,
    ),
    "marginal": Question(
        f"ahead={PERIODS}&goal=marginal_roi&target=0.8&after=1&hold=channel_2:100",
        PlanRequest(scenario="marginal_roi", periods=PERIODS, target=0.8, carry_out=True, locked=("channel_2",)),
        usual=(10, 300),
        ends={"channel_2": (100, 100)},
        carry_out=True,
    ),
    "own": Question(
        f"ahead={PERIODS}&pace=own&weights=channel_0:{'~'.join(f'{w:g}' for w in TRIPLE)},"
        f"channel_1:{'~'.join(f'{w:g}' for w in FADING)}",
        PlanRequest(periods=PERIODS, patterns={"channel_0": TRIPLE, "channel_1": FADING}),
        own={"channel_0": TRIPLE, "channel_1": FADING},
    ),
    "flights": Question(
        f"ahead={PERIODS}&pace=flights&flight=3&bounds=channel_0:60~250",
        PlanRequest(
            periods=PERIODS,
            pacing="flat",
            flights={f"channel_{n}": 3 for n in range(3)},
            bounds={"channel_0": Bounds(0.6, 2.5)},
        ),
        ends={"channel_0": (60, 250)},
        even=True,
        flights=True,
    ),
    "beyond": Question(
        f"ahead={PERIODS}&hold=channel_0:300,channel_1:240,channel_2:260",
        PlanRequest(
            periods=PERIODS,
            bounds={f"channel_{n}": Bounds(s, s) for n, s in enumerate((3.0, 2.4, 2.6))},
        ),
        ends={"channel_0": (300, 300), "channel_1": (240, 240), "channel_2": (260, 260)},
    ),
    "today": Question(
        f"ahead={PERIODS}&hold=channel_0:100,channel_1:100,channel_2:100",
        PlanRequest(periods=PERIODS, locked=("channel_0", "channel_1", "channel_2")),
        ends={f"channel_{n}": (100, 100) for n in range(3)},
    ),
}


OTHERS = {  # daily and monthly models are asked what their periods can change
    "daily": ("budget", "return", "marginal", "own"),
    "monthly": ("cautious", "return", "flights"),
}
CASES: tuple[tuple[Kind, str], ...] = (
    *((kind, name) for kind in BY_WEEK for name in QUESTIONS),
    *((kind, name) for kind in KINDS for name in OTHERS.get(kind, ())),
)


def interval_of(kind: Kind) -> Interval:
    return "day" if kind == "daily" else "month" if kind == "monthly" else "week"


def goal_of(kind: Kind) -> GoalKind:
    return "conversions" if kind in ("conversions", "monthly") else "revenue"


def in_unit(question: Question, kind: Kind) -> Question:
    """Returns are asked for in the unit shown: conversions per thousand."""
    if goal_of(kind) == "revenue" or question.request.scenario not in ("roi", "marginal_roi"):
        return question
    target = question.request.target or 0.0
    return replace(question, query=question.query.replace(f"target={target:g}", f"target={1000 * target:g}"))
