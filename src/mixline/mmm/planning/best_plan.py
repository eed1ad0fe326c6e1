"""The best split of a fixed budget over known responses, without assuming concave curves.

Dynamic programming over budget units finds the global optimum of the coarse grid (an S-shaped curve may be worth nothing
or a lot, which local solvers miss); the same step on ever finer grids around it sharpens the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Response = Callable[[Floats], Floats]  # multiples of today's spend -> outcome

UNITS = 300
NEIGHBOURS = 12
ROUNDS = 5
SHRINK = 6.0


def share_out(responses: Sequence[Response], today: Floats, lowest: float, highest: float) -> Floats:
    """Spend per channel, shape (channels,), with the same sum as `today` and the highest summed response.

    Args:
        responses: one per channel; outcome for multiples of today's spend.
        today: spend per channel, shape (channels,), all positive.
        lowest, highest: bounds as multiples of today's spend; 1 must lie between them.
    """
    floor, ceiling = lowest * today, highest * today
    spare = float(today.sum() - floor.sum())
    step = spare / UNITS
    if step <= 0.0:
        return today.copy()
    offsets = [np.arange(0, int((c - f) / step + 1e-9) + 1) for f, c in zip(floor, ceiling, strict=True)]
    spend = _solve(responses, today, floor, offsets, step, UNITS)
    for _ in range(ROUNDS):
        step /= SHRINK
        offsets = []
        for value, low, high in zip(spend, floor, ceiling, strict=True):
            around = np.arange(-NEIGHBOURS, NEIGHBOURS + 1)
            inside = (value + around * step >= low - 1e-6 * step) & (value + around * step <= high + 1e-6 * step)
            offsets.append(around[inside])
        spend = _solve(responses, today, spend, offsets, step, 0)
    return spend


def _solve(
    responses: Sequence[Response],
    today: Floats,
    start: Floats,
    offsets: Sequence[NDArray[np.int64]],
    step: float,
    total: int,
) -> Floats:
    """Choose one of each channel's `offsets` (in steps) so that they sum to `total` or the closest below, best outcome."""
    low = int(sum(o[0] for o in offsets))
    size = int(sum(o[-1] for o in offsets)) - low + 1
    best = np.full(size, -np.inf)
    best[0] = 0.0
    choices = np.zeros((len(responses), size), dtype=np.int64)
    for i, (response, steps) in enumerate(zip(responses, offsets, strict=True)):
        gains = response((start[i] + steps * step) / today[i])
        following = np.full(size, -np.inf)
        for k, gain in zip(steps - steps[0], gains, strict=True):
            candidate = best[: size - k] + gain
            better = candidate > following[k:]
            following[k:][better] = candidate[better]
            choices[i, k:][better] = k
        best = following
    index = min(total - low, size - 1)
    taken = np.empty(len(responses))
    for i in range(len(responses) - 1, -1, -1):
        k = int(choices[i, index])
        taken[i] = offsets[i][0] + k
        index -= k
    return np.asarray(start + taken * step, dtype=np.float64)
