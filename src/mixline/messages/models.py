"""A fitted model: its summary, series, curves and candidates."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from mixline.messages.base import Digest, Estimate, JobId, Message, Verdict
from mixline.messages.data import Finding


class ChannelSummary(Message):
    """One paid channel over the window. For conversions `roi` is conversions per unit of money; `cpa` its inverse."""

    name: str
    label: str
    kind: str
    spend: float
    contribution: Estimate
    roi: Estimate
    marginal_roi: Estimate
    cpa: Estimate | None
    share_of_spend: float
    share_of_effect: Estimate
    immediate_share: float
    half_life_periods: float
    saturation_share: float  # of the most this channel could ever bring, reached at mean spend
    probability_profitable: float  # P(ROI > 1)


class TermSummary(Message):
    """One term of the decomposition: baseline parts, organic media, context, paid channels."""

    name: str
    label: str
    group: Literal["baseline", "context", "organic", "paid"]
    contribution: Estimate
    share: float


class FitQuality(Message):
    r2: float
    nrmse: float
    mape: float
    nrmse_validation: float | None
    r2_validation: float | None
    rssd: float
    durbin_watson: float


class Lineage(Message):
    """Everything a number can be traced back to."""

    dataset_id: Digest
    specification_id: Digest
    seed: int
    code_version: str
    run_id: JobId | None
    tracking_url: str | None


class ChoiceView(Message):
    """A person's choice of another candidate than the search's. `model_id` is the search's own model."""

    note: str
    model_id: Digest | None
    trial: int  # of the search's candidate
    iteration: int
    reason: str  # the search's
    chosen_by: str = ""  # as the audit trail has it; empty where there is no line of it
    chosen_at: datetime | None = None


class ModelSummary(Message):
    """A model in one document."""

    id: Digest
    title: str
    dataset_name: str
    dataset_version: int
    segment: str
    goal: str
    goal_kind: Literal["revenue", "conversions"]
    currency: str
    interval: Literal["day", "week", "month"]
    window_start: date
    window_end: date
    periods: int
    created_at: datetime
    outcome: float
    spend: float
    incremental: Estimate
    blended_roi: Estimate
    marginal_roi: Estimate  # of the next small amount, spread as today
    channels: list[ChannelSummary]
    terms: list[TermSummary]
    fit: FitQuality
    verdict: Verdict
    findings: list[Finding]
    reason: str
    trials: int
    iterations: int
    draws: int
    lineage: Lineage
    train_periods: int | None = None  # of the window, from its start, that were fitted on; the rest was held out
    choice: ChoiceView | None = None  # None where the search's own choice stands
    passed: list[str] = []  # what the other checks ask, as questions; empty in older documents
    evaluated: int = 0  # candidates tried, fewer than trials x iterations where trials ended early; 0 where not known
    studies: int = 0  # lift studies that the specification names
    continues: Digest | None = None  # the model that this one refreshes


class ModelRow(Message):
    """A model in a list."""

    id: Digest
    title: str
    dataset_id: Digest
    dataset_name: str
    dataset_version: int
    segment: str
    goal: str
    currency: str
    created_at: datetime
    verdict: Verdict
    search: str = ""  # how it was made, in words that tell models of one name apart; empty in older lists


class TermSeries(Message):
    name: str
    label: str
    group: Literal["baseline", "context", "organic", "paid"]
    value: list[float]
    low: list[float]
    high: list[float]


class Contributions(Message):
    """Decomposition over time. `value`s of all terms add up to `fitted`, date by date."""

    model_id: Digest
    period: Literal["day", "week", "month", "quarter"]
    unit: str
    dates: list[date]
    actual: list[float]
    fitted: list[float]
    terms: list[TermSeries]


class Curve(Message):
    """Response of one channel to its spend, all else as it was. Spend and outcome are means per period of the window.

    The curve at `spend_today` is the channel's mean contribution per period.
    """

    channel: str
    label: str
    spend: list[float]
    value: list[float]
    low: list[float]
    high: list[float]
    low50: list[float]
    high50: list[float]
    marginal: list[float]
    spend_today: float
    value_today: Estimate
    marginal_today: Estimate
    observed_maximum: float  # highest mean spend the data can speak of; beyond it the curve is extrapolated
    observed_spend: list[float]  # spend of each period with any, sorted: the rug
    saturation_words: str
    carryover_words: str


class Curves(Message):
    model_id: Digest
    currency: str
    unit: str
    interval: Literal["day", "week", "month"]
    curves: list[Curve]


class CandidateReturns(Message):
    """One paid channel's ROI in every candidate, and how it carries over there (the adstock's own two parameters)."""

    channel: str
    label: str
    adstock: str
    roi: list[float]
    first: list[float]
    second: list[float]


class TrialSummary(Message):
    """How a trial of the search went. `gain_in_last_fifth`: by how much the best error still fell at the end, as a share;
    `settled` when that is little.
    """

    trial: int
    best: float
    gain_in_last_fifth: float
    settled: bool


class ClusterChannel(Message):
    """A paid channel's ROI over the candidates of a cluster: its mean, and the interval about 95 % of them fall into."""

    channel: str
    label: str
    mean: float
    low: float | None
    high: float | None


class ClusterView(Message):
    """A family of good candidates that tell the same story. `number` counts from 1, the largest first; `best` is the place of
    its lowest error. `differs` names the channel that sets it apart from the others, `change` by how much its mean ROI is
    above (or below) theirs, as a share.
    """

    number: int
    size: int
    best: int
    differs: str | None
    change: float
    channels: list[ClusterChannel]


class Candidates(Message):
    """What the search tried that is worth showing. `error` is what candidates are judged by: NRMSE on held-out periods where
    there are any, else on the fitted ones. Lists are empty where an older model did not keep them.
    """

    model_id: Digest
    trial: list[int]
    iteration: list[int]
    nrmse: list[float]
    rssd: list[float]
    front: list[int]
    chosen: int
    error: list[float] = []
    near_optimal: list[bool] = []
    channels: list[CandidateReturns] = []
    trials: list[TrialSummary] = []
    tolerance: float = 0.05  # how far above the lowest error the data cannot tell candidates apart, as a share
    evaluated: int = 0  # candidates of the whole search; the ones here were kept of them
    cluster: list[int] = []  # the family of each good candidate, -1 for those that were not grouped
    clusters: list[ClusterView] = []


class CandidateChoice(Message):
    """Make another candidate the model. `candidate` is its place in `Candidates`; `note` says why, in a person's words."""

    candidate: Annotated[int, Field(ge=0, le=1_000_000, strict=True)]
    note: Annotated[str, Field(min_length=1, max_length=500)]
