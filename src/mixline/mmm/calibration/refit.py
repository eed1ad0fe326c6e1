"""Refitting a candidate's strengths to data and lift studies together.

Each study is a term of the ridge: (prediction - effect)^2 / error^2, the prediction being linear in the strengths. Where the
data are taken to be biased about a channel, its column stands in the design twice: once for what the channel causes, which
the study measures, and once for what merely goes together with it. The second part's mean goes to the baseline and its
ups and downs stay unexplained.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mixline.mmm.calibration.evidence import Evidence
from mixline.mmm.model import Floats
from mixline.mmm.specification import InterceptRule
from mixline.mmm.transforms.ridge import RidgeFit, ridge


@dataclass(frozen=True)
class StudiedDesign:
    """One candidate's ridge with studies. J columns, the media last; S studies.

    `x` (n, J); `unit` (S, M) unit effects; `suspicion` (S,) probability that the data are biased about a study's channels.
    """

    x: Floats
    strength: float
    factors: Floats
    low: Floats
    high: Floats
    rule: InterceptRule
    evidence: Evidence
    unit: Floats
    suspicion: Floats

    def refit(self, outcome: Floats, pull: Floats, aim: Floats, rng: np.random.Generator) -> RidgeFit:
        """One draw of the strengths: resampled outcome (n,), redrawn studies, and one of the two stories for each study."""
        columns, others = self.x.shape[1], self.x.shape[1] - self.unit.shape[1]
        effects = self.evidence.drawn(rng)
        biased = rng.random(len(effects)) < self.suspicion
        jitter = rng.standard_normal(self.unit.shape[1:])
        # Without an intercept there is no baseline that the rest could go to.
        spread: Floats = self._spurious(biased) if self.rule != "none" else np.zeros(self.unit.shape[1])
        media = np.flatnonzero(spread)
        twice = others + media
        width = columns + len(media)
        precision = self.evidence.noise / self.evidence.errors**2
        tie, push = np.zeros((width, width)), np.zeros(width)
        tie[others:columns, others:columns] = (self.unit.T * precision) @ self.unit
        push[others:columns] = self.unit.T @ (precision * effects)
        free = np.full(len(media), np.inf)
        found = ridge(
            np.column_stack([self.x, self.x[:, twice]]),
            outcome,
            self.strength,
            low=np.concatenate((self.low, -free)),
            high=np.concatenate([self.high, free]),
            factors=np.concatenate([self.factors, np.zeros(len(media))]),
            rule=self.rule,
            pull=np.concatenate([pull, self.evidence.noise / spread[media] ** 2]),
            aim=np.concatenate([aim, spread[media] * jitter[media]]),
            tie=tie,
            push=push,
        )
        rest = float(found.coefficients[columns:] @ self.x[:, twice].mean(0))
        intercept = found.intercept + rest
        if self.rule == "non_negative":
            intercept = max(intercept, 0.0)
        return RidgeFit(found.coefficients[:columns], intercept, found.has_intercept)

    def _spurious(self, biased: NDArray[np.bool_]) -> Floats:
        """Standard deviation (M,) of what merely goes together with each medium, per unit of its column; 0 without bias."""
        whole = self.unit.sum(1)
        possible = biased & (whole > 0)
        scale = np.where(possible, self.evidence.bias / np.where(whole > 0, whole, 1.0), 0.0)
        return np.asarray((scale[:, None] * (self.unit > 0)).max(0))
