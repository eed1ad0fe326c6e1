"""Models side by side: what moved between two of them and why, which of several to trust, what changed since the last.

Contributions and spend are means per period here, because windows differ in length. The range of a change takes into account
that models of one question err together where their windows share periods (`mixline.mmm.movement.comparison`).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from mixline.messages.base import Digest, Estimate, Message, Verdict
from mixline.messages.data import Finding
from mixline.messages.models import ModelRow, ModelSummary

Measure = Literal["share_of_effect", "roi", "marginal_roi", "contribution"]
CauseName = Literal["spend", "new_data", "specification", "uncertainty"]
DifferenceKind = Literal["specification", "ranges", "window", "search", "refresh"]
Criterion = Literal["fit", "hold_out", "checks", "stability"]
TermGroup = Literal["baseline", "context", "organic", "paid"]


class Cause(Message):
    """A part of a change, in the measure's units. The parts of a change add up to it.

    "spend": the earlier model's parameters with the later spend and periods. "new_data": the earlier parameters of memory and
    saturation refitted to the later data. Both together are what the data did. "specification": other questions were asked.
    "uncertainty": the rest, which the search and the resampling move.
    """

    cause: CauseName
    value: float


class Moved(Message):
    """One figure before and after. `relative` is the change over the earlier value; None where that is zero."""

    measure: Measure
    before: Estimate | None
    after: Estimate | None
    change: Estimate | None  # None where the channel is in one model only
    relative: float | None
    within_range: bool  # the 90 % range of the change holds zero
    causes: list[Cause]  # empty where the change cannot be taken apart


class ChannelMovement(Message):
    """What moved of a paid channel. `warning`: its ROI moved by more than the line and its range does not explain it."""

    name: str
    label: str
    kind: str
    presence: Literal["both", "added", "removed"]
    spend_before: float | None  # mean per period
    spend_after: float | None
    figures: list[Moved]
    main_cause: CauseName | None
    warning: bool
    words: str


class SpecificationDifference(Message):
    """One place where specifications differ, values as text; an empty text where it is absent."""

    path: str
    kind: DifferenceKind
    before: str
    after: str


class ColumnRevision(Message):
    """A column whose values changed in periods that both data sets have. `relative` is the sum of absolute changes over the sum
    of absolute earlier values of all shared periods; None where those are all zero.
    """

    column: str
    label: str
    revised: int
    relative: float | None
    largest: float
    largest_at: date
    first: date
    last: date


class DataDifference(Message):
    """How the later model's data differ from the earlier one's, over all rows and not only the windows'."""

    before_first: date
    before_last: date
    after_first: date
    after_last: date
    shared: int
    added: int
    dropped: int
    first_added: date | None
    last_added: date | None
    columns_added: list[str]
    columns_dropped: list[str]
    revisions: list[ColumnRevision]  # the largest first


class FittedSeries(Message):
    """Actual and both fits over time; null outside a model's window. New periods begin at `new_from`."""

    dates: list[date]
    actual: list[float]
    before: list[float | None]
    after: list[float | None]
    new_from: date | None


class BuildTerm(Message):
    """One bar of a build's decomposition: its share of the fit. `baseline` is base, trend, season and holidays together."""

    name: str
    label: str
    group: TermGroup
    share: float
    contribution: float  # mean per period


class Build(Message):
    """A model of a chain or comparison, as a stack of shares."""

    model_id: str
    title: str
    window_start: date
    window_end: date
    steps: int | None  # periods added against the one before; None for a first build
    terms: list[BuildTerm]


class Movement(Message):
    """What moved from one model to a later one, and why. `threshold` is the warning line, as a share."""

    before: ModelRow
    after: ModelRow
    refresh: bool
    interval: Literal["day", "week", "month"]
    currency: str
    unit: str
    threshold: float
    headline: str
    totals: list[Moved]  # roi: blended; contribution: of all paid channels; marginal_roi; no share
    channels: list[ChannelMovement]  # the most moved first
    specification: list[SpecificationDifference]
    data: DataDifference
    fitted: FittedSeries
    builds: list[Build]  # the chain, oldest first, this model last
    findings: list[Finding]


class ComparedChannel(Message):
    """A channel across the models, in their order; null where a model does not have it."""

    name: str
    label: str
    kind: str
    spend: list[float | None]
    share_of_spend: list[float | None]
    share_of_effect: list[Estimate | None]
    roi: list[Estimate | None]
    marginal_roi: list[Estimate | None]
    contribution: list[Estimate | None]


class ConfigurationRow(Message):
    """One place where the models' specifications differ; `values` as text in the models' order, empty where absent."""

    path: str
    kind: DifferenceKind
    values: list[str]


class PairedData(Message):
    """How a model's data differ from those of the first model named."""

    model_id: Digest
    difference: DataDifference


class Score(Message):
    """One criterion. `value` is 0-1, more is better; None where it cannot be said. A criterion counts where every model of its
    goal and segment has it; elsewhere its `weight` is 0 and the others share it. `words` say what the value rests on.
    """

    criterion: Criterion
    weight: float
    value: float | None
    words: str


class RankedModel(Message):
    model_id: Digest
    rank: int
    score: float
    verdict: Verdict
    scores: list[Score]


class Ranking(Message):
    """The models of one goal and segment (country), best first."""

    goal: str
    segment: str
    models: list[RankedModel]


class StabilityPoint(Message):
    """A channel's figures in one model, at the end of its window: the course of share and ROI over builds. `within`: standard
    deviation of ROI over the model's draws, relative to its mean.
    """

    model_id: Digest
    window_end: date
    created_at: datetime
    roi: Estimate
    share_of_effect: Estimate
    within: float | None = None


class ChannelStability(Message):
    """A channel over the models of one goal and segment, the earliest window first.

    `spread`: standard deviation of ROI over the models, relative to its mean; None with fewer than two models.
    """

    name: str
    label: str
    spread: float | None
    points: list[StabilityPoint]


class Comparison(Message):
    """Two to five models side by side, in the order asked for. Weights add up to 1."""

    models: list[ModelSummary]
    channels: list[ComparedChannel]
    configuration: list[ConfigurationRow]
    data: list[PairedData]
    weights: dict[Criterion, Annotated[float, Field(ge=0, le=1)]]
    ranking: list[Ranking]
    stability: list[ChannelStability]
    builds: list[Build]
    notes: list[str]


class HeadlineChange(Message):
    """One headline figure now and in the previous model. Money is per period. `within_range`: the change's 90 % range holds zero;
    None for figures that are not estimated, such as spend.
    """

    measure: Literal["incremental", "blended_roi", "marginal_roi", "spend"]
    before: float
    after: float
    difference: float
    relative: float | None
    within_range: bool | None
    words: str


class Change(Message):
    """What changed since the previous model of the same dataset name, segment and goal. No changes where there is none."""

    model_id: Digest
    previous: ModelRow | None
    refresh: bool = False
    changes: list[HeadlineChange] = []
