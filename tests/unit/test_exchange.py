from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mixline.errors import SettingsError
from mixline.exchange import Rates, read_rates
from mixline.settings import load_settings

AMOUNTS = st.floats(1e-4, 1e6)
CODES = ("EUR", "USD", "GBP", "JPY")


def test_rates_are_read_with_their_day() -> None:
    rates = read_rates("2026-11-20 EUR=1 USD=1.0852, GBP=0.8391")
    assert rates.day == date(2026, 11, 20)
    assert rates.offer("USD") == ["USD", "EUR", "GBP"]
    assert rates.rate("EUR", "USD") == 1.0852
    assert rates.rate("USD", "EUR") == pytest.approx(1 / 1.0852)


def test_without_rates_there_is_no_choice() -> None:
    assert read_rates("  ") == Rates()
    assert Rates().offer("EUR") == []
    assert read_rates("2026-11-20 EUR=1 USD=2").offer("CHF") == []


@given(st.tuples(AMOUNTS, AMOUNTS, AMOUNTS, AMOUNTS))
def test_rates_agree_with_each_other(amounts: tuple[float, ...]) -> None:
    rates = Rates(date(2026, 11, 20), dict(zip(CODES, amounts, strict=True)))
    for one in CODES:
        for two in CODES:
            assert rates.rate(one, two) * rates.rate(two, one) == pytest.approx(1.0)
            assert rates.rate(one, "GBP") * rates.rate("GBP", two) == pytest.approx(rates.rate(one, two))


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("EUR=1 USD=2", "'EUR=1' is not a day"),
        ("2026-11-20 EUR=1", "at least two amounts"),
        ("2026-11-20 EUR=1 usd=2", "'usd=2' is not CODE=amount"),
        ("2026-11-20 EUR=1 USD", "'USD' is not CODE=amount"),
        ("2026-11-20 EUR=1 USD=two", "'USD=two' has no number"),
        ("2026-11-20 EUR=1 USD=0", "'USD=0' is not above zero"),
        ("2026-11-20 EUR=1 USD=inf", "'USD=inf' is not above zero"),
        ("2026-11-20 EUR=1 EUR=2", "EUR is there twice"),
    ],
)
def test_a_rate_that_cannot_be_used_says_what_is_expected(text: str, word: str) -> None:
    with pytest.raises(ValueError, match=word):
        read_rates(text)


def test_the_setting_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIXLINE_RATES", "2026-11-20 EUR=1 USD=zero")
    with pytest.raises(SettingsError, match=r"MIXLINE_RATES: .*EUR=1 USD=1\.0852.*has no number"):
        load_settings()
