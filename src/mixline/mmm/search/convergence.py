"""Whether a search has come to rest: Robyn's rule, and what it says in words.

Source: Robyn 3.12.1, `robyn_converge`. A search counts as converged in a loss when, in the last twentieth of its course,
candidates scatter less than in the beginning and are clearly better than in the beginning. Imports numpy only.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mixline.errors import InputError

Floats = NDArray[np.float64]

BINS = 20
FIRST_BINS = 3  # "the beginning": bins whose scatter is averaged
SCATTERS = 2  # the last median must lie as many of the beginning's scatters below the first median


@dataclass(frozen=True)
class Convergence:
    """The course of one loss over the iterations of a search, all trials together.

    `ends`, `counts`, `medians` and `scatters` have one figure per bin of iterations, shape (B,); the scatter is the
    standard deviation over n - 1, nan in a bin of one. Bins without a candidate are left out.
    """

    loss: str
    ends: Floats
    counts: NDArray[np.int64]
    medians: Floats
    scatters: Floats
    first_scatter: float
    threshold: float

    @property
    def calm(self) -> bool:
        """Whether the last bin scatters less than the first ones."""
        return bool(self.scatters[-1] < self.first_scatter)

    @property
    def better(self) -> bool:
        """Whether the last bin is clearly below the first one."""
        return bool(abs(self.medians[-1]) < self.threshold)

    @property
    def converged(self) -> bool:
        return self.calm and self.better

    @property
    def robyn_message(self) -> str:
        """The sentence Robyn prints."""
        last, scatter, place = abs(self.medians[-1]), self.scatters[-1], f"qt.{BINS}"
        return (
            f"{self.loss} {'' if self.converged else 'NOT '}converged: "
            f"sd@{place} {scatter:.2g} {'<=' if self.calm else '>'} {self.first_scatter:.2g} & "
            f"|med@{place}| {last:.2g} {'<=' if self.better else '>'} {self.threshold:.2g}"
        )

    @property
    def sentence(self) -> str:
        """The same for people."""
        if self.converged:
            return (
                f"{self.loss} has settled: in the last {100 // BINS} % of the search candidates scatter by "
                f"{self.scatters[-1]:.2g} around {self.medians[-1]:.2g}, against {self.first_scatter:.2g} at its start."
            )
        reasons = []
        if not self.calm:
            reasons.append(
                f"its scatter is {self.scatters[-1]:.2g}, not below the {self.first_scatter:.2g} of the start"
            )
        if not self.better:
            reasons.append(f"its median is {self.medians[-1]:.2g}, not below {self.threshold:.2g}")
        return f"{self.loss} was still moving in the last {100 // BINS} % of the search: {' and '.join(reasons)}."


def measure_convergence(loss: str, values: ArrayLike, trial: ArrayLike) -> Convergence:
    """Apply the rule to one loss.

    Args:
        loss: its name, such as "NRMSE".
        values: (C,) the loss of every candidate in the order it was evaluated. What is not finite or not above zero is
            left out, as Robyn does.
        trial: (C,) the trial each belongs to. Within a trial the candidates left are numbered anew.

    Raises:
        InputError: no usable value.
    """
    figures, trials = np.asarray(values, dtype=float), np.asarray(trial)
    usable = np.isfinite(figures) & (figures > 0)
    figures, trials = figures[usable], trials[usable]
    if not figures.size:
        raise InputError("there is nothing to judge convergence by", where=loss, expected="losses above zero")
    number = np.empty(len(figures))
    for one in np.unique(trials):
        mine = trials == one
        number[mine] = np.arange(1, int(mine.sum()) + 1)
    edges = np.linspace(0.0, float(number.max()), BINS + 1)
    place = np.clip(np.searchsorted(edges, number, side="left") - 1, 0, BINS - 1)
    kept = np.unique(place)
    parts = [figures[place == one] for one in kept]
    medians = np.array([np.median(part) for part in parts])
    scatters = np.array([part.std(ddof=1) if len(part) > 1 else np.nan for part in parts])
    first = float(np.mean(scatters[:FIRST_BINS]))
    return Convergence(
        loss=loss,
        ends=edges[1:][kept],
        counts=np.array([len(part) for part in parts], dtype=np.int64),
        medians=medians,
        scatters=scatters,
        first_scatter=first,
        threshold=abs(float(medians[0]) - SCATTERS * first),
    )
