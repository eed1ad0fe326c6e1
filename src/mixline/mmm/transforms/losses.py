"""How a candidate is judged: error against the outcome, and distance between shares of spend and of effect.

Formulas: Robyn 3.12.1, `robyn_run`. The compiled search computes the same figures; these are for one model at a time.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

ZERO_SHARE = 0.00005  # shares of effect that round to zero at four decimals


def nrmse(actual: ArrayLike, fitted: ArrayLike) -> float:
    """Root mean square error over the range of the actual values (n,); nan for no values."""
    y, fit = np.asarray(actual, dtype=float), np.asarray(fitted, dtype=float)
    if not y.size:
        return float("nan")
    return float(np.sqrt(np.mean((y - fit) ** 2)) / np.ptp(y))


def r_squared(actual: ArrayLike, fitted: ArrayLike) -> float:
    """1 - SSE/SST with the slice's own mean."""
    y, fit = np.asarray(actual, dtype=float), np.asarray(fitted, dtype=float)
    return float(1.0 - ((y - fit) ** 2).sum() / ((y - y.mean()) ** 2).sum())


def adjusted_r_squared(actual: ArrayLike, fitted: ArrayLike, *, rows: int, terms: int, intercept: bool = True) -> float:
    """R squared adjusted for `terms` columns at `rows` fitted rows (Robyn uses the training rows for every slice)."""
    spare = rows - terms - 1
    if spare <= 0:
        return float("nan")
    return 1.0 - (1.0 - r_squared(actual, fitted)) * (rows - int(intercept)) / spare


def rssd(contribution: ArrayLike, spend: ArrayLike, *, zero_penalty: bool = True) -> float:
    """DECOMP.RSSD: distance between each paid channel's share of effect and its share of spend.

    Args:
        contribution, spend: (P,) totals of the window.
        zero_penalty: multiply by 1 + the share of channels without effect.

    Returns:
        0 where shares agree, infinite where no paid channel has an effect.
    """
    effect, money = np.asarray(contribution, dtype=float), np.asarray(spend, dtype=float)
    if effect.sum() == 0:
        return float("inf")
    share = effect / effect.sum()
    distance = float(np.sqrt(((share - money / money.sum()) ** 2).sum()))
    return distance * (1.0 + float((np.abs(share) <= ZERO_SHARE).mean())) if zero_penalty else distance


def split_rows(rows: int, train: float) -> tuple[int, int]:
    """Ends of the training and of the validation slice of a window for a training share (Robyn, ts_validation).

    The rest of the window is the test slice. A share of 1 leaves nothing out.
    """
    if train >= 1.0:
        return rows, rows
    fitted = int(np.floor(1 + (rows - 1) * train))
    return fitted, fitted + int(np.floor((1 - train) / 2 * rows))
