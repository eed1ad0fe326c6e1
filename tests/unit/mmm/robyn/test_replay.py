"""Replay of Robyn's recorded search of 500 candidates: every loss, and with nevergrad every candidate it asked for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from mixline.mmm.search.candidate_space import Points, evaluate
from mixline.mmm.search.nevergrad_search import NevergradSearch
from mixline.mmm.search.result import Candidates, Prepared
from mixline.mmm.transforms.ridge import GLMNET_THRESHOLD
from tests.unit.mmm.robyn.recorded import MEDIA, demo, read


@dataclass(frozen=True)
class Recording:
    """Robyn's search: `asked` (500, 19) in the order of `names`, `losses` (500, 2): NRMSE, DECOMP.RSSD."""

    names: list[str]
    low: np.ndarray
    high: np.ndarray
    seed: int
    asked: np.ndarray
    losses: np.ndarray


@pytest.fixture(scope="module")
def recording() -> Recording:
    found = read("search.json")
    bounds = np.array(found["bounds"], dtype=float)
    return Recording(
        found["names"], bounds[:, 0], bounds[:, 1], found["seed"], np.array(found["asked"]), np.array(found["losses"])
    )


@pytest.fixture(scope="module")
def prepared() -> Prepared:
    return demo()


def judged(prepared: Prepared, names: list[str], values: np.ndarray) -> Candidates:
    """Candidates (C, 19) as Robyn judges them: linear lambda, all rows, glmnet's stopping rule."""

    def table(kind: str) -> np.ndarray:
        return np.ascontiguousarray(values[:, [names.index(f"{n}_{kind}") for n in MEDIA]])

    theta, count, rows = table("thetas"), len(values), prepared.window_rows
    low, high = prepared.lambdas
    points = Points(
        adstock=np.stack([theta, np.zeros_like(theta)], axis=2),
        alpha=table("alphas"),
        gamma=table("gammas"),
        ridge=low + (high - low) * values[:, names.index("lambda")],
        penalty=np.ones((count, 11)),
        train=np.full(count, rows),
        ends=np.full((count, 2), rows),
    )
    return evaluate(prepared, points, threshold=GLMNET_THRESHOLD)


def test_every_recorded_candidate_has_our_losses(prepared: Prepared, recording: Recording) -> None:
    found = judged(prepared, recording.names, recording.asked)
    np.testing.assert_allclose(found.nrmse, recording.losses[:, 0], rtol=1e-9)
    np.testing.assert_allclose(found.rssd, recording.losses[:, 1], rtol=1e-9)


def test_nevergrad_told_our_losses_walks_the_recorded_path(prepared: Prepared, recording: Recording) -> None:
    """One wrong comparison of losses in 500 would send the path elsewhere."""
    search = NevergradSearch(len(recording.names), 1, len(recording.asked), (1.0, 1.0), recording.seed)
    for asked, losses in zip(recording.asked, recording.losses, strict=True):
        # Robyn hands candidates from Python to R with ten digits.
        unit = np.array([float(f"{u:.9e}") for u in search.ask(1)[0]])
        values = recording.low + unit * (recording.high - recording.low)
        np.testing.assert_allclose(values, asked, rtol=1e-9)
        found = judged(prepared, recording.names, values[None, :])
        ours = np.array([found.nrmse[0], found.rssd[0]])
        np.testing.assert_allclose(ours, losses, rtol=1e-9)
        search.tell(ours[None, :])
