"""Weighted means and quantiles."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mixline.mmm.estimates import Estimate, band, estimate, weighted_quantiles

VALUES = arrays(np.float64, st.integers(1, 30), elements=st.floats(-1e6, 1e6))


@given(VALUES, st.lists(st.floats(0.0, 1.0), min_size=1, max_size=5))
def test_equal_weights_are_hazen_quantiles(values: np.ndarray, probabilities: list[float]) -> None:
    weights = np.full(len(values), 1.0 / len(values))
    got = weighted_quantiles(values, weights, tuple(probabilities))
    np.testing.assert_allclose(got, np.quantile(values, probabilities, method="hazen"), rtol=1e-9, atol=1e-6)


@given(VALUES, st.data())
def test_whole_weights_count_as_copies_within_one_draw(values: np.ndarray, data: st.DataObject) -> None:
    counts = data.draw(arrays(np.int64, len(values), elements=st.integers(0, 4)).filter(lambda c: c.sum() > 0))
    weights = counts / counts.sum()
    copies = np.sort(np.repeat(values, counts))
    low, high = weighted_quantiles(values, weights, (0.05, 0.95))
    assert copies[0] <= low <= high <= copies[-1]


@given(VALUES, st.data())
def test_quantiles_rise_with_probability_and_order_does_not_matter(values: np.ndarray, data: st.DataObject) -> None:
    weights = data.draw(arrays(np.float64, len(values), elements=st.floats(0.01, 1)))
    weights = weights / weights.sum()
    quantiles = weighted_quantiles(values, weights, (0.0, 0.05, 0.5, 0.95, 1.0))
    assert (np.diff(quantiles) >= -1e-9).all()
    assert quantiles[0] == values.min()
    assert quantiles[-1] == values.max()
    if len(np.unique(values)) < len(values):
        return  # equal draws may stand in any order
    turned = weighted_quantiles(values[::-1], weights[::-1], (0.05, 0.5, 0.95))
    np.testing.assert_allclose(turned, quantiles[1:4], rtol=1e-9, atol=1e-6)


def test_a_band_is_an_estimate_at_every_place() -> None:
    rng = np.random.default_rng(0)
    values, weights = rng.normal(size=(50, 3, 2)), rng.dirichlet(np.ones(50))
    whole = band(values, weights)
    for i in range(3):
        for j in range(2):
            one = estimate(values[:, i, j], weights)
            got = [x[i, j] for x in (whole.value, whole.low, whole.high, whole.low50, whole.high50)]
            assert got == pytest.approx([one.value, one.low, one.high, one.low50, one.high50])


def test_a_negative_factor_swaps_the_ends() -> None:
    assert Estimate(2, 1, 3, 1.5, 2.5).times(-2) == Estimate(-4, -6, -2, -5, -3)


def test_a_wider_range_never_ends_before_a_narrower_one() -> None:
    values = np.array([-2962.029099625377, -48.26577557314886])
    for share in np.linspace(0.05, 0.95, 19):
        found = estimate(values, np.array([share, 1 - share]))
        assert found.low <= found.low50 <= found.high50 <= found.high
