"""The space the search moves in: which parameters are free, in what range, and what a point of it means.

A point is a vector in [0, 1]^d. Ridge's lambda is spread over its range logarithmically: sampled linearly, as Robyn does,
nine of ten candidates are shrunk far too much (Robyn's median NRMSE on its own demo is twice its best).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mixline.mmm.calibration.batch import lift_errors
from mixline.mmm.model import Floats
from mixline.mmm.search.refresh_loss import distance_from_earlier, shares_of_fit
from mixline.mmm.search.result import Candidates, Ints, Prepared
from mixline.mmm.specification import Range
from mixline.mmm.transforms import kernel
from mixline.mmm.transforms.adstock import adstock_named, reach_of
from mixline.mmm.transforms.losses import split_rows
from mixline.mmm.transforms.ridge import RULES


@dataclass(frozen=True)
class Dimension:
    """One free parameter. `medium` is -1 for those that belong to no channel."""

    parameter: str  # alpha, gamma, the adstock's own, train, lambda, penalty
    medium: int
    column: int  # of the design matrix, for penalties
    range: Range
    logarithmic: bool = False

    def value(self, unit: Floats) -> Floats:
        """Units (C,) in [0, 1] to values."""
        low, high = self.range.low, self.range.high
        if self.logarithmic:
            return np.asarray(np.exp(np.log(low) + unit * (np.log(high) - np.log(low))))
        return low + unit * (high - low)


@dataclass(frozen=True)
class Points:
    """Decoded candidates. Axes as in `Candidates`."""

    adstock: Floats  # (C, M, 2)
    alpha: Floats  # (C, M)
    gamma: Floats  # (C, M)
    ridge: Floats  # (C,)
    penalty: Floats  # (C, J)
    train: Ints  # (C,) rows fitted on
    ends: Ints  # (C, 2) ends of validation and test


def dimensions(prepared: Prepared) -> tuple[Dimension, ...]:
    """The free parameters in order: per channel its adstock's, alpha, gamma; then train, lambda and penalties."""
    found = []
    for m, medium in enumerate(prepared.spec.ordered_media):
        for parameter in (*adstock_named(medium.adstock).parameters, "alpha", "gamma"):
            if not prepared.ranges[m][parameter].fixed:
                found.append(Dimension(parameter, m, -1, prepared.ranges[m][parameter]))
    train = prepared.spec.validation.train
    if train is not None and not train.fixed:
        found.append(Dimension("train", -1, -1, train))
    found.append(Dimension("lambda", -1, -1, Range(*prepared.lambdas), logarithmic=prepared.lambdas[0] > 0))
    if prepared.spec.penalty_factors:
        found += [Dimension("penalty", -1, j, Range(0.0, 1.0)) for j in range(len(prepared.low))]
    return tuple(found)


def decode(prepared: Prepared, space: tuple[Dimension, ...], units: Floats) -> Points:
    """Points (C, d) of the space as parameters; fixed ones are filled in."""
    count, width = len(units), len(prepared.media_names)
    adstock = np.zeros((count, width, 2))
    alpha, gamma = np.empty((count, width)), np.empty((count, width))
    for m, medium in enumerate(prepared.spec.ordered_media):
        alpha[:, m], gamma[:, m] = prepared.ranges[m]["alpha"].low, prepared.ranges[m]["gamma"].low
        for place, name in enumerate(adstock_named(medium.adstock).parameters):
            adstock[:, m, place] = prepared.ranges[m][name].low
    train = prepared.spec.validation.train
    share = np.full(count, 1.0 if train is None else train.low)
    ridge = np.full(count, prepared.lambdas[0])
    penalty = np.ones((count, len(prepared.low)))
    for k, dimension in enumerate(space):
        value = dimension.value(units[:, k])
        if dimension.parameter == "alpha":
            alpha[:, dimension.medium] = value
        elif dimension.parameter == "gamma":
            gamma[:, dimension.medium] = value
        elif dimension.parameter == "train":
            share = value
        elif dimension.parameter == "lambda":
            ridge = value
        elif dimension.parameter == "penalty":
            penalty[:, dimension.column] = value
        else:
            own = adstock_named(prepared.spec.ordered_media[dimension.medium].adstock).parameters
            adstock[:, dimension.medium, own.index(dimension.parameter)] = value
    rows = prepared.window_rows
    cuts = np.array([split_rows(rows, float(s)) for s in share], dtype=np.int64).reshape(count, 2)
    ends = np.column_stack([cuts[:, 1], np.full(count, rows, dtype=np.int64)])
    return Points(adstock, alpha, gamma, ridge, penalty, np.ascontiguousarray(cuts[:, 0]), np.ascontiguousarray(ends))


def evaluate(
    prepared: Prepared,
    points: Points,
    *,
    threshold: float = 0.0,
    zero_penalty: bool = True,
    expected: Floats | None = None,
    precision: Floats | None = None,
) -> Candidates:
    """Fit and judge every point; trial and iteration are left at 0.

    Args:
        expected, precision: (M,) pull every contribution of the window towards an expected one
            (`mixline.mmm.ensemble.expectation`). The search has none.
        threshold: 0 for the exact ridge, 1e-7 for Robyn's stopping rule.
    """
    start, stop = prepared.window
    count, width = points.alpha.shape
    columns, others = len(prepared.low), prepared.other.shape[1]
    beta, contribution = np.zeros((count, columns)), np.zeros((count, width))
    intercept, inflexion, losses = np.zeros(count), np.zeros((count, width)), np.zeros((count, 4))
    media = prepared.spec.ordered_media
    recursive = np.array([adstock_named(m.adstock).recursive for m in media])
    spend = prepared.spend[start:stop].sum(0)
    kernel.evaluate(
        _own(prepared.media[:stop].T),
        _own(prepared.other[start:stop]),
        _own(prepared.outcome[start:stop]),
        start,
        spend / spend.sum(),
        recursive,
        _own(prepared.low),
        _own(prepared.high),
        RULES[prepared.spec.intercept],
        float(threshold),
        prepared.spec.validation.leaking,
        zero_penalty,
        _own(points.adstock[:, :, 0]),
        _kernels(prepared, points, stop),
        _own(points.alpha),
        _own(points.gamma),
        _own(points.ridge),
        _own(points.penalty),
        _own(points.train),
        _own(points.ends),
        np.zeros(width) if expected is None else _own(expected),
        np.zeros(width) if precision is None else _own(precision),
        beta,
        intercept,
        inflexion,
        contribution,
        losses,
    )
    if prepared.spec.refresh is not None:
        constant = intercept * (stop - start)
        shares = shares_of_fit(contribution, beta[:, :others] * prepared.other[start:stop].sum(0), constant)
        losses[:, 3] = distance_from_earlier(prepared, shares)
    zeros = np.zeros(count, dtype=np.int64)
    lift = np.full(count, np.nan)
    if prepared.spec.studies:
        rows = prepared.study_rows
        predicted = rows.predict(points.adstock, points.alpha, inflexion, beta[:, others:])
        lift = lift_errors(predicted, rows.studies)
    return Candidates(
        trial=zeros,
        iteration=zeros,
        adstock=points.adstock,
        alpha=points.alpha,
        gamma=points.gamma,
        ridge=points.ridge,
        penalty=points.penalty,
        train=points.train,
        inflexion=inflexion,
        beta=beta[:, others:],
        coefficients=beta[:, :others],
        intercept=intercept,
        nrmse=losses[:, 0],
        nrmse_validation=losses[:, 1],
        nrmse_test=losses[:, 2],
        rssd=losses[:, 3],
        contribution=contribution,
        lift=lift,
    )


def _own(values: NDArray[Any]) -> NDArray[Any]:
    """A copy in row order that may be written to: numba compiles anew (seconds) for arrays of any other kind."""
    return np.array(values, order="C")


def _kernels(prepared: Prepared, points: Points, stop: int) -> Floats:
    """Kernels (C, M, R) of the media whose adstock is not a recursion, cut where nothing is left."""
    forms = [adstock_named(m.adstock) for m in prepared.spec.ordered_media]
    made = {
        m: form.weights(points.adstock[:, m, 0], points.adstock[:, m, 1], len(prepared.dates))[:, :stop]
        for m, form in enumerate(forms)
        if not form.recursive
    }
    reach = max((reach_of(k) for k in made.values()), default=1)
    weights = np.zeros((len(points.ridge), len(forms), reach))
    for m, k in made.items():
        weights[:, m] = k[:, :reach]
    return weights
