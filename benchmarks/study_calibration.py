"""What lift studies do to the truth of a model: fit simulated companies without and with experiments, and compare.

    python -m benchmarks.study_calibration --seeds 71-80

Two channels of each company are tested in the eight weeks of their highest spend after the second year. The experiment's
effect is the simulator's, with a sampling error of a quarter of it. A third fit gets one experiment that found three times
the truth and says so with a confidence of 0.3. Writes its part of docs/accuracy.md.
"""

from __future__ import annotations

import argparse
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path
from statistics import NormalDist

import numpy as np

from benchmarks.accuracy_page import PAGE, write_part
from mixline.mmm.fitting import fit
from mixline.mmm.response import channel_results
from mixline.mmm.simulation.simulate import World, simulate
from mixline.mmm.specification import Study

TESTED = {"confounded": ("search", "tv"), "collinear": ("display", "tv"), "realistic": ("social", "tv")}
WEEKS, ERROR, WRONG, DOUBTFUL = 8, 0.25, 3.0, 0.3
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


def experiment(world: World, name: str, rng: np.random.Generator, factor: float = 1.0) -> Study:
    """An experiment on a channel's strongest weeks; `factor` other than 1 makes it wrong."""
    channel = world.truth.channel(name)
    spend = np.convolve(channel.spend[104:], np.ones(WEEKS), "valid")
    rows = slice(104 + int(np.argmax(spend)), 104 + int(np.argmax(spend)) + WEEKS)
    truth = float(channel.contribution[rows].sum())
    effect = factor * truth + ERROR * truth * float(rng.standard_normal())
    confidence = 2 * NormalDist().cdf(abs(effect) / (ERROR * truth)) - 1
    day = world.truth.dates[rows.start].astype("datetime64[D]").astype(object)
    spent = float(channel.spend[rows].sum())
    return Study((name,), day, day + timedelta(days=7 * WEEKS - 1), effect, spent, min(confidence, 1.0))


def measure(world: str, seed: int, trials: int, iterations: int) -> list[Seen]:
    """Simulate, test, fit three times, compare."""
    company, rng = simulate(world, seed), np.random.default_rng(seed)
    honest = tuple(experiment(company, name, rng) for name in TESTED[world])
    wrong = replace(experiment(company, TESTED[world][1], rng, WRONG), confidence=DOUBTFUL)
    seen = []
    for kind, studies in zip(FITS, ((), honest, (wrong,)), strict=True):
        spec = replace(company.spec, studies=studies).with_search(trials=trials, iterations=iterations)
        for result in channel_results(fit(spec, company.frame)):
            truth = float(company.truth.channel(result.name).contribution.sum())
            found = result.contribution
            tested = result.name in (TESTED[world] if kind != FITS[2] else TESTED[world][1:])
            seen.append(Seen(world, kind, tested, found.value / truth, found.low / truth, found.high / truth))
    return seen


def section(seen: list[Seen], command: str, companies: int) -> str:
    """The part of the page as Markdown."""
    lines = [
        "## What lift studies do",
        "",
        f"Made by `{command}`: {companies} companies, each fitted without",
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


def main(arguments: list[str]) -> int:
    """Run the study and write its part of the page."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.study_calibration", description=__doc__)
    parser.add_argument("--seeds", default="71-80", help="first-last")
    parser.add_argument("--trials", type=int, default=3)
    parser.add_argument("--iterations", type=int, default=600)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--out", type=Path, default=PAGE)
    asked = parser.parse_args(arguments)
    first, _, last = asked.seeds.partition("-")
    tasks = [(w, s, asked.trials, asked.iterations) for s in range(int(first), int(last or first) + 1) for w in TESTED]
    began = time.monotonic()
    with ProcessPoolExecutor(asked.processes, mp_context=get_context("spawn")) as pool:
        seen = [s for found in pool.map(measure, *zip(*tasks, strict=True)) for s in found]
    print(f"{len(tasks)} companies, {time.monotonic() - began:.0f} s", flush=True)
    text = section(seen, f"python -m benchmarks.study_calibration --seeds {asked.seeds}", len(tasks))
    write_part(asked.out, "study_calibration", text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
