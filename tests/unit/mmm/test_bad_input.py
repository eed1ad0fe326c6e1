"""Bad and odd input from end to end: one clear sentence, or figures that can be used."""

from __future__ import annotations

import warnings
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from mixline.errors import DataError, InputError, SpecificationError
from mixline.mmm.calibration.results import calibration_results
from mixline.mmm.checks.review import review
from mixline.mmm.fitting import fit
from mixline.mmm.inputs.columns import read_columns
from mixline.mmm.inputs.features import prepare
from mixline.mmm.model import MixModel
from mixline.mmm.response import channel_results, contributions
from mixline.mmm.simulation.simulate import simulate
from mixline.mmm.specification import Context, Goal, Media, ModelSpec, Range, Search, Study, Validation

WORLD = simulate("clean", seed=1)
SMALL = WORLD.spec.with_search(trials=1, iterations=60)


def fitted(spec: ModelSpec, frame: pd.DataFrame) -> MixModel:
    """Fit; a numpy warning is a fault that nobody has noticed."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = fit(spec, frame)
    assert np.isfinite(model.draws.beta).all()
    assert np.isfinite(contributions(model).fitted).all()
    for channel in channel_results(model):
        assert np.isfinite([channel.roi.low, channel.roi.value, channel.roi.high]).all()
    review(model)
    return model


def frame_with(**columns: object) -> pd.DataFrame:
    return WORLD.frame.assign(**columns)  # type: ignore[arg-type]


ROWS = len(WORLD.frame)
OFF_LATER = np.where(np.arange(ROWS) < 60, WORLD.frame["tv_spend"], 0.0)
REFUSED = {
    "constant outcome": ({}, frame_with(revenue=7.0), DataError, "never changes"),
    "outcome constant but for rounding": (
        {},
        frame_with(revenue=0.1 + 1e-17 * np.arange(ROWS) + np.where(np.arange(ROWS) % 2, 1e-16, 0)),
        DataError,
        "never changes",
    ),
    "constant channel": ({}, frame_with(tv_spend=3.0), DataError, "same in every period"),
    "constant in the window": (
        {"window_start": date(2023, 1, 2)},
        frame_with(tv_spend=np.where(np.arange(ROWS) < 20, 9.0, 3.0)),
        DataError,
        "same in every period of the window",
    ),
    "empty cell": (
        {},
        frame_with(tv_spend=WORLD.frame["tv_spend"].where(WORLD.frame.index != 9)),
        DataError,
        "1 of 208",
    ),
    "infinite cell": (
        {},
        frame_with(revenue=WORLD.frame["revenue"].where(WORLD.frame.index != 9, np.inf)),
        DataError,
        "infinite",
    ),
    "minus infinite context": (
        {},
        frame_with(price_index=WORLD.frame["price_index"].where(WORLD.frame.index != 9, -np.inf)),
        DataError,
        "infinite",
    ),
    "channel without spend": ({}, frame_with(tv_spend=0.0), DataError, "column tv_spend is zero in the whole window"),
    "channel off in the window": (
        {"window_start": date(2024, 1, 1)},
        frame_with(tv_spend=OFF_LATER),
        DataError,
        "column tv_spend is zero in the whole window",
    ),
    "all media without spend": (
        {},
        frame_with(**{m.spend: 0.0 for m in WORLD.spec.paid}),
        DataError,
        "is zero in the whole window",
    ),
    "exposure without anything": (
        {"media": (Media("tv", "tv_spend", "seen"), *WORLD.spec.media[1:])},
        frame_with(seen=0.0),
        DataError,
        "column seen is zero in the whole window",
    ),
    "window upside down": (
        {"window_start": date(2024, 1, 1), "window_end": date(2023, 1, 1)},
        WORLD.frame,
        SpecificationError,
        "ends before it starts",
    ),
    "weekday in weekly data": ({"components": ("weekday",)}, WORLD.frame, SpecificationError, "cannot show"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_bad_input_is_refused_in_one_sentence_before_the_search(name: str) -> None:
    changes, frame, kind, words = REFUSED[name]
    told: list[float] = []
    with pytest.raises(kind) as caught:
        fit(replace(SMALL, **changes), frame, progress=lambda p: told.append(p.percent))  # type: ignore[arg-type]
    assert isinstance(caught.value, InputError)
    assert words in caught.value.sentence
    assert "\n" not in caught.value.sentence
    assert caught.value.where
    assert caught.value.got is not None
    assert caught.value.expected
    assert caught.value.action
    assert max(told, default=0.0) == 0.0


def study(first: int, last: int, **changes: object) -> Study:
    """A study of tv from the first day of one row to the last of another."""
    days = [day.date() for day in pd.to_datetime(WORLD.frame["date"])]
    return replace(Study(("tv",), days[first], days[last] + timedelta(days=6), 1e6, 1e5, 0.9), **changes)  # type: ignore[arg-type]


OUTSIDE = {
    "before the window": ({"window_start": date(2023, 1, 2)}, study(3, 8)),
    "partly before the window": ({"window_start": date(2023, 1, 2)}, study(40, 60)),
    "after the data": ({}, study(150, 160, end=date(2031, 1, 1))),
    "upside down": ({}, study(150, 160, start=date(2025, 12, 1))),
    "of a channel that is none": ({}, study(150, 160, channels=("cinema",))),
    "without an effect": ({}, study(150, 160, effect=0.0)),
}


@pytest.mark.parametrize("name", OUTSIDE)
def test_a_study_that_cannot_be_compared_with_is_refused_in_full(name: str) -> None:
    changes, bad = OUTSIDE[name]
    with pytest.raises(SpecificationError) as caught:
        fit(replace(SMALL, studies=(bad,), **changes), WORLD.frame)  # type: ignore[arg-type]
    error = caught.value
    assert error.where.startswith("study of ")
    assert error.got is not None
    assert error.expected
    assert error.action


@pytest.mark.parametrize("scope", ["total", "immediate"])
def test_a_study_of_one_row_is_compared_with_in_the_search(scope: str) -> None:
    running = int(np.argmax(WORLD.frame["tv_spend"]))
    model = fitted(replace(SMALL, studies=(study(running, running, scope=scope),)), WORLD.frame)
    (result,) = calibration_results(model)
    assert np.isfinite(model.candidates["lift"]).all()
    assert 0 < result.predicted.low < result.predicted.high


def test_ranges_upside_down_are_refused_where_they_are_written() -> None:
    with pytest.raises(SpecificationError, match="upside down") as caught:
        Range(0.8, 0.2)
    assert caught.value.action == "Swap them."
    with pytest.raises(SpecificationError, match="leaves its limits"):
        Media("tv", "tv_spend", ranges={"theta": Range(0.2, 1.2)})


GOAL, TV = Goal("revenue"), Media("tv", "tv_spend")
IMPOSSIBLE = {
    "range without an end": lambda: Range(0.1, float("inf")),
    "range of no number": lambda: Range(float("nan"), 0.5),
    "channel without a column": lambda: Media("tv"),
    "unknown parameter": lambda: Media("tv", "tv_spend", ranges={"power": Range(0, 1)}),
    "range beyond its limits": lambda: Media("tv", "tv_spend", ranges={"alpha": Range(0.5, 11)}),
    "weight below zero": lambda: Search(rssd_weight=-1.0),
    "weight of no number": lambda: Search(lift_weight=float("nan")),
    "two of one name": lambda: ModelSpec(GOAL, "date", (TV, TV), components=()),
    "unusable name": lambda: ModelSpec(GOAL, "date", (replace(TV, name="t;v"),), components=()),
    "nothing paid": lambda: ModelSpec(GOAL, "date", (Media("blog", exposure="visits"),), components=()),
    "holidays of nowhere": lambda: ModelSpec(GOAL, "date", (TV,)),
    "window upside down": lambda: ModelSpec(
        GOAL, "date", (TV,), components=(), window_start=date(2024, 1, 1), window_end=date(2023, 1, 1)
    ),
    "no search": lambda: ModelSpec(GOAL, "date", (TV,), components=(), search=Search(trials=0)),
    "back-test without end": lambda: ModelSpec(GOAL, "date", (TV,), components=(), validation=Validation(folds=99)),
    "nothing to fit on": lambda: ModelSpec(
        GOAL, "date", (TV,), components=(), validation=Validation(train=Range(0.05, 0.9))
    ),
}


@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_an_impossible_specification_says_what_was_got_and_expected_and_what_to_do(name: str) -> None:
    with pytest.raises(SpecificationError) as caught:
        IMPOSSIBLE[name]()
    error = caught.value
    assert error.got is not None
    assert error.expected
    assert error.action
    assert error.where or "range" in name  # a range alone knows no place; its reader adds the path of the field


@pytest.mark.parametrize("iterations", [1, 60])
def test_with_every_parameter_fixed_ranges_come_from_resampling(iterations: int) -> None:
    values = {"alpha": 1.2, "gamma": 0.5, "theta": 0.3}
    media = tuple(replace(m, ranges={k: Range(v, v) for k, v in values.items()}) for m in SMALL.media)
    model = fitted(replace(SMALL, media=media).with_search(iterations=iterations), WORLD.frame)
    assert model.facts["evaluated"] == iterations
    assert np.ptp(model.draws.alpha) == np.ptp(model.draws.adstock[:, :, 0]) == 0
    for channel in channel_results(model):
        assert channel.roi.low < channel.roi.value < channel.roi.high


def test_more_columns_than_rows_give_wide_ranges_and_a_warning() -> None:
    rng = np.random.default_rng(0)
    frame = WORLD.frame.head(52).copy()
    noise = pd.DataFrame(rng.normal(size=(52, 54)), index=frame.index, columns=[f"noise {i}" for i in range(54)])
    frame = pd.concat([frame, noise], axis=1)
    context = (*SMALL.context, *(Context(name, name) for name in noise.columns))
    model = fitted(replace(SMALL, context=context), frame)
    assert len(model.media_names) + len(model.other_names) > 52
    assert review(model).verdict != "trust"
    assert "observations" in {f.code for f in review(model).findings if f.severity == "warning"}
    truth = WORLD.truth.roi
    assert np.mean([c.roi.low <= truth[c.name] <= c.roi.high for c in channel_results(model)]) >= 0.5


def test_three_years_of_days_from_end_to_end() -> None:
    world = simulate("clean", seed=2, interval="day", weeks=156, channels=3)
    spec = replace(world.spec, components=("trend", "season", "monthly", "weekday", "holiday"))
    model = fitted(spec.with_search(trials=1, iterations=60), world.frame)
    assert model.interval == "day"
    assert {"weekday", "monthly", "season", "trend", "holiday"} <= set(model.other_names)
    assert model.metrics["r2_train"] > 0.9
    weekday = model.series.other[:, model.other_names.index("weekday")]
    np.testing.assert_allclose(weekday[:7], weekday[7:14], rtol=1e-9, atol=1e-6 * np.abs(weekday).max())
    truth = world.truth.roi
    errors = [abs(c.roi.value / truth[c.name] - 1) for c in channel_results(model)]
    assert np.median(errors) < 0.35


def monthly() -> tuple[pd.DataFrame, ModelSpec]:
    """Five years of months, added up from days."""
    world = simulate("clean", seed=1, interval="day", weeks=262)
    frame = world.frame.assign(date=world.frame["date"].dt.to_period("M").dt.to_timestamp())
    how = {c: "mean" if c == "price_index" else "sum" for c in frame.columns if c != "date"}
    spec = replace(world.spec, components=("trend", "season", "holiday"))
    return frame.groupby("date", as_index=False).agg(how).iloc[:60], spec.with_search(trials=1, iterations=60)


def test_five_years_of_months_from_end_to_end() -> None:
    frame, spec = monthly()
    model = fitted(replace(spec, validation=Validation(folds=2)), frame)
    assert model.interval == "month"
    assert len(model.window_dates) == 60
    assert model.metrics["r2_train"] > 0.8
    assert [len(fold["dates"]) for fold in model.facts["backtest"]["folds"]] == [3, 3]
    assert all(c.roi.low <= c.roi.value <= c.roi.high for c in channel_results(model))


def test_months_may_start_on_any_day() -> None:
    frame, spec = monthly()
    later = frame.assign(date=frame["date"] + pd.Timedelta(days=14))
    assert read_columns(spec, later).interval == "month"
    assert "holiday" in prepare(spec, later).other_names


def test_many_rare_levels_of_a_factor_are_pooled() -> None:
    levels = np.array([f"event {i % 40}" for i in range(ROWS)], dtype=object)
    prepared = prepare(
        replace(SMALL, components=(), context=(Context("event", "event", factor=True),)),
        WORLD.frame.assign(event=levels),
    )
    assert "event other levels" in prepared.other_names
    assert len(prepared.other_names) == 10
