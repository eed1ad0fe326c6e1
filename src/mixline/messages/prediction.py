"""What-if questions to a model."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from mixline.messages.base import Digest, Estimate, Message


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
