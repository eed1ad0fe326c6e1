"""What goes into the search and what comes out of it: `Prepared` data and a table of `Candidates`.

Column order of every design matrix: the K other terms (components, then context), then the M media. J = K + M.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from mixline.mmm.calibration.batch import StudyRows, locate_studies
from mixline.mmm.model import Floats
from mixline.mmm.specification import Interval, ModelSpec, Range

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Prepared:
    """Checked, numeric data for one specification, aligned by row."""

    spec: ModelSpec
    interval: Interval
    dates: NDArray[np.datetime64]  # (T,)
    outcome: Floats  # (T,)
    spend: Floats  # (T, P) money per period
    media: Floats  # (T, M) spend, or exposure scaled to money
    other: Floats  # (T, K) components in outcome units, context in its own
    window: tuple[int, int]  # first and one-past-last row
    media_names: tuple[str, ...]
    other_names: tuple[str, ...]
    other_groups: tuple[str, ...]  # "component" or "context"
    low: Floats  # (J,) lower limits of the coefficients, other terms first
    high: Floats  # (J,)
    ranges: tuple[dict[str, Range], ...]  # (M,) of alpha, gamma and the adstock's own parameters
    lambdas: tuple[float, float]  # smallest and largest ridge weight, outcome units (glmnet's scale)
    cost: Floats  # (P,) money per unit of exposure in the window; 1 where spend itself is modelled
    notes: tuple[str, ...] = ()  # what was done to the data, sentences for people

    @property
    def window_rows(self) -> int:
        return self.window[1] - self.window[0]

    @cached_property
    def study_rows(self) -> StudyRows:
        """The specification's lift studies, laid over the data."""
        forms = [medium.adstock for medium in self.spec.ordered_media]
        return locate_studies(
            self.spec.studies, self.media_names, forms, self.media, self.dates, self.window, self.interval
        )


@dataclass(frozen=True)
class Candidates:
    """Every candidate the search evaluated, in order of trial and iteration. First axis C."""

    trial: Ints  # (C,) from 1
    iteration: Ints  # (C,) from 1
    adstock: Floats  # (C, M, 2)
    alpha: Floats  # (C, M)
    gamma: Floats  # (C, M)
    ridge: Floats  # (C,) lambda on glmnet's scale, outcome units
    penalty: Floats  # (C, J) penalty factors
    train: Ints  # (C,) window rows fitted on
    inflexion: Floats  # (C, M)
    beta: Floats  # (C, M)
    coefficients: Floats  # (C, K)
    intercept: Floats  # (C,)
    nrmse: Floats  # (C,) on the rows fitted on
    nrmse_validation: Floats  # (C,) nan without a hold-out
    nrmse_test: Floats  # (C,) nan without a hold-out
    rssd: Floats  # (C,)
    contribution: Floats  # (C, M) outcome each medium brought in the window
    lift: Floats  # (C,) error against the lift studies (MAPE); nan without studies

    def __len__(self) -> int:
        return int(self.trial.shape[0])

    @property
    def error(self) -> Floats:
        """(C,) what the search minimised: NRMSE on held-out rows where there are any, else on the fitted ones."""
        return np.where(np.isnan(self.nrmse_validation), self.nrmse, self.nrmse_validation)

    def take(self, rows: Ints) -> Candidates:
        """The given rows, in the given order."""
        return Candidates(**{f.name: getattr(self, f.name)[rows] for f in fields(self)})


def join(parts: list[Candidates]) -> Candidates:
    """Several trials one after the other."""
    return Candidates(**{f.name: np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Candidates)})
