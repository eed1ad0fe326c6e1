"""Robyn's own search again: nevergrad seeded and asked as Robyn does it, told losses that agree with Robyn's to 1e-9.

    python -m benchmarks.robyn_replay --trials 5 --iterations 2000

A replay of the recorded 500 candidates is a test (`robyn/test_replay`). Of Robyn's long search only the best figures were
recorded; the replay reaches the same ones, and so gives the front that was not.
"""

from __future__ import annotations

import argparse

import numpy as np

from benchmarks.robyn_demo import MEDIA, REFERENCE, demo_frame, demo_spec, robyns_own_space
from mixline.mmm.inputs.features import prepare
from mixline.mmm.search.candidate_space import Points, evaluate
from mixline.mmm.search.nevergrad_search import NevergradSearch
from mixline.mmm.search.pareto import hypervolume
from mixline.mmm.search.result import Prepared
from mixline.mmm.transforms.ridge import GLMNET_THRESHOLD

SEED = 123
KINDS = ("alpha", "gamma", "theta")


def replay(prepared: Prepared, trial: int, iterations: int) -> np.ndarray:
    """NRMSE and DECOMP.RSSD of every candidate of one trial (numbered from 1), shape (iterations, 2)."""
    names = sorted((name, kind) for name in MEDIA for kind in KINDS)
    ranges = [prepared.ranges[MEDIA.index(name)][kind] for name, kind in names]
    low = np.array([r.low for r in ranges] + [prepared.lambdas[0]])
    high = np.array([r.high for r in ranges] + [prepared.lambdas[1]])
    search = NevergradSearch(len(low), 1, iterations, (1.0, 1.0), SEED + trial)
    rows, losses = prepared.window_rows, np.empty((iterations, 2))
    for k in range(iterations):
        # Robyn hands candidates from Python to R with ten digits.
        unit = np.array([float(f"{u:.9e}") for u in search.ask(1)[0]])
        values = dict(zip([*names, "lambda"], low + unit * (high - low), strict=True))
        alpha, gamma, theta = (np.array([[values[name, kind] for name in MEDIA]]) for kind in KINDS)
        points = Points(
            adstock=np.stack([theta, np.zeros_like(theta)], axis=2),
            alpha=alpha,
            gamma=gamma,
            ridge=np.array([values["lambda"]]),
            penalty=np.ones((1, len(prepared.low))),
            train=np.array([rows]),
            ends=np.full((1, 2), rows),
        )
        found = evaluate(prepared, points, threshold=GLMNET_THRESHOLD)
        losses[k] = found.nrmse[0], found.rssd[0]
        search.tell(losses[k : k + 1])
    return losses


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.robyn_replay", description=__doc__)
    parser.add_argument("--trials", type=int, default=5)
    parser.add_argument("--iterations", type=int, default=2000)
    asked = parser.parse_args()
    space = robyns_own_space(prepare(demo_spec(), demo_frame()))
    losses = np.concatenate([replay(space, trial, asked.iterations) for trial in range(1, asked.trials + 1)])
    area = hypervolume(losses[:, 0], losses[:, 1], REFERENCE)
    print(f"{asked.iterations:,} x {asked.trials}: best NRMSE {losses[:, 0].min():.5f}, best RSSD {losses[:, 1].min():.4f}, "
          f"hypervolume {area:.5f}")  # fmt: skip


if __name__ == "__main__":
    main()
