"""Documents of a model in another currency than its own: every amount of money times the stated rate.

Money a model explains (revenue) and money it was given (spend) change alike, so returns per unit of money stay; returns in
conversions are per unit of the new currency. Nothing is fitted again: a model is the same in any currency.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from flask import Flask, current_app

from mixline.exchange import Rates, read_rates
from mixline.messages import Change, Contributions, Curves, Estimate, ModelSummary
from mixline.settings import Settings

EXTENSION = "mixline.rates"
ROI_MEASURES = ("blended_roi", "marginal_roi")
CURVE_OUTCOMES = ("value", "low", "high", "low50", "high50")
Item = TypeVar("Item", bound=Any)


@dataclass(frozen=True)
class Exchange:
    """How the amounts of a page are shown: `rate` of `into` for one of the model's own currency, as of `day`."""

    own: str
    into: str
    rate: float = 1.0
    conversions: bool = False
    day: date | None = None

    @property
    def changes(self) -> bool:
        return self.into != self.own

    def money(self, value: float) -> float:
        return value * self.rate

    def outcome(self, value: float) -> float:
        return value if self.conversions else value * self.rate

    def roi(self, value: float) -> float:
        """Outcome per unit of money."""
        return value / self.rate if self.conversions else value

    def summary(self, summary: ModelSummary) -> ModelSummary:
        """A model's summary; the checks' sentences stay as the engine wrote them."""
        if not self.changes:
            return summary
        channels = [
            channel.model_copy(
                update={
                    "spend": self.money(channel.spend),
                    "contribution": each(channel.contribution, self.outcome),
                    "roi": each(channel.roi, self.roi),
                    "marginal_roi": each(channel.marginal_roi, self.roi),
                    "cpa": None if channel.cpa is None else each(channel.cpa, self.money),
                }
            )
            for channel in summary.channels
        ]
        terms = [
            term.model_copy(update={"contribution": each(term.contribution, self.outcome)}) for term in summary.terms
        ]
        return summary.model_copy(
            update={
                "currency": self.into,
                "outcome": self.outcome(summary.outcome),
                "spend": self.money(summary.spend),
                "incremental": each(summary.incremental, self.outcome),
                "blended_roi": each(summary.blended_roi, self.roi),
                "marginal_roi": each(summary.marginal_roi, self.roi),
                "channels": channels,
                "terms": terms,
            }
        )

    def contributions(self, document: Contributions) -> Contributions:
        if not self.changes or self.conversions:
            return document
        terms = [self._all(term, ("value", "low", "high")) for term in document.terms]
        return self._all(document, ("actual", "fitted")).model_copy(update={"unit": self.into, "terms": terms})

    def curves(self, document: Curves) -> Curves:
        if not self.changes:
            return document
        curves = []
        for curve in document.curves:
            drawn = curve if self.conversions else self._all(curve, CURVE_OUTCOMES)
            money = {name: [self.money(x) for x in getattr(curve, name)] for name in ("spend", "observed_spend")}
            curves.append(
                drawn.model_copy(
                    update={
                        **money,
                        "marginal": [self.roi(x) for x in curve.marginal],
                        "spend_today": self.money(curve.spend_today),
                        "observed_maximum": self.money(curve.observed_maximum),
                        "value_today": each(curve.value_today, self.outcome),
                        "marginal_today": each(curve.marginal_today, self.roi),
                    }
                )
            )
        unit = document.unit if self.conversions else self.into
        return document.model_copy(update={"currency": self.into, "unit": unit, "curves": curves})

    def change(self, change: Change) -> Change:
        """What changed since the model before, both at the rate of the page: a moved rate is not a moved result."""
        if not self.changes:
            return change
        changes = []
        for found in change.changes:
            convert = self.money if found.measure == "spend" else self.outcome
            convert = self.roi if found.measure in ROI_MEASURES else convert
            figures = {name: convert(getattr(found, name)) for name in ("before", "after", "difference")}
            changes.append(found.model_copy(update=figures))
        return change.model_copy(update={"changes": changes})

    def _all(self, item: Item, names: Sequence[str]) -> Item:
        """The lists of outcomes at these names."""
        copy: Item = item.model_copy(update={name: [self.outcome(x) for x in getattr(item, name)] for name in names})
        return copy


def each(estimate: Estimate, convert: Any) -> Estimate:
    """Every figure of an estimate."""
    names = ("value", "low", "high", "low50", "high50")
    return estimate.model_copy(update={name: convert(getattr(estimate, name)) for name in names})


def make_exchange(summary: ModelSummary, wanted: str, rates: Rates) -> Exchange:
    """How a model is shown to who asks for `wanted`: in its own currency where there is no rate for it."""
    conversions = summary.goal_kind == "conversions"
    if wanted not in rates.offer(summary.currency):
        return Exchange(summary.currency, summary.currency, conversions=conversions)
    return Exchange(summary.currency, wanted, rates.rate(summary.currency, wanted), conversions, rates.day)


def keep_rates(server: Flask, settings: Settings) -> None:
    """The rates of this application."""
    server.extensions[EXTENSION] = read_rates(settings.rates)


def current_rates() -> Rates:
    """The rates of the application that is answering."""
    rates: Rates = current_app.extensions.get(EXTENSION) or Rates()
    return rates
