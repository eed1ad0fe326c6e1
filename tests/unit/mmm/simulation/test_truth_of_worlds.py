"""The truth: its formulas against hand computation, its ROI and curve against each other, its best plan against others."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mixline.mmm.planning.best_plan import share_out
from mixline.mmm.simulation.simulate import simulate
from mixline.mmm.simulation.truth import carry_over, saturate


def test_geometric_adstock_by_hand() -> None:
    np.testing.assert_allclose(carry_over(np.array([8.0, 0.0, 4.0]), "geometric", (0.5, 0.0)), [8.0, 4.0, 6.0])


def test_weibull_kernels_by_hand() -> None:
    impulse = np.zeros(21)
    impulse[0] = 1.0
    # scale 0.1 of 21 periods: width 1 + 20 * 0.1 = 3
    survival = np.cumprod([1.0, np.exp(-((1 / 3) ** 2.0)), np.exp(-((2 / 3) ** 2.0))])
    np.testing.assert_allclose(carry_over(impulse, "weibull_cdf", (2.0, 0.1))[:3], survival)
    kernel = carry_over(impulse, "weibull_pdf", (2.0, 0.1))
    assert kernel.max() == pytest.approx(1.0)
    assert kernel.min() == pytest.approx(0.0)
    assert kernel.argmax() == 1, "the density of Weibull(2, 3) peaks at 2.1, the second period"


def test_hill_is_one_half_at_the_inflexion() -> None:
    np.testing.assert_allclose(saturate(np.array([0.0, 3.0]), 2.0, 3.0), [0.0, 0.5])


@pytest.mark.parametrize("world", ["realistic", "clean", "no-effect"])
def test_marginal_roi_is_the_slope_of_the_response(world: str) -> None:
    for channel in simulate(world, 2).truth.paid:
        above, below = channel.response(np.array([1.0 + 1e-5, 1.0 - 1e-5]))
        slope = (above - below) / (2e-5 * channel.spend.sum())
        assert channel.marginal_roi == pytest.approx(slope, rel=1e-6, abs=1e-9)


def test_curve_passes_through_today() -> None:
    for channel in simulate("realistic", 1).truth.paid:
        spend, outcome = channel.curve(points=41, highest=2.0)
        assert spend[20] == pytest.approx(channel.spend.mean())
        assert outcome[20] == pytest.approx(channel.contribution.mean())
        assert spend[0] == outcome[0] == 0.0
        assert (np.diff(outcome) >= 0).all()


def test_best_plan_keeps_the_budget_and_its_bounds_and_gains() -> None:
    truth = simulate("realistic", 1).truth
    plan = truth.best_plan(0.5, 2.0)
    today = {c.name: float(c.spend.sum()) for c in truth.paid}
    assert sum(plan.spend.values()) == pytest.approx(sum(today.values()), rel=1e-9)
    for name, spend in plan.spend.items():
        assert 0.5 - 1e-9 <= spend / today[name] <= 2.0 + 1e-9
    assert plan.uplift > 0
    assert sum(plan.contribution.values()) - sum(truth.contributions[n].sum() for n in today) == pytest.approx(
        plan.uplift
    )


def test_no_exchange_between_two_channels_beats_the_best_plan() -> None:
    truth = simulate("realistic", 3).truth
    plan = truth.best_plan(0.5, 2.0)
    best = sum(plan.contribution.values())
    step = 0.002 * sum(plan.spend.values())
    for giver, taker in itertools.permutations(truth.paid, 2):
        spend = dict(plan.spend)
        spend[giver.name] -= step
        spend[taker.name] += step
        factors = {c.name: spend[c.name] / c.spend.sum() for c in truth.paid}
        if not all(0.5 <= f <= 2.0 for f in factors.values()):
            continue
        other = sum(float(c.response(np.array([factors[c.name]]))[0]) for c in truth.paid)
        assert other <= best * (1 + 1e-9)


def test_a_channel_without_effect_gets_as_little_as_allowed() -> None:
    truth = simulate("no-effect", 1).truth
    plan = truth.best_plan(0.5, 2.0)
    assert plan.spend["display"] == pytest.approx(0.5 * truth.channel("display").spend.sum(), rel=0.01)


@settings(max_examples=15, deadline=None)
@given(
    alphas=st.lists(st.floats(0.6, 3.0), min_size=2, max_size=2),
    betas=st.lists(st.floats(10.0, 1000.0), min_size=2, max_size=2),
    lowest=st.floats(0.0, 0.9),
)
def test_two_channels_are_shared_out_as_well_as_by_trying_everything(
    alphas: list[float], betas: list[float], lowest: float
) -> None:
    def response(alpha: float, beta: float):  # type: ignore[no-untyped-def]
        return lambda factors: beta * factors**alpha / (factors**alpha + 1.0)

    responses = [response(a, b) for a, b in zip(alphas, betas, strict=True)]
    today = np.array([100.0, 50.0])
    spend = share_out(responses, today, lowest, 2.0)
    assert spend.sum() == pytest.approx(150.0)
    first = np.linspace(max(lowest * 100, 50.0), min(200.0, 150.0 - lowest * 50), 4001)
    everything = responses[0](first / 100.0) + responses[1]((150.0 - first) / 50.0)
    got = sum(float(r(np.array([s / t]))[0]) for r, s, t in zip(responses, spend, today, strict=True))
    assert got >= everything.max() * (1 - 1e-5)
