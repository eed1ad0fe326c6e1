"""How the effect of one period's media is spread over the periods after it, with its range over the draws.

Imports numpy only, as the other functions of a fitted model do.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mixline.mmm.estimates import Band, band
from mixline.mmm.media_effects import kernels, shapes_of
from mixline.mmm.model import MixModel

SHOWN = 0.01  # of the effect: the periods shown end where less than this is still to come
MOST = 53  # periods; no channel works for longer than a year of weeks


@dataclass(frozen=True)
class Decay:
    """Carry-over of one paid channel. `share` (A,) is the part of the effect that comes 0, 1, 2 ... periods after the
    spend; a draw's shares add up to one over the whole series. `half_life` is in periods.
    """

    name: str
    label: str
    adstock: str
    share: Band


def decays(model: MixModel) -> tuple[Decay, ...]:
    """The carry-over of every paid channel over the ages that matter to any of them, all of equal length.

    The adstock's weights by age (`mixline.mmm.transforms.adstock`), divided by their sum: before saturation, which depends on
    what else was spent.
    """
    tables = []
    for place in range(model.paid_count):
        shapes = shapes_of(model, place)
        weights = kernels(model, shapes)
        total = weights.sum(1, keepdims=True)
        shares = np.divide(weights, total, out=np.zeros_like(weights), where=total > 0)
        tables.append(shares[shapes.row])
    ages = max((_reach(model.draws.weights @ table) for table in tables), default=1)
    return tuple(
        Decay(medium.name, medium.label or medium.name, medium.adstock, band(table[:, :ages], model.draws.weights))
        for medium, table in zip(model.spec.paid, tables, strict=True)
    )


def _reach(mean: np.ndarray[tuple[int], np.dtype[np.float64]]) -> int:
    """Number of ages until all but `SHOWN` has come; at least 4, so that nothing looks like one bar."""
    reached = np.nonzero(np.cumsum(mean) >= (1 - SHOWN) * mean.sum())[0]
    first = int(reached[0]) + 1 if reached.size else len(mean)
    return min(max(first, 4), MOST, len(mean))
