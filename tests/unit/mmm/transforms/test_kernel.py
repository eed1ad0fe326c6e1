"""The compiled loop: exact whatever the size, the same whatever came before, and never an old one from numba's cache."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mixline.mmm.inputs.features import prepare
from mixline.mmm.search.candidate_space import decode, dimensions, evaluate
from mixline.mmm.simulation.simulate import simulate
from mixline.mmm.transforms import box_solver, kernel
from mixline.mmm.transforms.ridge import ridge


def test_the_kernel_names_the_solver_it_was_compiled_with() -> None:
    text = Path(box_solver.__file__).read_bytes()
    assert hashlib.sha256(text).hexdigest().startswith(kernel.SOLVER), "write the new digits into kernel.SOLVER"


def problem(seed: int, columns: int, likeness: float) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Gram matrix and right side of columns that share a part of their ups and downs, and limits of every kind."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(150, columns)) + likeness * rng.normal(size=(150, 1))
    x = (x - x.mean(0)) / x.std(0)
    y = x @ rng.normal(0.2, 1.0, columns) + rng.normal(size=150)
    low = rng.choice([0.0, -np.inf, -0.1], columns)
    high = rng.choice([np.inf, 0.3, 0.0], columns, p=[0.6, 0.3, 0.1])
    return x.T @ x / 150, x.T @ (y - y.mean()) / 150, low, high


@settings(max_examples=80, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    columns=st.sampled_from([1, 2, 5, 12, 40, 90]),
    likeness=st.sampled_from([0.0, 1.0, 20.0]),
    strength=st.sampled_from([1e-8, 1e-3, 1.0]),
    warm=st.booleans(),
)
def test_the_box_solution_meets_every_condition(
    seed: int, columns: int, likeness: float, strength: float, warm: bool
) -> None:
    gram, right, low, high = problem(seed, columns, likeness)
    penalty = np.full(columns, strength)
    b = np.random.default_rng(seed).normal(0, 5, columns) if warm else np.zeros(columns)
    box_solver.solve_box(gram, right, penalty, low, high, b)
    assert np.all(low <= b)
    assert np.all(b <= high)
    slope = right - gram @ b - penalty * b
    tiny = 1e-9 * max(1.0, np.abs(right).max())
    assert np.all(np.abs(slope[(low < b) & (b < high)]) < tiny)
    assert np.all(slope[(b == low) & (b < high)] < tiny)
    assert np.all(slope[(b == high) & (low < b)] > -tiny)


def test_a_candidate_is_the_same_alone_and_in_any_company() -> None:
    world = simulate("clean", seed=2)
    prepared = prepare(world.spec, world.frame)
    space = dimensions(prepared)
    points = decode(prepared, space, np.random.default_rng(0).random((40, len(space))))
    rows = np.where(np.arange(40) % 3 == 0, prepared.window_rows - 30, prepared.window_rows)
    points.train[:] = rows
    points.ends[:, 0] = rows + (prepared.window_rows - rows) // 2
    together = evaluate(prepared, points)
    for c in (0, 1, 17, 39):
        alone = evaluate(prepared, type(points)(**{name: getattr(points, name)[c : c + 1] for name in vars(points)}))
        for name, column in vars(alone).items():
            np.testing.assert_array_equal(column[0], getattr(together, name)[c], err_msg=name)


def test_arrays_of_a_finished_model_compile_nothing_anew() -> None:
    """They may not be written to, which is another type to numba, and compiling takes seconds."""
    world = simulate("clean", seed=2)
    prepared = prepare(world.spec, world.frame)
    space = dimensions(prepared)
    points = decode(prepared, space, np.full((2, len(space)), 0.5))
    first = evaluate(prepared, points)
    ridge(prepared.other, prepared.outcome, 0.1)
    before = len(kernel.evaluate.signatures), len(kernel.ridge_fit.signatures)
    for owner in (prepared, points):
        for array in vars(owner).values():
            if isinstance(array, np.ndarray):
                array.flags.writeable = False
    again = evaluate(prepared, points)
    ridge(prepared.other, prepared.outcome, 0.1, low=prepared.low[: prepared.other.shape[1]])
    assert (len(kernel.evaluate.signatures), len(kernel.ridge_fit.signatures)) == before
    np.testing.assert_array_equal(first.nrmse, again.nrmse)


@pytest.mark.parametrize("rows", [1, 7, 8, 9, 63])
def test_products_are_those_of_the_rows_asked_for(rows: int) -> None:
    rng = np.random.default_rng(rows)
    x, y = rng.normal(5, 2, (6, 63)), rng.normal(size=63)
    mean, products, with_y = np.empty(6), np.empty((6, 6)), np.empty(6)
    kernel.cross_products(x, y, rows, 0, mean, products, with_y)
    inside = x[:, :rows] - x[:, :rows].mean(1, keepdims=True)
    np.testing.assert_allclose(mean, x[:, :rows].mean(1), rtol=1e-13)
    np.testing.assert_allclose(np.tril(products), np.tril(inside @ inside.T), atol=1e-11)
    np.testing.assert_allclose(with_y, inside @ (y[:rows] - y[:rows].mean()), atol=1e-11)
    kept = products.copy()
    x[3:] *= 2
    kernel.cross_products(x, y, rows, 3, mean, products, with_y)
    np.testing.assert_array_equal(np.tril(products)[:3], np.tril(kept)[:3])
    np.testing.assert_allclose(np.tril(products)[3:, 3:], 4 * np.tril(kept)[3:, 3:], rtol=1e-12)
