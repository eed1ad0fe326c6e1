"""Plans keep their promises: the money is met, limits hold, today's figures are the report's, and nothing beats them."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mixline.errors import SpecificationError
from mixline.mmm.media_effects import effect_over_time
from mixline.mmm.model import MixModel
from mixline.mmm.planner import Bounds, ChannelGroup, Plan, Planner, PlanRequest, plan
from mixline.mmm.response import channel_results, expected_outcome, totals
from tests.builders import make_model

FEW = settings(max_examples=12, deadline=None)
MODELS = st.builds(
    make_model,
    periods=st.integers(40, 130),
    paid=st.integers(1, 5),
    organic=st.integers(0, 1),
    draws=st.integers(1, 12),
    seed=st.integers(0, 10_000),
    lead=st.sampled_from([0, 8]),
)
REQUESTS = st.builds(
    PlanRequest,
    periods=st.sampled_from([None, 1, 6, 26]),
    pacing=st.sampled_from(["historic", "flat"]),
    baseline=st.sampled_from(["season", "flat"]),
    carry_out=st.booleans(),
    today_periods=st.sampled_from([None, 10]),
)


def close(a: object, b: object) -> None:
    np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-9)  # type: ignore[arg-type]


def money(found: Plan) -> np.ndarray:  # type: ignore[type-arg]
    return np.array([c.spend for c in found.channels])


@FEW
@given(MODELS)
def test_today_of_the_window_planned_once_more_is_the_report(model: MixModel) -> None:
    found = plan(model, PlanRequest(periods=None))
    whole = totals(model)
    close(found.outcome_today.value, whole.fitted)
    close(found.spend_today, whole.spend)
    close(found.contribution_today.value, whole.incremental.value)
    close(found.roi_today.value, whole.blended_roi.value)
    for planned, reported in zip(found.channels, channel_results(model), strict=True):
        close(planned.contribution_today.value, reported.contribution.value)
        close(planned.contribution_today.low, reported.contribution.low)
        close(planned.roi_today.high, reported.roi.high)
        close(planned.marginal_roi_today.value, reported.marginal_roi.value)
    asked = {c.name: c.spend / whole.periods for c in found.channels}
    close(found.outcome.value / whole.periods, expected_outcome(model, asked).outcome.value)
    close(found.uplift.low / whole.periods, expected_outcome(model, asked).uplift.low)


@FEW
@given(MODELS, REQUESTS, st.floats(0.6, 1.9), st.integers(0, 3))
def test_the_budget_is_met_within_bounds_and_today_is_not_undercut(
    model: MixModel, request: PlanRequest, share: float, group_size: int
) -> None:
    today = plan(model, request)
    assert today.uplift.value >= 0
    close(today.spend, today.spend_today)
    members = model.paid_names[:group_size]
    groups = (ChannelGroup("some", members, Bounds(0.8, 1.5)),) if members else ()
    asked = request.change(
        budget=today.spend_today * share, groups=groups, bounds={model.paid_names[-1]: Bounds(0.55, 1.95)}
    )
    try:
        found = plan(model, asked)
    except SpecificationError as error:
        assert "budget" in error.sentence  # noqa: PT017 -- a group or bound that leaves no room is said so
        return
    close(found.spend, asked.budget)
    for channel in found.channels:
        assert channel.least * (1 - 1e-9) <= channel.spend <= channel.most * (1 + 1e-9)
        close(channel.spend_by_period.sum(), channel.spend)
        close(channel.roi.value * channel.spend, channel.contribution.value)
    if groups:
        inside = sum(c.spend for c in found.channels if c.name in members)
        before = sum(c.spend_today for c in found.channels if c.name in members)
        assert 0.8 * before * (1 - 1e-9) <= inside <= 1.5 * before * (1 + 1e-9)
    close(sum(c.contribution.value for c in found.channels), found.contribution.value)
    close(found.outcome_by_period.value.sum() + found.after, found.outcome.value)
    close(found.outcome.value - found.outcome_today.value, found.uplift.value)
    assert found.uplift.low <= found.uplift.low50 <= found.uplift.high50 <= found.uplift.high
    json.dumps(found.to_dict(), allow_nan=False)


@FEW
@given(MODELS, REQUESTS)
def test_more_money_never_brings_less(model: MixModel, request: PlanRequest) -> None:
    planner = Planner(model)
    start = planner.plan(request).spend_today
    bounds = {name: Bounds(0.2, 3.0) for name in model.paid_names}
    outcomes = [
        planner.plan(request.change(budget=start * b, bounds=bounds)).outcome.value for b in (0.4, 0.7, 1, 1.5, 2.5)
    ]
    assert (np.diff(outcomes) >= -1e-7 * abs(outcomes[0])).all()


@FEW
@given(MODELS, REQUESTS)
def test_a_plan_at_todays_spend_is_todays_plan(model: MixModel, request: PlanRequest) -> None:
    found = plan(model, request.change(locked=model.paid_names))
    assert found.is_today
    assert "keep it" in found.changes[0]
    close(found.outcome.value, found.outcome_today.value)
    close(found.uplift.value, 0.0)
    bounds = {c.name: Bounds(c.spend_today, c.spend_today, relative=False) for c in found.channels}
    again = plan(model, request.change(bounds=bounds))
    close(again.outcome.value, found.outcome_today.value)


@FEW
@given(MODELS, REQUESTS)
def test_channels_that_nothing_holds_have_one_marginal_return(model: MixModel, request: PlanRequest) -> None:
    bounds = {name: Bounds(0.05, 6.0) for name in model.paid_names}
    found = plan(model, request.change(bounds=bounds))
    free = [c.marginal_roi.value for c in found.channels if c.held == ""]
    if len(free) > 1 and not found.is_today:
        np.testing.assert_allclose(free, np.mean(free), rtol=1e-5)
        np.testing.assert_allclose(found.marginal_roi.value, np.mean(free), rtol=1e-9)


def test_equal_channels_get_equal_money() -> None:
    model = make_model(paid=3, organic=0, adstocks=("geometric",))
    draws, first = model.draws, np.zeros(3, dtype=int)
    same = replace(
        draws,
        adstock=draws.adstock[:, first],
        alpha=np.minimum(draws.alpha[:, first], 1.0),
        inflexion=draws.inflexion[:, first],
        beta=draws.beta[:, first],
    )
    series = replace(model.series, spend=model.series.spend[:, first], media=model.series.media[:, first])
    twins = replace(model, draws=same, series=series)
    found = plan(twins, PlanRequest(periods=8, budget=5000.0, bounds={n: Bounds(0, 9) for n in twins.paid_names}))
    np.testing.assert_allclose(money(found), 5000.0 / 3, rtol=1e-6)


def test_carry_in_comes_from_history_and_fades() -> None:
    model = make_model(periods=90, paid=1, organic=0, adstocks=("geometric",), draws=3)
    silent = PlanRequest(periods=20, budget=0.0, bounds={"channel_0": Bounds(0, 1)}, baseline="flat")
    found = plan(model, silent)
    paid = found.outcome_by_period.value - plan(model, silent.change(carry_out=True)).outcome_by_period.value[-1]
    assert paid[0] > paid[5] > paid[12] >= -1e-9
    grown = replace(
        model.series,
        **{key: np.concatenate([getattr(model.series, key), np.zeros((20, 1))]) for key in ("spend", "media")},
        other=np.concatenate([model.series.other, np.tile(model.series.other[-1], (20, 1))]),
        outcome=np.concatenate([model.series.outcome, np.zeros(20)]),
        dates=model.series.dates[0] + np.arange(110) * np.timedelta64(7, "D"),
        window=(90, 110),
    )
    simulated = model.draws.weights @ effect_over_time(replace(model, series=grown), 0)
    close(found.channels[0].contribution.value, simulated.sum())


def test_carry_out_counts_what_comes_later_and_not_what_was_before() -> None:
    model = make_model(periods=90, paid=2, organic=0, adstocks=("geometric",))
    within, counted = (plan(model, PlanRequest(periods=4, carry_out=c)) for c in (False, True))
    assert within.after == 0.0
    assert counted.after > 0.0
    nothing = plan(
        model,
        PlanRequest(periods=4, carry_out=True, budget=0.0, bounds={n: Bounds(0, 1) for n in model.paid_names}),
    )
    close(nothing.contribution.value, 0.0)


@pytest.mark.parametrize("seed", range(4))
def test_the_least_budget_reaches_the_outcome_and_no_less_does(seed: int) -> None:
    model = make_model(periods=100, paid=4, seed=seed)
    planner = Planner(model)
    today = planner.plan(PlanRequest())
    bounds = {n: Bounds(0.1, 3.0) for n in model.paid_names}
    target = today.outcome_today.value + 0.3 * today.contribution_today.value * 0.1
    found = planner.plan(PlanRequest("outcome", target=target, bounds=bounds))
    assert found.outcome.value == pytest.approx(target, rel=1e-8)
    spend = planner.plan(PlanRequest(budget=found.spend, bounds=bounds))
    assert spend.outcome.value <= target * (1 + 1e-7), "a budget plan of that much must not bring more"
    less = planner.plan(PlanRequest(budget=found.spend * 0.98, bounds=bounds))
    assert less.outcome.value < target


@pytest.mark.parametrize("carry_out", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_a_target_return_is_met_with_the_most_money(seed: int, carry_out: bool) -> None:
    model = make_model(periods=100, paid=4, seed=seed)
    planner = Planner(model)
    bounds = {n: Bounds(0.1, 4.0) for n in model.paid_names}
    today = planner.plan(PlanRequest(carry_out=carry_out, bounds=bounds))
    target = 0.8 * today.roi.value
    found = planner.plan(PlanRequest("roi", target=target, carry_out=carry_out, bounds=bounds))
    assert found.roi.value == pytest.approx(target, rel=1e-7)
    more = planner.plan(PlanRequest(budget=found.spend * 1.02, carry_out=carry_out, bounds=bounds))
    assert more.roi.value < target


@pytest.mark.parametrize("seed", range(3))
def test_a_target_marginal_return_is_met_by_every_free_channel(seed: int) -> None:
    model = make_model(periods=100, paid=4, seed=seed)
    today = plan(model, PlanRequest())
    target = 0.7 * today.marginal_roi.value
    found = plan(model, PlanRequest("marginal_roi", target=target))
    free = [c for c in found.channels if c.held == ""]
    assert free
    np.testing.assert_allclose([c.marginal_roi.value for c in free], target, rtol=1e-5)
    for channel in found.channels:
        if channel.held == "most":
            assert channel.marginal_roi.value >= target


def test_the_budget_is_a_ceiling_in_other_scenarios() -> None:
    model = make_model(paid=3)
    free = plan(model, PlanRequest("marginal_roi", target=0.01))
    held = plan(model, PlanRequest("marginal_roi", target=0.01, budget=free.spend / 2))
    close(held.spend, free.spend / 2)
    assert any("ceiling" in sentence for sentence in held.binding)


def test_a_cautious_plan_gains_more_in_bad_luck_and_never_loses_to_today() -> None:
    better = 0
    for seed in range(4):
        model = make_model(periods=100, paid=4, draws=30, seed=seed, equal_weights=True)
        planner = Planner(model)
        bold = planner.plan(PlanRequest())
        careful = planner.plan(PlanRequest(cautious=0.25))
        close(careful.spend, bold.spend)
        assert careful.uplift.low50 >= bold.uplift.low50 - 1e-9
        assert careful.uplift.low50 >= 0
        assert careful.uplift.value <= bold.uplift.value + 1e-9
        better += careful.uplift.low50 > bold.uplift.low50 + 1e-6
    assert better


def test_flights_of_a_channel_with_a_threshold_beat_a_thin_stream() -> None:
    model = make_model(periods=100, paid=2, organic=0, adstocks=("geometric",), draws=4)
    steep = model.draws.alpha.copy()
    steep[:, 0] = 4.0
    model = replace(model, draws=replace(model.draws, alpha=steep, adstock=model.draws.adstock * 0.1))
    bounds = {"channel_0": Bounds(0.3, 0.3), "channel_1": Bounds(1.0, 1.0)}
    base = PlanRequest(periods=20, pacing="flat", bounds=bounds, budget=None, spend_all=False)
    thin, flown = plan(model, base), plan(model, base.change(flights={"channel_0": 3}))
    assert flown.outcome.value > thin.outcome.value
    channel = flown.channels[0]
    assert channel.periods_on < 20
    close(channel.spend_by_period.sum(), thin.channels[0].spend)
    on = channel.spend_by_period > 0
    edges = np.flatnonzero(np.diff(np.concatenate([[0], on.astype(int), [0]])))
    assert (edges[1::2] - edges[::2]).min() >= 3


def test_own_patterns_and_prices_change_what_money_buys() -> None:
    model = make_model(paid=2)
    pattern = (1.0, 0.0, 0.0, 3.0)
    found = plan(model, PlanRequest(periods=4, patterns={"channel_0": pattern}))
    np.testing.assert_allclose(found.channels[0].spend_by_period * 4 / found.channels[0].spend, pattern, atol=1e-12)
    cheap, dear = (plan(model, PlanRequest(prices={"channel_1": p}, locked=model.paid_names)) for p in (1.0, 1.25))
    assert dear.channels[1].contribution.value < cheap.channels[1].contribution.value
    close(dear.channels[0].contribution.value, cheap.channels[0].contribution.value)
    longer = plan(model, PlanRequest(locked=("channel_0",), bounds={"channel_1": Bounds(0.8, 0.8)}, spend_all=False))
    close(longer.channels[1].contribution.value, dear.channels[1].contribution.value)


def test_a_season_a_year_before_is_the_season_of_the_plan() -> None:
    model = make_model(periods=120, paid=1)
    found = plan(model, PlanRequest(periods=30))
    flat = plan(model, PlanRequest(periods=30, baseline="flat"))
    assert np.std(found.outcome_today_by_period) > np.std(flat.outcome_today_by_period)
    close(found.uplift.value, flat.uplift.value)
    assert str(found.dates[0] - model.series.dates[-1].astype("datetime64[D]")) == "7 days"
    months = plan(make_model(interval="month"), PlanRequest(periods=14)).dates
    assert {str(d)[-2:] for d in months} == {"01"}
    assert len(set(months)) == 14


@pytest.mark.parametrize("scale", [1e-9, 1e9])
def test_money_of_any_size_gives_the_same_plan(scale: float) -> None:
    model = make_model(paid=3)
    series = replace(model.series, spend=model.series.spend * scale)
    media = model.series.media.copy()
    media[:, :3] *= scale
    inflexion = model.draws.inflexion.copy()
    inflexion[:, :3] *= scale
    scaled = replace(model, series=replace(series, media=media), draws=replace(model.draws, inflexion=inflexion))
    np.testing.assert_allclose(money(plan(scaled, PlanRequest())) / scale, money(plan(model, PlanRequest())), rtol=1e-5)


def test_the_same_request_gives_the_same_plan_and_seeds_do_not_matter() -> None:
    model = make_model(paid=5, draws=20)
    first, again, other = (money(plan(model, PlanRequest(), seed)) for seed in (1, 1, 2))
    assert (first == again).all()
    np.testing.assert_allclose(first, other, rtol=1e-5)


def test_a_moved_slider_gives_what_a_fresh_planner_gives() -> None:
    model = make_model(paid=4)
    planner = Planner(model)
    moved = PlanRequest(bounds={"channel_1": Bounds(0.9, 1.1)})
    for other in (PlanRequest(), PlanRequest(budget=90_000.0), PlanRequest("roi", target=0.9), moved.change(periods=5)):
        planner.plan(other)
    assert (money(planner.plan(moved)) == money(plan(model, moved))).all()


def test_a_channel_without_spend_stays_without_and_is_named() -> None:
    model = make_model(paid=3)
    spend, media = model.series.spend.copy(), model.series.media.copy()
    spend[:, 1] = media[:, 1] = 0.0
    quiet = replace(model, series=replace(model.series, spend=spend, media=media))
    found = plan(quiet, PlanRequest())
    assert found.channels[1].spend == 0.0
    assert any("channel_1" in note for note in found.notes)
    tried = plan(quiet, PlanRequest(bounds={"channel_1": Bounds(100.0, 200.0, relative=False)}))
    assert 100.0 - 1e-6 <= tried.channels[1].spend <= 200.0 + 1e-6
    assert "channel_1" in tried.extrapolated


def test_sentences_name_what_holds_the_plan() -> None:
    model = make_model(paid=3)
    found = plan(
        model,
        PlanRequest(
            locked=("channel_0",),
            bounds={"channel_1": Bounds(0.99, 1.01)},
            groups=(ChannelGroup("screens", ("channel_1", "channel_2"), Bounds(0.1, 3.0)),),
        ),
    )
    words = " ".join(found.binding)
    assert "Channel 0 is locked" in words
    assert "The budget" in words
    assert "channel_1 may not spend" in words


def nothing_works(model: MixModel) -> MixModel:
    return replace(model, draws=replace(model.draws, beta=model.draws.beta * 0.0))


def nothing_spent(model: MixModel) -> MixModel:
    series = replace(model.series, spend=model.series.spend * 0.0, media=model.series.media * 0.0)
    return replace(model, series=series)


def steep(model: MixModel) -> MixModel:
    return replace(model, draws=replace(model.draws, alpha=model.draws.alpha * 0.0 + 10.0))


def harmful(model: MixModel) -> MixModel:
    return replace(model, draws=replace(model.draws, beta=model.draws.beta * np.array([1.0, -1.0, 1.0, 1.0])))


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("odd", [nothing_works, nothing_spent, steep, harmful])
@pytest.mark.parametrize(
    "parts",
    [
        {},
        {"periods": None},
        {"budget": 0.0, "bounds": {f"channel_{i}": Bounds(0, 1) for i in range(3)}},
        {"scenario": "marginal_roi", "target": 0.5},
        {"cautious": 0.2, "carry_out": True},
    ],
)
def test_odd_models_get_finite_plans(odd: object, parts: dict[str, object]) -> None:
    found = plan(odd(make_model(paid=3)), PlanRequest(**parts))  # type: ignore[operator, arg-type]
    figures = [found.outcome.value, found.uplift.low, found.roi.value, found.marginal_roi.high, *money(found)]
    assert np.isfinite(figures).all()
    assert (money(found) >= 0).all()
