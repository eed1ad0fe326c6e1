"""Differences of data and of specifications: rows, revised values, places."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mixline.mmm.model import MixModel
from mixline.mmm.movement.data import compare_data
from mixline.mmm.movement.specification import compare_specifications, kind_of, places_of
from mixline.mmm.specification import Context, ModelSpec, Range, Refresh, Search, Study
from tests.builders import make_model


@pytest.fixture
def model() -> MixModel:
    return make_model()


def shortened(model: MixModel, first: int, last: int) -> MixModel:
    series = model.series
    rows = slice(first, last)
    return replace(
        model,
        series=replace(
            series,
            dates=series.dates[rows],
            outcome=series.outcome[rows],
            spend=series.spend[rows],
            media=series.media[rows],
            other=series.other[rows],
        ),
    )


def test_same_data_are_the_same(model: MixModel) -> None:
    assert compare_data(model, model).same


def test_rows_added_and_dropped_are_counted(model: MixModel) -> None:
    change = compare_data(shortened(model, 0, 50), shortened(model, 5, 60))
    assert (change.shared, len(change.added), len(change.dropped)) == (45, 10, 5)
    assert change.added[0] == model.series.dates[50].astype("datetime64[D]").astype(object)
    assert change.revisions == ()


def test_revised_values_are_found_by_column(model: MixModel) -> None:
    spend = model.series.spend.copy()
    spend[10:13, 1] += [50.0, -200.0, 70.0]
    change = compare_data(model, replace(model, series=replace(model.series, spend=spend)))
    (revision,) = change.revisions
    assert (revision.column, revision.revised, revision.largest) == ("spend_1", 3, pytest.approx(-200.0))
    assert revision.relative == pytest.approx(320.0 / model.series.spend[:, 1].sum())
    days = model.series.dates.astype("datetime64[D]").astype(object)
    assert (revision.first, revision.largest_at, revision.last) == (days[10], days[11], days[12])


def test_exposure_is_compared_in_its_own_units(model: MixModel) -> None:
    """Another cost per exposure in another window is no revision of the exposure."""
    media = (replace(model.spec.media[0], exposure="views"), *model.spec.media[1:])
    one = replace(model, spec=replace(model.spec, media=media), facts={"cost_per_exposure": {"channel_0": 0.5}})
    scaled = model.series.media.copy()
    scaled[:, 0] *= 0.7 / 0.5
    two = replace(one, series=replace(model.series, media=scaled), facts={"cost_per_exposure": {"channel_0": 0.7}})
    assert compare_data(one, two).revisions == ()


def test_column_that_was_all_zero_has_no_relative_size(model: MixModel) -> None:
    before = model.series.spend.copy()
    before[:, 0] = 0.0
    change = compare_data(replace(model, series=replace(model.series, spend=before)), model)
    assert change.revisions[0].relative == np.inf


@settings(deadline=None, max_examples=30)
@given(row=st.integers(0, 59), size=st.floats(1.0, 1e6))
def test_any_revision_of_the_outcome_is_seen(row: int, size: float) -> None:
    model = make_model()
    outcome = model.series.outcome.copy()
    outcome[row] += size
    (revision,) = compare_data(model, replace(model, series=replace(model.series, outcome=outcome))).revisions
    assert (revision.revised, revision.largest) == (1, pytest.approx(size))


def test_equal_specifications_do_not_differ(model: MixModel) -> None:
    assert compare_specifications(model.spec, model.spec, "week") == ()


def test_places_are_named_by_channel_and_order_does_not_count(model: MixModel) -> None:
    spec = model.spec
    turned = replace(spec, media=(spec.media[1], spec.media[0], *spec.media[2:]))
    assert compare_specifications(spec, turned, "week") == ()
    other = replace(spec, media=(replace(spec.media[0], adstock="weibull_pdf"), *spec.media[1:]))
    paths = {d.path: d for d in compare_specifications(spec, other, "week")}
    assert (paths["media.channel_0.adstock"].before, paths["media.channel_0.adstock"].after) == (
        "geometric",
        "weibull_pdf",
    )
    assert paths["media.channel_0.ranges.shape"].before == ""
    assert paths["media.channel_0.adstock"].kind == "specification"


def test_a_range_that_says_the_default_is_no_difference(model: MixModel) -> None:
    spec = model.spec
    said = replace(spec.media[0], ranges={"alpha": Range(0.5, 3.0)})
    assert compare_specifications(spec, replace(spec, media=(said, *spec.media[1:])), "week") == ()


def test_channels_context_and_studies_that_one_lacks_are_differences(model: MixModel) -> None:
    spec = model.spec
    study = Study(("channel_0",), date(2022, 5, 2), date(2022, 6, 6), 100.0, 50.0, 0.9)
    other = replace(spec, media=spec.media[:1], context=(Context("weather", "rain"),), studies=(study,))
    paths = {d.path for d in compare_specifications(spec, other, "week") if d.kind == "specification"}
    assert {"media.channel_1.present", "context.price.present", "context.weather.present"} <= paths
    assert "studies.channel_0 2022-05-02.effect" in paths


def test_refresh_window_and_search_are_no_other_question(model: MixModel) -> None:
    refresh = Refresh("b" * 64, 4, {"trend": 0.5})
    other = replace(
        model.spec,
        refresh=refresh,
        window_start=date(2022, 3, 7),
        search=Search(trials=1),
        validation=model.spec.validation,
    )
    found = compare_specifications(model.spec, other, "week")
    assert {d.kind for d in found} == {"refresh", "window", "search"}
    assert not [d for d in found if "shares" in d.path]


def test_every_place_of_a_specification_has_a_kind(model: MixModel) -> None:
    spec: ModelSpec = model.spec
    assert {kind_of(path) for path in places_of(spec, "week")} <= {"specification", "ranges", "window", "search"}
