"""Who asks, and what they may do.

On a laptop there is no sign-in: everything is done by the account the service runs under. Behind a sign-in proxy the header
that `identity_header` names says who it is. Rights are checked in the use cases, so that every way in is the same.
"""

from __future__ import annotations

import getpass
from functools import lru_cache

from mixline.errors import ForbiddenError
from mixline.services.context import Services
from mixline.settings import Settings

LONGEST_NAME = 200


def name_person(settings: Settings, header: str | None) -> str:
    """The person a request comes from; `header` is the value of the identity header, where one is set."""
    if not settings.identity_header:
        return local_person()
    # Identity-Aware Proxy writes "accounts.google.com:ada@example.com"
    name = (header or "").rpartition(":")[2].strip()[:LONGEST_NAME]
    return name or "unknown"


@lru_cache(maxsize=1)
def local_person() -> str:
    """The account this process runs under."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # an account without a name, as in some containers
        return "local"


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
