"""The queue as a whole: whether it starts what waits, and how people direct it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from mixline.messages.base import Message


class QueueView(Message):
    """The queue as everybody sees it. `actor`, `note` and `changed_at` say who paused or resumed it last, why and when."""

    paused: bool
    note: str
    actor: str
    changed_at: datetime | None
    waiting: int
    running: int
    workers: int
    may_direct: bool  # whether the person who asks may pause, resume and reorder


class PauseRequest(Message):
    """Hold the queue. What runs goes on; what waits stays where it is."""

    note: Annotated[str, Field(max_length=200)] = ""


class MoveRequest(Message):
    """Put a waiting run elsewhere in the line."""

    place: Literal["first", "up", "down", "last"]
