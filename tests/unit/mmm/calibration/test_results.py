"""Studies beside a model: figures, words, and the findings of the check."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mixline.mmm.calibration.agreement import chosen_media, predict_lift
from mixline.mmm.calibration.results import calibration_results
from mixline.mmm.checks.review import review
from mixline.mmm.model import MixModel
from mixline.mmm.specification import Study
from tests.builders import make_model

FACT = {"value": 900.0, "low": 800.0, "high": 1000.0, "low50": 850.0, "high50": 950.0, "biased": 0.99}


def study_of(model: MixModel, times: float = 1.0, rows: int = 4, **changes: Any) -> Study:
    """A study of the first channel whose effect is the model's mean prediction times `times`."""
    day = model.series.dates[20].astype("datetime64[D]").astype(object)
    study = Study(("channel_0",), day, day + timedelta(days=7 * rows - 1), 1.0, 1.0, 0.99)
    study = replace(study, spend=float(model.series.spend[20 : 20 + rows, 0].sum()), **changes)
    (found,) = calibration_results(with_studies(model, study))
    return replace(study, effect=found.predicted.value * times)


def with_studies(model: MixModel, *studies: Study, **facts: Any) -> MixModel:
    return replace(model, spec=replace(model.spec, studies=studies), facts={**model.facts, **facts})


def codes(model: MixModel) -> set[str]:
    return {finding.code for finding in review(model).findings}


def test_the_prediction_is_that_of_the_draws() -> None:
    model = make_model()
    model = with_studies(model, study_of(model))
    (found,) = calibration_results(model)
    series = model.series
    draws = []
    for d in range(len(model.draws)):
        one = chosen_media(replace(model, draws=replace(model.draws, chosen=d)))
        draws.append(predict_lift(one, found.study, series.dates, series.window, "week").predicted)
    assert found.predicted.value == pytest.approx(model.draws.weights @ np.array(draws), rel=1e-9)
    assert found.spend == pytest.approx(found.study.spend)
    assert found.measured.high - found.measured.value == pytest.approx(1.645 * found.study.effect / 2.5758, rel=1e-3)


@pytest.mark.parametrize(
    ("times", "words", "code"),
    [
        (1.0, "agrees with the experiment", None),
        (1.3, "lower than the experiment by 23%, which is within both ranges", None),
        (1e3, "lower than the experiment by 100%, more than both ranges allow", "calibration"),
        (1e-3, "higher than the experiment", "calibration"),
        (-1.0, "higher than the experiment by 200%", "calibration"),
    ],
)
def test_the_words_say_who_is_higher_and_whether_that_is_a_contradiction(
    times: float, words: str, code: str | None
) -> None:
    model = make_model(equal_weights=True)
    model = with_studies(model, study_of(model, times))
    (found,) = calibration_results(model)
    assert words in found.words
    assert ("calibration" in codes(model)) == (code == "calibration") == found.apart


def test_data_that_contradict_an_experiment_are_named() -> None:
    model = make_model()
    model = with_studies(model, study_of(model), studies=[FACT])
    (found,) = calibration_results(model)
    assert "The data alone would have said" in found.words
    assert "data-against-experiment" in codes(model)
    calm = with_studies(model, *model.spec.studies, studies=[{**FACT, "biased": 0.1}])
    assert "data-against-experiment" not in codes(calm)
    assert "alone" not in calibration_results(calm)[0].words


def test_another_spend_than_the_datas_is_named() -> None:
    model = make_model()
    study = study_of(model)
    assert "study-spend" not in codes(with_studies(model, study))
    assert "study-spend" in codes(with_studies(model, replace(study, spend=2 * study.spend)))


def test_studies_of_other_weeks_are_left_out() -> None:
    model = make_model()
    elsewhere = replace(study_of(model), start=date(1999, 1, 4), end=date(1999, 1, 31))
    both = with_studies(model, elsewhere, study_of(model), studies=[{**FACT, "biased": 0.0}, FACT])
    (found,) = calibration_results(both)
    assert found.biased == 0.99


def test_without_studies_nothing_is_said() -> None:
    assert calibration_results(make_model()) == ()
    assert not {"calibration", "study-spend"} & codes(make_model())


@settings(max_examples=20, deadline=None)
@given(st.floats(0.05, 20.0), st.floats(0.05, 1.0), st.sampled_from(["total", "immediate"]))
def test_every_study_gets_whole_figures_and_a_sentence(times: float, confidence: float, scope: str) -> None:
    model = make_model(draws=6)
    model = with_studies(model, study_of(model, times, confidence=confidence, scope=scope))
    (found,) = calibration_results(model)
    assert found.measured.low < found.measured.low50 < found.measured.high50 < found.measured.high
    assert found.words.endswith(".")
    assert np.isfinite(found.difference)
    review(model)


def test_an_experiment_that_is_not_sure_is_noted() -> None:
    model = make_model()
    assert "study-confidence" not in codes(with_studies(model, study_of(model)))
    assert "study-confidence" in codes(with_studies(model, study_of(model, confidence=0.7)))
