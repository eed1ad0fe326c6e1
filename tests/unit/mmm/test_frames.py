from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from mixline.mmm import response
from mixline.mmm.frames import candidates_frame, channels_frame, contributions_frame, curves_frame, terms_frame
from tests.builders import make_model


def test_channel_table_holds_the_figures_of_response() -> None:
    model = make_model(draws=9)
    table = channels_frame(model)
    for result in response.channel_results(model):
        row = table.loc[result.name]
        assert row["contribution"] == result.contribution.value
        assert row["roi"] * row["spend"] == pytest.approx(row["contribution"], rel=1e-12)
        assert row["roi_low"] == result.roi.low
        assert row["roi_high50"] == result.roi.high50


def test_terms_of_the_contribution_table_add_up_to_the_fit() -> None:
    table = contributions_frame(make_model(draws=9))
    assert isinstance(table.index, pd.DatetimeIndex)
    assert np.allclose(table.drop(columns=["actual", "fitted"]).sum(axis=1), table["fitted"], rtol=1e-9)


def test_ranges_stand_beside_each_term_when_asked_for() -> None:
    model = make_model(draws=9)
    table = contributions_frame(model, ranges=True)
    name = model.media_names[0]
    assert (table[f"{name}_low"] <= table[f"{name}_high"]).all()


def test_term_table_sums_to_the_contribution_table() -> None:
    model = make_model(draws=9)
    sums = contributions_frame(model).drop(columns=["actual", "fitted"]).sum()
    assert np.allclose(terms_frame(model)["contribution"], sums[terms_frame(model).index], rtol=1e-9)


def test_curve_table_has_every_channel_and_says_where_it_is_extrapolated() -> None:
    model = make_model()
    table = curves_frame(model, points=11)
    assert set(table["channel"]) == set(model.paid_names)
    assert set(table["observed"]) == {True, False}


def test_candidate_table_is_indexed_by_what_a_choice_takes() -> None:
    model = make_model()
    table = candidates_frame(model)
    assert list(table.index) == list(range(len(model.candidates["trial"])))
