"""Who asks, and what they may do.

On a laptop there is no sign-in: whoever uses it is the local user. Behind a sign-in proxy the header that `identity_header`
names says who it is. The names are shown on pages and kept in the audit trail as they are here. Rights are checked in the
use cases, so that every way in is the same.
"""

from __future__ import annotations

from mixline.errors import ForbiddenError
from mixline.services.context import Services
from mixline.settings import Settings

LONGEST_NAME = 200
LOCAL_USER = (
    "local user"  # without a sign-in nobody is told apart; the account of the service says nothing about who asked
)
UNKNOWN = "an unknown person"  # a sign-in is set up, and this request came without it


def name_person(settings: Settings, header: str | None) -> str:
    """The person a request comes from; `header` is the value of the identity header, where one is set."""
    if not settings.identity_header:
        return LOCAL_USER
    # Identity-Aware Proxy writes "accounts.google.com:ada@example.com"
    name = (header or "").rpartition(":")[2].strip()[:LONGEST_NAME]
    return name or UNKNOWN


def may_direct_queue(settings: Settings, person: str) -> bool:
    """Whether a person may pause, resume and reorder the queue."""
    operators = {name.strip().casefold() for name in settings.queue_operators.split(",") if name.strip()}
    return not operators or person.casefold() in operators


def require_queue_operator(services: Services, person: str) -> None:
    """Raises ForbiddenError for who may not direct the queue."""
    if not may_direct_queue(services.settings, person):
        raise ForbiddenError(
            "you may not direct the queue",
            where=person,
            action="Ask one of its operators (MIXLINE_QUEUE_OPERATORS) to do it.",
        )
