"""Checks of how a model does on periods it has not seen: held-out rows, and the forecasts of a back-test."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from mixline.mmm.backtest.result import Backtest, read_backtest
from mixline.mmm.checks.findings import Finding, Reading
from mixline.mmm.checks.words import write_return
from mixline.mmm.curves import WORDS


@dataclass(frozen=True)
class HoldOutCheck:
    """Does it foresee periods it has not seen?

    An error on held-out weeks twice that of the fitted ones means the model has learned noise; an R² below zero there
    means that the plain average would have been a better forecast. A back-test answers the same question better.
    """

    worse: float = 2.0

    def figure(self, reading: Reading) -> float | None:
        """Error of the held-out rows over that of the fitted ones."""
        held, fitted = (reading.model.metrics.get(f"nrmse_{part}", math.nan) for part in ("validation", "train"))
        return held / fitted if fitted > 0 and math.isfinite(held) else None

    def run(self, reading: Reading) -> Iterator[Finding]:
        metrics, unit = reading.model.metrics, WORDS[reading.model.interval]
        held, fitted = metrics.get("nrmse_validation", math.nan), metrics.get("nrmse_train", math.nan)
        r2 = metrics.get("r2_validation", math.nan)
        if math.isnan(held):
            if read_backtest(reading.model) is None:
                yield Finding(
                    "no-hold-out",
                    "info",
                    f"No {unit}s were held out",
                    f"The fit was judged on the {unit}s it was made from.",
                    f"On the Runs page, under Hold-out & back-test, fit on 80 % of the {unit}s or ask for 4 forecasts from "
                    "the past (validation.train and validation.folds of a specification).",
                )
        elif r2 < 0 or (fitted > 0 and held > self.worse * fitted):
            ratio = held / fitted if fitted > 0 else math.inf
            yield Finding(
                "hold-out",
                "warning",
                f"The model foresees held-out {unit}s poorly",
                f"Its error there is {ratio:.1f} times that of the {unit}s it was fitted on.",
                "Use fewer channels or less context, or a longer history.",
                round(ratio, 3) if math.isfinite(ratio) else None,
            )


@dataclass(frozen=True)
class BacktestCheck:
    """Did the forecasts of the back-test beat the year before, hold what their ranges promise, and agree on returns?

    A model that forecasts no better than repeating the year before has not shown that it knows what moves the outcome.
    Errors of neighbouring periods resemble each other, so that 50 periods count as about 20: by chance the coverage of a
    90 % range then lies between 0.7 and 1. Folds share most of their data, so a return that doubles between them rests on
    few periods; from 5 % of spend on it matters.
    """

    covered: float = 0.7
    least: int = 12  # periods; with fewer a coverage says little
    moved: float = 2.0
    spend: float = 0.05

    def applies(self, reading: Reading) -> bool:
        return read_backtest(reading.model) is not None

    def figure(self, reading: Reading) -> float | None:
        """What the forecasts gain over the year before, as a share of its error."""
        found = read_backtest(reading.model)
        return None if found is None else found.skill

    def run(self, reading: Reading) -> Iterator[Finding]:
        found = read_backtest(reading.model)
        if found is None:
            return
        if found.skill <= 0:
            yield Finding(
                "backtest-naive",
                "warning",
                "The model forecasts no better than the year before",
                found.words,
                "Add what else moves the outcome, or use fewer channels and less context.",
                found.skill,
            )
        if found.coverage < self.covered and found.periods >= self.least:
            yield Finding(
                "backtest-coverage",
                "warning",
                "Forecasts miss their ranges too often",
                f"{found.coverage:.0%} of {found.periods} forecast {found.interval}s came within their 90 % range.",
                "Read the ranges as too narrow: something moves the outcome that the model does not know.",
                found.coverage,
            )
        yield from self._moved(reading, found)

    def _moved(self, reading: Reading, found: Backtest) -> Iterator[Finding]:
        goal = reading.model.spec.goal
        for channel in reading.channels:
            movement = found.movement(channel.name)
            if channel.share_of_spend < self.spend or movement is None or movement <= self.moved:
                continue
            values = [figure.value for figure in found.returns(channel.name) if figure is not None]
            yield Finding(
                "backtest-roi",
                "info",
                f"The ROI of {channel.label} moved as {found.interval}s were added",
                f"The back-test put it between {write_return(min(values), goal)} and {write_return(max(values), goal)}.",
                "Test the channel before moving its budget far, or vary its spend more.",
                movement if math.isfinite(movement) else None,
                (channel.name,),
            )
