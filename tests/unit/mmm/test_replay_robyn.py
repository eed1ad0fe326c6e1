"""Replay of Robyn's recorded search of 500 candidates, model by model, where the recording is at hand."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from mixline.mmm.candidate_space import Points, evaluate
from mixline.mmm.ridge import GLMNET_THRESHOLD, LIMITS_OF_SIGN, lambda_range
from mixline.mmm.search_result import Prepared
from mixline.mmm.specification import Goal, Media, ModelSpec

DATA = Path(__file__).resolve().parents[4] / "shared" / "data" / "robyn"
RUN = DATA / "run_geometric_500x1_seed123_cores1_resultHypParam.csv"
MEDIA = ("tv_S", "ooh_S", "print_S", "facebook_I", "search_clicks_P", "newsletter")
OTHER = ("trend", "season", "holiday", "competitor_sales_B", "events")
SPEND = ("tv_S", "ooh_S", "print_S", "facebook_S", "search_S")


def columns(path: Path) -> dict[str, list[str]]:
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    return {name: [row[name] for row in rows] for name in rows[0]}


@pytest.mark.skipif(not RUN.exists(), reason="the recorded Robyn run is not beside the project")
def test_every_recorded_candidate_has_our_losses() -> None:
    data, raw, run = columns(DATA / "dt_mod_demo.csv"), columns(DATA / "dt_simulated_weekly.csv"), columns(RUN)

    def table(source: dict[str, list[str]], names: tuple[str, ...]) -> np.ndarray:
        return np.column_stack([np.array(source[n], dtype=float) for n in names])

    media = tuple(Media(n, spend=None if n == "newsletter" else n, exposure=n) for n in MEDIA)
    positive, free = LIMITS_OF_SIGN["positive"], LIMITS_OF_SIGN["either"]
    limits = np.array([(0.0, 1.0)] * 3 + [free] * 2 + [positive] * 6)
    modelled, other, outcome = table(data, MEDIA), table(data, OTHER), np.array(data["dep_var"], dtype=float)
    prepared = Prepared(
        spec=ModelSpec(Goal("dep_var"), "ds", media, components=()),
        interval="week",
        dates=np.array(data["ds"], dtype="datetime64[D]"),
        outcome=outcome,
        spend=table(raw, SPEND),
        media=modelled,
        other=other,
        window=(6, 163),
        media_names=MEDIA,
        other_names=OTHER,
        other_groups=("component",) * 3 + ("context",) * 2,
        low=limits[:, 0],
        high=limits[:, 1],
        ranges=(),
        lambdas=lambda_range(np.column_stack([other, modelled]), outcome),
        cost=np.ones(5),
    )
    theta = table(run, tuple(f"{n}_thetas" for n in MEDIA))
    count = len(theta)
    points = Points(
        adstock=np.stack([theta, np.zeros_like(theta)], axis=2),
        alpha=table(run, tuple(f"{n}_alphas" for n in MEDIA)),
        gamma=table(run, tuple(f"{n}_gammas" for n in MEDIA)),
        ridge=np.array(run["lambda"], dtype=float),
        penalty=np.ones((count, 11)),
        train=np.full(count, 157),
        ends=np.full((count, 2), 157),
    )
    found = evaluate(prepared, points, threshold=GLMNET_THRESHOLD)
    np.testing.assert_allclose(found.nrmse, np.array(run["nrmse"], dtype=float), rtol=1e-9)
    np.testing.assert_allclose(found.rssd, np.array(run["decomp.rssd"], dtype=float), rtol=1e-9)
