"""Robyn's demo as Mixline fits it, and what was recorded of Robyn itself on the same data.

Recorded on two cores of a shared machine (R package 3.12.1, one core in use as two were slower): 2,000 x 5 candidates took
2,116 s, its outputs 77 s more, 634 MB; best NRMSE 0.04957, best DECOMP.RSSD 0.2986. Of a search of 500 every candidate
was kept, of the long one only the best figures. Its hypervolume comes from `benchmarks.robyn_replay`, which reaches the same
best figures.
"""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from mixline.mmm.search.pareto import hypervolume
from mixline.mmm.search.result import Prepared
from mixline.mmm.specification import Context, Goal, Media, ModelSpec, Range
from mixline.mmm.transforms.ridge import LIMITS_OF_SIGN, lambda_range

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "data" / "robyn"
DATA = FOLDER / "dt_simulated_weekly.csv"
SEARCH_SECONDS, OUTPUT_SECONDS, MEGABYTES = 2116.0, 77.0, 634
BEST_NRMSE, BEST_RSSD = 0.04957, 0.2986
REFERENCE = (0.15, 1.0)  # of the hypervolume: NRMSE, DECOMP.RSSD
HYPERVOLUME = 0.07015
MEDIA = ("tv_S", "ooh_S", "print_S", "facebook_I", "search_clicks_P", "newsletter")
OTHER = ("trend", "season", "holiday", "competitor_sales_B", "events")
SPEND = ("tv_S", "ooh_S", "print_S", "facebook_S", "search_S")


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


def demo_frame() -> pd.DataFrame:
    return pd.read_csv(DATA, keep_default_na=False)


def robyns_own_space(demo: Prepared) -> Prepared:
    """What Robyn itself searched: its modelled series, ranges, lambda and limits of coefficients.

    demo: the prepared demo, for what does not differ.
    """
    data = pd.read_csv(FOLDER / "dt_mod_demo.csv")
    raw = demo_frame()
    bounds = json.loads((FOLDER / "RobynModel-example.json").read_text())["ExportedModel"]["hyper_updated"]
    media, other = data[list(MEDIA)].to_numpy(dtype=float), data[list(OTHER)].to_numpy(dtype=float)
    outcome = data["dep_var"].to_numpy(dtype=float)
    limits = np.array([(0.0, 1.0)] * 3 + [LIMITS_OF_SIGN["either"]] * 2 + [LIMITS_OF_SIGN["positive"]] * len(MEDIA))
    return replace(
        demo,
        outcome=outcome,
        spend=raw[list(SPEND)].to_numpy(dtype=float),
        media=media,
        other=other,
        other_names=OTHER,
        other_groups=("component",) * 3 + ("context",) * 2,
        low=limits[:, 0],
        high=limits[:, 1],
        ranges=tuple(
            {kind: Range(*bounds[f"{name}_{kind}s"]) for kind in ("alpha", "gamma", "theta")} for name in MEDIA
        ),
        lambdas=lambda_range(np.column_stack([other, media]), outcome),
    )


def recorded_short_search() -> tuple[float, float, float]:
    """Best NRMSE, best DECOMP.RSSD and hypervolume of Robyn's search of 500 x 1."""
    with (FOLDER / "run_geometric_500x1_seed123_cores1_resultHypParam.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    error, distance = (np.array([float(row[name]) for row in rows]) for name in ("nrmse", "decomp.rssd"))
    return float(error.min()), float(distance.min()), hypervolume(error, distance, REFERENCE)
