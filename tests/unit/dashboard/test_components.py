from __future__ import annotations

import json

import pytest
from dash import html
from plotly.utils import PlotlyJSONEncoder

from dashboard.components.channel_table import channel_table, describe_channel, fit_columns, list_columns, measure_text
from dashboard.components.fit import fit_panel, list_measures
from dashboard.components.panels import keep_together
from dashboard.components.trust import trust_banner
from dashboard.figures.drawing import make_look
from dashboard.words import write_sentence
from mixline.messages import ModelSummary
from tests.unit.dashboard import builders


def write(component: object) -> str:
    return json.dumps(component, cls=PlotlyJSONEncoder, ensure_ascii=False)


@pytest.mark.parametrize("conversions", [False, True])
def test_table_holds_plain_numbers_with_both_ends_and_shows_them_written(conversions: bool) -> None:
    summary = builders.make_summary(conversions)
    look = make_look(summary, "light", 50)
    channel = summary.channels[0]
    row = describe_channel(channel, summary, look)
    assert row["roi"] == channel.roi.value
    assert (row["roi_low"], row["roi_high"]) == (channel.roi.low, channel.roi.high)  # always 90 % in the file
    for column in list_columns(look):
        assert column["field"] in row
    shown = {column["field"] for column in list_columns(look) if not column.get("hide")}
    assert ("cost_per_conversion" in shown) is conversions
    assert ("probability_profitable" in shown) is not conversions
    assert "Download CSV" in write(channel_table(summary, look))


def test_columns_are_as_wide_as_their_longest_text() -> None:
    summary = builders.make_summary()
    look = make_look(summary, "light", 90)
    rows = [describe_channel(channel, summary, look) for channel in summary.channels]
    widths = {column["field"]: column["minWidth"] for column in fit_columns(list_columns(look), rows)}
    for row in rows:
        assert widths["contribution"] > measure_text(row["contribution_text"])
    assert fit_columns(list_columns(look), [])  # no channels, no fault


def test_banner_shows_the_worst_first_and_keeps_the_others_at_hand() -> None:
    text = write(trust_banner(builders.make_summary()))
    assert "TV and Radio move together." in text
    assert "What to do: " in text
    assert "1 more finding" in text or "One more finding" in text


def test_banner_of_a_good_model_speaks_of_notes() -> None:
    summary = builders.make_summary(verdict="trust")
    summary = summary.model_copy(update={"findings": summary.findings[:1]})
    assert "One note from the checks" in write(trust_banner(summary))


def test_fit_lists_only_measures_that_were_taken() -> None:
    summary = builders.make_summary()
    keys = [key for _, key, _ in list_measures(summary.fit)]
    assert "nrmse_validation" in keys
    without = summary.fit.model_copy(update={"nrmse_validation": None, "r2_validation": None})
    assert "nrmse_validation" not in [key for _, key, _ in list_measures(without)]
    assert "unseen" not in write(fit_panel(ModelSummary.model_validate({**summary.model_dump(), "fit": without})))


def test_why_this_model_is_a_click_away_from_whoever_reads_the_overview() -> None:
    summary = builders.make_summary()
    (details,) = [part for part in fit_panel(summary).children if isinstance(part, html.Details)]
    assert write_sentence(summary.reason) in write(details)


def test_numbers_are_not_parted_from_their_signs() -> None:
    assert " %" not in keep_together("a 90 % range of 1 – 2")
    assert " –" not in keep_together("a 90 % range of 1 – 2")
