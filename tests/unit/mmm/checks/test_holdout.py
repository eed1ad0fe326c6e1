"""Checks of forecasts: a model that cannot forecast is said to be one, a good back-test says nothing, JSON keeps it whole."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mixline.mmm.backtest.result import FACT, Backtest, Fold, mape, nrmse, read_backtest
from mixline.mmm.checks.review import review
from mixline.mmm.estimates import Estimate
from mixline.mmm.model import MixModel
from tests.builders import make_model


def fold(
    number: int = 1,
    error: float = 1.0,
    naive: float = 10.0,
    coverage: float = 0.9,
    roi: float | None = 2.0,
    size: int = 13,
) -> Fold:
    actual = 100.0 + 20.0 * np.sin(np.arange(size))
    sign = np.where(np.arange(size) % 2 == 0, 1.0, -1.0)
    expected, before = actual + error * sign, actual - naive * sign
    series = {name: tuple((expected + shift).tolist()) for name, shift in
              (("expected", 0.0), ("low", -9.0), ("high", 9.0), ("low50", -3.0), ("high50", 3.0))}  # fmt: skip
    return Fold(
        number=number,
        fitted_from=date(2022, 1, 3),
        fitted_to=date(2023, 12, 25),
        fitted_periods=104,
        dates=tuple(date(2024, 1, 1) + timedelta(weeks=k) for k in range(size)),
        actual=tuple(actual.tolist()),
        naive=tuple(before.tolist()),
        nrmse=nrmse(actual, expected),
        mape=mape(actual, expected),
        coverage=coverage,
        naive_nrmse=nrmse(actual, before),
        naive_mape=mape(actual, before),
        roi={
            "channel_0": None if roi is None else Estimate(roi, roi / 2, roi * 2, roi / 1.5, roi * 1.5),
            "channel_1": Estimate(1.0, 0.5, 2.0, 0.8, 1.2),
        },
        **series,
    )


def model_with(*folds: Fold) -> MixModel:
    found = Backtest("week", 13, 2, 500, folds or (fold(1), fold(2)))
    model = make_model()
    return replace(model, facts={**model.facts, FACT: json.loads(json.dumps(found.to_dict()))})


def codes(model: MixModel) -> set[str]:
    return {finding.code for finding in review(model).findings if finding.code.startswith("backtest")}


def test_a_good_back_test_says_nothing() -> None:
    assert codes(model_with()) == set()


def test_forecasts_worse_than_the_year_before_are_a_warning() -> None:
    model = model_with(fold(error=12.0), fold(error=12.0))
    found = [f for f in review(model).findings if f.code == "backtest-naive"]
    assert found[0].severity == "warning"
    assert found[0].value == pytest.approx(1 - 12 / 10)
    assert "20% more" in found[0].detail


def test_forecasts_outside_their_ranges_are_a_warning() -> None:
    assert codes(model_with(fold(coverage=0.5), fold(coverage=0.6))) == {"backtest-coverage"}
    assert codes(model_with(fold(coverage=0.0, size=3))) == set()  # three months tell nothing


def test_a_return_that_doubles_is_noted_with_its_ends() -> None:
    model = model_with(fold(roi=1.0), fold(roi=2.5), fold(roi=None))
    found = [f for f in review(model).findings if f.code == "backtest-roi"]
    assert [f.columns for f in found] == [("channel_0",)]
    assert "between 1.00 and 2.50" in found[0].detail
    assert [f.value for f in review(model_with(fold(roi=0.0), fold(roi=1.0))).findings if f.code == "backtest-roi"] == [
        None
    ]


def test_a_back_test_answers_for_a_missing_hold_out() -> None:
    model = model_with()
    assert "no-hold-out" not in {f.code for f in review(replace(model, metrics={"nrmse_train": 0.02})).findings}


def test_words_say_how_far_off_and_than_what() -> None:
    words = read_backtest(model_with()).words  # type: ignore[union-attr]
    assert "2 forecasts of 13 weeks" in words
    assert "90% less" in words
    assert "90% of the weeks" in words


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.floats(0, 1e3), st.floats(0, 1e3), st.floats(0, 1), st.none() | st.floats(0, 1e6), st.integers(1, 30)
        ),
        min_size=1,
        max_size=6,
    )
)
def test_json_keeps_every_digit_and_figures_stay_finite(
    rows: list[tuple[float, float, float, float | None, int]],
) -> None:
    folds = tuple(fold(k + 1, *row) for k, row in enumerate(rows))
    found = read_backtest(model_with(*folds))
    assert found is not None
    assert found.folds == folds
    assert np.isfinite([found.error, found.naive_error, found.skill, found.coverage]).all()
    assert found.skill <= 1
    assert 0 <= found.coverage <= 1
    review(model_with(*folds))


def test_errors_that_cannot_be_said_are_none() -> None:
    flat = np.full(5, 3.0)
    assert nrmse(flat, flat + 1) is None
    assert mape(np.zeros(5), flat) is None
