"""Back-test: forecasts see nothing of what they forecast, the same bytes every way, clear refusals, and words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from mixline.errors import CancelledError, SpecificationError
from mixline.mmm.backtest import forecasts as module
from mixline.mmm.backtest.folds import plan_folds
from mixline.mmm.backtest.forecasts import backtest
from mixline.mmm.backtest.result import FACT, Backtest, read_backtest
from mixline.mmm.ensemble.draws import Ensemble
from mixline.mmm.ensemble.plausible import Walk
from mixline.mmm.fitting import fit
from mixline.mmm.inputs.columns import read_columns
from mixline.mmm.inputs.features import prepare
from mixline.mmm.model_file import read_model, write_model
from mixline.mmm.search.trials import FitProgress
from mixline.mmm.simulation.simulate import World, simulate
from mixline.mmm.specification import ModelSpec, Study, Validation


class Kept:
    """Parts in a dictionary; `at_most` makes saving more of them fail, as a killed worker would."""

    def __init__(self, at_most: int = 1000) -> None:
        self.kept: dict[str, bytes] = {}
        self.saved: list[str] = []
        self.at_most = at_most

    def load(self, name: str) -> bytes | None:
        return self.kept.get(name)

    def save(self, name: str, content: bytes) -> None:
        if len(self.saved) >= self.at_most:
            raise CancelledError("stopped")
        self.kept[name] = content
        self.saved.append(name)


@pytest.fixture(scope="module", autouse=True)
def _short_walk() -> Iterator[None]:
    """The length of the walk moves ranges a little and nothing that is tested here."""
    before = module.FOLD
    module.FOLD = Ensemble(draws=60, members=20, walk=Walk(steps=20))
    yield
    module.FOLD = before


@pytest.fixture(scope="module")
def world() -> World:
    return simulate("clean", seed=3)


@pytest.fixture(scope="module")
def spec(world: World) -> ModelSpec:
    return replace(world.spec, validation=Validation(folds=3)).with_search(trials=1, iterations=60)


@pytest.fixture(scope="module")
def result(world: World, spec: ModelSpec) -> Backtest:
    return backtest(spec, world.frame)


def test_forecasts_lie_side_by_side_up_to_the_end(world: World, result: Backtest) -> None:
    days = world.truth.dates.astype("datetime64[D]").tolist()
    assert [day for fold in result.folds for day in fold.dates] == days[-39:]
    for fold in result.folds:
        assert fold.fitted_from == days[0]
        assert fold.fitted_to == days[days.index(fold.dates[0]) - 1]
        assert fold.fitted_periods == days.index(fold.dates[0])
        np.testing.assert_array_equal(fold.actual, world.truth.outcome[fold.fitted_periods :][:13])


def test_the_naive_forecast_is_the_year_before(world: World, result: Backtest) -> None:
    for fold in result.folds:
        rows = fold.fitted_periods + np.arange(13)
        np.testing.assert_array_equal(fold.naive, world.truth.outcome[rows - 52])


def test_ranges_hold_the_expected_value_and_each_other(result: Backtest) -> None:
    for fold in result.folds:
        low, low50, value, high50, high = (
            np.array(x) for x in (fold.low, fold.low50, fold.expected, fold.high50, fold.high)
        )
        assert (low < low50).all()
        assert (low50 < value).all()
        assert (value < high50).all()
        assert (high50 < high).all()
        inside = (np.array(fold.actual) >= low) & (np.array(fold.actual) <= high)
        assert fold.coverage == pytest.approx(inside.mean())


def test_a_clean_world_is_forecast_better_than_by_the_year_before(world: World, result: Backtest) -> None:
    assert result.skill > 0.4
    assert result.coverage > 0.6
    assert f"{result.skill:.0%} less" in result.words
    assert set(result.folds[0].roi) == {medium.name for medium in world.spec.paid}
    assert all(1.0 <= (result.movement(name) or 0) < 3 for name in world.truth.roi)


def test_what_comes_later_changes_no_forecast(world: World, spec: ModelSpec, result: Backtest) -> None:
    """Outcomes from the second forecast's first day on are turned upside down: the first two forecasts stay, bit by bit."""
    frame = world.frame.copy()
    later = frame["date"] >= pd.Timestamp(result.folds[1].dates[0])
    frame.loc[later, "revenue"] = frame["revenue"].max() * 3 - frame.loc[later, "revenue"]
    other = backtest(spec, frame)
    for fold in (0, 1):
        for name in ("expected", "low", "high", "low50", "high50", "roi", "fitted_to"):
            assert getattr(other.folds[fold], name) == getattr(result.folds[fold], name), (fold, name)
    assert other.folds[2].expected != result.folds[2].expected


def test_the_model_keeps_it_with_any_processes_and_after_a_kill(
    world: World, spec: ModelSpec, result: Backtest, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = fit(spec, world.frame)
    assert read_backtest(model) == result
    assert read_backtest(read_model(write_model(model))) == result
    monkeypatch.setattr("mixline.mmm.search.trials.WORTH_A_PROCESS", 0.0)
    parts = Kept(at_most=2)  # killed after the only trial and one forecast
    with pytest.raises(CancelledError):
        fit(spec, world.frame, processes=2, parts=parts)
    assert parts.saved == ["trial-001", "fold-001"]
    parts.saved, parts.at_most = [], 1000
    assert write_model(fit(spec, world.frame, processes=2, parts=parts)) == write_model(model)
    assert parts.saved == ["fold-002", "fold-003"]
    parts.kept["fold-002"] = parts.kept["fold-002"][:200]
    assert write_model(fit(spec, world.frame, parts=parts)) == write_model(model)


def test_progress_rises_and_can_stop_it(world: World, spec: ModelSpec) -> None:
    seen: list[FitProgress] = []
    fit(spec, world.frame, progress=seen.append)
    percents = [p.percent for p in seen]
    assert percents == sorted(percents)
    assert percents[-1] == 100.0
    assert "Back-test: forecast 3 of 3" in {p.stage for p in seen}

    def stop(progress: FitProgress) -> None:
        if "forecast 2" in progress.stage:
            raise CancelledError("stopped")

    with pytest.raises(CancelledError):
        backtest(spec, world.frame, progress=stop)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"validation": Validation(folds=20)}, "Ask for at most 12 of them"),
        ({"validation": Validation(folds=2, horizon=100)}, "Ask for at most 1 of them"),
        ({"validation": Validation(folds=1, horizon=200)}, "Ask for shorter forecasts"),
        ({"validation": Validation(folds=1), "window_start": date(2025, 6, 16)}, "at least 26 weeks before"),
    ],
)
def test_too_little_history_is_one_sentence_before_the_search(
    world: World, changes: dict[str, object], words: str
) -> None:
    with pytest.raises(SpecificationError, match="too little history") as caught:
        prepare(replace(world.spec, **changes), world.frame)
    assert words in caught.value.sentence
    assert "\n" not in caught.value.sentence


def test_a_channel_that_starts_late_has_no_return_before(world: World, spec: ModelSpec) -> None:
    frame = world.frame.copy()
    frame.loc[: len(frame) - 20, "tv_spend"] = 0.0
    found = backtest(spec, frame)
    assert [fold.roi["tv"] is None for fold in found.folds] == [True, True, False]
    assert all(np.isfinite(fold.expected).all() for fold in found.folds)
    assert found.movement("tv") is None
    quiet = frame.assign(**{m.spend: frame["tv_spend"] for m in world.spec.paid})
    with pytest.raises(SpecificationError, match="no paid channel runs before"):
        prepare(spec, quiet)


def test_studies_of_later_weeks_are_not_told_to_a_forecast(world: World, spec: ModelSpec) -> None:
    days = world.truth.dates.astype("datetime64[D]").tolist()
    studied = replace(
        spec,
        studies=tuple(
            Study(("tv",), day, days[row + 3], 1e5, 1e5, 0.9) for row, day in ((20, days[20]), (190, days[190]))
        ),
    )
    columns = read_columns(studied, world.frame)
    for fold in plan_folds(columns):
        past = module._past(module.arrange(columns.until(fold.stop), fold.origin), fold)
        assert all(study.end < days[fold.origin] for study in past.spec.studies)
        assert past.spec.studies


def test_without_a_year_before_the_last_value_stands_in() -> None:
    frame = simulate("clean", seed=3).frame.head(60)
    spec = replace(simulate("clean", seed=3).spec, components=("trend",), validation=Validation(folds=1, horizon=20))
    found = backtest(spec.with_search(trials=1, iterations=20), frame)
    assert found.folds[0].naive[:12] == (float(frame["revenue"].iloc[39]),) * 12
    assert found.folds[0].naive[12] == float(frame["revenue"].iloc[0])


def test_a_model_without_one_has_none(world: World) -> None:
    model = fit(world.spec.with_search(trials=1, iterations=20), world.frame)
    assert FACT not in model.facts
    assert read_backtest(model) is None
