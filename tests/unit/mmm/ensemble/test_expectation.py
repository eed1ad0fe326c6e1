"""What is expected of a channel: the pooled return, nothing for organic media, and a pull that units do not change."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mixline.mmm.ensemble.expectation import WIDTH, Expectation
from mixline.mmm.transforms.ridge import ridge


def test_expected_contributions_share_the_pooled_return() -> None:
    spend = np.array([100.0, 300.0, 0.0])
    found = Expectation(spend, 0.0, 4.0).informed(
        np.array([[100.0, 500.0, 70.0], [300.0, 700.0, 90.0], [0.0, 400.0, 5.0]])
    )
    assert found.rate == pytest.approx(1.5)  # the middle of 600, 1000 and 400 over 400
    np.testing.assert_allclose(found.contribution, [150.0, 450.0, 0.0])
    assert found.precision[2] == 0.0
    np.testing.assert_allclose(found.precision[:2], 4.0 / (WIDTH * np.array([150.0, 450.0])) ** 2)


def test_without_any_effect_nothing_is_expected() -> None:
    found = Expectation(np.array([10.0, 20.0]), 0.0, 1.0).informed(np.zeros((3, 2)))
    assert found.rate == 0.0
    np.testing.assert_array_equal(found.precision, 0.0)


def test_drawn_expectations_are_never_negative_and_scatter_by_the_width() -> None:
    expectation = Expectation(np.array([100.0, 300.0, 0.0]), 2.0, 1.0, width=0.3)
    rng = np.random.default_rng(1)
    drawn = np.array([expectation.drawn(rng) for _ in range(4000)])
    assert (drawn >= 0).all()
    assert (drawn[:, 2] == 0).all()
    assert drawn[:, 1].std() / 600 == pytest.approx(np.hypot(0.3, 0.3 / np.sqrt(2)), rel=0.08)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.0, 1e4), st.floats(-5.0, 5.0), st.sampled_from([1e-6, 1.0, 1e9]))
def test_a_pull_moves_a_coefficient_between_the_data_and_its_aim(
    seed: int, weight: float, aim: float, unit: float
) -> None:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(60, 2))
    y = x @ [1.0, 2.0] + rng.normal(0, 0.5, 60)
    alone = ridge(x, y, 0.0).coefficients
    pulled = ridge(x * unit, y, 0.0, pull=[weight * unit**2, 0.0], aim=[aim / unit, 0.0]).coefficients * unit
    centred = x - x.mean(0)
    gram = centred.T @ centred / 60 + np.diag([weight, 0.0])
    np.testing.assert_allclose(
        pulled, np.linalg.solve(gram, centred.T @ y / 60 + [weight * aim, 0.0]), rtol=1e-6, atol=1e-9
    )
    low, high = sorted((alone[0], aim))
    assert low - 1e-9 <= pulled[0] <= high + 1e-9
