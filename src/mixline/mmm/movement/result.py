"""What moved between two models: the parts of a `Movement`. Values per period of each model's window."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from mixline.mmm.checks.findings import Finding
from mixline.mmm.estimates import Estimate
from mixline.mmm.model import Floats
from mixline.mmm.movement.data import DataChange
from mixline.mmm.movement.specification import Difference
from mixline.mmm.response import Group

Measure = Literal["share_of_effect", "roi", "marginal_roi", "contribution"]
CauseName = Literal["spend", "new_data", "specification", "uncertainty"]
MEASURES: tuple[Measure, ...] = ("share_of_effect", "roi", "marginal_roi", "contribution")
CAUSES: tuple[CauseName, ...] = ("spend", "new_data", "specification", "uncertainty")


@dataclass(frozen=True)
class Moved:
    """One figure before and after; `causes` add up to the change and are empty where it cannot be taken apart."""

    measure: Measure
    before: Estimate | None
    after: Estimate | None
    change: Estimate | None
    causes: dict[CauseName, float]

    @property
    def relative(self) -> float | None:
        """The change over the earlier value."""
        if self.change is None or self.before is None or self.before.value == 0:
            return None
        return self.change.value / abs(self.before.value)

    @property
    def within_range(self) -> bool:
        """Whether the 90 % range of the change holds zero."""
        return self.change is not None and self.change.low <= 0.0 <= self.change.high

    @property
    def main_cause(self) -> CauseName | None:
        """The part that most of the change goes back to: the largest in its direction."""
        if self.change is None or not self.causes or self.change.value == 0:
            return None
        sign = 1.0 if self.change.value > 0 else -1.0
        return max(self.causes, key=lambda name: self.causes[name] * sign)


@dataclass(frozen=True)
class ChannelMovement:
    """A paid channel in either model. `warning`: its ROI moved by more than the line, and its range does not explain it."""

    name: str
    label: str
    kind: str
    presence: Literal["both", "added", "removed"]
    spend_before: float | None
    spend_after: float | None
    figures: dict[Measure, Moved]
    warning: bool
    words: str


@dataclass(frozen=True)
class FittedSeries:
    """Actual and both fits (T,) over all periods of either window; nan outside a model's own. New periods begin at `new_from`."""

    dates: list[date]
    actual: Floats
    before: Floats
    after: Floats
    new_from: date | None


@dataclass(frozen=True)
class BuildTerm:
    """One bar of a build's decomposition. Base, trend, season and holidays are one bar, the baseline."""

    name: str
    label: str
    group: Group
    share: float
    contribution: float


@dataclass(frozen=True)
class Movement:
    """What moved from one model to a later one, and why. Channels: the most moved first."""

    threshold: float
    headline: str
    totals: dict[Measure, Moved]  # all paid channels as one; no share
    channels: tuple[ChannelMovement, ...]
    specification: tuple[Difference, ...]
    data: DataChange
    fitted: FittedSeries
    findings: tuple[Finding, ...]
