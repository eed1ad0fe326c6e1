"""What a person asks of the planner, as it stands in the address of the page and as the engine takes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, cast

from dashboard.figures.format import write_periods
from mixline.errors import InputError, SpecificationError
from mixline.mmm.planner import Bounds, ChannelGroup, PlanRequest

Goal = Literal["budget", "outcome", "roi", "marginal_roi"]
Pace = Literal["year", "even", "flights", "own"]
GOALS: tuple[Goal, ...] = ("budget", "outcome", "roi", "marginal_roi")
PACES: tuple[Pace, ...] = ("year", "even", "flights", "own")
AHEAD = {"day": 91, "week": 13, "month": 3}
MOST_AHEAD = {"day": 366, "week": 104, "month": 24}
WIDE = (10, 300)
PERCENTS: Mapping[Goal, tuple[float, float]] = {
    "budget": (70, 140), "outcome": WIDE, "roi": WIDE, "marginal_roi": WIDE,
}  # fmt: skip
CAUTIOUS = 0.25  # the gain that three of four draws exceed
MOST_WEIGHT = 1e9  # proportions: no table needs more
FLIGHT = 2  # least periods in a row where nothing else is asked
GROUPS = ("A", "B", "C")
Ends = tuple[float | None, float | None]


@dataclass(frozen=True)
class PlanInputs:
    """One question. Empty means: today's budget, today's outcome or return as the target, usual bounds.

    `target` is an outcome over the plan, or a return in the unit shown. `bounds`, `group_bounds` and `held` are per cent of
    today's spend, so that they mean the same for any number of periods; `prices` are changes in per cent. `held` channels
    keep their spend whatever happens to the others. `groups` names the group of a channel. `weights` are a channel's money
    over the periods where the pace is one's own. `today` is the mean of so many last periods, else of the model's window.
    `moved` is the held channel that was moved last and stopped where the others could give no more: the one that yields.
    """

    goal: Goal = "budget"
    ahead: int | None = None
    budget: float | None = None
    target: float | None = None
    bounds: Mapping[str, Ends] = field(default_factory=dict)
    held: Mapping[str, float] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)
    group_bounds: Mapping[str, Ends] = field(default_factory=dict)
    prices: Mapping[str, float] = field(default_factory=dict)
    pace: Pace = "year"
    flight: int | None = None
    weights: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    cautious: bool = False
    carry_out: bool = False
    today: int | None = None
    moved: str = ""

    def periods(self, interval: str) -> int:
        """Periods ahead."""
        return self.ahead or AHEAD[interval]

    def request(self, interval: str, target: float | None) -> PlanRequest:
        """The engine's question. `target` is in the engine's unit, None only where the goal needs none.

        Raises:
            InputError: more periods than a plan can look ahead.
            SpecificationError: limits that contradict each other, weights over time that do not fit the plan.
        """
        check_periods("ahead", self.ahead, interval)
        self._check_weights(interval)
        usual = PERCENTS[self.goal]
        bounds = {name: _bounds(name, ends, usual) for name, ends in self.bounds.items() if ends != (None, None)}
        bounds |= {name: Bounds(share / 100, share / 100) for name, share in self.held.items()}
        locked = tuple(name for name, share in self.held.items() if share == 100)
        groups = []
        for group in sorted(set(self.groups.values())):
            ends = self.group_bounds.get(group, (None, None))
            if ends != (None, None):
                members = tuple(name for name, own in self.groups.items() if own == group)
                low, high = ends
                _check_ends(f"Group {group}", low, high)
                groups.append(ChannelGroup(f"Group {group}", members, Bounds(_share(low), _share(high))))
        budget_goal = self.goal == "budget"
        periods = self.periods(interval)
        return PlanRequest(
            scenario=self.goal,
            periods=periods,
            budget=self.budget if budget_goal else None,
            target=None if budget_goal else target,
            bounds={name: ends for name, ends in bounds.items() if name not in locked},
            locked=locked,
            groups=tuple(groups),
            prices={name: 1 + change / 100 for name, change in self.prices.items() if change},
            pacing="flat" if self.pace in ("even", "flights") else "historic",
            patterns=self.weights,
            carry_out=self.carry_out,
            cautious=CAUTIOUS if self.cautious and budget_goal else None,
            today_periods=self.today,
        )

    def _check_weights(self, interval: str) -> None:
        """Weights that the plan would not be spread by must not stand beside it unsaid."""
        periods = self.periods(interval)
        for name, row in self.weights.items():
            if self.pace != "own":
                what = f"the address has weights for {name}, but no spend over time of one's own"
                action = "Put pace=own beside them, or change anything on the page to plan without them."
            elif len(row) != periods:
                given = f"{len(row)} weight{'' if len(row) == 1 else 's'}"
                ahead = write_periods(periods, interval)
                what = f"the table of spend over time has {given} for {name}, but the plan has {ahead}"
                other = (
                    f", or look {write_periods(len(row), interval)} ahead" if len(row) <= MOST_AHEAD[interval] else ""
                )
                action = f"Change a number in the table, which now shows {periods}{other}."
            elif not any(row):
                what = f"all weights of {name} over time are 0"
                action = "Give one of them a number, or hold the channel at 0."
            else:
                continue
            raise SpecificationError(what, where=f"weights.{name}", action=action)

    def only(self, channels: Mapping[str, object] | set[str]) -> PlanInputs:
        """The same question of a model with these channels: what is asked of others is left out."""

        def keep(of: Mapping[str, object]) -> dict[str, object]:
            return {name: value for name, value in of.items() if name in channels}

        kept = {name: keep(getattr(self, name)) for name in ("bounds", "held", "groups", "prices", "weights")}
        moved = self.moved if self.moved in channels else ""
        return replace(self, moved=moved, **cast(dict[str, Mapping[str, float]], kept))  # type: ignore[arg-type]


def check_periods(where: str, asked: float | None, interval: str) -> None:
    """A number of periods as it was typed.

    Raises:
        InputError: it is no whole number, or more than a plan can look ahead.
    """
    most = MOST_AHEAD[interval]
    if asked is not None and (asked != int(asked) or not 1 <= asked <= most):
        raise InputError(
            "a plan cannot look so far ahead", where=where, got=f"{asked:g}", expected=f"a whole number from 1 to {most}",
            action="Choose another.",
        )  # fmt: skip


def check_weight(got: object, weight: float) -> float:
    """A weight of a channel's spend over time, as it was typed.

    Raises:
        InputError: it is larger than any proportion needs.
    """
    if weight > MOST_WEIGHT:
        raise InputError(
            "a weight of the spend over time is too large", where="weights", got=got,
            expected="a number from 0 to a billion", action="Choose a smaller one.",
        )  # fmt: skip
    return weight


def with_flights(inputs: PlanInputs, request: PlanRequest, channels: tuple[str, ...]) -> PlanRequest:
    """Every channel may run in flights where the pace asks for it."""
    if inputs.pace != "flights" or request.periods is None:
        return request
    least = min(inputs.flight or FLIGHT, request.periods)
    return request.change(flights=dict.fromkeys(channels, least))


def _bounds(name: str, ends: Ends, usual: tuple[float, float]) -> Bounds:
    low, high = ends
    _check_ends(name, low, high)
    least = min(usual[0], high) if low is None and high is not None else low
    most = max(usual[1], low) if high is None and low is not None else high
    return Bounds(_share(least), _share(most))


def _check_ends(name: str, low: float | None, high: float | None) -> None:
    if low is not None and high is not None and low > high:
        raise SpecificationError(
            f"the least of {name}, {low:g} % of today, is above its most, {high:g} %",
            where=f"bounds.{name}", got=f"{low:g} to {high:g}", expected="the least first", action="Swap them.",
        )  # fmt: skip


def _share(percent: float | None) -> float | None:
    return None if percent is None else percent / 100
