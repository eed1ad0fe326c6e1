"""Suggested roles: golden expectations on two real files and the demo, and the rules one by one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mixline.data.reading import read_table
from mixline.data.role_rules import channel_label, channel_stem, media_kind, split_name
from mixline.data.roles import suggest_columns
from mixline.messages import ColumnSuggestion
from mixline.mmm.simulation.demo_world import demo_files

SHARED = Path(__file__).resolve().parents[3].parent / "shared" / "data"


def suggest_file(path: Path) -> dict[str, ColumnSuggestion]:
    if not path.exists():
        pytest.skip(f"{path.name} is not beside this checkout")
    return {s.name: s for s in suggest_columns(read_table(path.read_bytes(), path.name))}


def suggest(**columns: object) -> dict[str, ColumnSuggestion]:
    rows = 60
    dates = pd.date_range("2022-01-03", periods=rows, freq="7D").astype("datetime64[s]")
    return {s.name: s for s in suggest_columns(pd.DataFrame({"date": dates, **columns}))}


def some(seed: int = 1, low: float = 10.0) -> np.ndarray:
    return np.random.default_rng(seed).uniform(low, low * 9, 60)


def test_robyn_sample() -> None:
    got = suggest_file(SHARED / "robyn" / "dt_simulated_weekly.csv")
    assert {name: (s.role, s.channel, s.kind, s.confidence) for name, s in got.items()} == {
        "DATE": ("date", "", "other", "high"),
        "revenue": ("goal", "", "other", "high"),
        "tv_S": ("spend", "tv", "tv", "high"),
        "ooh_S": ("spend", "ooh", "ooh", "high"),
        "print_S": ("spend", "print", "print", "high"),
        "facebook_I": ("exposure", "facebook", "social", "high"),
        "search_clicks_P": ("exposure", "search", "search", "high"),
        "search_S": ("spend", "search", "search", "high"),
        "competitor_sales_B": ("context", "", "other", "high"),
        "facebook_S": ("spend", "facebook", "social", "high"),
        "events": ("factor", "", "other", "high"),
        "newsletter": ("organic", "newsletter", "email", "high"),
    }


def test_retailer_with_eighty_foreign_names() -> None:
    got = suggest_file(SHARED / "retailer" / "retailer_weekly.csv")
    assert len(got) == 80
    roles = {role: [n for n, s in got.items() if s.role == role] for role in {s.role for s in got.values()}}
    media = ["dm", "inst", "nsp", "auddig", "audtr", "vidtr", "viddig", "so", "on", "sem"]
    assert roles["date"] == ["wk_strt_dt"]
    assert roles["goal"] == ["sales"]
    assert roles["spend"] == [f"mdsp_{m}" for m in media]
    assert sorted(roles["exposure"]) == sorted(f"mdip_{m}" for m in media)
    assert roles["organic"] == ["mdip_em", "mdip_sms", "mdip_aff"]
    assert roles["context"] == [
        "me_ics_all", "me_gas_dpg", "st_ct", "mrkdn_valadd_edw", "mrkdn_pdm", "va_pub_0.15", "va_pub_0.2", "va_pub_0.25",
        "va_pub_0.3", "hldy_Black Friday", "hldy_Christmas Day", "hldy_Christmas Eve", "hldy_Easter", "hldy_MLK",
    ]  # fmt: skip
    assert {"yr_nbr", "qtr_nbr", "prd", "wk_nbr", "wk_in_yr_nbr"} <= set(roles["ignore"])
    assert all(got[n].role == "ignore" for n in got if n.startswith("seas_"))
    assert "same in every row as hldy_Black Friday" in got["hldy_Thanksgiving"].reason
    assert got["mdip_aff"].confidence == "medium", "an exposure without spend is not a sure thing"
    assert [got[f"mdsp_{m}"].kind for m in media] == (
        ["print", "print", "print", "radio", "radio", "tv", "video", "social", "display", "search"]
    )


def test_demo_needs_no_click() -> None:
    got = {s.name: s for s in suggest_columns(read_table(demo_files()["demo.csv"], "demo.csv"))}
    assert all(s.confidence == "high" for s in got.values()), [s for s in got.values() if s.confidence != "high"]
    channels = ["tv", "search", "social", "display", "video", "ooh", "radio", "affiliate"]
    assert [n for n, s in got.items() if s.role == "spend"] == [f"{c}_spend" for c in channels]
    assert {s.channel for s in got.values() if s.role == "exposure"} == {"tv", "search", "social", "display", "video"}
    roles = {n: s.role for n, s in got.items() if s.role not in ("spend", "exposure")}
    assert roles == {
        "date": "date", "country": "segment", "revenue": "goal", "newsletter_sends": "organic", "price_index": "context",
        "competitor_index": "context", "promotion": "context", "event": "factor",
    }  # fmt: skip


def test_every_suggestion_says_why() -> None:
    for s in suggest_columns(read_table(demo_files()["demo.csv"], "demo.csv")):
        assert s.reason.endswith(".")


def test_spend_pairs_with_the_exposure_that_says_most() -> None:
    spend = some()
    got = suggest(
        sales=some(2), search_cost=spend, search_clicks=spend * 3, search_impressions=spend * 90,
        TVSpend=some(3), tvGRPs=some(3) / 50,
    )  # fmt: skip
    assert (got["search_clicks"].role, got["search_impressions"].role) == ("exposure", "ignore")
    assert (got["TVSpend"].channel, got["tvGRPs"].channel, got["tvGRPs"].role) == ("tv", "tv", "exposure")


def test_exposure_that_does_not_move_with_its_spend_is_doubted() -> None:
    got = suggest(sales=some(2), tv_spend=some(3), tv_impressions=some(4))
    assert got["tv_impressions"].confidence == "low"
    assert "hardly move together" in got["tv_impressions"].reason


def test_totals_are_not_counted_twice() -> None:
    tv, radio = some(3), some(4)
    got = suggest(sales=some(2), tv_spend=tv, radio_spend=radio, total_spend=tv + radio)
    assert got["total_spend"].role == "ignore"
    assert "sum of the spend columns" in got["total_spend"].reason


def test_text_in_a_spend_column_is_still_taken_for_spend_but_doubted() -> None:
    values = [str(v) for v in some(3)]
    values[4] = "n.v."
    got = suggest(sales=some(2), tv_spend=pd.Series(values, dtype="str"))
    assert (got["tv_spend"].role, got["tv_spend"].type, got["tv_spend"].confidence) == ("spend", "text", "low")


def test_second_outcomes_and_forecasts_do_not_explain_the_first() -> None:
    got = suggest(revenue=some(2, 1000), orders=some(3), revenue_forecast=some(4, 1000), tv_spend=some(5))
    assert [got[n].role for n in ("revenue", "orders", "revenue_forecast")] == ["goal", "ignore", "ignore"]


def test_a_guessed_goal_is_said_to_be_a_guess() -> None:
    got = suggest(zulu=some(2, 1000), tv_spend=some(5))
    assert (got["zulu"].role, got["zulu"].confidence) == ("goal", "low")


def test_bare_channel_names_are_spend_with_low_confidence() -> None:
    got = suggest(TV=some(1), Radio=some(2), Newspaper=some(3), Sales=some(4))
    assert [(got[n].role, got[n].confidence, got[n].kind) for n in ("TV", "Radio", "Newspaper")] == [
        ("spend", "low", "tv"), ("spend", "low", "radio"), ("spend", "low", "print"),
    ]  # fmt: skip


def test_constants_counters_and_calendar_numbers_are_ignored() -> None:
    week = pd.date_range("2022-01-03", periods=60, freq="7D").isocalendar().week.to_numpy()
    got = suggest(sales=some(2), tv_spend=some(3), always=np.full(60, 7), n=np.arange(60), kw=week, zz=week)
    assert [got[n].role for n in ("always", "n", "kw", "zz")] == ["ignore"] * 4


def test_costs_of_other_things_are_not_media() -> None:
    got = suggest(sales=some(2), tv_spend=some(3), cost_of_goods=some(4), shipping_cost=some(5), cost_per_click=some(6))
    assert all(got[n].role != "spend" for n in ("cost_of_goods", "shipping_cost", "cost_per_click"))


def test_a_rare_flag_counts_only_where_the_outcome_stands_out() -> None:
    sales = np.random.default_rng(1).normal(100, 3, 60)
    strike, nothing = np.zeros(60), np.zeros(60)
    strike[[10, 30]], nothing[[20, 45]] = 1, 1
    sales[[10, 30]] *= 0.6
    got = suggest(sales=sales, tv_spend=some(3), strike=strike, nothing=nothing)
    assert got["strike"].role == "context"
    assert "lower than in the weeks around" in got["strike"].reason
    assert got["nothing"].role == "ignore"


def test_text_dates_with_one_bad_value_name_the_row() -> None:
    dates = [f"2022-01-{d:02d}" for d in range(1, 31)]
    dates[9] = "Total"
    frame = pd.DataFrame({"day": pd.Series(dates, dtype="str"), "sales": np.arange(30.0), "tv_spend": np.arange(30.0)})
    day = suggest_columns(frame)[0]
    assert (day.role, day.confidence) == ("date", "low")
    assert "row 11 holds 'Total'" in day.reason


def test_a_text_column_that_repeats_dates_is_the_segment() -> None:
    frame = pd.DataFrame(
        {
            "week": list(pd.date_range("2022-01-03", periods=30, freq="7D")) * 2,
            "zone": ["A"] * 30 + ["B"] * 30,
            "sales": np.arange(60.0),
            "tv_spend": np.arange(60.0),
        }
    )
    assert {s.name: (s.role, s.confidence) for s in suggest_columns(frame)}["zone"] == ("segment", "medium")


@pytest.mark.parametrize(
    ("name", "stem", "kind"),
    [
        ("tv_S", "tv", "tv"),
        ("search_clicks_P", "search", "search"),
        ("mdsp_audtr", "audtr", "radio"),
        ("Spend_Facebook_EUR", "facebook", "social"),
        ("GoogleAdsCost", "google", "search"),
        ("tv_brand_spend", "tv_brand", "tv"),
        ("Werbekosten Zeitung", "zeitung", "print"),
    ],
)
def test_channel_names(name: str, stem: str, kind: str) -> None:
    assert channel_stem(name) == stem
    assert media_kind(stem) == kind


def test_words_and_labels() -> None:
    assert split_name("tvSpend_EUR2") == ("tv", "spend", "eur", "2")
    assert split_name("Umsätze") == ("umsaetze",)
    assert channel_label("tv_brand") == "TV brand"
    assert channel_label("ooh") == "OOH"


@settings(max_examples=60, deadline=None)
@given(
    names=st.lists(st.text(min_size=1, max_size=12), min_size=2, max_size=6, unique=True),
    seed=st.integers(0, 1000),
)
def test_any_table_gets_one_suggestion_for_each_column(names: list[str], seed: int) -> None:
    rng = np.random.default_rng(seed)
    kinds = [
        rng.normal(size=30),
        rng.integers(0, 2, 30),
        pd.date_range("2022-01-01", periods=30),
        ["x", "y"] * 15,
        [None] * 30,
    ]
    frame = pd.DataFrame({name: kinds[rng.integers(0, len(kinds))] for name in names})
    suggestions = suggest_columns(frame)
    assert [s.name for s in suggestions] == names
    assert sum(s.role == "date" for s in suggestions) <= 1
    assert sum(s.role == "goal" for s in suggestions) <= 1
