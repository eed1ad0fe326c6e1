"""How long searches will take, from how long they took."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mixline.messages import CostView
from mixline.services.estimates import Measured, add_up, estimate_duration, price
from mixline.settings import Settings

HERE, ELSEWHERE = "a" * 64, "b" * 64


def test_estimate_needs_a_measured_run() -> None:
    assert estimate_duration([], HERE, 600) is None


def test_estimate_from_one_size_is_a_bound() -> None:
    measured = [Measured(HERE, 600, 30.0)]
    found = [estimate_duration(measured, HERE, size) for size in (600, 6000, 60)]
    assert [(one.bound, one.seconds) for one in found if one] == [("about", 30.0), ("at most", 300.0), ("under", 30.0)]


def test_estimate_separates_the_fixed_part_with_two_sizes() -> None:
    # 600 candidates took 30 s and 10,000 took 124 s: 0.01 s each and 24 s before
    found = estimate_duration([Measured(HERE, 600, 30.0), Measured(HERE, 10_000, 124.0)], HERE, 50_000)
    assert found is not None
    assert found.seconds == pytest.approx(524.0)


def test_estimate_prefers_runs_of_the_same_dataset() -> None:
    measured = [Measured(HERE, 600, 30.0), Measured(ELSEWHERE, 600, 600.0)]
    found = estimate_duration(measured, ELSEWHERE, 600)
    assert found is not None
    assert found.seconds == pytest.approx(600.0)


@given(
    st.lists(st.tuples(st.integers(1, 100_000), st.floats(0.1, 1e4)), min_size=1, max_size=20), st.integers(1, 10**6)
)
def test_estimate_is_never_negative(runs: list[tuple[int, float]], candidates: int) -> None:
    found = estimate_duration([Measured(HERE, size, seconds) for size, seconds in runs], HERE, candidates)
    assert found is not None
    assert found.seconds > 0


def test_a_smaller_search_takes_no_longer_than_a_larger_one_did() -> None:
    measured = [Measured(HERE, 600, 32.0), Measured(HERE, 10_000, 10.0), Measured(HERE, 50_000, 35.0)]
    found = [estimate_duration(measured, HERE, size) for size in (600, 10_000, 50_000)]
    assert [one.seconds for one in found if one] == [10.0, 10.0, 35.0]


def test_without_a_price_nothing_costs_anything() -> None:
    assert price(Settings(), 3600.0) is None
    priced = Settings(core_hour_price=0.09)
    assert price(priced, 3600.0) == pytest.approx(0.09)
    assert price(priced, None) is None


def test_what_is_unknown_of_one_run_is_unknown_of_all() -> None:
    known = CostView(candidates=10, seconds=5.0, bound="about", core_seconds=10.0, cost=0.1, currency="EUR")
    unknown = known.model_copy(update={"seconds": None, "bound": "unknown", "core_seconds": None, "cost": None})
    both = add_up([known, known], "EUR")
    assert (both.candidates, both.seconds, both.cost, both.bound) == (20, 10.0, 0.2, "about")
    assert add_up([known, unknown], "EUR").seconds is None
    assert add_up([known, unknown], "EUR").cost is None
    assert add_up([], "EUR").bound == "unknown"
