"""What moved between two models: parts add up, figures are the report's, and known changes are found where they are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mixline.errors import ConflictError
from mixline.mmm.fitting import fit
from mixline.mmm.model import MixModel
from mixline.mmm.movement.comparison import build_terms, compare_models, compare_totals, fitted_series
from mixline.mmm.movement.refresh import refresh_spec
from mixline.mmm.movement.result import CAUSES, MEASURES, Moved, Movement
from mixline.mmm.response import channel_results, contributions, totals
from mixline.mmm.simulation.simulate import World, simulate
from mixline.mmm.specification import Media
from tests.builders import make_model

ROWS, CUT = 130, 104
SIZE = {"trials": 2, "iterations": 120}


@pytest.fixture(scope="module")
def world() -> World:
    return simulate("clean", seed=2, weeks=ROWS, channels=3)


@pytest.fixture(scope="module")
def before(world: World) -> MixModel:
    return fit(world.spec.with_search(**SIZE), world.frame.iloc[:CUT])


@pytest.fixture(scope="module")
def after(world: World, before: MixModel) -> MixModel:
    return refresh(before, world.frame)


@pytest.fixture(scope="module")
def steady(before: MixModel, after: MixModel) -> Movement:
    return compare_models(before, after)


def refresh(model: MixModel, frame: pd.DataFrame) -> MixModel:
    return fit(refresh_spec(model, frame, model_id="a" * 64, trials=2, iterations=120), frame)


def require_sums(moved: Movement) -> None:
    for channel in moved.channels:
        for figure in channel.figures.values():
            if figure.change is not None:
                assert set(figure.causes) == set(CAUSES)
                assert sum(figure.causes.values()) == pytest.approx(figure.change.value, abs=1e-9)
    for figure in moved.totals.values():
        assert figure.change is not None
        assert sum(figure.causes.values()) == pytest.approx(figure.change.value, abs=1e-9)


def test_parts_add_up_to_every_change(steady: Movement) -> None:
    require_sums(steady)


def test_figures_are_the_reports_own(before: MixModel, after: MixModel, steady: Movement) -> None:
    for model, side in ((before, "before"), (after, "after")):
        start, stop = model.series.window
        for result in channel_results(model):
            figures = next(c for c in steady.channels if c.name == result.name).figures
            for measure, shown, scale in (
                ("roi", result.roi, 1.0),
                ("marginal_roi", result.marginal_roi, 1.0),
                ("share_of_effect", result.share_of_effect, 1.0),
                ("contribution", result.contribution, stop - start),
            ):
                found = getattr(figures[measure], side)  # type: ignore[index]
                for part in ("value", "low", "high", "low50", "high50"):
                    assert getattr(found, part) * scale == pytest.approx(getattr(shown, part), rel=1e-9), (
                        measure,
                        part,
                    )
        whole = totals(model)
        assert getattr(steady.totals["roi"], side).value == pytest.approx(whole.blended_roi.value, rel=1e-9)
        assert getattr(steady.totals["marginal_roi"], side).low == pytest.approx(whole.marginal_roi.low, rel=1e-9)


def test_a_steady_company_moves_within_its_ranges(steady: Movement) -> None:
    assert not [c.name for c in steady.channels if c.warning]
    assert all(c.figures["roi"].within_range for c in steady.channels)
    assert not [f for f in steady.findings if f.code == "channel-moved"]
    assert "none of them beyond its range" in steady.headline or "beyond" not in steady.headline


def test_a_channel_whose_effect_changes_is_found_in_the_data(world: World, before: MixModel) -> None:
    """From the cut on social brings four times what it brought: its ROI over the later window all but doubles."""
    frame = world.frame.copy()
    social = next(c for c in world.truth.paid if c.name == "social")
    frame.loc[CUT:, "revenue"] += 3.0 * social.contribution[CUT:]
    moved = compare_models(before, refresh(before, frame), frame)
    require_sums(moved)
    found = next(c for c in moved.channels if c.name == "social")
    roi = found.figures["roi"]
    assert found.name == moved.channels[0].name
    assert (roi.relative or 0.0) > 0.15
    assert roi.main_cause == "new_data"
    assert roi.causes["specification"] == 0.0
    assert "newer data" in found.words
    if found.warning:
        assert moved.findings[0].code == "channel-moved"


def test_spending_more_is_told_from_working_less(world: World, before: MixModel) -> None:
    """The earlier parameters over later periods with twice the spend: what saturation does is a matter of spend."""
    spend, media = before.series.spend.copy(), before.series.media.copy()
    spend[:, 0] *= 2
    media[:, 0] *= 2
    twice = replace(before, series=replace(before.series, spend=spend, media=media))
    roi = compare_models(before, twice).channels
    moved = next(c for c in roi if c.name == before.paid_names[0]).figures["roi"]
    assert moved.change is not None
    assert moved.change.value < 0
    assert moved.main_cause == "spend"
    assert moved.causes["spend"] == pytest.approx(moved.change.value, rel=1e-6)


def test_a_model_against_itself_has_not_moved(before: MixModel) -> None:
    moved = compare_models(before, before)
    for channel in moved.channels:
        for figure in channel.figures.values():
            assert figure.change is not None
            assert figure.change.value == 0.0
            assert figure.within_range
            assert all(abs(part) < 1e-12 for part in figure.causes.values())
        assert "stayed" in channel.words
    assert moved.specification == ()
    assert moved.data.same
    assert moved.headline == "No channel's ROI moved by more than 15%."


def test_another_specification_is_a_cause_of_its_own(world: World, before: MixModel) -> None:
    spec = replace(before.spec, components=("trend", "season"), context=())
    other = fit(spec, world.frame.iloc[:CUT])
    moved = compare_models(before, other, world.frame.iloc[:CUT])
    require_sums(moved)
    assert {d.path for d in moved.specification if d.kind == "specification"} >= {"components"}
    assert any(abs(c.figures["roi"].causes["specification"]) > 1e-6 for c in moved.channels)
    # The data are the same, and refitting the same draws to the same data moves nothing.
    for channel in moved.channels:
        assert channel.figures["roi"].causes["spend"] == pytest.approx(0.0, abs=1e-9)
        assert channel.figures["roi"].causes["new_data"] == pytest.approx(0.0, abs=1e-9)
    assert [f.code for f in moved.findings if f.code == "specification-changed"]


def test_channels_come_and_go(world: World, before: MixModel) -> None:
    fewer = replace(before.spec, media=tuple(m for m in before.spec.media if m.name != before.paid_names[1]))
    frame = world.frame.iloc[:CUT]
    without = fit(fewer.with_search(trials=1, iterations=60), frame)
    gone = compare_models(before, without, frame)
    require_sums(gone)
    assert [(c.name, c.presence) for c in gone.channels if c.presence != "both"] == [(before.paid_names[1], "removed")]
    assert "Gone" in gone.headline
    back = compare_models(without, before, frame)
    assert [c.presence for c in back.channels if c.name == before.paid_names[1]] == ["added"]
    assert next(c for c in back.channels if c.presence == "added").figures["roi"].change is None


def test_without_the_data_another_specification_is_not_taken_apart(world: World, before: MixModel) -> None:
    other = replace(before, spec=replace(before.spec, intercept="free"))
    moved = compare_models(before, other)
    assert all(not figure.causes for channel in moved.channels for figure in channel.figures.values())
    assert [f for f in moved.findings if f.code == "not-taken-apart"]


@pytest.mark.parametrize("what", ["goal", "segment", "currency", "interval"])
def test_models_of_different_questions_are_refused(before: MixModel, what: str) -> None:
    goal = before.spec.goal
    others = {
        "goal": replace(before, spec=replace(before.spec, goal=replace(goal, column="visits"))),
        "segment": replace(before, spec=replace(before.spec, segment_column="country", segment_value="FR")),
        "currency": replace(before, spec=replace(before.spec, goal=replace(goal, currency="USD"))),
        "interval": replace(before, interval="day"),
    }
    with pytest.raises(ConflictError, match=what):
        compare_models(before, others[what])  # type: ignore[arg-type]


def test_totals_are_those_of_the_whole_report(before: MixModel, after: MixModel, steady: Movement) -> None:
    for measure, figure in compare_totals(before, after).items():
        assert figure.change == steady.totals[measure].change


def test_fits_stand_beside_the_actual_values(before: MixModel, after: MixModel) -> None:
    series = fitted_series(before, after)
    days = np.array(series.dates, dtype="datetime64[D]")
    assert len(days) == ROWS
    assert series.new_from == series.dates[CUT]
    assert np.isnan(series.before[CUT:]).all()
    assert np.isnan(series.after[: ROWS - CUT]).all()
    np.testing.assert_array_equal(series.actual, after.series.outcome)


def test_a_build_is_a_stack_of_the_whole_fit(before: MixModel) -> None:
    terms = build_terms(before)
    start, stop = before.series.window
    assert sum(term.share for term in terms) == pytest.approx(1.0)
    assert sum(t.contribution for t in terms) * (stop - start) == pytest.approx(contributions(before).fitted.sum())
    assert [t.group for t in terms].count("baseline") == 1


@settings(max_examples=15, deadline=None)
@given(one=st.integers(0, 50), two=st.integers(0, 50), later=st.integers(0, 12))
def test_parts_add_up_for_any_two_models(one: int, two: int, later: int) -> None:
    before = make_model(seed=one)
    other = make_model(periods=60 + later, seed=two)
    moved = compare_models(before, other)
    require_sums(moved)
    for channel in moved.channels:
        roi = channel.figures["roi"]
        assert channel.warning == (abs(roi.relative or 0.0) > moved.threshold and not roi.within_range)


def test_main_cause_points_where_the_change_went() -> None:
    model = make_model()
    figure = compare_models(model, make_model(seed=3)).channels[0].figures["roi"]
    assert figure.change is not None
    flipped = Moved("roi", figure.before, figure.after, figure.change, {"spend": 5.0, "new_data": -5.0})
    assert flipped.main_cause == ("spend" if figure.change.value > 0 else "new_data")
    assert set(MEASURES) == set(compare_models(model, model).channels[0].figures)


def test_weibull_memory_keeps_its_length_on_a_longer_series() -> None:
    """Scale is a share of the series: unchanged parameters over more rows would remember longer."""
    from mixline.mmm.movement.refit import _at_length
    from mixline.mmm.transforms.adstock import adstock_named

    model = make_model(adstocks=("weibull_cdf",))
    assert isinstance(model.spec.media[0], Media)
    moved = _at_length(model, 120)
    form = adstock_named("weibull_cdf")
    first, second = model.draws.adstock[:, 0, 0], model.draws.adstock[:, 0, 1]
    short, long = form.weights(first, second, 60), form.weights(moved.adstock[:, 0, 0], moved.adstock[:, 0, 1], 120)
    np.testing.assert_allclose(long[:, :60], short, rtol=1e-12)
