"""The exact lasso: its conditions of optimality hold, whatever the problem and the start."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from mixline.mmm.transforms.lasso import solve_lasso


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 100_000), st.integers(1, 25), st.floats(-6, 1), st.floats(0.0, 0.999), st.booleans())
def test_nothing_is_better_nearby(seed: int, size: int, logarithm: float, alike: float, warm: bool) -> None:
    rng = np.random.default_rng(seed)
    columns = (1 - alike) * rng.normal(size=(60, size)) + alike * rng.normal(size=(60, 1))
    quadratic = columns.T @ columns
    linear = columns.T @ rng.normal(size=60)
    penalty = float(np.abs(linear).max() * 10**logarithm)
    found = solve_lasso(quadratic, linear, penalty, rng.normal(size=size) if warm else np.zeros(size))
    slope = linear - quadratic @ found
    tolerance = 1e-6 * (penalty + np.abs(linear).max() * 1e-3)
    assert (np.abs(slope) <= penalty + tolerance).all()
    moved = found != 0
    assert (np.abs(slope[moved] - penalty * np.sign(found[moved])) <= tolerance).all()


def test_no_columns_and_no_need_for_any() -> None:
    assert solve_lasso(np.zeros((0, 0)), np.zeros(0), 1.0, np.zeros(0)).shape == (0,)
    assert solve_lasso(np.eye(3), np.full(3, 0.5), 1.0, np.ones(3)).tolist() == [0.0, 0.0, 0.0]
    np.testing.assert_allclose(solve_lasso(np.eye(2), np.array([3.0, -3.0]), 1.0, np.zeros(2)), [2.0, -2.0])
