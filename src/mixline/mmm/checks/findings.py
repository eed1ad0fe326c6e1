"""What a check is given and what it gives back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, Protocol

from mixline.mmm import response
from mixline.mmm.model import MixModel

Severity = Literal["info", "warning", "error"]
Status = Literal["passed", "not_asked", "info", "warning", "error"]


@dataclass(frozen=True)
class Finding:
    """Something to know about a model. `value` is the figure it rests on; `columns` the terms it is about."""

    code: str
    severity: Severity
    title: str
    detail: str
    action: str
    value: float | None = None
    columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reading:
    """A model with the figures that several checks look at, each computed once."""

    model: MixModel

    @cached_property
    def channels(self) -> tuple[response.ChannelResult, ...]:
        return response.channel_results(self.model)

    @cached_property
    def totals(self) -> response.Totals:
        return response.totals(self.model)

    @cached_property
    def fit(self) -> response.Fit:
        return response.fit_quality(self.model)


class Check(Protocol):
    """One question put to a model: the first line of the class's docstring.

    A check whose answer is one number has a `figure(reading)`, too, which is shown when it passes; one that is about some models
    only has `applies(reading)`.
    """

    def run(self, reading: Reading) -> Iterator[Finding]: ...


@dataclass(frozen=True)
class Answer:
    """What one check found, also when that is nothing: its question, status, the figure it rests on, and its findings.

    "not_asked" where the question has no meaning for the model, as that of a back-test nobody asked for.
    """

    question: str
    status: Status
    figure: float | None
    findings: tuple[Finding, ...]


def ask(check: Check, reading: Reading) -> Answer:
    """Run one check."""
    found = tuple(check.run(reading))
    applies = getattr(check, "applies", None)
    worst: Status = "passed" if applies is None or applies(reading) else "not_asked"
    for severity in ("info", "warning", "error"):
        if any(finding.severity == severity for finding in found):
            worst = severity
    figure = next((f.value for f in found if f.severity == worst), None)
    measure = getattr(check, "figure", None)
    if not found and measure is not None:
        figure = measure(reading)
    words = (type(check).__doc__ or type(check).__name__).strip().splitlines()[0]
    return Answer(words.split("?")[0] + ("?" if "?" in words else ""), worst, figure, found)
