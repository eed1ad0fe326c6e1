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
