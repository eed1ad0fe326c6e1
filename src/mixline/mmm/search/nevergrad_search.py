"""nevergrad's own TwoPointsDE behind the same two calls as `mixline.mmm.search.evolution`.

What Robyn calls, seeded as Robyn seeds it: asked one at a time and told the same losses it walks Robyn's recorded search of
500 candidates to the last digit. It takes about six times as long as our arrays for the same rules, and is here for those who
want the reference: `search.optimizer: nevergrad`.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from mixline.mmm.model import Floats

REFERENCE = (
    1.0  # losses beyond it do not count as a trade-off while a point within exists (Robyn's MultiobjectiveReference)
)


class NevergradSearch:
    """One search over [0, 1]^d. Losses are minimised. The path depends on the seed, the batch and what is told."""

    def __init__(self, size: int, batch: int, budget: int, weights: tuple[float, ...], seed: int) -> None:
        """`size`: number of parameters d. `batch`: most candidates asked at once. `weights`: one per loss."""
        import nevergrad

        space = nevergrad.p.Array(shape=(size,), lower=0.0, upper=1.0)
        # As nevergrad itself does after numpy.random.seed(seed), which is what Robyn calls; without touching numpy's state.
        own = np.random.RandomState(seed).randint(2**32, dtype=np.uint32)
        space.random_state = np.random.RandomState(own)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            optimizer = nevergrad.optimizers.registry["TwoPointsDE"](space, budget=budget, num_workers=batch)
        self._optimizer: Any = optimizer
        self._several = len(weights) > 1
        if self._several:
            optimizer.tell(nevergrad.p.MultiobjectiveReference(), [REFERENCE] * len(weights))
            optimizer.set_objective_weights(list(weights))
        self._asked: list[Any] = []

    def ask(self, count: int) -> Floats:
        """`count` candidates (count, d), at most the batch; they must be told before the next are asked."""
        self._asked = [self._optimizer.ask() for _ in range(count)]
        units: Floats = np.stack([np.asarray(candidate.value, dtype=np.float64) for candidate in self._asked])
        return np.asarray(np.clip(units, 0.0, 1.0), dtype=np.float64)

    def tell(self, losses: Floats) -> None:
        """The losses (count, L) of the candidates asked last, finite."""
        for candidate, row in zip(self._asked, losses, strict=True):
            self._optimizer.tell(candidate, [float(v) for v in row] if self._several else float(row[0]))
