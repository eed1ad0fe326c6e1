"""Trade-offs between two losses: Pareto fronts, Robyn's error score, crowding."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def fronts(first: ArrayLike, second: ArrayLike) -> Ints:
    """The Pareto front of every point (C,), 1 for the best (Robyn 3.12.1, `pareto_front`).

    Sorted by `first` and then `second`, a front is where the running minimum of `second` falls strictly; it is taken out
    and the rest is sorted again. Equal points all get the first of their fronts. Points that are not finite come last, together.
    """
    one, two = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    result = np.zeros(len(one), dtype=np.int64)
    finite = np.isfinite(one) & np.isfinite(two)
    order = np.lexsort((two, one))
    order = order[finite[order]]
    front = 0
    while order.size:
        front += 1
        values = two[order]
        before = np.concatenate([[np.inf], np.minimum.accumulate(values)[:-1]])
        falls = values < before
        result[order[falls]] = front
        order = order[~falls]
    # Copies of a point were put on later fronts, one by one; that is how Robyn counts fronts, but they belong to the first.
    _, same = np.unique(np.column_stack([one, two])[finite], axis=0, return_inverse=True)
    lowest = np.full(int(same.max(initial=-1)) + 1, np.iinfo(np.int64).max)
    np.minimum.at(lowest, same, result[finite])
    result[finite] = lowest[same]
    result[~finite] = front + 1
    return result


def error_score(losses: ArrayLike, balance: ArrayLike) -> Floats:
    """One figure per point (C,): length of the weighted, min-max normalised losses (C, L) (Robyn, `errors_scores`).

    A loss that is the same everywhere is left as it is. Infinite losses count as 1 after normalising, which is the worst.
    """
    table = np.array(losses, dtype=float)
    weights = np.asarray(balance, dtype=float) / np.sum(balance)
    for k in range(table.shape[1]):
        column = table[:, k]
        finite = np.isfinite(column)
        if finite.any():
            low, high = column[finite].min(), column[finite].max()
            if high > low:
                column = (column - low) / (high - low)
        table[:, k] = np.where(finite, column, 1.0)
    return np.asarray(np.sqrt(((table * weights) ** 2).sum(1)))


def crowding(losses: ArrayLike) -> Floats:
    """Crowding distance (C,) of the points of one front (Deb et al. 2002, NSGA-II); the ends are infinite."""
    table = np.asarray(losses, dtype=float)
    distance = np.zeros(len(table))
    for k in range(table.shape[1]):
        order = np.argsort(table[:, k], kind="stable")
        values = table[order, k]
        spread = values[-1] - values[0]
        distance[order[[0, -1]]] = np.inf
        if spread > 0:
            distance[order[1:-1]] += (values[2:] - values[:-2]) / spread
    return distance


def hypervolume(first: ArrayLike, second: ArrayLike, reference: tuple[float, float]) -> float:
    """Area between the front of two losses and a reference point that is worse in both."""
    one, two = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    inside = (one < reference[0]) & (two < reference[1])
    order = np.lexsort((two[inside], one[inside]))
    area, floor = 0.0, reference[1]
    for x, y in zip(one[inside][order], two[inside][order], strict=True):
        if y < floor:
            area += (reference[0] - x) * (floor - y)
            floor = y
    return float(area)
