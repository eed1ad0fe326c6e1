"""What a director reads of the checks: pages by their names, days and returns as people write them, nothing of the engine's."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from mixline.mmm.checks.review import review
from mixline.mmm.checks.words import write_day, write_return
from mixline.mmm.model import MixModel
from mixline.mmm.specification import Goal
from tests.builders import make_model

BRACKETS = re.compile(r"\([^)]*\)")
RAW = re.compile(r"[a-z]_[a-z]|validation\.|search\.|\d{4}-\d{2}-\d{2}|`")


def models() -> list[MixModel]:
    """Models with something to say about nearly everything: few periods, noise, a lone jump, a flat channel."""
    noisy = make_model(periods=60, paid=4, organic=1, draws=8, noise=600.0, seed=1)
    jump = make_model(periods=120, paid=3, organic=0, draws=4, noise=5.0, seed=2)
    outcome = jump.series.outcome.copy()
    outcome[60] *= 4.0
    jump = replace(jump, series=replace(jump.series, outcome=outcome))
    flat = make_model(periods=120, paid=3, organic=0, draws=4, noise=30.0, seed=3)
    alpha = flat.draws.alpha.copy()
    alpha[:] = 0.5
    return [noisy, jump, replace(flat, draws=replace(flat.draws, alpha=alpha))]


@pytest.mark.parametrize("place", range(3))
def test_findings_hold_no_name_of_the_engine_outside_of_brackets(place: int) -> None:
    findings = review(models()[place]).findings
    assert findings
    for finding in findings:
        for text in (finding.title, finding.detail, finding.action):
            plain = BRACKETS.sub("", text)
            for column in finding.columns:  # a channel without a label is called as in the data
                plain = plain.replace(column, "")
            assert not RAW.search(plain), text


def test_a_model_without_hold_out_is_told_where_on_the_runs_page_to_ask_for_one() -> None:
    told = replace(models()[1], metrics={"nrmse_train": 0.05})
    finding = next(f for f in review(told).findings if f.code == "no-hold-out")
    assert finding.title == "No weeks were held out"
    assert "On the Runs page, under Hold-out & back-test" in finding.action


def test_the_week_that_decides_is_written_as_a_day_people_know() -> None:
    finding = next(f for f in review(models()[1]).findings if f.code == "outlier")
    day = models()[1].series.dates[60].astype("datetime64[D]").astype(date)
    assert write_day(day) in finding.detail
    assert write_day(day) in finding.action


def test_days_and_returns() -> None:
    assert write_day(date(2025, 5, 6)) == "6 May 2025"
    assert write_return(1.234, Goal("revenue")) == "1.23"
    assert write_return(0.0131, Goal("orders", "conversions")) == "13.1 per 1,000 spent"


def test_a_return_of_conversions_is_never_a_row_of_noughts() -> None:
    model = make_model(periods=60, paid=4, organic=1, draws=8, noise=600.0, seed=1)
    scale = 1e-4
    small = replace(
        model,
        spec=replace(model.spec, goal=Goal(model.spec.goal.column, "conversions")),
        series=replace(model.series, outcome=model.series.outcome * scale),
        draws=replace(
            model.draws, **{n: getattr(model.draws, n) * scale for n in ("beta", "coefficients", "intercept")}
        ),
    )
    wide = [f for f in review(small).findings if f.code == "wide-range"]
    assert all("0.00" not in f.detail for f in wide)
    assert np.isfinite(small.series.outcome).all()
