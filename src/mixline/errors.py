"""Every error a person may meet.

The tree::

    MixlineError
    ├── InputError              something a person gave us is wrong (422)
    │   ├── DataError           ... in a table
    │   ├── SpecificationError  ... in a model specification
    │   └── SettingsError       ... in a setting or an option
    ├── ForbiddenError          this person may not do that (403)
    ├── TooLargeError           more than we accept (413)
    ├── NotFoundError           no such thing (404)
    ├── ConflictError           the thing is not in a state that allows this (409)
    ├── BusyError               the queue is full, come back later (429)
    ├── UnavailableError        a part we depend on does not answer (503)
    ├── IntegrityError          stored bytes are not what they were (500)
    └── CancelledError          a person stopped the work (409)

Each error says what is wrong, where, what was got, what was expected and what to do next. Every edge (browser, API,
command line) shows the same sentence; the API adds a correlation id.
"""

from __future__ import annotations

from typing import Any


class MixlineError(Exception):
    """Base of all errors with a sentence for people.

    Args:
        what: the fault in plain words, without a full stop: "the spend column holds text".
        where: the place: a file and column, a field of a specification, a route. Empty when there is no narrower place.
        got: the offending value, already shortened to something readable.
        expected: what would have been right.
        action: what the person should do next, as a sentence.
    """

    code = "error"
    status = 500

    def __init__(
        self,
        what: str,
        *,
        where: str = "",
        got: object = None,
        expected: str = "",
        action: str = "",
    ) -> None:
        self.what = what
        self.where = where
        self.got = None if got is None else shorten(got)
        self.expected = expected
        self.action = action
        super().__init__(self.sentence)

    @property
    def sentence(self) -> str:
        """One sentence (and the advice, if any, as a second one)."""
        text = f"{self.where}: {self.what}" if self.where else self.what[:1].upper() + self.what[1:]
        if self.got is not None:
            text += f"; got {self.got}"
        if self.expected:
            text += f"; expected {self.expected}"
        text = text.rstrip(".") + "."
        return f"{text} {self.action}" if self.action else text

    def to_dict(self) -> dict[str, Any]:
        """The parts, for a job row or a problem document."""
        return {
            "code": self.code,
            "sentence": self.sentence,
            "what": self.what,
            "where": self.where,
            "got": self.got,
            "expected": self.expected,
            "action": self.action,
        }


class InputError(MixlineError):
    """Something a person gave us is wrong."""

    code = "input"
    status = 422


class DataError(InputError):
    """A table is not usable as it is."""

    code = "data"


class SpecificationError(InputError):
    """A model specification contradicts itself or its data."""

    code = "specification"


class SettingsError(InputError):
    """A setting or an option is not usable."""

    code = "settings"


class ForbiddenError(MixlineError):
    """This person, or this page, may not do that."""

    code = "forbidden"
    status = 403


class TooLargeError(MixlineError):
    """More was sent than is accepted."""

    code = "too-large"
    status = 413


class NotFoundError(MixlineError):
    """There is no such thing."""

    code = "not-found"
    status = 404


class ConflictError(MixlineError):
    """The thing exists but is not in a state that allows this."""

    code = "conflict"
    status = 409


class BusyError(MixlineError):
    """The queue is full. `retry_after` is in seconds."""

    code = "busy"
    status = 429

    def __init__(self, what: str, *, retry_after: int, **parts: Any) -> None:
        self.retry_after = retry_after
        super().__init__(what, **parts)


class UnavailableError(MixlineError):
    """A part we depend on does not answer."""

    code = "unavailable"
    status = 503


class IntegrityError(MixlineError):
    """Stored bytes are not what they were when they were stored."""

    code = "integrity"
    status = 500


class CancelledError(MixlineError):
    """A person stopped the work."""

    code = "cancelled"
    status = 409


def shorten(value: object, limit: int = 80) -> str:
    """A value as it appears in an error: quoted if text, cut in the middle if long."""
    text = repr(value) if isinstance(value, str) else str(value)
    if len(text) <= limit:
        return text
    half = (limit - 3) // 2
    return f"{text[:half]}...{text[-half:]}"
