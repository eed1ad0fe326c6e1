"""Each mistake a table can contain: one clear sentence with the place, and the findings of a usable table."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mixline.data.concerns import variance_inflation
from mixline.data.mapping import choices_from
from mixline.data.quality import require_usable, review_table
from mixline.data.reading import read_table
from mixline.data.roles import suggest_columns
from mixline.errors import DataError
from mixline.messages import ColumnChoice
from mixline.mmm.simulation.demo_world import demo_files
from mixline.mmm.simulation.simulate import WORLDS, simulate

SHARED = Path(__file__).resolve().parents[3].parent / "shared" / "data"


def usable() -> tuple[pd.DataFrame, list[ColumnChoice]]:
    frame = simulate("realistic", 1, weeks=120).frame
    return frame, choices_from(suggest_columns(frame))


def role(choices: list[ColumnChoice], name: str, new: str) -> list[ColumnChoice]:
    return [c.model_copy(update={"role": new}) if c.name == name else c for c in choices]


def set_cell(frame: pd.DataFrame, row: int, column: str, value: object) -> pd.DataFrame:
    changed = frame.copy()
    if isinstance(value, str):
        changed[column] = changed[column].astype("str")
    changed.loc[row - 2, column] = value
    return changed


Spoil = Callable[[pd.DataFrame, list[ColumnChoice]], tuple[pd.DataFrame, list[ColumnChoice]]]
MISTAKES: dict[str, tuple[Spoil, str]] = {
    "no date column": (lambda f, c: (f, role(c, "date", "ignore")), "there is no date column"),
    "two goals": (lambda f, c: (f, role(c, "price_index", "goal")), "there are several goal columns"),
    "no goal": (lambda f, c: (f, role(c, "revenue", "ignore")), "there is no goal column"),
    "no spend": (
        lambda f, c: (f, [x.model_copy(update={"role": "ignore"}) if x.role in ("spend", "exposure") else x for x in c]),
        "there is no spend column",
    ),
    "unknown column": (lambda f, c: (f.drop(columns="tv_spend"), c), "the table has no such column; got 'tv_spend'"),
    "mapped twice": (lambda f, c: (f, [*c, c[-1]]), "a column is mapped twice"),
    "text in a spend column": (
        lambda f, c: (set_cell(f, 9, "tv_spend", "n.v."), c), "column tv_spend, row 9: the spend column holds text; got 'n.v.'"
    ),
    "text in the goal": (lambda f, c: (set_cell(f, 3, "revenue", "?"), c), "column revenue, row 3: the goal column holds text"),
    "text among the dates": (
        lambda f, c: (f.assign(date=f["date"].dt.strftime("%Y-%m-%d").where(f.index != 5, "Total")), c),
        "column date, row 7: the date column holds something that is no date; got 'Total'",
    ),
    "missing date": (lambda f, c: (set_cell(f, 4, "date", pd.NaT), c), "column date, row 4: a date is missing"),
    "missing value": (
        lambda f, c: (set_cell(f, 12, "radio_spend", np.nan), c),
        "column radio_spend, row 12: values are missing in a column with the role spend",
    ),
    "infinite value": (
        lambda f, c: (set_cell(f, 12, "price_index", np.inf), c), "column price_index, row 12: a value is infinite"
    ),
    "negative spend": (
        lambda f, c: (set_cell(f, 7, "tv_spend", -120.5), c), "column tv_spend, row 7: the spend is negative; got '-120.5'"
    ),
    "duplicate week": (
        lambda f, c: (pd.concat([f.iloc[:40], f.iloc[39:]], ignore_index=True), c),
        "column date, row 42: a date comes twice; got '2022-10-03'",
    ),
    "gap": (
        lambda f, c: (f.drop(index=[50, 51]).reset_index(drop=True), c),
        "2 weeks are missing between the first and the last date; got '2022-12-19, 2022-12-26'",
    ),
    "one gap": (lambda f, c: (f.drop(index=[50]).reset_index(drop=True), c), "1 week is missing between"),
    "a Tuesday among Mondays": (
        lambda f, c: (set_cell(f, 30, "date", f["date"].iloc[28] + pd.Timedelta(days=1)), c),
        "some dates do not follow the weeks of the others; got '2022-07-19'",
    ),
    "every ten days": (
        lambda f, c: (f.assign(date=pd.date_range("2020-01-01", periods=len(f), freq="10D")), c),
        "neither daily, weekly nor monthly; got '10 days apart'",
    ),
    "too few rows": (lambda f, c: (f.iloc[:25], c), "there are too few rows; got 25"),
    "still goal": (lambda f, c: (f.assign(revenue=5.0), c), "the goal never changes"),
    "nothing spent": (
        lambda f, c: (f.assign(**{n: 0.0 for n in f if n.endswith("_spend")}), c), "every spend is zero"
    ),
    "exposure of no channel": (
        lambda f, c: (f, [x.model_copy(update={"channel": "x"}) if x.name == "tv_grps" else x for x in c]),
        "column tv_grps: an exposure column belongs to no channel with spend",
    ),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_table_with_this_mistake_is_refused_in_one_sentence(mistake: str) -> None:
    spoil, words = MISTAKES[mistake]
    frame, choices = spoil(*usable())
    with pytest.raises(DataError) as caught:
        require_usable(frame, choices)
    assert words.lower() in caught.value.sentence.lower()
    assert caught.value.action
    findings = review_table(frame, choices)
    assert findings[0].severity == "error"
    assert findings[0].action == caught.value.action


def test_a_good_table_is_accepted() -> None:
    frame, choices = usable()
    require_usable(frame, choices)
    assert all(f.severity != "error" for f in review_table(frame, choices))


def test_a_duplicate_within_one_country_names_it() -> None:
    frame = read_table(demo_files()["demo.csv"], "demo.csv")
    choices = choices_from(suggest_columns(frame))
    french = frame[frame["country"] == "FR"]
    doubled = pd.concat([frame, french.iloc[[3]]], ignore_index=True)
    with pytest.raises(DataError, match="column date, country FR, row 418: a date comes twice; got '2022-01-24'"):
        require_usable(doubled, choices)


@pytest.mark.parametrize("freq", ["D", "7D", "MS"])
def test_days_weeks_and_months_without_gaps_are_accepted(freq: str) -> None:
    frame, choices = usable()
    require_usable(frame.assign(date=pd.date_range("2020-02-01", periods=len(frame), freq=freq)), choices)


@pytest.mark.parametrize("world", list(WORLDS))
def test_every_simulated_world_is_usable(world: str) -> None:
    frame = simulate(world, 6).frame
    require_usable(frame, choices_from(suggest_columns(frame)))


def codes(frame: pd.DataFrame) -> dict[str, list[str]]:
    result: dict[str, list[str]] = {}
    for finding in review_table(frame, choices_from(suggest_columns(frame))):
        assert finding.title
        assert finding.action
        result.setdefault(finding.code, []).append(finding.title)
    return result


def test_worlds_show_the_trouble_they_were_made_with() -> None:
    pairs = codes(simulate("collinear", 4).frame)["collinear"]
    assert any("tv and video" in title for title in pairs)
    assert "short-history" in codes(simulate("short", 1, weeks=80).frame)
    assert "outliers" in codes(simulate("outliers", 1).frame)
    assert any("ooh was off" in title for title in codes(simulate("realistic", 1).frame)["long-pause"])
    assert not codes(simulate("clean", 1).frame).keys() & {"collinear", "vif", "few-observations"}


def test_steady_rare_and_small_channels_are_told() -> None:
    frame = simulate("clean", 1).frame
    frame["tv_spend"] = 50_000.0 + np.arange(len(frame)) % 2
    frame["radio_spend"] = np.where(np.arange(len(frame)) < 4, 500.0, 0.0)
    found = codes(frame)
    assert found["steady-spend"] == ["tv is spent almost evenly"]
    assert found["rarely-on"] == ["radio ran in 4 of 208 weeks"]
    assert "small-channel" in found


def test_spend_booked_apart_from_its_exposure_is_told() -> None:
    frame = simulate("realistic", 1).frame
    frame["tv_spend"] = frame["tv_spend"].shift(8, fill_value=0.0)
    assert {"loose-pair", "unpaid-exposure"} & codes(frame).keys()


def test_retailer_says_what_is_thin_and_what_is_unpaid() -> None:
    path = SHARED / "retailer" / "retailer_weekly.csv"
    if not path.exists():
        pytest.skip("retailer_weekly.csv is not beside this checkout")
    found = codes(read_table(path.read_bytes(), path.name))
    assert found["few-observations"] == ["7.7 weeks for each of 27 drivers"]
    assert found["unpaid-exposure"] == ["mdsp_so and mdip_so: one without the other in 45 weeks"]


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), columns=st.integers(2, 6))
def test_variance_inflation_is_that_of_the_regression_on_the_others(seed: int, columns: int) -> None:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(60, columns)) @ rng.normal(size=(columns, columns)) + rng.normal(size=(60, columns))
    factors = variance_inflation(X)
    for j in range(columns):
        others = np.column_stack([np.ones(60), np.delete(X, j, axis=1)])
        residual = X[:, j] - others @ np.linalg.lstsq(others, X[:, j], rcond=None)[0]
        assert factors[j] == pytest.approx(X[:, j].var() / residual.var(), rel=1e-6)


def test_variance_inflation_of_a_copied_column_is_huge_and_finite() -> None:
    x = np.random.default_rng(1).normal(size=50)
    factors = variance_inflation(np.column_stack([x, x, np.random.default_rng(2).normal(size=50)]))
    assert np.isfinite(factors).all()
    assert factors[0] > 1e6
    assert factors[2] < 2


def test_what_two_countries_share_is_told_once() -> None:
    frame = read_table(demo_files()["demo.csv"], "demo.csv")
    pauses = [f for f in review_table(frame, choices_from(suggest_columns(frame))) if f.code == "long-pause"]
    assert [(f.title, "Alike in 1 more segment." in f.detail) for f in pauses] == [
        ("DE: ooh was off for 31 weeks", True)
    ]
