"""How honest forecasts of the back-test are: simulated companies, their error and the coverage of their ranges, by world.

    python -m benchmarks.study_backtest --worlds clean,realistic --seeds 1-5

Error: root mean square error as a share of the mean outcome, of the model and of repeating the year before.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace

import numpy as np

from benchmarks.study_runner import Run, Study, run_study
from mixline.mmm.backtest.forecasts import backtest
from mixline.mmm.simulation.simulate import simulate
from mixline.mmm.simulation.worlds import WORLDS
from mixline.mmm.specification import Validation


@dataclass(frozen=True)
class Forecasts:
    """One company's back-test."""

    world: str
    error: float
    naive: float
    coverage: float
    skill: float


def measure(world: str, seed: int, folds: int, iterations: int) -> Forecasts:
    """Simulate and back-test a company by quarters."""
    company = simulate(world, seed)
    spec = replace(company.spec, validation=Validation(folds=folds)).with_search(trials=1, iterations=iterations)
    found = backtest(spec, company.frame)
    return Forecasts(world, found.error, found.naive_error, found.coverage, found.skill)


def section(found: list[Forecasts], run: Run) -> str:
    """The study's part of the page."""
    lines = [
        "## What forecasts are worth",
        "",
        f"Made by `{run.command}`: {run.sizes['folds']} forecasts of a quarter of a",
        "year for each company, from what came before, with the media and context that then came. Error: root mean square",
        "error over the mean outcome. Year before: that of taking the same weeks a year before. Within 90 %: share of weeks in",
        "the forecast's 90 % range.",
        "",
        "| world | companies | error | year before | least skill | within 90 % |",
        "|---|---|---|---|---|---|",
    ]
    for world in (w for w in WORLDS if any(f.world == w for f in found)):
        mine = [f for f in found if f.world == world]
        error, naive, coverage = (np.mean([getattr(f, n) for f in mine]) for n in ("error", "naive", "coverage"))
        skill = min(f.skill for f in mine)
        lines.append(f"| {world} | {len(mine)} | {error:.1%} | {naive:.1%} | {skill:.0%} | {coverage:.0%} |")
    return "\n".join(lines) + "\n"


STUDY = Study("study_backtest", __doc__, measure, section, seeds="1-5", sizes={"folds": 3, "iterations": 300})


if __name__ == "__main__":
    sys.exit(run_study(STUDY, sys.argv[1:]))
