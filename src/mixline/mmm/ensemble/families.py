"""Families of good candidates: which of them tell the same story, and which channel makes the difference.

Grouped are the near-optimal candidates and the first Pareto front, by what each says its paid channels bring
(`mixline.mmm.ensemble.clustering`). Robyn groups by parameters; two candidates of different parameters that ascribe the same
to every channel are one story to whoever decides on a budget, so results are what counts here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mixline.mmm.ensemble.clustering import FEWEST_FOR_INTERVAL, Spread, cluster, spread_interval

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NONE = -1  # of the column `cluster`: this candidate was not grouped
ORDINALS = {2: "second", 3: "third", 4: "fourth", 5: "fifth"}
FEWEST = 12  # candidates to group, and to a family in the mean; fewer are looked at one by one


@dataclass(frozen=True)
class Family:
    """Candidates that tell the same story.

    `number` counts from 1, the largest first. `best` is the row of the lowest error. `means` (P,) and `spreads` are of each
    paid channel's figure over the family; a spread is None for a family too small for one. `differs` is the place of the
    channel that sets this family apart from the others (None where there is one family only), and `apart` by how much: its
    mean in this family over its mean in the others, as a change (0.4 is 40 % above).
    """

    number: int
    size: int
    best: int
    means: Floats
    spreads: tuple[Spread | None, ...]
    differs: int | None
    apart: float


def group_candidates(contribution: Floats, error: Floats, good: NDArray[np.bool_]) -> Ints:
    """The family of every candidate, `NONE` for those that were not grouped. The same table gives the same families.

    Args:
        contribution: (C, P) what each paid channel brings in each candidate.
        error: (C,) the error candidates are judged by. good: (C,) which of them to group.
    """
    label = np.full(len(error), NONE, dtype=np.int64)
    rows = np.nonzero(good & np.isfinite(error) & np.isfinite(contribution).all(1))[0]
    if len(rows) < FEWEST or contribution.shape[1] == 0 or not np.ptp(contribution[rows], axis=0).any():
        return label
    found = cluster(contribution[rows], error[rows])
    most = max(2, len(rows) // FEWEST)
    if len(found) > most:
        found = cluster(contribution[rows], error[rows], count=most)
    label[rows] = found.label
    return label


def families_of(table: Mapping[str, NDArray[Any]], error: Floats, figures: Floats) -> Ints:
    """The families of a model's table of candidates: the kept ones, or found now for a model that did not keep them.

    Args:
        table: columns of `MixModel.candidates`. error: (C,). figures: (C, P) of the paid channels; scaling one does nothing.
    """
    kept = table.get("cluster")
    if kept is not None and (kept != NONE).any():
        return np.asarray(kept, dtype=np.int64)
    near = table.get("near_optimal", np.zeros(len(error), dtype=bool)).astype(bool)
    return group_candidates(figures, error, near | (table["front"] == 1))


def describe_families(label: Ints, error: Floats, figures: Floats) -> tuple[Family, ...]:
    """What each family says of each channel, and what sets it apart.

    A channel sets a family apart by the distance of its mean from the mean of all other grouped candidates, in units of
    the standard deviation over all of them: a channel that is uncertain everywhere does not stand out.

    Args:
        label: (C,) as `group_candidates` gives it. error: (C,). figures: (C, P), such as each channel's ROI.
    """
    grouped = label != NONE
    spread = figures[grouped].std(0) if grouped.any() else np.zeros(figures.shape[1])
    numbers = sorted(set(label[grouped].tolist()))
    families = []
    for number in numbers:
        mine, others = label == number, grouped & (label != number)
        rows = np.nonzero(mine)[0]
        means = figures[mine].mean(0)
        differs, apart = None, 0.0
        if others.any() and (spread > 0).any():
            rest = figures[others].mean(0)
            distance = np.divide(np.abs(means - rest), spread, out=np.zeros_like(means), where=spread > 0)
            differs = int(distance.argmax())
            apart = float(means[differs] / rest[differs] - 1.0) if rest[differs] > 0 else 0.0
        enough = len(rows) >= FEWEST_FOR_INTERVAL
        families.append(
            Family(
                number=number,
                size=len(rows),
                best=int(rows[np.argmin(error[rows])]),
                means=means,
                spreads=tuple(spread_interval(column) if enough else None for column in figures[mine].T),
                differs=differs,
                apart=apart,
            )
        )
    return tuple(families)


def write_family(label: Ints, row: int) -> str:
    """Where a candidate stands among the families, in one sentence; empty where there is nothing to say."""
    sizes = np.bincount(label[label != NONE]) if (label != NONE).any() else np.zeros(1, dtype=np.int64)
    count = int((sizes > 0).sum())
    if count < 2 or label[row] == NONE:
        return ""
    size = f"{int(sizes[label[row]]):,} of the {int(sizes.sum()):,} good candidates"
    which = "the largest" if label[row] == 1 else f"the {ORDINALS.get(int(label[row]), str(label[row]) + 'th')} largest"
    return f"Its family, {which} of {count} that each tell one story of the channels, holds {size}."
