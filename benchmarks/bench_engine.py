"""The engine: microseconds per candidate, how cost grows, and a whole fit of Robyn's demo configuration.

Robyn's own figures were recorded on two cores of a shared machine (R package 3.12.1, same data and ranges): 2,000 x 5
candidates 2,116 s, and 77 s more for its outputs; best NRMSE 0.04957, best DECOMP.RSSD 0.2986.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from mixline.mmm import candidate_space
from mixline.mmm.features import prepare
from mixline.mmm.fitting import fit
from mixline.mmm.pareto import hypervolume
from mixline.mmm.search_result import Prepared
from mixline.mmm.simulate import simulate
from mixline.mmm.specification import Context, Goal, Media, ModelSpec

ROBYN_SEARCH, ROBYN_OUTPUTS = 2116.0, 77.0
ROBYN_NRMSE, ROBYN_RSSD = 0.04957, 0.2986
DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "robyn" / "dt_simulated_weekly.csv"


def demo_spec() -> ModelSpec:
    """Robyn's demo on its own sample: five paid channels, a newsletter, a competitor, events, German holidays."""
    return ModelSpec(
        Goal("revenue", "revenue"),
        "DATE",
        (
            Media("tv", "tv_S", kind="tv"),
            Media("ooh", "ooh_S", kind="ooh"),
            Media("print", "print_S", kind="print"),
            Media("facebook", "facebook_S", "facebook_I", kind="social"),
            Media("search", "search_S", "search_clicks_P", kind="search"),
            Media("newsletter", exposure="newsletter", kind="email"),
        ),
        (Context("competitor", "competitor_sales_B"), Context("events", "events", factor=True)),
        holiday_country="DE",
        window_start=date(2016, 1, 1),
        window_end=date(2018, 12, 31),
    )


def per_candidate(prepared: Prepared, count: int = 2000) -> float:
    """Microseconds per candidate of the compiled evaluation, the best of three rounds."""
    space = candidate_space.dimensions(prepared)
    units = np.clip(np.random.default_rng(1).normal(0.5, 1 / 6, (count, len(space))), 0, 1)
    points = candidate_space.decode(prepared, space, units)
    candidate_space.evaluate(prepared, points)
    rounds = []
    for _ in range(3):
        began = time.perf_counter()
        candidate_space.evaluate(prepared, points)
        rounds.append(time.perf_counter() - began)
    return min(rounds) / count * 1e6


def stretched(prepared: Prepared, weeks: int = 1, media: int = 1) -> Prepared:
    """The same data, longer or with more channels, for the growth of cost only."""
    width = prepared.media.shape[1]
    stop = prepared.window[1] * weeks
    spec = prepared.spec
    if media > 1:
        more = tuple(replace(m, name=f"{m.name} {k}") for k in range(media) for m in spec.paid)
        organic = tuple(replace(m, name=f"{m.name} {k}") for k in range(media) for m in spec.organic)
        spec = replace(spec, media=more + organic)
    count = width * media
    others = prepared.other.shape[1]
    noise = np.random.default_rng(2).uniform(0.8, 1.2, (len(prepared.outcome) * weeks, count))
    return replace(
        prepared,
        spec=spec,
        outcome=np.tile(prepared.outcome, weeks),
        dates=np.arange(len(prepared.dates) * weeks).astype("datetime64[D]"),
        spend=np.tile(prepared.spend, (weeks, media)),
        media=np.tile(prepared.media, (weeks, media)) * noise,
        other=np.tile(prepared.other, (weeks, 1)),
        window=(prepared.window[0], stop),
        media_names=tuple(m.name for m in spec.ordered_media),
        low=np.concatenate([prepared.low[:others], np.tile(prepared.low[others:], media)]),
        high=np.concatenate([prepared.high[:others], np.tile(prepared.high[others:], media)]),
        ranges=prepared.ranges * media,
    )


def main() -> None:
    """Print the table."""
    world = simulate("clean")
    clean = prepare(world.spec, world.frame)
    print(
        f"evaluation, {clean.window_rows} weeks x {len(clean.low)} columns: {per_candidate(clean):.0f} us a candidate"
    )
    if not DATA.exists():
        print("Robyn's sample data is not here; the comparison is left out.")
        return
    frame = pd.read_csv(DATA, keep_default_na=False)
    spec = demo_spec()
    prepared = prepare(replace(spec, window_start=None, window_end=None), frame)
    base = per_candidate(prepared)
    print(f"evaluation, {prepared.window_rows} weeks x {len(prepared.low)} columns: {base:.0f} us a candidate")
    for weeks, media in ((2, 1), (5, 1), (10, 1), (1, 2), (1, 5), (1, 10)):
        cost = per_candidate(stretched(prepared, weeks, media), 200)
        print(f"  weeks x {weeks:<2} media x {media:<2}: {cost:8.0f} us, {cost / base:5.1f} times")
    print("\nRobyn's demo, 2,000 x 5 candidates              seconds   Robyn / this")
    for processes in (1, 2):
        began = time.perf_counter()
        subprocess.run([sys.executable, "-m", "benchmarks.bench_engine", "--demo", str(processes)], check=True)
        took = time.perf_counter() - began
        ratio = (ROBYN_SEARCH + ROBYN_OUTPUTS) / took
        which = f"processes={processes}, start of Python to model with ranges"
        print(f"  {which} {took:6.1f} {ratio:14.0f}")
    model = fit(spec, frame)
    columns = model.candidates
    area = hypervolume(columns["nrmse"], columns["rssd"], (0.15, 1.0))
    print(f"  best NRMSE {columns['nrmse'].min():.5f} (Robyn {ROBYN_NRMSE}), best RSSD {columns['rssd'].min():.4f} "
          f"(Robyn {ROBYN_RSSD}), hypervolume {area:.4f}")  # fmt: skip
    print(f"  largest memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    if "--demo" in sys.argv:
        fit(demo_spec(), pd.read_csv(DATA, keep_default_na=False), processes=int(sys.argv[-1]))
    else:
        main()
