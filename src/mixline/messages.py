"""What the services and the dashboard say to each other: the trainer and prediction APIs' documents.

Every number that is uncertain is an `Estimate` with its 90 % range. Money is in the model's currency per the whole
window unless a name says otherwise. Shares are 0-1.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool

Role = Literal["date", "goal", "spend", "exposure", "organic", "context", "factor", "segment", "ignore"]
Severity = Literal["info", "warning", "error"]
Verdict = Literal["trust", "care", "do_not_use"]
JobState = Literal["queued", "running", "succeeded", "failed", "cancelled"]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
JobId = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
Preset = Literal["test", "standard", "thorough"]


class Message(BaseModel):
    """Base: unknown fields are refused, so that a misspelt one is never silently ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Problem(Message):
    """An error (RFC 9457 problem+json). `correlation_id` is what to quote to whoever runs the service."""

    type: str
    title: str
    status: int
    detail: str
    instance: str = ""
    code: str
    where: str = ""
    got: str | None = None
    expected: str = ""
    action: str = ""
    correlation_id: str


class Estimate(Message):
    """An expected value with its 90 % range (5 % and 95 % weighted quantiles) and its 50 % range."""

    value: float
    low: float
    high: float
    low50: float
    high50: float


# --- data -------------------------------------------------------------------------------------------------------------


class ColumnSuggestion(Message):
    """One column of an uploaded table with the role we would give it, and why."""

    name: str
    type: Literal["date", "number", "text", "boolean"]
    role: Role
    reason: str
    confidence: Literal["high", "medium", "low"]
    channel: str = ""  # for spend and exposure: which channel it belongs to; for organic: its name
    kind: str = "other"  # media kind (see specification.Media.kind)
    missing: int = 0
    zero_share: float = 0.0
    minimum: float | None = None
    maximum: float | None = None
    mean: float | None = None
    examples: list[str] = []


class Finding(Message):
    """Something to know about a table or a model. `action` is what to do about it."""

    code: str
    severity: Severity
    title: str
    detail: str = ""
    action: str = ""
    columns: list[str] = []
    value: float | None = None


class UploadView(Message):
    """An uploaded table that is not yet a dataset. Uploading the same bytes again gives the same id."""

    id: Digest
    filename: str
    rows: int
    interval: Literal["day", "week", "month"] | None
    first_date: date | None
    last_date: date | None
    segments: list[str]  # values of the suggested segment column, e.g. countries
    columns: list[ColumnSuggestion]
    findings: list[Finding]
    preview: list[dict[str, Any]]  # the first rows, as shown


class ColumnChoice(Message):
    """What a person confirmed for one column."""

    name: str
    role: Role
    channel: str = ""
    kind: str = "other"


class DatasetRequest(Message):
    """Turn an upload into a versioned dataset. The same name again makes the next version."""

    upload_id: Digest
    name: Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[A-Za-z0-9][A-Za-z0-9 _.-]*$")]
    columns: list[ColumnChoice]
    goal_kind: Literal["revenue", "conversions"] = "revenue"
    currency: Annotated[str, Field(pattern=r"^([A-Z]{3})?$")] = ""
    holiday_country: Annotated[str, Field(pattern=r"^([A-Z]{2})?$")] = ""


class DatasetView(Message):
    """A versioned dataset. `id` is the SHA-256 of its content and mapping."""

    id: Digest
    name: str
    version: int
    rows: int
    interval: Literal["day", "week", "month"]
    first_date: date
    last_date: date
    goal: str
    goal_kind: Literal["revenue", "conversions"]
    currency: str
    holiday_country: str
    segment_column: str
    segments: list[str]
    channels: list[str]
    columns: list[ColumnChoice]
    findings: list[Finding]
    created_at: datetime
    filename: str


class DatasetRows(Message):
    """Some rows of a dataset, as stored. Dates are ISO text; a missing value is null."""

    dataset_id: Digest
    total: int
    offset: int
    columns: list[str]
    rows: list[dict[str, Any]]


# --- jobs and runs ----------------------------------------------------------------------------------------------------


class PresetView(Message):
    """A named size of search."""

    name: Preset
    trials: int
    iterations: int
    purpose: str


class RunRequest(Message):
    """Launch a fit. Asking twice for the same dataset, specification and seed gives the same run.

    `specification` (a ModelSpec document) replaces the draft made from the dataset's mapping.
    """

    dataset_id: Digest
    preset: Preset = "standard"
    segment: str = ""
    seed: Annotated[int, Field(ge=0, lt=2**31, strict=True)] = 123
    trials: Annotated[int, Field(ge=1, le=100, strict=True)] | None = None
    iterations: Annotated[int, Field(ge=1, le=100_000, strict=True)] | None = None
    specification: dict[str, Any] | None = None
    again: StrictBool = False  # run once more even if the same run has succeeded


class ProgressView(Message):
    percent: float
    stage: str
    seconds_left: float | None
    best: dict[str, float]


class JobView(Message):
    """A job as everybody sees it."""

    id: JobId
    kind: str
    state: JobState
    attempt: int
    max_attempts: int
    cancel_requested: bool
    progress: ProgressView
    position: int | None
    reason: str
    error: dict[str, Any] | None
    result: dict[str, Any] | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class EventView(Message):
    sequence: int
    at: datetime
    kind: str
    message: str
    data: dict[str, Any]


class RunView(Message):
    """A run: the job, what it works on, and the model when it is done."""

    id: JobId
    job: JobView
    dataset_id: Digest
    dataset_name: str
    dataset_version: int
    segment: str
    goal: str
    preset: str
    trials: int
    iterations: int
    seed: int
    specification_id: Digest
    model_id: Digest | None
    tracking_url: str | None


# --- models -----------------------------------------------------------------------------------------------------------


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


class CandidateChoice(Message):
    """Make another candidate the model. `candidate` is its place in `Candidates`; `note` says why, in a person's words."""

    candidate: Annotated[int, Field(ge=0, le=1_000_000, strict=True)]
    note: Annotated[str, Field(min_length=1, max_length=500)]


# --- prediction -------------------------------------------------------------------------------------------------------


class ResponseRequest(Message):
    """Mean spend per period and channel; channels left out stay as they were."""

    spend: dict[str, Annotated[float, Field(ge=0, le=1e15, allow_inf_nan=False)]]


class ResponseView(Message):
    """Expected outcome per period with that spend, against today's."""

    model_id: Digest
    currency: str
    unit: str
    spend: dict[str, float]
    outcome: Estimate
    outcome_today: Estimate
    uplift: Estimate
    by_channel: dict[str, Estimate]
    extrapolated: list[str]


# --- state of the services --------------------------------------------------------------------------------------------


class Health(Message):
    status: Literal["ok"]
    service: str
    version: str


class Readiness(Message):
    """Whether each part the service needs answers."""

    status: Literal["ready", "degraded", "not_ready"]
    service: str
    version: str
    parts: dict[str, str]


class Status(Message):
    """What an operator sees at a glance."""

    queued: int
    running: int
    workers: int
    datasets: int
    models: int
    tracking_url: str
    tracking_pending: int
    demo: Literal["absent", "seeding", "ready", "failed"]
