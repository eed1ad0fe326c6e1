"""The lasso for a few columns, exactly."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def solve_lasso(quadratic: Floats, linear: Floats, penalty: float, start: Floats) -> Floats:
    """Minimiser of d'Qd/2 - c'd + penalty * |d|_1 for a small positive definite Q.

    Feature-sign search (Lee, Battle, Raina & Ng 2007, "Efficient sparse coding algorithms"): an exact solve on the columns
    thought not to be zero, a step towards it as far as the loss falls, one more column when nothing else is left to do.
    """
    solution = start.copy()
    signs = np.sign(solution)
    for _ in range(40 * len(linear)):
        active = signs != 0
        slope = quadratic @ solution - linear
        settled = np.abs(slope[active] + penalty * signs[active]) <= 1e-9 * (penalty + np.abs(linear[active]))
        if settled.all():
            idle = np.where(active, 0.0, np.abs(slope))
            entering = int(np.argmax(idle)) if idle.size else 0
            if not idle.size or idle[entering] <= penalty * (1 + 1e-9):
                break
            signs[entering] = -np.sign(slope[entering])
            active[entering] = True
        rows = np.nonzero(active)[0]
        block, right = quadratic[np.ix_(rows, rows)], linear[rows] - penalty * signs[rows]
        target: Floats = np.asarray(np.linalg.lstsq(block, right, rcond=1e-14)[0], dtype=float)
        moved = _best_on_the_way(quadratic[np.ix_(rows, rows)], linear[rows], penalty, solution[rows], target)
        if np.array_equal(moved, solution[rows]):
            break  # rounding is all that is left
        solution[rows] = moved
        signs = np.sign(solution)
    return solution


def _best_on_the_way(quadratic: Floats, linear: Floats, penalty: float, here: Floats, there: Floats) -> Floats:
    """Of the end of a step and the points where an entry passes zero, the one with the least loss; `here` if none is better."""
    shares = [1.0]
    shares += [float(a / (a - b)) for a, b in zip(here, there, strict=True) if a * b < 0]

    def loss(d: Floats) -> float:
        return float(d @ quadratic @ d / 2.0 - linear @ d + penalty * np.abs(d).sum())

    best, lowest = here, loss(here)
    for share in sorted(shares):
        point = here + share * (there - here)
        point = np.where((here * there < 0) & (np.abs(point) <= 1e-15 * np.abs(there - here)), 0.0, point)
        found = loss(point)
        if found < lowest:
            best, lowest = point, found
    return best
