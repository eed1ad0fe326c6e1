"""What a check is given and what it gives back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, Protocol

from mixline.mmm import response
from mixline.mmm.model import MixModel

Severity = Literal["info", "warning", "error"]


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
    """One question put to a model."""

    def run(self, reading: Reading) -> Iterator[Finding]: ...
