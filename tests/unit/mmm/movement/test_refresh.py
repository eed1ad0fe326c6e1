"""A refresh: its window, bounds and chain, and what it refuses."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mixline.errors import ConflictError, DataError, SpecificationError
from mixline.mmm.checks.review import review
from mixline.mmm.ensemble.candidate_table import chosen_row
from mixline.mmm.fitting import fit
from mixline.mmm.model import MixModel
from mixline.mmm.model_file import read_model, write_model
from mixline.mmm.movement.comparison import compare_models
from mixline.mmm.movement.refresh import ROBYN_WEIGHT, around, around_fixed, find_new_rows, refresh_spec
from mixline.mmm.movement.refresh_values import drawn_parameters
from mixline.mmm.recipes.defaults import ranges_for
from mixline.mmm.recipes.document import read_yaml, write_yaml
from mixline.mmm.response import contributions
from mixline.mmm.robyn.export import export_robyn
from mixline.mmm.robyn.model_import import import_robyn
from mixline.mmm.simulation.simulate import World, simulate
from mixline.mmm.specification import LIMITS, ModelSpec, Range, Study, Validation
from tests.builders import make_model

ROBYN = Path(__file__).resolve().parents[3] / "fixtures" / "robyn"
ROWS, LATER = 90, 14
FIRST = "a" * 64


@pytest.fixture(scope="module")
def world() -> World:
    return simulate("clean", weeks=ROWS + LATER, channels=3)


@pytest.fixture(scope="module")
def spec(world: World) -> ModelSpec:
    tv = replace(world.spec.media[0], ranges={"alpha": Range(1.5, 1.5)})
    media = (tv, *world.spec.media[1:])
    held_out = Validation(train=Range(0.75, 0.9))
    return replace(world.spec, media=media, validation=held_out).with_search(trials=2, iterations=80, seed=5)


@pytest.fixture(scope="module")
def model(world: World, spec: ModelSpec) -> MixModel:
    return fit(spec, world.frame.iloc[:ROWS])


@pytest.fixture(scope="module")
def refreshed(world: World, model: MixModel) -> MixModel:
    return fit(refresh_spec(model, world.frame, steps=8, model_id=FIRST, trials=2, iterations=80), world.frame)


def test_both_ends_of_the_window_move_by_the_steps(world: World, model: MixModel) -> None:
    new = refresh_spec(model, world.frame, steps=5)
    days = model.window_dates.astype(object)
    assert new.window_start == days[0] + timedelta(weeks=5)
    assert new.window_end == days[-1] + timedelta(weeks=5)
    assert new.refresh is not None
    assert new.refresh.steps == 5


def test_experiments_of_weeks_that_leave_the_window_are_left_out(world: World, model: MixModel) -> None:
    days = model.window_dates.astype(object)
    early = Study((model.media_names[0],), days[0], days[3], 1.0, 1.0, 0.9)
    late = replace(early, start=days[20], end=days[24])
    earlier = replace(model, spec=replace(model.spec, studies=(early, late)))
    assert refresh_spec(earlier, world.frame, steps=5).studies == (late,)
    assert refresh_spec(earlier, world.frame, keep_start=True).studies == (early, late)


def test_window_grows_when_its_start_is_kept(world: World, model: MixModel) -> None:
    new = refresh_spec(model, world.frame, keep_start=True)
    days = model.window_dates.astype(object)
    assert (new.window_start, new.window_end) == (days[0], days[-1] + timedelta(weeks=LATER))


def test_bounds_are_robyns(world: World, model: MixModel) -> None:
    """Centre: the chosen candidate's value; half width: steps over window of the first range; within that range."""
    new = refresh_spec(model, world.frame, steps=10, bounds="robyn")
    row, freedom = chosen_row(model), 10 / ROWS
    for medium in new.media:
        for parameter, first in ranges_for(model.spec.media[new.media.index(medium)], "week").items():
            if first.fixed:
                continue
            column = {"theta": "first"}.get(parameter, parameter)
            centre, half = float(model.candidates[f"{medium.name}:{column}"][row]), (first.high - first.low) * freedom
            assert medium.ranges[parameter].low == pytest.approx(max(centre - half, first.low), rel=1e-12)
            assert medium.ranges[parameter].high == pytest.approx(min(centre + half, first.high), rel=1e-12)


def test_fixed_values_may_move_by_the_freedom(world: World, model: MixModel) -> None:
    new = refresh_spec(model, world.frame, freedom=0.1)
    assert new.media[0].ranges["alpha"].low == pytest.approx(1.35)
    assert new.media[0].ranges["alpha"].high == pytest.approx(1.65)


def test_training_share_stays_near_the_earlier_one(world: World, model: MixModel) -> None:
    train = refresh_spec(model, world.frame, freedom=0.1).validation.train
    assert train is not None
    assert train.high - train.low <= 2 * 0.1 * 0.15 + 1e-12
    assert train.low - 1e-9 <= model.series.train / ROWS <= train.high + 1e-9


def test_bounds_of_draws_hold_robyns_and_nine_tenths_of_the_draws(world: World, model: MixModel) -> None:
    narrow, wide = (refresh_spec(model, world.frame, bounds=b) for b in ("robyn", "draws"))  # type: ignore[arg-type]
    for m, (one, two) in enumerate(zip(narrow.media, wide.media, strict=True)):
        for parameter, values in drawn_parameters(model, m).items():
            inner, outer, first = (
                one.ranges[parameter],
                two.ranges[parameter],
                ranges_for(model.spec.media[m])[parameter],
            )
            assert outer.low <= inner.low <= inner.high <= outer.high
            if not first.fixed:
                assert np.mean((values >= outer.low - 1e-9) & (values <= outer.high + 1e-9)) >= 0.88
                assert first.low <= outer.low <= outer.high <= first.high


def test_whole_bounds_are_the_first_ranges(world: World, model: MixModel) -> None:
    new = refresh_spec(model, world.frame, bounds="whole")
    for m, medium in enumerate(new.media):
        assert dict(medium.ranges) == dict(sorted(ranges_for(model.spec.media[m], "week").items()))


def test_search_is_robyns_size_and_keeps_the_seed(world: World, model: MixModel) -> None:
    new = refresh_spec(model, world.frame)
    assert (new.search.trials, new.search.iterations, new.search.seed) == (3, 1000, 5)
    assert new.search.rssd_weight == 1.0
    assert refresh_spec(model, world.frame, robyn_weights=True).search.rssd_weight == ROBYN_WEIGHT


def test_shares_are_those_of_the_earlier_model(world: World, model: MixModel) -> None:
    new = refresh_spec(model, world.frame)
    assert new.refresh is not None
    shares = {term.name: term.share for term in contributions(model).terms}
    assert dict(new.refresh.shares) == pytest.approx(shares)
    assert sum(new.refresh.shares.values()) == pytest.approx(1.0)


def test_refreshed_model_says_where_it_comes_from(refreshed: MixModel) -> None:
    assert refreshed.facts["refresh"] == {"root": FIRST, "previous": FIRST, "steps": 8, "build": 2}
    again = read_model(write_model(refreshed))
    assert again.spec == refreshed.spec
    assert again.facts["refresh"] == refreshed.facts["refresh"]


def test_second_refresh_goes_back_to_the_first_ranges(world: World, refreshed: MixModel, model: MixModel) -> None:
    second = refresh_spec(refreshed, world.frame, model_id="b" * 64, bounds="whole")
    assert second.refresh is not None
    assert (second.refresh.model, second.refresh.chain, second.refresh.steps) == ("b" * 64, (FIRST,), LATER - 8)
    assert second.media[1].ranges["theta"] == ranges_for(model.spec.media[1], "week")["theta"]
    assert second.refresh.limits["tv:alpha"] == Range(1.5, 1.5)
    built = fit(replace(second, search=replace(second.search, trials=1, iterations=40)), world.frame)
    assert built.facts["refresh"]["build"] == 3
    assert built.facts["refresh"]["root"] == FIRST


def test_document_of_a_refresh_reads_back(world: World, model: MixModel) -> None:
    new = refresh_spec(model, world.frame, model_id=FIRST)
    assert ModelSpec.from_dict(new.to_dict()) == new
    assert read_yaml(write_yaml(new)) == new


def test_end_of_a_narrowed_range_is_no_finding(refreshed: MixModel) -> None:
    assert not [f for f in review(refreshed).findings if f.code == "at-bound" and "theta" in f.title]


def test_half_a_window_of_new_periods_is_a_warning(model: MixModel, refreshed: MixModel) -> None:
    assert refreshed.spec.refresh is not None
    assert not [f for f in review(refreshed).findings if f.code == "refresh-mostly-new"]
    mostly = replace(refreshed.spec, refresh=replace(refreshed.spec.refresh, steps=60))
    assert [f for f in review(replace(refreshed, spec=mostly)).findings if f.code == "refresh-mostly-new"]


def test_data_without_new_periods_are_refused(world: World, model: MixModel) -> None:
    with pytest.raises(DataError, match="no new periods"):
        refresh_spec(model, world.frame.iloc[:ROWS])


def test_data_without_the_old_window_are_refused(world: World, model: MixModel) -> None:
    with pytest.raises(DataError, match="earlier model's window"):
        refresh_spec(model, world.frame.iloc[3:])


@pytest.mark.parametrize("steps", [0, -1, LATER + 1])
def test_steps_out_of_range_are_refused(world: World, model: MixModel, steps: int) -> None:
    with pytest.raises(SpecificationError, match="steps"):
        refresh_spec(model, world.frame, steps=steps)


def test_steps_as_long_as_the_window_are_refused(world: World, model: MixModel) -> None:
    frame = simulate("clean", weeks=ROWS * 3, channels=3).frame
    with pytest.raises(SpecificationError, match="nothing of the earlier window"):
        find_new_rows(model, frame, steps=ROWS)


@pytest.mark.parametrize("freedom", [0.0, -0.1, 1.1, float("nan")])
def test_freedom_out_of_range_is_refused(world: World, model: MixModel, freedom: float) -> None:
    with pytest.raises(SpecificationError, match="freedom"):
        refresh_spec(model, world.frame, freedom=freedom)


def test_missing_column_is_refused(world: World, model: MixModel) -> None:
    with pytest.raises(SpecificationError, match="no such column"):
        refresh_spec(model, world.frame.drop(columns=["tv_spend"]))


def test_model_without_its_candidates_parameters_is_refused(world: World) -> None:
    bare = make_model()
    frame = world.frame.iloc[:0]
    with pytest.raises((ConflictError, SpecificationError, DataError)):
        refresh_spec(bare, frame)


def test_only_rows_of_the_models_segment_count(world: World, model: MixModel) -> None:
    own, other = world.frame.assign(country="DE"), world.frame.iloc[:30].assign(country="FR")
    both = pd.concat([other, own])
    segment = replace(model, spec=replace(model.spec, segment_column="country", segment_value="DE"))
    assert find_new_rows(segment, both).available == LATER
    french = replace(model, spec=replace(model.spec, segment_column="country", segment_value="FR"))
    with pytest.raises(DataError):
        find_new_rows(french, both)


@settings(deadline=None)
@given(low=st.floats(0, 1), width=st.floats(0.001, 2), centre=st.floats(-1, 4), freedom=st.floats(0.001, 1))
def test_bounds_stay_within_the_first_range(low: float, width: float, centre: float, freedom: float) -> None:
    limit = Range(low, low + width)
    found = around(centre, limit, freedom)
    assert limit.low <= found.low <= found.high <= limit.high
    assert found.high - found.low <= 2 * freedom * (limit.high - limit.low) + 1e-9
    if limit.low <= centre <= limit.high:
        assert found.low <= centre <= found.high


@settings(deadline=None)
@given(parameter=st.sampled_from(sorted(LIMITS)), part=st.floats(0, 1), freedom=st.floats(0.001, 1))
def test_bounds_of_a_fixed_value_are_legal(parameter: str, part: float, freedom: float) -> None:
    low, high = LIMITS[parameter]
    found = around_fixed(low + part * (high - low), parameter, freedom)
    assert low <= found.low <= found.high <= high
    if parameter in ("alpha", "gamma"):
        assert found.low > 0
    if parameter == "theta":
        assert found.high < 1


def test_model_imported_from_robyn_goes_on_here() -> None:
    """Robyn's example ends in 2018 and its raw data in November 2019: the weeks between refresh it."""
    imported = import_robyn((ROBYN / "RobynModel-example.json").read_bytes()).model
    raw = json.loads((ROBYN / "RobynModel-example.json").read_text())["Extras"]["raw_data"]
    frame = pd.DataFrame(raw)
    new = refresh_spec(imported, frame, steps=10, trials=1, iterations=40, bounds="robyn", model_id=FIRST)
    tv = new.media[0].ranges["theta"]
    # Robyn's range of theta is 0.3 to 0.8 and the model's value lies at its lower end: half a width of 10/157 is left.
    assert (tv.low, tv.high) == (0.3, pytest.approx(imported.draws.adstock[0, 0, 0] + 0.5 * 10 / 157, rel=1e-9))
    refreshed = fit(new, frame)
    assert refreshed.window_dates[-1] == np.datetime64("2018-12-31") + np.timedelta64(70, "D")
    moved = compare_models(imported, refreshed, frame)
    assert all(c.figures["roi"].causes for c in moved.channels)


def test_export_for_robyn_tells_the_chain(refreshed: MixModel) -> None:
    files = export_robyn(refreshed)
    document = json.loads(next(content for name, content in files.items() if name.startswith("RobynModel-")))
    inputs = document["InputCollect"]
    days = refreshed.window_dates.astype("datetime64[D]").astype(str)
    assert inputs["refreshAddedStart"] == [days[-8]]
    assert (inputs["refreshSourceID"], inputs["refreshChain"]) == ([FIRST], [FIRST])
