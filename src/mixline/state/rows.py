"""What every repository needs: a clock, and the sentence for a row that is not there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from mixline.errors import NotFoundError

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The time now, aware, in UTC. The default clock; tests pass their own."""
    return datetime.now(UTC)


def missing(kind: str, key: str, *, where_to_look: str) -> NotFoundError:
    """The error for a row that does not exist."""
    return NotFoundError(f"there is no {kind} with this id", got=key, action=where_to_look)
