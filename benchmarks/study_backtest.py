"""How honest forecasts of the back-test are: simulated companies, their error and the coverage of their ranges, by world.

    python -m benchmarks.study_backtest --worlds clean realistic --seeds 1-5

Error: root mean square error as a share of the mean outcome, of the model and of repeating the year before.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass, replace

import numpy as np

from mixline.mmm.backtest import backtest
from mixline.mmm.simulate import simulate
from mixline.mmm.specification import Validation
from mixline.mmm.worlds import WORLDS


@dataclass(frozen=True)
class Forecasts:
    """One company's back-test."""

    error: float
    naive: float
    coverage: float
    skill: float


def measure(world: str, seed: int, folds: int, iterations: int) -> Forecasts:
    """Simulate and back-test a company by quarters."""
    company = simulate(world, seed)
    spec = replace(company.spec, validation=Validation(folds=folds)).with_search(trials=1, iterations=iterations)
    found = backtest(spec, company.frame)
    return Forecasts(found.error, found.naive_error, found.coverage, found.skill)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--worlds", nargs="+", default=["all"])
    parser.add_argument("--seeds", default="1-5", help="first-last")
    parser.add_argument("--folds", type=int, default=3)
    parser.add_argument("--iterations", type=int, default=300)
    asked = parser.parse_args()
    first, last = (int(part) for part in asked.seeds.split("-"))
    print("| world | companies | error | year before | least skill | within 90 % |\n|---|---|---|---|---|---|")
    for world in WORLDS if asked.worlds == ["all"] else asked.worlds:
        found = [measure(world, seed, asked.folds, asked.iterations) for seed in range(first, last + 1)]
        error, naive, coverage = (np.mean([getattr(f, n) for f in found]) for n in ("error", "naive", "coverage"))
        skill = min(f.skill for f in found)
        print(f"| {world} | {len(found)} | {error:.1%} | {naive:.1%} | {skill:.0%} | {coverage:.0%} |")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
