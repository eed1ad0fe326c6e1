"""Drafting a specification from confirmed roles, and the example specifications that are kept in models/mmm."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mixline.data.mapping import choices_from, draft_spec, pair_media
from mixline.data.quality import review_table
from mixline.data.reading import read_table
from mixline.data.roles import suggest_columns
from mixline.errors import DataError, SpecificationError
from mixline.messages import ColumnChoice
from mixline.mmm.recipes.document import read_yaml
from mixline.mmm.simulation.demo_world import build_demo, demo_files
from mixline.mmm.simulation.simulate import simulate
from mixline.mmm.specification import require_columns

ROOT = Path(__file__).resolve().parents[3]
SOURCES = {
    "demo-germany.yaml": ROOT / "data" / "sample" / "demo.csv",
    "demo-france.yaml": ROOT / "data" / "sample" / "demo.csv",
    "robyn-sample.yaml": ROOT.parent / "shared" / "data" / "robyn" / "dt_simulated_weekly.csv",
    "retailer-weekly.yaml": ROOT.parent / "shared" / "data" / "retailer" / "retailer_weekly.csv",
}


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    return read_table(demo_files()["demo.csv"], "demo.csv")


@pytest.fixture
def choices(frame: pd.DataFrame) -> list[ColumnChoice]:
    return choices_from(suggest_columns(frame))


def changed(choices: list[ColumnChoice], name: str, **parts: str) -> list[ColumnChoice]:
    return [c.model_copy(update=parts) if c.name == name else c for c in choices]


@pytest.mark.parametrize("country", ["DE", "FR"])
def test_demo_draft_is_the_specification_its_author_would_write(
    frame: pd.DataFrame, choices: list[ColumnChoice], country: str
) -> None:
    spec = draft_spec(frame, choices, goal_kind="revenue", currency="EUR", segment_value=country)
    wanted = build_demo().specs[country]
    assert [(m.name, m.spend, m.exposure, m.kind) for m in spec.media] == [
        (m.name, m.spend, m.exposure, m.kind) for m in wanted.media
    ]
    assert [(c.column, c.factor) for c in spec.context] == [(c.column, c.factor) for c in wanted.context]
    assert spec.components == wanted.components
    assert (spec.segment_column, spec.segment_value, spec.holiday_country) == ("country", country, country)
    assert (spec.goal.kind, spec.goal.currency) == ("revenue", "EUR")


def test_a_table_of_several_countries_asks_which(frame: pd.DataFrame, choices: list[ColumnChoice]) -> None:
    with pytest.raises(SpecificationError, match=r"several values of country.*DE, FR"):
        draft_spec(frame, choices)
    with pytest.raises(SpecificationError, match=r"no such segment.*'IT'.*DE, FR"):
        draft_spec(frame, choices, segment_value="IT")


def test_without_a_country_holidays_are_left_out(frame: pd.DataFrame, choices: list[ColumnChoice]) -> None:
    german = frame[frame["country"] == "DE"]
    spec = draft_spec(german, changed(choices, "country", role="ignore"))
    assert spec.components == ("trend", "season")
    assert draft_spec(german, changed(choices, "country", role="ignore"), holiday_country="AT").holiday_country == "AT"


def test_daily_data_get_weekdays_and_short_data_no_season() -> None:
    made = simulate("clean", 1, interval="day", weeks=40)
    spec = draft_spec(made.frame, choices_from(suggest_columns(made.frame)))
    assert spec.components == ("trend", "weekday")


def test_conversions_keep_the_currency_they_are_paid_for_in(frame: pd.DataFrame, choices: list[ColumnChoice]) -> None:
    spec = draft_spec(frame, choices, goal_kind="conversions", currency="EUR", segment_value="DE")
    assert (spec.goal.kind, spec.goal.currency) == ("conversions", "EUR")


def test_names_that_a_specification_cannot_hold_are_made_usable() -> None:
    frame = pd.DataFrame(
        {
            "date": pd.date_range("2022-01-03", periods=60, freq="7D"),
            "sales": np.arange(60.0) + 5,
            "tv_spend": np.arange(60.0),
            "Valentine's Day": [0.0, 1.0] * 30,
            "trend": np.arange(60.0) ** 2,
            "größe": np.arange(60.0) ** 3,
        }
    )
    roles = {"date": "date", "sales": "goal", "tv_spend": "spend"}
    spec = draft_spec(frame, [ColumnChoice(name=n, role=roles.get(n, "context")) for n in frame.columns])  # type: ignore[arg-type]
    assert [(c.name, c.column) for c in spec.context] == [
        ("Valentines Day", "Valentine's Day"), ("trend_2", "trend"), ("gre", "größe"),
    ]  # fmt: skip


def test_what_never_ran_in_a_segment_is_left_out(frame: pd.DataFrame, choices: list[ColumnChoice]) -> None:
    quiet = frame.copy()
    quiet.loc[quiet["country"] == "FR", ["ooh_spend", "promotion"]] = 0.0
    spec = draft_spec(quiet, choices, segment_value="FR")
    assert "ooh" not in [m.name for m in spec.media]
    assert "promotion" not in [c.name for c in spec.context]
    assert "never-on" in [f.code for f in review_table(quiet, choices)]


def test_channel_named_by_a_person_wins(frame: pd.DataFrame, choices: list[ColumnChoice]) -> None:
    renamed = changed(changed(choices, "tv_spend", channel="Television"), "tv_grps", channel="Television")
    spec = draft_spec(frame, renamed, segment_value="DE")
    assert (spec.media[0].name, spec.media[0].exposure) == ("Television", "tv_grps")


@pytest.mark.parametrize(
    ("name", "parts", "words"),
    [
        ("tv_grps", {"channel": "nowhere"}, "belongs to no channel with spend"),
        ("radio_spend", {"channel": "tv"}, "channel tv has two spend columns"),
        ("video_views", {"channel": "tv"}, "channel tv has two exposure columns"),
        ("promotion", {"role": "goal"}, "several goal columns"),
        ("date", {"role": "ignore"}, "no date column"),
        ("revenue", {"role": "ignore"}, "no goal column"),
    ],
)
def test_contradicting_choices_are_one_sentence(
    frame: pd.DataFrame, choices: list[ColumnChoice], name: str, parts: dict[str, str], words: str
) -> None:
    with pytest.raises(DataError, match=f"(?i){words}"):
        draft_spec(frame, changed(choices, name, **parts), segment_value="DE")


def test_pairs_keep_the_order_of_the_table(choices: list[ColumnChoice]) -> None:
    paid, organic = pair_media(choices)
    assert list(paid)[:3] == ["tv", "search", "social"]
    assert [c.name for c in organic] == ["newsletter_sends"]


@pytest.mark.parametrize("name", SOURCES)
def test_example_specifications_fit_their_data(name: str) -> None:
    spec = read_yaml((ROOT / "models" / "mmm" / name).read_text(encoding="utf-8"))
    if not SOURCES[name].exists():
        pytest.skip(f"{SOURCES[name].name} is not beside this checkout")
    require_columns(spec, read_table(SOURCES[name].read_bytes(), name).columns)


def test_every_example_specification_is_tested() -> None:
    assert {p.name for p in (ROOT / "models" / "mmm").glob("*.yaml")} == set(SOURCES)
