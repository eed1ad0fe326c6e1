"""Many countries fitted side by side: each its own data and its own search of 2,000 x 5, two at a time."""

from __future__ import annotations

import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np
import pandas as pd

from benchmarks.robyn_demo import demo_frame, demo_spec
from mixline.mmm.fitting import fit

PROCESSES = 2
STEPS = (5, 10)


def frame_of(country: int) -> pd.DataFrame:
    """The demo as it might look elsewhere: another size of market, other noise."""
    frame = demo_frame()
    rng = np.random.default_rng(country)
    size = rng.uniform(0.2, 2.0)
    for column in frame.columns:
        if column == "revenue" or column.endswith("_S"):
            frame[column] = frame[column] * size * rng.uniform(0.9, 1.1, len(frame))
    return frame


def fit_country(country: int) -> tuple[float, float]:
    """Seconds of the processor, and the best NRMSE."""
    began = time.process_time()
    model = fit(demo_spec().with_search(trials=5, iterations=2000), frame_of(country))
    return time.process_time() - began, float(model.candidates["nrmse"].min())


def show(countries: int) -> None:
    """Print seconds for growing numbers of countries, up to `countries`."""
    print(
        f"countries side by side, 2,000 x 5 each, {PROCESSES} processes   clock s  s a country  times  processor s each"
    )
    steps = [n for n in STEPS if n < countries] + [countries]
    first = 0.0
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        list(pool.map(fit_country, range(PROCESSES)))  # starts the processes
        done = 0
        for count in steps:
            began = time.perf_counter()
            work = [seconds for seconds, _ in pool.map(fit_country, range(done, done + count))]
            took = time.perf_counter() - began
            done += count
            first = first or took / count
            print(
                f"{count:4} countries {'':<43} {took:7.1f} {took / count:12.2f} {took / count / first:6.2f} "
                f"{np.mean(work):13.2f}",
                flush=True,
            )
