"""The search: differential evolution over the candidate space, one independent trial at a time.

TwoPointsDE, which Robyn uses: on arrays (`mixline.mmm.search.evolution`), or nevergrad's own
(`mixline.mmm.search.nevergrad_search`). The objectives are the error, DECOMP.RSSD and, where there are lift studies, the error
against those; a weight of 0 drops the second or the third. Asked for `batch` candidates at a time whatever the number of
processes, so that the path depends on the seed and the trial only.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from mixline.mmm.model import Floats
from mixline.mmm.search.candidate_space import decode, dimensions, evaluate
from mixline.mmm.search.evolution import Evolution
from mixline.mmm.search.nevergrad_search import NevergradSearch
from mixline.mmm.search.result import Candidates, Prepared, join

WORST_TOLD = 10.0  # infinite and absurd losses are told as this; the reference point is (1, 1)
# For the early stop. Half a per cent of error moves no channel by as much as its range.
GAIN, PATIENCE = 0.005, 0.15

Watch = Callable[[Candidates], None]


def search_trial(prepared: Prepared, trial: int, watch: Watch | None = None) -> Candidates:
    """Run one trial (numbered from 1) to its end.

    Args:
        watch: called with every evaluated batch; whatever it raises stops the trial.
    """
    search = prepared.spec.search
    space = dimensions(prepared)
    batch = min(search.batch, search.iterations)
    # A child replaces its parent with the weighted share of the losses it is better in.
    asked = {"error": 1.0, "rssd": search.rssd_weight, "lift": search.lift_weight if prepared.spec.studies else 0.0}
    objectives = {name: weight for name, weight in asked.items() if weight > 0}
    weights = tuple(objectives.values())
    optimizer: Evolution | NevergradSearch
    if search.optimizer == "nevergrad":
        optimizer = NevergradSearch(len(space), batch, search.iterations, weights, search.seed + trial)
    else:
        optimizer = Evolution(len(space), batch, weights, np.random.default_rng([search.seed, trial]))
    batches: list[Candidates] = []
    done = 0
    while done < search.iterations and not (search.early_stop and settled(batches, search.iterations)):
        units = optimizer.ask(min(batch, search.iterations - done))
        found = _numbered(evaluate(prepared, decode(prepared, space, units)), trial, done)
        optimizer.tell(np.column_stack([_tellable(getattr(found, name)) for name in objectives]))
        done += len(found)
        batches.append(found)
        if watch is not None:
            watch(found)
    return join(batches)


def settled(batches: list[Candidates], planned: int) -> bool:
    """Whether a trial has gained less than `GAIN` of its best error over the last `PATIENCE` of the planned candidates."""
    wait = max(1, round(planned * PATIENCE))
    error = np.concatenate([b.error for b in batches]) if batches else np.zeros(0)
    if len(error) < 2 * wait:
        return False
    before = float(np.nanmin(error[:-wait], initial=np.inf))
    return before - float(np.nanmin(error[-wait:], initial=np.inf)) < GAIN * before


def _numbered(found: Candidates, trial: int, done: int) -> Candidates:
    count = len(found)
    return replace(
        found,
        trial=np.full(count, trial, dtype=np.int64),
        iteration=np.arange(done + 1, done + count + 1, dtype=np.int64),
    )


def _tellable(values: Floats) -> Floats:
    return np.minimum(np.nan_to_num(values, nan=WORST_TOLD, posinf=WORST_TOLD), WORST_TOLD)
