"""Do errors follow each other? Durbin and Watson's figure for neighbours, the autocorrelation function for longer echoes."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from mixline.mmm.checks.findings import Finding, Reading
from mixline.mmm.curves import QUARTER, WORDS
from mixline.mmm.model import Floats
from mixline.mmm.response import residuals


@dataclass(frozen=True)
class AutocorrelationCheck:
    """Do errors follow each other? Durbin-Watson is 2 without autocorrelation.

    Below 1 a residual repeats half of the one before: something that lasts for weeks is missing, and ranges are too narrow.
    1.5 is the usual lower line of inspection. The same lines for echoes of up to a quarter of a year later: a correlation of
    0.25 is what a Durbin-Watson of 1.5 says of neighbours, 0.5 what 1 says; under three standard errors it is chance, as the
    largest of a dozen is looked at.
    """

    strong: float = 1.0
    some: float = 1.5
    chance: float = 3.0

    def figure(self, reading: Reading) -> float:
        return reading.fit.durbin_watson

    def run(self, reading: Reading) -> Iterator[Finding]:
        model, figure = reading.model, reading.fit.durbin_watson
        unit = WORDS[model.interval]
        errors = residuals(model)[: model.series.train]
        found = autocorrelations(errors, min(QUARTER[model.interval], len(errors) // 4))
        lag = int(np.argmax(np.abs(found))) + 1 if found.size else 1
        echo = float(found[lag - 1]) if found.size else 0.0
        longer = (
            f" The strongest echo comes {lag} {unit}{'s' if lag > 1 else ''} later, with a correlation of {echo:+.2f}."
        )
        if figure < self.some:
            yield Finding(
                "autocorrelation",
                "warning" if figure < self.strong else "info",
                "Errors of neighbouring periods resemble each other",
                f"Durbin-Watson is {figure:.2f}; 2 would mean that they do not.{longer}",
                "Something lasting is missing: look for a campaign, price or market change where the fit stays off.",
                figure,
            )
        elif abs(echo) > max(1.0 - self.some / 2.0, self.chance / math.sqrt(len(errors))):
            yield Finding(
                "autocorrelation",
                "warning" if abs(echo) > 1.0 - self.strong / 2.0 else "info",
                "Errors come back" if echo > 0 else "Errors swing to and fro",
                f"Durbin-Watson, {figure:.2f}, sees nothing between neighbours.{longer}",
                "Something regular is missing: add the monthly or weekday component, or a factor for what recurs.",
                echo,
            )


def autocorrelations(values: Floats, lags: int) -> Floats:
    """Correlation of a series (n,) with itself 1, 2, ... `lags` steps later, by the whole variance (Box and Jenkins 1970).

    Zeros for a constant series.
    """
    centred = values - values.mean() if values.size else values
    whole = float(centred @ centred)
    if whole <= 0.0:
        return np.zeros(max(lags, 0))
    return np.array([float(centred[:-lag] @ centred[lag:]) / whole for lag in range(1, lags + 1)])
