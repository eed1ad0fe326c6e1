"""How honest forecasts of the back-test are: simulated companies, their error and the coverage of their ranges, by world.

    python -m benchmarks.study_backtest --worlds clean realistic --seeds 1-5

Error: root mean square error as a share of the mean outcome, of the model and of repeating the year before.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from benchmarks.accuracy_page import PAGE, write_part
from mixline.mmm.backtest.forecasts import backtest
from mixline.mmm.simulation.simulate import simulate
from mixline.mmm.simulation.worlds import WORLDS
from mixline.mmm.specification import Validation


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


def section(rows: list[str], command: str, folds: int) -> str:
    """The study's part of the page."""
    head = [
        "## What forecasts are worth",
        "",
        f"Made by `{command}`: {folds} forecasts of a quarter of a year for each company, from what came before, with the",
        "media and context that then came. Error: root mean square error over the mean outcome. Year before: that of taking the",
        "same weeks a year before. Within 90 %: share of weeks in the forecast's 90 % range.",
        "",
        "| world | companies | error | year before | least skill | within 90 % |",
        "|---|---|---|---|---|---|",
    ]
    return "\n".join([*head, *rows]) + "\n"


def main(arguments: list[str]) -> int:
    """Run the study and write its part of the page."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.study_backtest", description=__doc__)
    parser.add_argument("--worlds", default="all", help="comma-separated names, or all")
    parser.add_argument("--seeds", default="1-5", help="first-last")
    parser.add_argument("--folds", type=int, default=3)
    parser.add_argument("--iterations", type=int, default=300)
    parser.add_argument("--out", type=Path, default=PAGE)
    asked = parser.parse_args(arguments)
    first, _, last = asked.seeds.partition("-")
    rows = []
    for world in WORLDS if asked.worlds == "all" else asked.worlds.split(","):
        seeds = range(int(first), int(last or first) + 1)
        found = [measure(world, seed, asked.folds, asked.iterations) for seed in seeds]
        error, naive, coverage = (np.mean([getattr(f, n) for f in found]) for n in ("error", "naive", "coverage"))
        skill = min(f.skill for f in found)
        rows.append(f"| {world} | {len(found)} | {error:.1%} | {naive:.1%} | {skill:.0%} | {coverage:.0%} |")
        print(rows[-1], flush=True)
    command = f"python -m benchmarks.study_backtest --worlds {asked.worlds} --seeds {asked.seeds}"
    write_part(asked.out, "study_backtest", section(rows, command, asked.folds))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
