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


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.4, "€0.40"),
        (1.5, "€1.50"),
        (1.999, "€2"),
        (9.99, "€9.99"),
        (9.996, "€10"),
        (5, "€5"),
        (-0.3, "−€0.30"),
        (0, "€0"),
    ],
)
def test_small_amounts_are_written_with_cents(value: float, text: str) -> None:
    assert f.write_money(value, "EUR") == text


def test_a_chance_is_told_as_it_is_rounded() -> None:
    assert f.write_chance(0.6951) == f.write_chance(0.70) == "probably"
    assert f.write_chance(0.5) == "uncertain"


@pytest.mark.parametrize(
    ("low", "high", "currency", "text"),
    [
        (54e6, 89.1e6, "EUR", "€54M – €89.1M"),
        (764e3, 1.4e6, "EUR", "€764k – €1.4M"),
        (0, 5, "EUR", "€0 – €5"),
        (950, 999.9e3, "GBP", "£950 – £1M"),
        (-3e3, 5e3, "EUR", "−€3k to €5k"),
        (-9e6, -2.5e6, "EUR", "−€9M to −€2.5M"),
        (-9e6, 0, "USD", "−$9M to $0"),
        (1e6, 2e6, "CHF", "CHF 1M – CHF 2M"),
        (-1e6, 2e6, "CHF", "CHF −1M to CHF 2M"),
        (1.2e3, 3.4e3, "", "1.2k – 3.4k"),
    ],
)
def test_a_range_says_at_both_ends_how_large_they_are(low: float, high: float, currency: str, text: str) -> None:
    assert f.write_range(low, high, currency) == text


def test_a_range_of_returns_or_shares_below_zero_is_not_read_as_a_minus() -> None:
    below = Estimate(value=0.1, low=-0.44, high=0.61, low50=-0.2, high50=0.3)
    assert f.Unit("EUR").roi_range(below) == "−0.44 to 0.61"
    assert f.Unit("EUR").roi_with_range(below, 50) == "0.10 (−0.20 to 0.30)"
    assert f.write_share_range(-0.08, 0.12) == "−8.0 % to 12 %"
    assert f.write_share_range(0.12, 0.341) == "12 % – 34 %"


def test_a_range_is_not_parted_at_the_end_of_a_line() -> None:
    for low, high in ((-3e3, 5e3), (-9e6, -2e6), (1e3, 2e6)):
        for currency in ("EUR", ""):
            assert " " not in f.keep_together(f.write_range(low, high, currency))
    assert f.keep_together("from 3 to cover") == "from 3 to cover"


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


def test_what_one_piece_of_money_brings_has_its_cents() -> None:
    assert [f.write_each(value, "EUR") for value in (1.0, 1.57, 0.0, -0.001, 12.3)] == [
        "€1.00", "€1.57", "€0.00", "€0.00", "€12.3",
    ]  # fmt: skip
    assert f.write_each(-1.0, "CHF") == "CHF −1.00"


def test_a_change_is_seen_between_its_ends() -> None:
    assert f.write_change(25_090_000, 25_243_000, "EUR") == ("€25.09M", "€25.24M")
    assert f.write_change(25_100_000, 29_200_000, "EUR") == ("€25.1M", "€29.2M"), "three figures say it"
    assert f.write_change(25_100_000, 25_100_000, "EUR") == ("€25.1M", "€25.1M"), "nothing changed"
    assert f.write_change(1_234_567, 1_234_568, "EUR") == ("€1.23M", "€1.23M"), "too little to see"
    assert f.write_change(900.0, 1_050.0, "") == ("900", "1.05k"), "each as it is read best"
    assert f.write_change(-31.25, -31.75, "CHF") == ("CHF −31.25", "CHF −31.75")
    assert f.write_change(0.0, 0.0, "EUR") == ("€0", "€0")


@given(st.floats(allow_nan=True, allow_infinity=True))
def test_any_number_can_be_written(value: float) -> None:
    for text in (f.write_number(value), f.write_money(value, "EUR"), f.write_ratio(value), f.write_share(value)):
        assert text
        assert "e+" not in text or abs(value) > 1e15


@given(st.floats(-1e12, 1e12), st.floats(-1e12, 1e12), st.sampled_from(["EUR", "CHF", ""]))
def test_each_end_of_a_range_can_be_read_without_the_other(one: float, other: float, currency: str) -> None:
    low, high = sorted((one, other))
    text = f.write_range(low, high, currency)
    between = " to " if f.MINUS in text else " – "
    assert text.split(between) == [f.write_money(low, currency), f.write_money(high, currency)]


@given(st.floats(0, 1))
def test_every_chance_has_words(chance: float) -> None:
    assert f.write_chance(chance)
