from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.figures import format as f
from mixline.messages import Estimate


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (0.0352, "0.04"),
        (7, "7"),
        (12.34, "12.3"),
        (950, "950"),
        (999.96, "1k"),
        (12_345, "12.3k"),
        (1_234_567, "1.23M"),
        (28_000_000, "28M"),
        (2.5e9, "2.5B"),
        (-6_220_000, "−6.22M"),
        (float("nan"), "–"),
    ],
)
def test_numbers_keep_three_figures(value: float, text: str) -> None:
    assert f.write_number(value) == text


def test_money_carries_its_currency_and_sign() -> None:
    assert f.write_money(1_200_000, "EUR") == "€1.2M"
    assert f.write_money(-1_200, "GBP") == "−£1.2k"
    assert f.write_money(50, "CHF", sign=True) == "CHF +50"
    assert f.write_money(50, "") == "50"


def test_range_says_its_unit_once_where_both_ends_share_it() -> None:
    assert f.write_range(23.2e6, 33.3e6, "EUR") == "€23.2 – 33.3M"
    assert f.write_range(764e3, 1.4e6, "EUR") == "€764k – €1.4M"
    assert f.write_range(-3e3, 5e3, "EUR") == "−€3k – €5k"
    assert f.write_range(0, 5, "EUR") == "€0 – €5"


@pytest.mark.parametrize(
    ("value", "text"), [(2.44, "2.4"), (0.853, "0.85"), (1.0, "1.0"), (120.4, "120"), (-0.4, "−0.40"), (-0.001, "0.00")]
)
def test_returns_have_as_many_digits_as_can_be_told(value: float, text: str) -> None:
    assert f.write_ratio(value) == text


def test_both_ends_of_a_return_have_the_same_digits() -> None:
    unit = f.Unit("EUR")
    assert unit.roi_range(Estimate(value=1, low=0.72, high=1.34, low50=0.9, high50=1.1)) == "0.7 – 1.3"
    assert unit.roi_range(Estimate(value=1, low=0.72, high=1.34, low50=0.9, high50=0.96), 50) == "0.90 – 0.96"


def test_conversions_are_counted_per_thousand() -> None:
    unit = f.Unit("EUR", conversions=True)
    assert unit.roi(0.0213) == "21.3"
    assert unit.roi_name == "conversions per 1,000 euros"
    assert unit.outcome(1_250_000) == "1.25M"


def test_shares_dates_and_durations() -> None:
    assert f.write_share(0.344) == "34 %"
    assert f.write_share(0.034) == "3.4 %"
    assert f.write_share(0.0004) == "under 0.1 %"
    assert f.write_share(0) == "0 %"
    assert f.write_share(-0.08) == "−8.0 %"
    assert f.write_date(date(2026, 11, 3)) == "3 Nov 2026"
    assert f.write_moment(datetime(2026, 11, 3, 4, 5, tzinfo=UTC)) == "3 Nov 2026, 04:05 UTC"
    assert f.write_periods(0.2, "week") == "< ½ week"
    assert f.write_periods(1.0, "week") == "1 week"
    assert f.write_periods(2.44, "day") == "2.4 days"


@given(st.floats(allow_nan=True, allow_infinity=True))
def test_any_number_can_be_written(value: float) -> None:
    for text in (f.write_number(value), f.write_money(value, "EUR"), f.write_ratio(value), f.write_share(value)):
        assert text
        assert "e+" not in text or abs(value) > 1e15


@given(st.floats(1e-3, 1e12), st.floats(1.0, 1e3))
def test_a_range_never_writes_its_ends_in_the_wrong_order(low: float, factor: float) -> None:
    text = f.write_range(low, low * factor, "EUR")
    assert text.count(" – ") == 1
    assert text.startswith("€")


@given(st.floats(0, 1))
def test_every_chance_has_words(chance: float) -> None:
    assert f.write_chance(chance)
