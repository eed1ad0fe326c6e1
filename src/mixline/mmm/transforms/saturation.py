"""Saturation: each further unit of media brings less. Hill's curve, and its split into immediate and carry-over parts.

Formula: Robyn 3.12.1, `saturation_hill`: `z**alpha / (z**alpha + inflexion**alpha)` with `inflexion = gamma * max(z)`.
Imports numpy only, because the dashboard loads this module.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def hill(z: ArrayLike, alpha: ArrayLike, inflexion: ArrayLike) -> Floats:
    """Hill's curve, 0 at nothing, one half at the inflexion, towards 1.

    Args:
        z: adstocked media, not negative. alpha, inflexion: broadcast against z.

    Returns:
        Shares in [0, 1); 0 where z is 0 or the inflexion is 0 (a channel that never ran).
    """
    level, half = np.asarray(z, dtype=float), np.asarray(inflexion, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        ratio = np.where(level > 0, np.power(half / level, np.asarray(alpha, dtype=float)), np.inf)
    return np.where(half > 0, 1.0 / (1.0 + ratio), 0.0)


def hill_slope(z: ArrayLike, alpha: ArrayLike, inflexion: ArrayLike) -> Floats:
    """Derivative of `hill` by z, per unit of z. At z = 0 it is the limit from above (infinite for alpha < 1)."""
    level, power, half = (np.asarray(v, dtype=float) for v in (z, alpha, inflexion))
    share = hill(level, power, half)
    with np.errstate(divide="ignore", invalid="ignore"):
        inside = power * share * (1.0 - share) / level
        at_zero = np.where(power > 1, 0.0, np.where(power == 1, 1.0 / half, np.inf))
    return np.where(half > 0, np.where(level > 0, inside, at_zero), 0.0)


def inflexion_point(adstocked: ArrayLike, gamma: ArrayLike) -> Floats:
    """`gamma` times the largest adstocked value along the last axis."""
    return np.asarray(np.asarray(gamma, dtype=float) * np.max(np.asarray(adstocked, dtype=float), axis=-1))


def split(adstocked: ArrayLike, immediate: ArrayLike, alpha: ArrayLike, inflexion: ArrayLike) -> tuple[Floats, Floats]:
    """(immediate, carry-over) parts of the saturated series; they add up to it.

    Carry-over takes the lower, steeper part of the curve: it is there before this period's media arrives.
    """
    level = np.asarray(adstocked, dtype=float)
    carried = hill(np.maximum(level - np.asarray(immediate, dtype=float), 0.0), alpha, inflexion)
    return hill(level, alpha, inflexion) - carried, carried
