"""The document of lift studies: the engine's own figures, and a plain answer where there are none."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from mixline.messages import Calibration
from mixline.mmm.calibration.results import calibration_results
from mixline.mmm.specification import Study
from mixline.services.calibration_views import calibration_view
from tests.builders import make_model

MODEL_ID = "a" * 64
FACT = {"value": 900.0, "low": 800.0, "high": 1000.0, "low50": 850.0, "high50": 950.0, "biased": 0.99}


def test_every_figure_is_the_engines() -> None:
    model = make_model()
    day = model.series.dates[20].astype("datetime64[D]").astype(object)
    study = Study(("channel_0", "channel_1"), day, day + timedelta(days=20), 500.0, 300.0, 0.9, "immediate")
    model = replace(
        model,
        spec=replace(model.spec, studies=(study,)),
        facts={"studies": [FACT]},
        metrics={**model.metrics, "lift_error": 0.25},
    )
    (found,), view = calibration_results(model), calibration_view(model, MODEL_ID)
    (shown,) = view.studies
    assert (view.unit, view.currency, view.counted, view.error) == ("EUR", "EUR", True, 0.25)
    assert shown.predicted.value == found.predicted.value
    assert (shown.measured.low, shown.measured.high) == (found.measured.low, found.measured.high)
    assert shown.alone is not None
    assert (shown.alone.value, shown.biased, shown.words) == (900.0, 0.99, found.words)
    assert shown.labels == ["Channel 0", "channel_1"]
    assert shown.agrees is not found.apart
    assert Calibration.model_validate_json(view.model_dump_json()) == view


def test_studies_without_weight_were_only_compared_with() -> None:
    model = make_model()
    day = model.series.dates[20].astype("datetime64[D]").astype(object)
    study = Study(("channel_0",), day, day, 500.0, 300.0, 0.9)
    spec = replace(model.spec, studies=(study,)).with_search(lift_weight=0.0)
    view = calibration_view(replace(model, spec=spec), MODEL_ID)
    assert not view.counted
    assert "1 experiment, which was only compared with" in view.words


def test_studies_of_other_weeks_are_said_to_be_left_out() -> None:
    model = make_model()
    study = Study(("channel_0",), date(1999, 1, 4), date(1999, 1, 31), 500.0, 300.0, 0.9)
    view = calibration_view(replace(model, spec=replace(model.spec, studies=(study,))), MODEL_ID)
    assert view.studies == []
    assert "1 of 1 lie outside" in view.words


def test_without_studies_it_says_so() -> None:
    view = calibration_view(make_model(), MODEL_ID)
    assert view.studies == []
    assert "No experiments were given" in view.words
