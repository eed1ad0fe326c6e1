"""The convergence rule against the table recorded from Robyn, and its words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mixline.errors import InputError
from mixline.mmm.search.convergence import measure_convergence

FIXTURES = Path(__file__).resolve().parents[3] / "fixtures" / "robyn"
RUN = json.loads((FIXTURES / "pareto.json").read_text())["run500"]
RECORDED: dict[str, Any] = json.loads((FIXTURES / "convergence.json").read_text())


@pytest.mark.parametrize(("loss", "column"), [("DECOMP.RSSD", "rssd"), ("NRMSE", "nrmse")])
def test_convergence_of_the_recorded_search(loss: str, column: str) -> None:
    table = RECORDED[loss]
    found = measure_convergence(loss, RUN[column], np.ones(500))
    np.testing.assert_allclose(found.ends, table["cuts"])
    np.testing.assert_array_equal(found.counts, table["n"])
    np.testing.assert_allclose(found.medians, table["median"], rtol=1e-9)
    np.testing.assert_allclose(found.scatters, table["std"], rtol=1e-9)
    assert found.first_scatter == pytest.approx(table["first_sd_avg"], rel=1e-9)
    assert found.threshold == pytest.approx(table["med_thres"], rel=1e-9)
    assert found.robyn_message == table["message"]
    assert found.converged is ("NOT" not in table["message"])


def test_words_give_the_reason() -> None:
    moving = measure_convergence("NRMSE", np.linspace(1.0, 0.9, 200) + np.tile([0.0, 0.2], 100), np.ones(200))
    assert not moving.converged
    assert "still moving" in moving.sentence
    settled = measure_convergence("NRMSE", 0.05 + np.exp(-np.arange(400) / 60), np.ones(400))
    assert settled.converged
    assert "settled" in settled.sentence


def test_trials_are_numbered_on_their_own() -> None:
    course = 0.05 + np.exp(-np.arange(400) / 60)
    one = measure_convergence("NRMSE", course, np.ones(400))
    two = measure_convergence("NRMSE", np.tile(course, 2), np.repeat([1, 2], 400))
    np.testing.assert_allclose(two.medians, one.medians)
    np.testing.assert_array_equal(two.counts, 2 * one.counts)


def test_unusable_losses_are_left_out() -> None:
    course = 0.05 + np.exp(-np.arange(400) / 60)
    spoiled = np.insert(course, [3, 50, 200], [np.nan, np.inf, 0.0])
    clean = measure_convergence("NRMSE", course, np.ones(400))
    np.testing.assert_allclose(measure_convergence("NRMSE", spoiled, np.ones(403)).medians, clean.medians)


def test_a_short_search_never_counts_as_converged_by_chance() -> None:
    found = measure_convergence("NRMSE", [0.3, 0.2, 0.1], [1, 1, 1])
    assert not found.converged
    assert found.sentence


def test_nothing_to_judge_by() -> None:
    with pytest.raises(InputError, match="nothing to judge"):
        measure_convergence("MAPE", [0.0, np.nan], [1, 1])
