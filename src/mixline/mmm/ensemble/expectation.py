"""What to expect of a channel before its own data have spoken: the return that all paid channels have together.

A ridge pulls what the data leave open towards zero, so that badly measured channels come out too small (on the simulator's
realistic worlds by a sixth). Here it is pulled towards the money spent times the pooled return: a normal distribution of
relative width `WIDTH`, in which a return of zero and one of three times the others' are possible (Meridian's default for a
return has a relative width of 1.1). A channel whose spend moves enough to be measured does not notice; of one that cannot be
measured the range says so.

The pooled return is not known beforehand either. The candidates of a search say a third too little (they have followed the
noise, and steep curves leave to the baseline what media bring at their usual level), so a first walk is taken with the loose
`FIRST_WIDTH` around theirs, and what it finds is the return that the walk proper is pulled to.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from mixline.mmm.model import Floats

WIDTH = 1.25  # standard deviation of a channel's return as a multiple of the pooled one
FIRST_WIDTH = 2.5


@dataclass(frozen=True)
class Expectation:
    """What is expected of the contributions over the window.

    `spend` (M,), zero for organic media: nothing is expected of them. `rate`: the pooled return. `noise`: variance of the
    outcome of a row that counts, divided by the number of rows.
    """

    spend: Floats
    rate: float
    noise: float
    width: float = WIDTH

    @property
    def contribution(self) -> Floats:
        """(M,)"""
        return np.asarray(self.rate * self.spend)

    @property
    def precision(self) -> Floats:
        """(M,) weight of a squared distance from the expected contribution beside the mean square error of a row."""
        spread = self.width * self.contribution
        return np.where(spread > 0, self.noise / np.where(spread > 0, spread, 1.0) ** 2, 0.0)

    def drawn(self, rng: np.random.Generator) -> Floats:
        """Expected contributions (M,) with their doubt: refitting towards these gives refits the spread they should have."""
        own = 1.0 + self.width * rng.standard_normal(len(self.spend))
        common = 1.0 + self.width / np.sqrt(max(int(np.count_nonzero(self.spend)), 1)) * rng.standard_normal()
        return np.asarray(self.contribution * np.maximum(own, 0.0) * max(common, 0.0))

    def informed(self, contribution: Floats, width: float = WIDTH) -> Expectation:
        """The same around the median return of some candidates' contributions (R, M)."""
        money = float(self.spend.sum())
        paid = contribution[:, self.spend > 0].sum(1)
        return replace(self, rate=max(float(np.median(paid)) / money, 0.0) if money > 0 else 0.0, width=width)
