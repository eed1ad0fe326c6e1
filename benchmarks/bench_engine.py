"""The engine: microseconds per candidate, how cost grows, a whole fit of Robyn's demo, and many countries at once.

    python -m benchmarks engine --countries 50

Without the option ten countries are fitted. Where Robyn's sample data is not at hand only the first figures are printed.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks import countries, growth
from benchmarks.robyn_demo import (
    BEST_NRMSE,
    BEST_RSSD,
    DATA,
    HYPERVOLUME,
    MEGABYTES,
    OUTPUT_SECONDS,
    REFERENCE,
    SEARCH_SECONDS,
    demo_frame,
    demo_spec,
    recorded_short_search,
    robyns_own_space,
)
from mixline.mmm.fitting import fit
from mixline.mmm.inputs.features import prepare
from mixline.mmm.search.pareto import hypervolume
from mixline.mmm.search.result import Candidates, Prepared, join
from mixline.mmm.search.trials import run_trials
from mixline.mmm.simulation.simulate import simulate

LIMIT_MICROSECONDS, LIMIT_SECONDS, LIMIT_MEGABYTES = 60, 10, 1024


def main(arguments: list[str] | None = None) -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks engine")
    parser.add_argument("--countries", type=int, default=10, help="most countries fitted side by side")
    asked = parser.parse_args(arguments or [])
    world = simulate("clean", channels=8)
    wide = prepare(world.spec, world.frame)
    each = growth.per_candidate(wide)
    print(
        f"evaluation, {wide.window_rows} weeks x {len(wide.low)} columns: {each:.0f} us a candidate "
        f"(limit {LIMIT_MICROSECONDS})\n"
    )
    if not DATA.exists():
        print("Robyn's sample data is not here; the comparison is left out.")
        return
    spec, frame = demo_spec(), demo_frame()
    growth.show(prepare(replace(spec, window_start=None, window_end=None), frame))
    print(f"\nRobyn's demo, 2,000 x 5, from the start of Python to a model with ranges (limits {LIMIT_SECONDS} s, "
          f"{LIMIT_MEGABYTES} MB)")  # fmt: skip
    robyn = SEARCH_SECONDS + OUTPUT_SECONDS
    print(f"{'':<24} {'clock s':>9} {'Robyn / this':>13} {'processor s':>12} {'MB':>6}")
    print(f"{'Robyn, recorded':<24} {robyn:9.0f} {1:13} {'':>12} {MEGABYTES:6}")
    for processes in (1, 2):
        took, work, size = measure_demo(processes)
        name = f"Mixline, processes={processes}"
        print(f"{name:<24} {took:9.1f} {robyn / took:13.0f} {work:12.1f} {size:6.0f}", flush=True)
    print()
    show_quality(prepare(spec, frame))
    print()
    countries.show(asked.countries)


def measure_demo(processes: int) -> tuple[float, float, float]:
    """From the start of Python to the model: seconds of the clock, of the processor, and most memory of all processes (MB)."""
    began, before = time.perf_counter(), processor_of_children()
    running = subprocess.Popen([sys.executable, "-m", "benchmarks.bench_engine", "--demo", str(processes)])
    largest = 0.0
    while running.poll() is None:
        largest = max(largest, sum(resident(pid) for pid in family(running.pid)))
        time.sleep(0.02)
    took = time.perf_counter() - began
    if running.returncode:
        raise SystemExit(running.returncode)
    return took, processor_of_children() - before, largest


def processor_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def family(root: int) -> list[int]:
    """A process and its children."""
    found = [root]
    for listing in Path(f"/proc/{root}/task").glob("*/children"):
        try:
            found += [int(pid) for pid in listing.read_text().split()]
        except OSError:
            continue
    return found


def resident(pid: int) -> float:
    """Memory of a process in MB, what it shares with others included."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((float(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:")), 0.0)


def show_quality(demo: Prepared) -> None:
    """Print how good the candidates are at equal budgets."""
    short = recorded_short_search()
    print(f"quality at equal budget, reference point {REFERENCE}      best NRMSE  best RSSD  hypervolume")
    line("Robyn, 500 x 1", *short)
    line("Mixline in Robyn's own space, 500 x 1", *best_of(searched(robyns_own_space(demo), 1, 500)))
    line("Robyn, 2,000 x 5", BEST_NRMSE, BEST_RSSD, HYPERVOLUME)
    line("Mixline in Robyn's own space, 2,000 x 5", *best_of(searched(robyns_own_space(demo), 5, 2000)))
    line("  ... asked 10 at a time (search.batch)", *best_of(searched(robyns_own_space(demo), 5, 2000, batch=10)))
    line("Mixline as it comes, 2,000 x 5", *best_of(searched(demo, 5, 2000)))


def searched(prepared: Prepared, trials: int, iterations: int, batch: int = 20) -> Candidates:
    search = replace(prepared.spec.search, trials=trials, iterations=iterations, batch=batch)
    return join(run_trials(replace(prepared, spec=replace(prepared.spec, search=search)), 1, None, None))


def best_of(found: Candidates) -> tuple[float, float, float]:
    """Best NRMSE, best DECOMP.RSSD, hypervolume."""
    finite = np.isfinite(found.rssd)
    return (
        float(found.nrmse.min()),
        float(found.rssd.min()),
        hypervolume(found.nrmse[finite], found.rssd[finite], REFERENCE),
    )


def line(name: str, error: float, distance: float, area: float) -> None:
    print(f"{name:<58} {error:10.5f} {distance:10.4f} {area:12.5f}", flush=True)


if __name__ == "__main__":
    if "--demo" in sys.argv:
        fit(demo_spec().with_search(trials=5, iterations=2000), demo_frame(), processes=int(sys.argv[-1]))
    else:
        main(sys.argv[1:])
