"""What the trainer was asked for while a page is drawn, and what it answered.

A page is made of its address, the theme and the trainer's answers, and of nothing else. So a page can be given again
where each of its questions, asked anew for whoever looks, is answered with the same bytes (a verifying trace, as build
systems have it: Mokhov, Mitchell and Peyton Jones, "Build systems à la carte", 2018).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from flask import g, has_request_context

NAME = "mixline_trail"


@dataclass(frozen=True)
class Asked:
    """A question and the digest of its answer; `settled` when the answer can never be another one."""

    path: str
    digest: bytes
    settled: bool


@dataclass
class Trail:
    """The questions of one request, in order. Not `whole` when something was asked that cannot be asked again this way, was
    refused, or was answered from what was last known.
    """

    asked: list[Asked] = field(default_factory=list)
    whole: bool = True

    def add(self, asked: Asked) -> None:
        if asked not in self.asked:
            self.asked.append(asked)


def begin() -> Trail:
    """A trail for the request that is being answered."""
    trail = Trail()
    setattr(g, NAME, trail)
    return trail


def current() -> Trail | None:
    """The trail of the request that is being answered, where one was begun."""
    return getattr(g, NAME, None) if has_request_context() else None


def note(path: str, digest: bytes, *, settled: bool) -> None:
    """A question was answered by the trainer."""
    if trail := current():
        trail.add(Asked(path, digest, settled))


def spoil() -> None:
    """What is being drawn holds more than its questions tell."""
    if trail := current():
        trail.whole = False
