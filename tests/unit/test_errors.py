from __future__ import annotations

import pytest

from mixline import errors
from mixline.errors import BusyError, DataError, MixlineError, shorten


def test_sentence_says_what_where_got_expected_and_what_to_do() -> None:
    error = DataError(
        "the spend is negative",
        where="sales.csv, column tv_spend, row 7",
        got=-3.5,
        expected="zero or more",
        action="Correct the row.",
    )
    assert str(error) == (
        "sales.csv, column tv_spend, row 7: the spend is negative; got -3.5; expected zero or more. Correct the row."
    )


def test_sentence_without_parts_starts_with_a_capital_and_ends_with_one_stop() -> None:
    assert MixlineError("the queue is closed.").sentence == "The queue is closed."


@pytest.mark.parametrize(
    "kind", [c for c in vars(errors).values() if isinstance(c, type) and issubclass(c, MixlineError)]
)
def test_every_error_has_a_code_and_a_status(kind: type[MixlineError]) -> None:
    assert kind.code
    assert 400 <= kind.status < 600


def test_busy_says_when_to_come_back() -> None:
    assert BusyError("the queue is full", retry_after=12).retry_after == 12


def test_long_values_are_cut_in_the_middle() -> None:
    text = shorten("x" * 500)
    assert len(text) <= 80
    assert "..." in text
