"""Families of candidates: models that tell the same story, by k-means on their parameters or on their results.

Source of the rule for the number of clusters and of the spread interval: Robyn 3.12.1, `robyn_clusters`. The k-means is our
own, with k-means++ starts from a fixed seed, so that the same candidates give the same families on every machine.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mixline.errors import InputError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FEWEST, MOST = 3, 10
WORTHWHILE = 0.06  # of the total sum of squares: a further cluster must take away more than this
TRIED = 30  # largest number of clusters looked at
STARTS = 10
ROUNDS = 100
SEED = 123
FEWEST_FOR_INTERVAL = 3


@dataclass(frozen=True)
class Clusters:
    """`label`: (C,) cluster of every candidate from 1, the largest first. `top`: its candidate of the lowest score, by
    cluster. `within`: (K,) sum of squares left with 1, 2, ... clusters."""

    label: Ints
    top: Ints
    within: Floats

    def __len__(self) -> int:
        return len(self.top)


@dataclass(frozen=True)
class Spread:
    """Mean of a figure over the models of a cluster, and an interval that about 95 % of such models fall into."""

    mean: float
    low: float
    high: float


def cluster(features: ArrayLike, score: ArrayLike, *, count: int | None = None) -> Clusters:
    """Group candidates.

    Args:
        features: (C, F) parameters or results; each column is scaled to 0..1, columns with a gap or without any spread
            are left out. Equal candidates share a cluster and count once.
        score: (C,) error score, lower is better.
        count: number of clusters; by Robyn's rule when not given: the largest that still takes away more than 6 % of the
            total sum of squares, within 3 to 10.

    Raises:
        InputError: no candidates, no usable feature, or a count that is not possible.
    """
    table, scores = np.asarray(features, dtype=float), np.asarray(score, dtype=float)
    if table.ndim != 2 or not len(table) or len(scores) != len(table):
        raise InputError("there are no candidates to group", got=f"shape {table.shape}", expected="rows of features")
    table = table[:, np.isfinite(table).all(0)]
    low, high = (table.min(0), table.max(0)) if table.shape[1] else (np.zeros(0), np.zeros(0))
    table = (table - low)[:, high > low] / (high - low)[high > low]
    if not table.shape[1]:
        raise InputError("the candidates do not differ", expected="at least one feature with different values")
    points, same = np.unique(table, axis=0, return_inverse=True)
    same = same.reshape(-1)
    most = len(points)
    if count is not None and not 1 <= count <= most:
        raise InputError("this number of clusters is not possible", got=count, expected=f"1 to {most}")
    tried = max(1, min(most - 1, TRIED)) if count is None else count
    found = [_best_of_starts(points, k) for k in range(1, tried + 1)]
    within = np.array([left for _, left in found])
    wanted = min(_worthwhile(within), most) if count is None else count
    labels = (found[wanted - 1] if wanted <= len(found) else _best_of_starts(points, wanted))[0][same]
    sizes = np.bincount(labels, minlength=wanted)
    first = np.array([int(np.nonzero(labels == k)[0][0]) for k in range(wanted)])
    order = np.lexsort((first, -sizes))
    rank = np.empty(wanted, dtype=np.int64)
    rank[order] = np.arange(1, wanted + 1)
    label = rank[labels]
    top = [int(np.nonzero(label == k)[0][np.argmin(scores[label == k])]) for k in range(1, wanted + 1)]
    return Clusters(label, np.array(top, dtype=np.int64), within)


def spread_interval(values: ArrayLike) -> Spread:
    """Interval of a figure (such as a channel's ROI) over the models of a cluster, not below zero.

    Robyn labels it "bootstrapped 95 % CI" of the mean, but widens the standard error by sqrt(n), which makes it a spread of
    models: mean +- t(0.975, n - 1) * se * sqrt(n). The standard error of a bootstrapped mean is sd / sqrt(n) with the
    population's sd; it is used exactly here, where Robyn draws 1,000 resamples.

    Raises:
        InputError: fewer than three finite values.
    """
    figures = np.asarray(values, dtype=float)
    figures = figures[np.isfinite(figures)]
    if len(figures) < FEWEST_FOR_INTERVAL:
        raise InputError("too few models for an interval", got=len(figures), expected="at least 3")
    from scipy.special import stdtrit

    mean = float(figures.mean())
    reach = float(stdtrit(len(figures) - 1, 0.975)) * float(figures.std())
    return Spread(mean, max(0.0, mean - reach), max(0.0, mean + reach))


def _worthwhile(within: Floats) -> int:
    """Robyn's number of clusters for a curve of sums of squares."""
    if within[0] <= 0:
        return 1
    falls = (within[:-1] - within[1:]) / within[0]
    enough = np.nonzero(falls > WORTHWHILE)[0]
    wanted = int(enough[-1]) + 2 if enough.size else 1
    return int(np.clip(wanted, FEWEST, MOST))


def _best_of_starts(points: Floats, count: int) -> tuple[Ints, float]:
    """Labels (N,) from 0 and the sum of squares left, of the best of several starts."""
    generator = np.random.Generator(np.random.PCG64([SEED, count]))
    # Counts above the most that is ever chosen only serve the curve, where Robyn uses a single start, too.
    starts = STARTS if 1 < count <= MOST else 1
    best = _lloyd(points, _spread_out(points, count, generator))
    for _ in range(starts - 1):
        other = _lloyd(points, _spread_out(points, count, generator))
        if other[1] < best[1] - 1e-12:
            best = other
    return best


def _spread_out(points: Floats, count: int, generator: np.random.Generator) -> Floats:
    """k-means++ (Arthur & Vassilvitskii 2007): further centres are drawn in proportion to their squared distance."""
    centres = [points[int(generator.integers(len(points)))]]
    nearest = ((points - centres[0]) ** 2).sum(1)
    while len(centres) < count:
        at = int(np.searchsorted(np.cumsum(nearest), generator.random() * nearest.sum(), side="right"))
        at = min(at, len(points) - 1)
        if nearest[at] == 0:
            at = int(nearest.argmax())
        centres.append(points[at])
        nearest = np.minimum(nearest, ((points - points[at]) ** 2).sum(1))
    return np.array(centres)


def _lloyd(points: Floats, centres: Floats) -> tuple[Ints, float]:
    labels = np.full(len(points), -1, dtype=np.int64)
    squares = (points**2).sum(1)
    for _ in range(ROUNDS):
        distance = np.maximum(squares[:, None] - 2.0 * points @ centres.T + (centres**2).sum(1), 0.0)
        assigned = distance.argmin(1).astype(np.int64)
        for empty in np.setdiff1d(np.arange(len(centres)), assigned):
            # A centre that lost all its points takes the point that is worst served.
            worst = int(np.where(np.bincount(assigned, minlength=len(centres))[assigned] > 1,
                                 distance[np.arange(len(points)), assigned], -1.0).argmax())  # fmt: skip
            assigned[worst] = empty
        if np.array_equal(assigned, labels):
            break
        labels = assigned
        centres = np.stack([np.bincount(labels, weights=column, minlength=len(centres)) for column in points.T], axis=1)
        centres /= np.bincount(labels, minlength=len(centres))[:, None]
    return labels, float(((points - centres[labels]) ** 2).sum())
