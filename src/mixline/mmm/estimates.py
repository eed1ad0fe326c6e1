"""From draws to figures: an expected value with its ranges.

The value is the weighted mean over the draws, so that values add up the way the model does; the ranges are weighted
quantiles. Imports numpy only.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Ends of the 90 % range, then of the 50 % range.
PROBABILITIES = (0.05, 0.95, 0.25, 0.75)


@dataclass(frozen=True)
class Estimate:
    """One figure: weighted mean, 90 % range (low, high) and 50 % range (low50, high50)."""

    value: float
    low: float
    high: float
    low50: float
    high50: float

    def times(self, factor: float) -> Estimate:
        """The figure in other units. A negative factor swaps the ends of the ranges."""
        low, high, low50, high50 = (x * factor for x in (self.low, self.high, self.low50, self.high50))
        if factor < 0:
            low, high, low50, high50 = high, low, high50, low50
        return Estimate(self.value * factor, low, high, low50, high50)


@dataclass(frozen=True)
class Band:
    """Figures of one shape, such as one per period: arrays of that shape."""

    value: Floats
    low: Floats
    high: Floats
    low50: Floats
    high50: Floats


def estimate(values: Floats, weights: Floats) -> Estimate:
    """Mean and ranges of one figure. `values` and `weights`: shape (D,)."""
    low, high, low50, high50 = weighted_quantiles(values, weights, PROBABILITIES)
    return Estimate(float(weights @ values), float(low), float(high), float(low50), float(high50))


def band(values: Floats, weights: Floats) -> Band:
    """Mean and ranges of many figures. `values`: shape (D, ...); `weights`: (D,)."""
    low, high, low50, high50 = weighted_quantiles(values, weights, PROBABILITIES)
    return Band(np.tensordot(weights, values, axes=1), low, high, low50, high50)


def estimates(values: Floats, weights: Floats) -> tuple[Estimate, ...]:
    """`estimate` of each column. `values`: shape (D, N); `weights`: (D,)."""
    found = band(values, weights)
    columns = (found.value, found.low, found.high, found.low50, found.high50)
    return tuple(Estimate(*map(float, figures)) for figures in zip(*columns, strict=True))


def weighted_quantiles(values: Floats, weights: Floats, probabilities: tuple[float, ...]) -> Floats:
    """Quantiles along the first axis.

    A sorted draw stands at the middle of its share of the weight; between draws the quantile is interpolated, beyond the
    first and last it is their value. Draws without weight have no say.

    Args:
        values: shape (D, ...). weights: shape (D,), not negative, of positive sum. probabilities: Q numbers within 0-1.

    Returns:
        Array of shape (Q, ...).
    """
    keep = weights > 0
    kept, shares = (values, weights) if keep.all() else (values[keep], weights[keep])
    flat = kept.reshape(kept.shape[0], -1)
    shares = shares / shares.sum()
    if np.all(shares == shares[0]):
        ordered = np.sort(flat, axis=0)
        middle = ((np.arange(len(shares)) + 0.5) / len(shares))[:, None]
    else:
        order = np.argsort(flat, axis=0, kind="stable")
        ordered = np.take_along_axis(flat, order, axis=0)
        sorted_shares = shares[order]
        middle = np.cumsum(sorted_shares, axis=0) - sorted_shares / 2
    columns = np.arange(flat.shape[1])
    results = np.empty((len(probabilities), flat.shape[1]))
    for i, probability in enumerate(probabilities):
        above = np.broadcast_to(np.count_nonzero(middle < probability, axis=0), columns.shape)
        left, right = np.maximum(above - 1, 0), np.minimum(above, len(shares) - 1)
        left_at, right_at = (np.broadcast_to(middle, flat.shape)[side, columns] for side in (left, right))
        gap = np.where(right_at > left_at, right_at - left_at, 1.0)
        part = np.clip((probability - left_at) / gap, 0.0, 1.0)
        lower, upper = ordered[left, columns], ordered[right, columns]
        between = np.clip(lower + part * (upper - lower), lower, upper)
        results[i] = np.where(part >= 1.0, upper, between)  # exactly, or a wider range could end before a narrower one
    return results.reshape(len(probabilities), *kept.shape[1:])
