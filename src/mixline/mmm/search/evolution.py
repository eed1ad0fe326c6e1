"""Differential evolution on one, two or three losses at once: nevergrad's TwoPointsDE, the optimiser Robyn uses, on arrays.

The rules are nevergrad 1.0.12's (`differentialevolution.py`, TwoPointsDE with more than one objective): a population of 30
around the middle, donors steered by the Pareto front found so far, crossover between two cuts, and a child that takes its
parent's place with the weighted share of the losses it is better in. Asked for a batch at a time, all its children are
made at once: a hundredth of the time that an object per candidate takes, and no import of two seconds in every process.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mixline.mmm.model import Floats

POPULATION = 30
FIRST_SPREAD = 1 / 6  # standard deviation of the first members around the middle of [0, 1]
STEP = 0.8  # F1 and F2: weight of the difference of two others, and of the way to a front member
REFERENCE = 1.0  # a loss beyond it does not count as a trade-off, while a point within exists


class Evolution:
    """The population and the front of one search over [0, 1]^d. Losses are minimised."""

    def __init__(self, size: int, batch: int, weights: tuple[float, ...], rng: np.random.Generator) -> None:
        """`size`: number of parameters d. `batch`: most candidates asked at once. `weights`: one per loss."""
        members = max(POPULATION, batch)
        self.rng = rng
        self.weights = np.asarray(weights, dtype=float)
        self.points = _bounced(0.5 + FIRST_SPREAD * rng.normal(size=(members, size)))
        self.losses = np.full((members, len(weights)), np.inf)
        self.names = np.full(members, -1, dtype=np.int64)  # number of the told candidate a member is
        self.front_points, self.front_losses = self.points[:0], self.losses[:0]
        self.front_names = self.names[:0]
        self.next = 0  # place in the round of members
        self.told = 0
        self.asked = np.zeros(0, dtype=np.int64)  # members whose children are out
        self.out = self.points[:0]

    def ask(self, count: int) -> Floats:
        """`count` candidates (count, d), at most the batch; they must be told before the next are asked."""
        members = len(self.points)
        rows = (self.next + np.arange(count)) % members
        self.next += count
        self.asked = rows
        fresh = self.names[rows] < 0
        self.out = self.points[rows].copy()
        if not fresh.all():
            self.out[~fresh] = self._children(rows[~fresh])
        return self.out.copy()

    def tell(self, losses: Floats) -> None:
        """The losses (count, L) of the candidates asked last, finite."""
        count, rows = len(self.asked), self.asked
        names = self.told + np.arange(count)
        self.told += count
        if len(self.weights) > 1:
            better = (losses < self.losses[rows]) @ (self.weights / self.weights.sum())
            taken = better > self.rng.random(count)
        else:
            taken = losses[:, 0] <= self.losses[rows, 0]
        taken |= self.names[rows] < 0
        kept = rows[taken]
        self.points[kept], self.losses[kept], self.names[kept] = self.out[taken], losses[taken], names[taken]
        self._renew_front(losses, names)

    def _children(self, rows: NDArray[np.int64]) -> Floats:
        count, size = len(rows), self.points.shape[1]
        parents, front = self.points[rows], len(self.front_names)
        best = self.front_points[self.rng.integers(0, front, count)]
        if len(self.weights) > 1:
            on_front = np.isin(self.names[rows], self.front_names)
            best[on_front] = parents[on_front]
        pool = self.front_points if front > 2 and len(self.weights) > 1 else self.points
        one = self.rng.integers(0, len(pool), count)
        # Front members differ from each other; members drawn from the population may be the same, as in nevergrad.
        if pool is self.front_points:
            two = (one + self.rng.integers(1, len(pool), count)) % len(pool)
        else:
            two = self.rng.integers(0, len(pool), count)
        donor = parents + STEP * (pool[one] - pool[two]) + STEP * (best - parents)
        return _bounced(np.where(self._inherited(count, size), parents, donor))

    def _inherited(self, count: int, size: int) -> NDArray[np.bool_]:
        """Which coordinates (count, d) stay the parent's: those between two cuts, or those outside them."""
        if size < 2:
            return np.zeros((count, size), dtype=np.bool_)
        first = self.rng.integers(0, size + 1, count)
        second = (first + self.rng.integers(1, size + 1, count)) % (size + 1)
        low, high = np.minimum(first, second), np.maximum(first, second)
        # The whole vector is no segment: the upper cut is drawn again.
        whole = (low == 0) & (high == size)
        high[whole] = self.rng.integers(1, size, int(whole.sum()))
        places = np.arange(size)
        inside = (places >= low[:, None]) & (places < high[:, None])
        return np.asarray(inside ^ (self.rng.random(count) < 0.5)[:, None])

    def _renew_front(self, losses: Floats, names: NDArray[np.int64]) -> None:
        points = np.concatenate([self.front_points, self.out])
        table = np.concatenate([self.front_losses, losses])
        known = np.concatenate([self.front_names, names])
        if len(self.weights) > 1:
            within = (table < REFERENCE).all(1)
            if within.any():
                points, table, known = points[within], table[within], known[within]
            order = np.lexsort((known, *table.T[::-1]))
            if len(self.weights) == 2:
                second = table[order, 1]
                before = np.concatenate([[np.inf], np.minimum.accumulate(second)[:-1]])
                order = order[second < before]
            else:
                order = order[_unbeaten(table[order])]
        else:
            order = np.lexsort((known, table[:, 0]))[:1]
        self.front_points, self.front_losses, self.front_names = points[order], table[order], known[order]


def _unbeaten(table: Floats) -> NDArray[np.bool_]:
    """Which rows (N,) of losses in ascending order no other row is at least as good as in everything; of equals the first."""
    unbeaten = np.ones(len(table), dtype=np.bool_)
    for row in range(len(table)):
        # Only an earlier row can be as good in everything, and one that is beaten itself has its better before it.
        if unbeaten[row]:
            unbeaten[row + 1 :] &= (table[row + 1 :] < table[row]).any(1)
    return unbeaten


def _bounced(points: Floats) -> Floats:
    """Reflected once at the ends of [0, 1], then cut."""
    reflected = np.where(points < 0, -points, np.where(points > 1, 2 - points, points))
    return np.asarray(np.clip(reflected, 0.0, 1.0))
