"""What lift studies do to the truth of a model: fit simulated companies without and with experiments, and compare.

    python -m benchmarks.study_calibration --seeds 71-80

Two channels of each company are tested in the eight weeks of their highest spend after the second year. The experiment's
effect is the simulator's, with a sampling error of a quarter of it. A third fit gets one experiment that found three times
the truth and says so with a confidence of 0.3. Writes its part of docs/accuracy.md.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace

import numpy as np

from benchmarks.study_runner import Run, Study, run_study
from mixline.mmm.fitting import fit
from mixline.mmm.response import channel_results
from mixline.mmm.simulation.experiments import ERROR, run_experiment
from mixline.mmm.simulation.simulate import simulate

TESTED = {"confounded": ("search", "tv"), "collinear": ("display", "tv"), "realistic": ("social", "tv")}
WEEKS, WRONG, DOUBTFUL = 8, 3.0, 0.3
FITS = ("without", "with two", "with a wrong one")


@dataclass(frozen=True)
class Seen:
    """One channel in one fit, as shares of its true contribution."""

    world: str
    fit: str
    tested: bool
    value: float
    low: float
    high: float


def measure(world: str, seed: int, trials: int, iterations: int) -> list[Seen]:
    """Simulate, test, fit three times, compare."""
    company, rng = simulate(world, seed), np.random.default_rng(seed)
    honest = tuple(run_experiment(company, name, rng, weeks=WEEKS) for name in TESTED[world])
    wrong = replace(run_experiment(company, TESTED[world][1], rng, weeks=WEEKS, factor=WRONG), confidence=DOUBTFUL)
    seen = []
    for kind, studies in zip(FITS, ((), honest, (wrong,)), strict=True):
        spec = replace(company.spec, studies=studies).with_search(trials=trials, iterations=iterations)
        for result in channel_results(fit(spec, company.frame)):
            truth = float(company.truth.channel(result.name).contribution.sum())
            found = result.contribution
            tested = result.name in (TESTED[world] if kind != FITS[2] else TESTED[world][1:])
            seen.append(Seen(world, kind, tested, found.value / truth, found.low / truth, found.high / truth))
    return seen


def section(measured: list[list[Seen]], run: Run) -> str:
    """The part of the page as Markdown."""
    seen = [one for company in measured for one in company]
    lines = [
        "## What lift studies do",
        "",
        f"Made by `{run.command}`: {run.companies} companies, each fitted without",
        f"experiments, with one on each of two channels, and with a wrong one. An experiment lasts {WEEKS} weeks and",
        f"measures the truth with an error of {ERROR:.0%}; the wrong one found {WRONG:.0f} times the truth, with a",
        f"confidence of {DOUBTFUL}. Figures as above, over the tested channels.",
        "",
        "| world | experiments | error | mean error | bias | 90 % range | width | error of the other channels |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for world in TESTED:
        for kind in FITS:
            mine = [s for s in seen if (s.world, s.fit) == (world, kind)]
            value, low, high = (np.array([getattr(s, k) for s in mine if s.tested]) for k in ("value", "low", "high"))
            others = np.array([s.value for s in mine if not s.tested]) - 1
            error, inside = np.abs(value - 1), (low <= 1) & (high >= 1)
            lines.append(
                f"| {world} | {kind} | {np.median(error):.1%} | {error.mean():.0%} | {np.median(value - 1):+.1%} | "
                f"{inside.mean():.0%} | {np.median(high - low):.0%} | {np.median(np.abs(others)):.1%} |"
            )
    return "\n".join(lines) + "\n"


STUDY = Study(
    "study_calibration",
    __doc__,
    measure,
    section,
    seeds="71-80",
    sizes={"trials": 3, "iterations": 600},
    worlds_fixed=tuple(TESTED),
)


if __name__ == "__main__":
    sys.exit(run_study(STUDY, sys.argv[1:]))
