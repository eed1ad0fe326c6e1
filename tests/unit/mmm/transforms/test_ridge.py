"""The exact ridge is the minimum: optimality conditions on random problems, hard ones included."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mixline.mmm.transforms.adstock import ADSTOCKS, adstock
from mixline.mmm.transforms.ridge import ridge
from mixline.mmm.transforms.saturation import hill, split

TINY = 1e-7


def loss_slope(x: np.ndarray, y: np.ndarray, strength: float, b: np.ndarray, intercept: float) -> np.ndarray:
    """Gradient of the ridge's objective by the standardised coefficients."""
    deviation = x.std(0)
    rest = y - intercept - x @ b
    return -(x * rest[:, None]).mean(0) / deviation + strength / y.std() * b * deviation


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    columns=st.integers(1, 12),
    rows=st.integers(8, 60),
    strength=st.sampled_from([1e-6, 1e-2, 1.0, 100.0]),
    collinear=st.booleans(),
)
def test_exact_ridge_meets_the_optimality_conditions(
    seed: int, columns: int, rows: int, strength: float, collinear: bool
) -> None:
    rng = np.random.default_rng(seed)
    x = rng.normal(3.0, 2.0, (rows, columns))
    if collinear and columns > 1:
        x[:, -1] = x[:, 0] + rng.normal(0, 1e-3, rows)
    y = x @ rng.normal(size=columns) + rng.normal(size=rows)
    low, high = np.where(rng.random(columns) < 0.6, 0.0, -np.inf), np.where(rng.random(columns) < 0.3, 0.5, np.inf)
    fit = ridge(x, y, strength, low=low, high=high)
    assert np.all(fit.coefficients >= low - 1e-12)
    assert np.all(fit.coefficients <= high + 1e-12)
    slope = loss_slope(x, y, strength, fit.coefficients, fit.intercept) / y.std()
    at_low, at_high = fit.coefficients <= low + 1e-12, fit.coefficients >= high - 1e-12
    assert np.all(np.abs(slope[~at_low & ~at_high]) < TINY)
    assert np.all(slope[at_low & ~at_high] > -TINY)
    assert np.all(slope[at_high & ~at_low] < TINY)


def test_more_columns_than_rows_stay_finite() -> None:
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(30, 80)), rng.normal(size=30)
    fit = ridge(x, y, 0.01, low=np.zeros(80))
    assert np.isfinite(fit.coefficients).all()
    assert (fit.coefficients >= 0).all()


def test_identical_columns_share_the_effect() -> None:
    rng = np.random.default_rng(2)
    one = rng.normal(size=50)
    fit = ridge(np.column_stack([one, one]), 4 * one, 1e-3)
    assert fit.coefficients[0] == pytest.approx(fit.coefficients[1], rel=1e-6)
    assert fit.coefficients.sum() == pytest.approx(4.0, rel=1e-2)


def test_constant_column_gets_no_coefficient() -> None:
    rng = np.random.default_rng(3)
    x = np.column_stack([rng.normal(size=40), np.full(40, 7.0)])
    assert ridge(x, 2 * x[:, 0] + 1, 1e-6).coefficients[1] == 0.0


@pytest.mark.parametrize("scale", [1e-6, 1e12])
def test_units_of_the_outcome_do_not_matter(scale: float) -> None:
    rng = np.random.default_rng(4)
    x, y = rng.normal(size=(60, 4)), rng.normal(5.0, 1.0, 60)
    small, big = ridge(x, y, 0.1), ridge(x, y * scale, 0.1 * scale)
    np.testing.assert_allclose(big.coefficients, small.coefficients * scale, rtol=1e-9)


@given(
    st.sampled_from(sorted(ADSTOCKS)),
    st.floats(0.05, 0.95),
    st.floats(0.01, 0.2),
    st.lists(st.floats(0, 1e6), min_size=5, max_size=30),
    st.floats(0.1, 10),
)
def test_adstock_is_linear_and_causal(
    name: str, first: float, second: float, media: list[float], factor: float
) -> None:
    x = np.array(media)
    carried = adstock(x, name, first, second)
    np.testing.assert_allclose(adstock(x * factor, name, first, second), carried * factor, rtol=1e-9, atol=1e-6)
    later = x.copy()
    later[-1] += 1000
    np.testing.assert_allclose(adstock(later, name, first, second)[:-1], carried[:-1], rtol=1e-12)
    assert np.all(carried >= 0)


@given(st.floats(0.3, 5), st.floats(1, 1e6), st.lists(st.floats(0, 1e7), min_size=2, max_size=20))
def test_saturation_rises_and_stays_below_one(alpha: float, inflexion: float, levels: list[float]) -> None:
    values = hill(np.sort(levels), alpha, inflexion)
    assert np.all(np.diff(values) >= 0)
    assert np.all((values >= 0) & (values <= 1))
    assert hill(inflexion, alpha, inflexion) == pytest.approx(0.5)


@given(st.floats(0.3, 3), st.floats(0.0, 0.9), st.lists(st.floats(0, 1e5), min_size=3, max_size=20))
def test_immediate_and_carry_over_add_up(alpha: float, theta: float, media: list[float]) -> None:
    x = np.array([*media, 10.0])
    level = adstock(x, "geometric", theta)
    half = 0.5 * level.max()
    at_once, carried = split(level, x, alpha, half)
    np.testing.assert_allclose(at_once + carried, hill(level, alpha, half), rtol=1e-12)
    assert np.all(at_once >= 0)
