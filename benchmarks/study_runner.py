"""What every study of simulated companies shares: its options, the processes, the time limit, and its part of the page.

A study measures one company at a time (world and seed) and turns what it measured into Markdown. `run_study` reads the
command line, measures seed by seed over all worlds, so that a study cut short is short by the same number everywhere, and
writes the study's part of docs/accuracy.md.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Generic, TypeVar

from benchmarks.accuracy_page import PAGE, write_part
from mixline.mmm.simulation.worlds import WORLDS

Measured = TypeVar("Measured")


@dataclass(frozen=True)
class Study(Generic[Measured]):
    """A study and its defaults.

    `measure(world, seed, **sizes)` runs in another process; `page(measured, run)` gets what it returned, by seed and world.
    `worlds` is a comma-separated list or "all"; a study whose `worlds_fixed` are given always takes those.
    """

    name: str  # of its module
    about: str  # the module's docstring
    measure: Callable[..., Measured]
    page: Callable[[list[Measured], Run], str]
    seeds: str  # first-last
    sizes: Mapping[str, int]
    worlds: str = "all"
    worlds_fixed: tuple[str, ...] = ()
    processes: int = 1
    minutes: float = float("inf")


@dataclass(frozen=True)
class Run:
    """What a run of a study did: the command that repeats it, how many companies it measured, and their sizes."""

    command: str
    companies: int
    sizes: Mapping[str, int]


def run_study(study: Study[Measured], arguments: list[str]) -> int:
    """Run a study from the command line and write its part of the page."""
    asked = _read_options(study, arguments)
    sizes = {name: getattr(asked, name) for name in study.sizes}
    names = study.worlds_fixed or (tuple(WORLDS) if asked.worlds == "all" else tuple(asked.worlds.split(",")))
    first, _, last = asked.seeds.partition("-")
    seeds = range(int(first), int(last or first) + 1)
    measured: list[Measured] = []
    began, done = time.monotonic(), 0
    with ProcessPoolExecutor(asked.processes, mp_context=get_context("spawn")) as pool:
        for seed in seeds:
            if time.monotonic() - began > asked.minutes * 60:
                break
            waiting = [pool.submit(study.measure, world, seed, **sizes) for world in names]
            measured += [future.result() for future in waiting]
            done += 1
            took = time.monotonic() - began
            print(f"{len(measured)} of {len(seeds) * len(names)} companies, {took:.0f} s", flush=True)
    command = f"python -m benchmarks.{study.name}"
    if not study.worlds_fixed:
        command += f" --worlds {asked.worlds}"
    command += f" --seeds {seeds[0]}-{seeds[done - 1]}"
    if sizes != dict(study.sizes):
        command += "".join(f" --{name} {value}" for name, value in sizes.items())
    text = study.page(measured, Run(command, len(measured), sizes))
    write_part(asked.out, study.name, text)
    return 0


def _read_options(study: Study[Measured], arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=f"python -m benchmarks.{study.name}", description=study.about)
    if not study.worlds_fixed:
        parser.add_argument("--worlds", default=study.worlds, help="comma-separated names, or all")
    parser.add_argument("--seeds", default=study.seeds, help="first-last")
    for name, usual in study.sizes.items():
        parser.add_argument(f"--{name}", type=int, default=usual)
    parser.add_argument("--processes", type=int, default=study.processes)
    parser.add_argument("--minutes", type=float, default=study.minutes, help="start no further seed after this time")
    parser.add_argument("--out", type=Path, default=PAGE)
    return parser.parse_args(arguments)
