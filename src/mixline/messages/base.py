"""What every document shares: the base class, ids, problems and estimates."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

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
