"""The search: differential evolution over the candidate space, one independent trial at a time.

nevergrad's TwoPointsDE, which Robyn uses, asked for `batch` candidates at a time whatever the number of processes, so
that the path depends on the seed and the trial only. One flat array parameter: it is the fast form in nevergrad.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from mixline.mmm.candidate_space import decode, dimensions, evaluate
from mixline.mmm.model import Floats
from mixline.mmm.search_result import Candidates, Prepared, join

WORST_TOLD = 10.0  # infinite and absurd losses are told as this; the reference point is (1, 1)

Watch = Callable[[Candidates], None]


def search_trial(prepared: Prepared, trial: int, watch: Watch | None = None) -> Candidates:
    """Run one trial (numbered from 1) to its end.

    Args:
        watch: called with every evaluated batch; whatever it raises stops the trial.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import nevergrad as ng

        search = prepared.spec.search
        space = dimensions(prepared)
        parameter = ng.p.Array(shape=(len(space),), lower=0.0, upper=1.0)
        parameter.random_state = np.random.RandomState(search.seed + trial)
        optimizer = ng.optimizers.registry["TwoPointsDE"](
            parametrization=parameter, budget=search.iterations, num_workers=min(search.batch, search.iterations)
        )
        two = search.rssd_weight > 0
        if two:
            optimizer.tell(ng.p.MultiobjectiveReference(), [1.0, 1.0])
            # A child replaces its parent with the weighted share of the losses it is better in.
            optimizer.set_objective_weights([1.0, search.rssd_weight])
        batches: list[Candidates] = []
        done = 0
        while done < search.iterations:
            asked = [optimizer.ask() for _ in range(min(search.batch, search.iterations - done))]
            units: Floats = np.array([a.value for a in asked])
            found = evaluate(prepared, decode(prepared, space, units))
            found = _numbered(found, trial, done)
            error = _tellable(found.error)
            distance = _tellable(found.rssd)
            for k, point in enumerate(asked):
                optimizer.tell(point, [error[k], distance[k]] if two else error[k])
            done += len(asked)
            batches.append(found)
            if watch is not None:
                watch(found)
        return join(batches)


def _numbered(found: Candidates, trial: int, done: int) -> Candidates:
    count = len(found)
    return replace(
        found,
        trial=np.full(count, trial, dtype=np.int64),
        iteration=np.arange(done + 1, done + count + 1, dtype=np.int64),
    )


def _tellable(values: Floats) -> list[float]:
    return [float(v) for v in np.minimum(np.nan_to_num(values, nan=WORST_TOLD, posinf=WORST_TOLD), WORST_TOLD)]
