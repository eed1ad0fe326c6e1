"""What a plan is asked to do: periods, scenario, money, limits and assumptions, checked when made.

Amounts are money over all planned periods. Imports numpy-free modules only.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from mixline.errors import SpecificationError

Scenario = Literal["budget", "outcome", "roi", "marginal_roi"]
Pacing = Literal["historic", "flat"]
Baseline = Literal["season", "flat"]
SCENARIOS: Mapping[Scenario, str] = {
    "budget": "the highest outcome for a budget",
    "outcome": "the least budget for an outcome",
    "roi": "the highest outcome at a return on the whole spend",
    "marginal_roi": "spend until the next unit of money brings no more than a target",
}
# Multiples of today's spend where nothing else is asked. For a budget a step that can be taken in one go: on simulated
# companies wider bounds promise more and truly bring no more (docs/accuracy.md). Wider where the budget is the answer.
DEFAULT_BOUNDS: Mapping[Scenario, tuple[float, float]] = {
    "budget": (0.7, 1.4),
    "outcome": (0.1, 3.0),
    "roi": (0.1, 3.0),
    "marginal_roi": (0.1, 3.0),
}
MOST_PERIODS = 731  # two years of days


@dataclass(frozen=True)
class Bounds:
    """Least and most spend of a channel or group: multiples of today's when `relative`, else money over the plan.

    None leaves that end open: no least is 0; no most is the scenario's default for a channel, and no limit for a group.
    """

    low: float | None = None
    high: float | None = None
    relative: bool = True

    def __post_init__(self) -> None:
        for end, value in (("low", self.low), ("high", self.high)):
            if value is not None:
                _require(_is_number(value) and value >= 0, "a bound is not usable", end, value, "0 or more, finite")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise SpecificationError(
                "the bounds are upside down",
                got=f"{self.low} to {self.high}",
                expected="low <= high",
                action="Swap them.",
            )


@dataclass(frozen=True)
class ChannelGroup:
    """Channels that share a least and a most spend."""

    name: str
    channels: tuple[str, ...]
    bounds: Bounds

    def __post_init__(self) -> None:
        object.__setattr__(self, "channels", tuple(self.channels))
        _require(len(self.channels) > 0, "a group has no channels", f"group {self.name}", "none", "one or more")
        twice = _repeated(self.channels)
        _require(not twice, "a channel is in a group twice", f"group {self.name}", ", ".join(twice), "each once")


@dataclass(frozen=True)
class PlanRequest:
    """One question to the planner.

    Args:
        scenario: a key of `SCENARIOS`.
        periods: periods ahead, from the one after the data's last; None plans the model's window once more, as it was.
        budget: money over the plan; today's when None. A ceiling in every scenario but "budget".
        target: outcome over the plan (baseline included) for "outcome"; outcome per unit of money for "roi" and
            "marginal_roi" (for a cost per conversion, its reciprocal).
        bounds: per channel. locked: channels that keep today's spend. groups: no channel in two of them.
        flights: least periods in a row that a channel runs when it does; it may then pause in between.
        pacing: money over the periods as a year before, or the same in each. patterns: a channel's own, one weight per
            period.
        prices: what a unit of media will cost, as a multiple of today's price, per channel.
        baseline: what is not media, as in the same season a year before, or at its mean of the window.
        carry_out: count the effect that comes after the planned periods, too (and no longer what was spent before).
        cautious: maximise this quantile of the gain over today's plan, not its mean: 0.25 asks for a plan that is good
            in three of four draws.
        today_periods: today is the mean spend of so many last periods of the window; of the whole window when None.
        spend_all: the budget is spent to the last unit of money; else it is a ceiling.

    Raises:
        SpecificationError: for what can be seen to be wrong without a model.
    """

    scenario: Scenario = "budget"
    periods: int | None = 13
    budget: float | None = None
    target: float | None = None
    bounds: Mapping[str, Bounds] = field(default_factory=dict)
    locked: tuple[str, ...] = ()
    groups: tuple[ChannelGroup, ...] = ()
    flights: Mapping[str, int] = field(default_factory=dict)
    pacing: Pacing = "historic"
    patterns: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    prices: Mapping[str, float] = field(default_factory=dict)
    baseline: Baseline = "season"
    carry_out: bool = False
    cautious: float | None = None
    today_periods: int | None = None
    spend_all: bool = True

    def __post_init__(self) -> None:
        for name in ("locked", "groups"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        object.__setattr__(self, "patterns", {k: tuple(map(float, v)) for k, v in self.patterns.items()})
        _require(self.scenario in SCENARIOS, "unknown scenario", "scenario", self.scenario, ", ".join(SCENARIOS))
        _require(self.pacing in ("historic", "flat"), "unknown pacing", "pacing", self.pacing, "historic or flat")
        _require(self.baseline in ("season", "flat"), "unknown baseline", "baseline", self.baseline, "season or flat")
        if self.periods is not None:
            usable = _is_whole(self.periods) and 1 <= self.periods <= MOST_PERIODS
            _require(usable, "the number of periods is not usable", "periods", self.periods, f"1 to {MOST_PERIODS}")
        if self.today_periods is not None:
            usable = _is_whole(self.today_periods) and self.today_periods >= 1
            _require(usable, "today's periods are not usable", "today_periods", self.today_periods, "1 or more")
        if self.budget is not None:
            usable = _is_number(self.budget) and self.budget >= 0
            _require(usable, "the budget is not usable", "budget", self.budget, "0 or more, finite")
        if self.scenario != "budget":
            usable = self.target is not None and _is_number(self.target) and self.target > 0
            _require(usable, "this scenario needs a target", "target", self.target, "a finite number above 0")
        elif self.target is not None:
            raise SpecificationError(
                "a target has no meaning in this scenario", where="target", got=self.target,
                action="Choose one of the scenarios outcome, roi, marginal_roi, or leave the target out.",
            )  # fmt: skip
        if self.cautious is not None:
            usable = _is_number(self.cautious) and 0 < self.cautious < 0.5
            _require(usable, "the cautious quantile is not usable", "cautious", self.cautious, "above 0, below 0.5")
            _require(self.scenario == "budget", "only a plan for a budget can be cautious", "cautious", self.scenario,
                     "the scenario budget")  # fmt: skip
        self._check_channels()

    def _check_channels(self) -> None:
        both = sorted(set(self.locked) & set(self.bounds))
        _require(not both, "a locked channel has bounds", "bounds", ", ".join(both), "one or the other")
        twice = _repeated([c for g in self.groups for c in g.channels])
        _require(not twice, "a channel is in two groups", "groups", ", ".join(twice), "at most one group per channel")
        twice = _repeated([g.name for g in self.groups])
        _require(not twice, "names of groups repeat", "groups", ", ".join(twice), "each name once")
        for name, price in self.prices.items():
            usable = _is_number(price) and price > 0
            _require(usable, "a price is not usable", f"prices.{name}", price, "a multiple of today's price, above 0")
        for name, least in self.flights.items():
            usable = _is_whole(least) and least >= 1
            _require(usable, "a flight is not usable", f"flights.{name}", least, "1 or more periods")
            if self.periods is not None:
                _require(least <= self.periods, "a flight is longer than the plan", f"flights.{name}", least,
                         f"at most {self.periods} periods")  # fmt: skip
            _require(self.periods is not None, "a window planned once more keeps its flights", f"flights.{name}", least,
                     "a number of periods ahead")  # fmt: skip
        for name, pattern in self.patterns.items():
            _require(self.periods is not None, "a window planned once more keeps its pacing", f"patterns.{name}",
                     len(pattern), "a number of periods ahead")  # fmt: skip
            usable = all(math.isfinite(v) and v >= 0 for v in pattern) and any(v > 0 for v in pattern)
            _require(usable, "a pattern is not usable", f"patterns.{name}", "weights", "0 or more, not all 0")
            _require(len(pattern) == self.periods, "a pattern does not fit the plan", f"patterns.{name}", len(pattern),
                     f"{self.periods} weights")  # fmt: skip

    def check_against(self, channels: Iterable[str]) -> None:
        """Raise SpecificationError where the request names a channel the model does not pay for."""
        known = list(channels)
        named = [
            *((f"bounds.{n}", n) for n in self.bounds),
            *((f"locked.{n}", n) for n in self.locked),
            *((f"groups.{g.name}", n) for g in self.groups for n in g.channels),
            *((f"flights.{n}", n) for n in self.flights),
            *((f"patterns.{n}", n) for n in self.patterns),
            *((f"prices.{n}", n) for n in self.prices),
        ]
        for where, name in named:
            _require(name in known, "unknown channel", where, name, ", ".join(known))

    def change(self, **changes: object) -> PlanRequest:
        """The same request with some answers changed, checked again."""
        return replace(self, **changes)  # type: ignore[arg-type]


def _require(condition: bool, what: str, where: str, got: object, expected: str) -> None:
    if not condition:
        raise SpecificationError(what, where=where, got=got, expected=expected)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _repeated(names: Iterable[str]) -> list[str]:
    listed = list(names)
    return sorted({n for n in listed if listed.count(n) > 1})
