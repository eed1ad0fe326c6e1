"""Lift studies beside a model: recorded from Robyn, and by known answers where Robyn is not right."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mixline.errors import SpecificationError
from mixline.mmm.calibration.agreement import Lift, MediaFit, lift_error, predict_lift
from mixline.mmm.specification import Study
from mixline.mmm.transforms.adstock import adstock
from tests.unit.mmm.calibration.weeks import MONDAYS, RECORDED, UNUSABLE, robyn_studies
from tests.unit.mmm.robyn.recorded import DATES, WINDOW, recorded_media

ROBYN = recorded_media("calibration_geometric_mid")


def simple(form: str = "geometric", first: float = 0.5, second: float = 0.0) -> MediaFit:
    media = np.random.default_rng(1).uniform(10, 100, (60, 2))
    return MediaFit(
        names=("tv", "search"),
        forms=(form, "geometric"),
        media=media,
        adstock=np.array([[first, second], [0.2, 0.0]]),
        alpha=np.array([1.5, 0.8]),
        inflexion=np.array([120.0, 50.0]),
        beta=np.array([1000.0, 500.0]),
    )


def study(start: date, end: date, scope: Any = "total", channels: tuple[str, ...] = ("tv",)) -> Study:
    return Study(channels, start, end, 100.0, 50.0, 0.9, scope)


def test_recorded_studies_of_the_calibrated_model() -> None:
    recorded = RECORDED["recorded"]
    lifts = [predict_lift(ROBYN, s, DATES, WINDOW, "week", robyn_days=True) for s in robyn_studies()]
    for lift in lifts:
        at = recorded["rn"].index("+".join(lift.study.channels))
        assert lift.predicted == pytest.approx(recorded["decompAbsScaled"][at], rel=1e-9)
        assert lift.error == pytest.approx(recorded["mape_lift"][at], rel=1e-9)
    assert lift_error(lifts, by_confidence=False) == pytest.approx(RECORDED["mape"], rel=1e-9)


def test_recorded_totals_of_the_calibrated_model() -> None:
    recorded = RECORDED["recorded"]
    for asked in robyn_studies():
        found = predict_lift(ROBYN, replace(asked, scope="total"), DATES, WINDOW, "week", robyn_days=True)
        at = recorded["rn"].index("+".join(asked.channels))
        assert found.predicted == pytest.approx(recorded["decompAbsTotalScaled"][at], rel=1e-9)


def test_confident_studies_count_more() -> None:
    asked = study(date(2024, 3, 4), date(2024, 3, 10))
    near, far = Lift(asked, 110, 100, 0.1), Lift(replace(asked, confidence=0.3), 200, 100, 1.0)
    assert lift_error([near, far]) == pytest.approx((0.9 * 0.1 + 0.3 * 1.0) / 1.2)
    assert lift_error([near, far], by_confidence=False) == pytest.approx(0.55)
    assert lift_error([]) == 0.0


def test_a_study_of_one_period_and_of_part_of_one() -> None:
    whole = predict_lift(simple(), study(date(2024, 3, 4), date(2024, 3, 10)), MONDAYS, (0, 60), "week").predicted
    part = predict_lift(simple(), study(date(2024, 3, 5), date(2024, 3, 6)), MONDAYS, (0, 60), "week").predicted
    assert part == pytest.approx(whole * 2 / 7)
    with pytest.raises(SpecificationError, match="within one period"):
        predict_lift(simple(), study(date(2024, 3, 4), date(2024, 3, 10)), MONDAYS, (0, 60), "week", robyn_days=True)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 300), st.integers(0, 100), st.integers(0, 100), st.sampled_from(["geometric", "weibull_pdf"]))
def test_totals_of_neighbouring_studies_add_up_and_immediate_is_never_more(
    begin: int, first: int, second: int, form: str
) -> None:
    fit = simple(form, 0.5 if form == "geometric" else 2.0, 0.05)
    start = date(2024, 1, 1) + timedelta(days=begin)
    middle = start + timedelta(days=first)
    end = min(middle + timedelta(days=1 + second), date(2024, 1, 1) + timedelta(days=60 * 7 - 1))
    if middle >= end:
        return

    def total(a: date, b: date, scope: str = "total", channels: tuple[str, ...] = ("tv",)) -> float:
        return predict_lift(fit, study(a, b, scope, channels), MONDAYS, (0, 60), "week").predicted

    both = total(start, middle) + total(middle + timedelta(days=1), end)
    assert total(start, end) == pytest.approx(both, rel=1e-9)
    assert -1e-9 <= total(start, end, "immediate") <= total(start, end) * (1 + 1e-9)
    pooled = total(start, end, "immediate", ("tv", "search"))
    assert pooled == pytest.approx(total(start, end, "immediate") + total(start, end, "immediate", ("search",)))


def test_without_earlier_spend_immediate_is_total() -> None:
    fit = simple("weibull_cdf", 1.0, 0.05)
    media = fit.media.copy()
    media[:20] = 0.0
    fit = replace(fit, media=media)
    start, end = date(2024, 5, 20), date(2024, 7, 28)
    assert str(MONDAYS[20]) == "2024-05-20"
    assert adstock(media[:20, 0], "geometric", 0.5).sum() == 0
    total = predict_lift(fit, study(start, end), MONDAYS, (0, 60), "week").predicted
    own = predict_lift(fit, study(start, end, "immediate"), MONDAYS, (0, 60), "week").predicted
    assert own == pytest.approx(total, rel=1e-12)


@pytest.mark.parametrize(("changes", "words"), UNUSABLE)
def test_unusable_studies_are_refused(changes: dict[str, Any], words: str) -> None:
    asked = replace(study(date(2024, 3, 4), date(2024, 3, 10)), **changes)
    with pytest.raises(SpecificationError, match=words):
        predict_lift(simple(), asked, MONDAYS, (0, 60), "week")
