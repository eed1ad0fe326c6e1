"""The simulated worlds: same seed same bytes, truths that add up, and each world's own trouble really in it."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mixline.errors import InputError
from mixline.mmm.simulation.simulate import WORLDS, simulate
from mixline.mmm.specification import require_columns

ALL = list(WORLDS)


@pytest.mark.parametrize("world", ALL)
def test_same_seed_gives_the_same_bytes(world: str) -> None:
    first, second = simulate(world, 3), simulate(world, 3)
    assert first.frame.to_csv() == second.frame.to_csv()
    assert json.dumps(first.truth.to_dict()) == json.dumps(second.truth.to_dict())
    assert first.spec.id == second.spec.id


def test_another_seed_and_another_world_give_other_numbers() -> None:
    revenues = [
        simulate(w, s).frame["revenue"].sum() for w, s in (("realistic", 1), ("realistic", 2), ("collinear", 1))
    ]
    assert len(set(revenues)) == 3


@pytest.mark.parametrize("world", ALL)
def test_contributions_and_terms_add_up_to_the_outcome(world: str) -> None:
    truth = simulate(world, 5).truth
    total = sum(truth.contributions.values()) + sum(truth.terms.values())
    np.testing.assert_allclose(total, truth.outcome, rtol=1e-12)
    np.testing.assert_array_equal(truth.outcome, np.round(truth.outcome))


@pytest.mark.parametrize("world", ALL)
@pytest.mark.parametrize("seed", [1, 2])
def test_money_is_that_of_a_real_company(world: str, seed: int) -> None:
    made = simulate(world, seed)
    truth = made.truth
    assert 1e6 <= truth.outcome.mean() <= 5e6
    assert 0.15 <= truth.marketing_share <= 0.35
    for channel in truth.paid:
        assert 5e3 <= channel.spend[channel.spend > 0].mean() <= 2e5
        assert channel.roi == 0.0 or 0.5 - 1e-9 <= channel.roi <= 6.0 + 1e-9
    assert (truth.outcome > 0).all()


@pytest.mark.parametrize("world", ALL)
def test_specification_fits_the_frame(world: str) -> None:
    made = simulate(world)
    require_columns(made.spec, made.frame.columns)
    assert not made.frame.isna().any().any()
    assert (made.frame["date"].diff().dropna() == pd.Timedelta(days=7)).all()
    assert [m.name for m in made.spec.ordered_media] == [c.name for c in made.truth.channels]
    for media in made.spec.paid:
        np.testing.assert_array_equal(made.frame[media.spend], made.truth.channel(media.name).spend)


@settings(max_examples=15, deadline=None)
@given(
    world=st.sampled_from(ALL),
    seed=st.integers(0, 2**31 - 1),
    weeks=st.integers(52, 200),
    channels=st.integers(3, 12),
    interval=st.sampled_from(["day", "week"]),
)
def test_any_size_of_any_world_adds_up(world: str, seed: int, weeks: int, channels: int, interval: str) -> None:
    made = simulate(world, seed, weeks=weeks, channels=channels, interval=interval)  # type: ignore[arg-type]
    assert len(made.frame) == weeks * (7 if interval == "day" else 1)
    assert len(made.truth.paid) == channels
    total = sum(made.truth.contributions.values()) + sum(made.truth.terms.values())
    np.testing.assert_allclose(total, made.truth.outcome, rtol=1e-10)
    assert all(np.isfinite(v).all() and (v >= 0).all() for v in made.truth.contributions.values())


def test_daily_world_has_weekdays_and_the_same_half_life() -> None:
    daily = simulate("realistic", 1, interval="day", weeks=104)
    weekly = simulate("realistic", 1, weeks=104)
    assert "weekday" in daily.spec.components
    for day, week in zip(daily.truth.paid, weekly.truth.paid, strict=True):
        assert (day.parameters[0] == 0.0) == (week.parameters[0] == 0.0)
        assert day.parameters[0] ** 7 == pytest.approx(week.parameters[0], abs=0.25)
    assert daily.truth.terms["weekday"][:7].sum() == pytest.approx(0.0, abs=1e-6)


def test_collinear_channels_move_together_and_clean_ones_do_not() -> None:
    collinear, clean = simulate("collinear", 4).frame, simulate("clean", 4).frame
    assert collinear["tv_spend"].corr(collinear["video_spend"]) > 0.95
    assert collinear["social_spend"].corr(collinear["display_spend"]) > 0.9
    spends = clean[[c for c in clean if c.endswith("_spend")]].corr().to_numpy()
    assert np.abs(spends - np.eye(len(spends))).max() < 0.35


def test_confounded_search_follows_a_demand_that_no_column_holds() -> None:
    made = simulate("confounded", 2)
    hidden = made.truth.terms["hidden_demand"]
    assert np.corrcoef(made.frame["search_spend"], hidden)[0, 1] > 0.8
    assert "hidden_demand" not in made.frame


def test_trend_breaks_outliers_short_history_and_idle_channel_are_there() -> None:
    trend = simulate("trend-break", 1).truth.terms["trend"]
    assert np.diff(trend).min() < -0.1 * simulate("trend-break", 1).truth.terms["base"][0]
    jumps = simulate("outliers", 1).truth.terms["outliers"]
    assert (jumps != 0).sum() == 6
    assert jumps.min() < 0 < jumps.max()
    assert len(simulate("short").frame) == 104
    idle = simulate("no-effect").truth
    assert idle.roi["display"] == 0.0
    assert idle.channel("display").spend.sum() > 0


def test_real_life_patterns() -> None:
    frame = simulate("realistic", 1).frame
    assert 0.2 < (frame["tv_spend"] == 0).mean() < 0.7, "television comes in flights"
    assert (frame["search_spend"] > 0).all(), "search is always on"
    zeros = (frame["ooh_spend"] == 0).astype(int)
    longest = zeros.groupby((zeros != zeros.shift()).cumsum()).sum().max()
    assert longest >= 26, "out-of-home is off for months"
    assert set(frame["event"]) == {"none", "store_opening", "loyalty_week"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"world": "atlantis"}, "unknown world"),
        ({"world": "clean", "seed": -1}, "seed is out of range"),
        ({"world": "clean", "weeks": 5}, "number of weeks"),
        ({"world": "clean", "channels": 13}, "number of channels"),
        ({"world": "clean", "interval": "month"}, "weekly or daily"),
    ],
)
def test_what_cannot_be_simulated_is_one_sentence(arguments: dict[str, object], words: str) -> None:
    with pytest.raises(InputError, match=f"(?i){words}"):
        simulate(**arguments)  # type: ignore[arg-type]
