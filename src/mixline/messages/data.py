"""What a table is and becomes: uploads, columns, datasets."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from mixline.messages.base import Digest, Message, Role, Severity


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
