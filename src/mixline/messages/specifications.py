"""Composing runs: the draft of a dataset with its defaults and their reasons, checks, saved settings and batches."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import Field, StrictBool

from mixline.messages.base import Digest, JobId, JobState, Message, Preset

Segment = Annotated[str, Field(max_length=200)]
Bound = Literal["about", "at most", "under", "unknown"]


class RangeView(Message):
    low: float
    high: float


class KindDefaults(Message):
    """What is assumed of a kind of channel. `theta` is per period of the dataset."""

    kind: str
    theta: RangeView
    reason: str


class AdstockView(Message):
    """A form of carry-over: its parameters with their default ranges; `theta` depends on the kind of channel instead."""

    name: str
    parameters: list[str]
    ranges: dict[str, RangeView]


class ChannelDefaults(Message):
    """A channel of the dataset as the draft has it. `ranges` are those searched unless the specification says otherwise."""

    name: str
    label: str
    paid: bool
    kind: str
    spend: str | None
    exposure: str | None
    ranges: dict[str, RangeView]
    reason: str


class CostView(Message):
    """What a search will take. `seconds` is None before anything was measured here, `cost` also without a price."""

    candidates: int
    seconds: float | None
    bound: Bound
    core_seconds: float | None
    cost: float | None
    currency: str


class SizeEstimate(Message):
    """A named size of search with what it will take on this dataset."""

    name: Preset
    trials: int
    iterations: int
    purpose: str
    takes: CostView


class SpecificationDraft(Message):
    """A specification to start from, and what there is to choose from. `notes` say what was left out on the way."""

    dataset_id: Digest
    segment: str
    interval: Literal["day", "week", "month"]
    first_date: date
    last_date: date
    specification: dict[str, Any]
    channels: list[ChannelDefaults]
    context: list[dict[str, Any]]  # every context of the draft, as the specification writes them
    kinds: list[KindDefaults]
    adstocks: list[AdstockView]
    limits: dict[str, RangeView]
    components: list[str]
    sizes: list[SizeEstimate]
    notes: list[str] = []


class SpecificationRequest(Message):
    """A specification to check against a dataset, for one segment or several (none: the whole table).

    In several it is adapted to each, as `RunRequest.adapt` does.
    """

    dataset_id: Digest
    segments: Annotated[list[Segment], Field(max_length=100)] = []
    specification: dict[str, Any]


class SpecificationProblem(Message):
    """What is wrong at one field. `path` is as in `media[2].ranges.theta`, empty for the whole."""

    path: str
    segment: str = ""
    sentence: str
    expected: str = ""
    action: str = ""


class RunPlan(Message):
    """One run the specification stands for. `run_id` and `state` are those of the same run where there is one already."""

    segment: str
    specification_id: Digest
    run_id: JobId | None = None
    state: JobState | None = None


class SpecificationCheck(Message):
    """The engine's word on a specification. `takes` is for all runs together."""

    ok: bool
    problems: list[SpecificationProblem]
    notes: list[str]
    runs: list[RunPlan]
    takes: CostView
    cost_per_thousand: float | None  # candidates


class SettingsRequest(Message):
    """Keep a specification's settings under a name; the same name again replaces them."""

    name: Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[A-Za-z0-9][A-Za-z0-9 _.,()+-]*$")]
    dataset_id: Digest
    specification: dict[str, Any]


class SavedSettingsView(Message):
    id: JobId
    name: str
    actor: str
    created_at: datetime
    summary: str


class BatchRequest(Message):
    """Runs as the text of a CSV file, a row per run; the template says which columns there are."""

    content: Annotated[str, Field(min_length=1, max_length=200_000)]
    again: StrictBool = False  # of the launch: also rows whose run has succeeded


class BatchRow(Message):
    """One row: ready to launch, the same as an earlier row, known as a run already, or wrong."""

    line: int  # of the file, the header being 1
    state: Literal["ready", "same", "known", "wrong"]
    dataset: str
    segment: str
    size: str
    problems: list[str] = []
    same_as: int | None = None  # the line
    run_id: JobId | None = None
    takes: CostView | None = None


class BatchPreview(Message):
    rows: list[BatchRow]
    ready: int
    takes: CostView  # of the ready rows together


class BatchResult(Message):
    """What was launched, in the order of the file, and how many rows were left out."""

    launched: list[JobId]
    left_out: int
