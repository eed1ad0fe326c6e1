"""An amount is read as it was written, and in the ways people type it; nothing is read from what is no amount."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.components.plan_typed import no_dust, read_typed, write_asked, write_typed
from mixline.errors import InputError


@given(st.floats(0, 1e15))
def test_what_was_asked_is_read_back_with_every_digit(value: float) -> None:
    assert read_typed("budget", write_asked(value)) == value


@given(st.floats(0, 1e12))
def test_what_is_shown_is_read_back_as_near_as_it_is_written(value: float) -> None:
    shown = read_typed("spend", write_typed(value))
    assert shown == pytest.approx(value, abs=0.5 if value >= 99.5 else max(0.005 * value, 1e-300))


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("1,069,746", 1069746.0), ("1 069 746", 1069746.0), ("1.069.746", 1069746.0), ("1.069.746,5", 1069746.5),
        ("1'069'746", 1069746.0), ("€1.5M", 1.5e6), ("250k", 250e3), ("2 bn", 2e9), ("1,5", 1.5), ("2.2", 2.2), ("1e6", 1e6),
        ("0", 0.0), ("-5", -5.0), (12, 12.0), ("", None), (None, None), ("  ", None),
    ],
)  # fmt: skip
def test_the_ways_people_type_money(typed: object, amount: float | None) -> None:
    assert read_typed("budget", typed) == amount


@pytest.mark.parametrize("typed", ["much", "1,2,3", "12 apples", "1..2", "M"])
def test_what_is_no_amount_is_refused(typed: str) -> None:
    with pytest.raises(InputError) as caught:
        read_typed("budget", typed)
    assert caught.value.where == "budget"


def test_what_the_solver_leaves_of_nothing_is_nothing() -> None:
    assert no_dust(0.005, 500_000.0) == 0.0
    assert no_dust(1.0, 500_000.0) == 1.0
    assert no_dust(0.0, 0.0) == 0.0
