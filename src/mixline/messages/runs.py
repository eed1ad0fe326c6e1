"""Jobs and runs: what is launched and how far it is."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field, StrictBool

from mixline.messages.base import Digest, JobId, JobState, Message, Preset


class PresetView(Message):
    """A named size of search."""

    name: Preset
    trials: int
    iterations: int
    purpose: str


class RunTag(Message):
    """A number a person gave a run under a name, such as week = 32; without a number it is a mark, such as final."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9 _.-]{0,39}$")]
    value: Annotated[float, Field(allow_inf_nan=False, ge=-1e15, le=1e15)] | None = None


class RunTags(Message):
    """All tags of a run; those it had before and that are not here are taken away."""

    tags: Annotated[list[RunTag], Field(max_length=20)]


class RunRequest(Message):
    """Launch a fit. Asking twice for the same dataset, specification and seed gives the same run.

    `specification` (a ModelSpec document) replaces the draft made from the dataset's mapping. With `adapt` it may come from
    another segment or dataset: what this one lacks is left out, and a country brings its own holidays.
    """

    dataset_id: Digest
    preset: Preset = "standard"
    segment: str = ""
    seed: Annotated[int, Field(ge=0, lt=2**31, strict=True)] = 123
    trials: Annotated[int, Field(ge=1, le=100, strict=True)] | None = None
    iterations: Annotated[int, Field(ge=1, le=100_000, strict=True)] | None = None
    specification: dict[str, Any] | None = None
    again: StrictBool = False  # run once more even if the same run has succeeded
    adapt: StrictBool = False
    tags: Annotated[list[RunTag], Field(max_length=20)] = []


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
    tags: list[RunTag] = []
    core_seconds: float | None = None  # wall seconds times the cores booked for it; None where not measured
    cost: float | None = None  # of those core seconds; None without a price
    cost_currency: str = ""


class SearchCloud(Message):
    """Candidates of a search that is at work, oldest first: error (NRMSE) and distance of effect from spend (DECOMP.RSSD).

    Empty before the first candidate and once the run has ended: its model then has the candidates.
    """

    run_id: JobId
    error: list[float] = []
    rssd: list[float] = []
