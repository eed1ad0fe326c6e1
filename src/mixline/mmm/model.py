"""A marketing mix model: data, and weighted draws of everything that was estimated.

Every figure anybody sees is computed from a `MixModel` by `mixline.mmm.response` and nothing else. Estimators (the search
of `mixline.mmm.fitting`, others later) only differ in how they arrive at the draws.

Axes: T periods of the whole series, W periods of the window, M media (paid first, then organic), P paid media, K other
terms (trend, season, holiday, context columns), D draws, C candidates.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mixline.mmm.specification import Interval, ModelSpec

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Draws:
    """D equally shaped parameter sets. The first P columns of every media axis are the paid channels."""

    weights: Floats  # (D,), sums to 1
    adstock: Floats  # (D, M, 2): geometric (theta, 0), Weibull (shape, scale)
    alpha: Floats  # (D, M) Hill exponent
    inflexion: Floats  # (D, M) Hill half-saturation, in units of the adstocked media column
    beta: Floats  # (D, M) outcome at full saturation, per period
    coefficients: Floats  # (D, K) outcome per unit of each other term
    intercept: Floats  # (D,)
    candidate: NDArray[np.int64]  # (D,) row of `MixModel.candidates` the draw came from
    chosen: int  # index of the chosen candidate's own point fit (no resampling)

    def __len__(self) -> int:
        return int(self.weights.shape[0])


@dataclass(frozen=True)
class Series:
    """The data a model was fitted on, aligned by row."""

    dates: NDArray[np.datetime64]  # (T,) day resolution, first day of each period
    outcome: Floats  # (T,)
    spend: Floats  # (T, P) account currency per period
    media: Floats  # (T, M) modelled input: spend, or exposure scaled to money by its cost per exposure
    other: Floats  # (T, K) trend, season, holiday, ... in outcome units; context in its own units
    window: tuple[int, int]  # first and one-past-last row of the modelling window
    train: int  # rows of the window, from its start, that were fitted on


@dataclass(frozen=True, repr=False)
class MixModel:
    """One fitted model. Frozen; arrays are read-only."""

    spec: ModelSpec
    series: Series
    draws: Draws
    media_names: tuple[str, ...]  # (M,)
    other_names: tuple[str, ...]  # (K,)
    other_groups: tuple[str, ...]  # (K,) "component" or "context"
    interval: Interval
    candidates: dict[
        str, NDArray[Any]
    ]  # columns of length C: trial, iteration, nrmse, nrmse_validation, rssd, front, cluster ...
    metrics: dict[
        str, float
    ]  # of the chosen candidate: r2_train, nrmse_train, nrmse_validation, r2_validation, rssd, ...
    reason: str  # why this candidate was chosen, in words
    facts: dict[str, Any] = field(default_factory=dict)  # dataset id, code version, seed, engine, convergence per trial

    @property
    def paid_count(self) -> int:
        return int(self.series.spend.shape[1])

    @property
    def paid_names(self) -> tuple[str, ...]:
        return self.media_names[: self.paid_count]

    @property
    def window_dates(self) -> NDArray[np.datetime64]:
        start, stop = self.series.window
        return self.series.dates[start:stop]

    def __repr__(self) -> str:
        from mixline.mmm.model_words import describe

        return describe(self)

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        from mixline.mmm.model_words import describe_html

        return describe_html(self)
