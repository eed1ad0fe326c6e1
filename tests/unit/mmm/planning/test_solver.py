"""The solver against others: scipy's SLSQP from many starts, brute force over S-shaped curves, its own limits."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import minimize

from mixline.mmm.planning.best_plan import share_out
from mixline.mmm.planning.frontier import frontier
from mixline.mmm.planning.limits import Limits, best_step, nearest
from mixline.mmm.planning.request import PlanRequest
from mixline.mmm.planning.scenarios import Question, solve
from mixline.mmm.planning.solver import best_plan
from mixline.mmm.transforms.saturation import hill, hill_slope

Floats = NDArray[np.float64]


class HillCurves:
    """strength * hill(spend + carried)."""

    def __init__(self, seed: int, count: int, steepest: float = 3.0) -> None:
        rng = np.random.default_rng(seed)
        self.strength = rng.uniform(50, 400, count)
        self.alpha = rng.uniform(0.5, steepest, count)
        self.half = rng.uniform(20, 150, count)
        self.carried = rng.uniform(0.5, 20, count)

    def at(self, spend: Floats) -> tuple[Floats, Floats, Floats]:
        level = spend + self.carried
        share, slope = hill(level, self.alpha, self.half), hill_slope(level, self.alpha, self.half)
        bend = slope * (self.alpha * (1 - 2 * share) - 1) / level
        return self.strength * share, self.strength * slope, self.strength * bend

    exact = at

    def table(self, channel: int, spend: Floats) -> Floats:
        c = channel
        return np.asarray(self.strength[c] * hill(spend + self.carried[c], self.alpha[c], self.half[c]))


def limits_of(seed: int, count: int, groups: int, share: float) -> Limits:
    rng = np.random.default_rng(seed + 1)
    low, high = rng.uniform(0, 30, count), rng.uniform(60, 300, count)
    group = rng.integers(-1, groups, count) if groups else np.full(count, -1)
    group_low, group_high = np.zeros(groups), np.zeros(groups)
    for q in range(groups):
        least, most = float(low[group == q].sum()), float(high[group == q].sum())
        group_low[q], group_high[q] = least + 0.2 * (most - least), least + 0.6 * (most - least)
    bare = Limits(low, high, group, group_low, group_high, 0.0, float(high.sum()))
    least, most = bare.reachable
    total = least + share * (most - least)
    return bare.with_total(total, total)


SHAPES = st.tuples(st.integers(0, 10_000), st.integers(1, 7), st.integers(0, 2), st.floats(0.0, 1.0))


@settings(max_examples=60, deadline=None)
@given(SHAPES, st.floats(-2, 2))
def test_a_step_keeps_the_limits_and_is_the_best_one(shape: tuple[int, int, int, float], price: float) -> None:
    seed, count, groups, share = shape
    limits = limits_of(seed, count, groups, share)
    rng = np.random.default_rng(seed)
    center = nearest(limits, rng.uniform(0, 300, count))
    assert limits.allow(center)
    slope, curvature = rng.uniform(-2, 5, count), rng.uniform(0.001, 0.1, count)
    step = best_step(limits, center, slope, curvature, price)
    assert limits.allow(step)
    np.testing.assert_allclose(step.sum(), limits.total_low, rtol=1e-12)

    def worth(spend: Floats) -> float:
        d = spend - center
        return float(slope @ d - 0.5 * curvature @ d**2 - price * d.sum())

    for _ in range(30):
        other = nearest(limits, rng.uniform(0, 300, count))
        for part in (1.0, 0.1, 0.01):
            assert worth(step + part * (other - step)) <= worth(step) + 1e-8 * (1 + abs(worth(step)))


@pytest.mark.parametrize(("groups", "seed"), itertools.product((0, 2), range(8)))
def test_as_good_as_slsqp_from_many_starts(groups: int, seed: int) -> None:
    count = 2 + seed % 4
    curves, limits = HillCurves(seed, count), limits_of(seed, count, groups, 0.25 + 0.08 * seed)
    found = best_plan(curves, limits)
    assert limits.allow(found.spend)
    rows = [{"type": "eq", "fun": lambda x: x.sum() - limits.total_low}]
    for q in range(groups):
        inside = limits.group == q
        rows.append({"type": "ineq", "fun": lambda x, i=inside, q=q: x[i].sum() - limits.group_low[q]})
        rows.append({"type": "ineq", "fun": lambda x, i=inside, q=q: limits.group_high[q] - x[i].sum()})
    rng = np.random.default_rng(seed)
    best = -np.inf
    for _ in range(12):
        start = nearest(limits, limits.low + rng.random(count) * (limits.high - limits.low))
        done = minimize(
            lambda x: -curves.at(x)[0].sum(), start, jac=lambda x: -curves.at(x)[1], method="SLSQP",
            bounds=list(zip(limits.low, limits.high, strict=True)), constraints=rows,
            options={"ftol": 1e-13, "maxiter": 500},
        )  # fmt: skip
        if done.success and limits.allow(done.x):
            best = max(best, -float(done.fun))
    assert found.objective >= best * (1 - 1e-9)


@pytest.mark.parametrize("seed", range(10))
def test_steep_s_curves_are_no_trap(seed: int) -> None:
    curves = HillCurves(seed, 4, steepest=9.0)
    today = np.full(4, 60.0)
    limits = Limits(0 * today, 4 * today, np.full(4, -1), np.zeros(0), np.zeros(0), 240.0, 240.0)
    found = best_plan(curves, limits)
    responses = [lambda f, c=c: curves.table(c, np.asarray(f) * 60.0) for c in range(4)]
    other = share_out(responses, today, 0.0, 4.0)
    assert found.objective >= curves.at(other)[0].sum() * (1 - 1e-9)


def test_the_frontier_knows_every_total() -> None:
    curves, limits = HillCurves(1, 4), limits_of(1, 4, 1, 1.0)
    found = frontier(curves.table, limits)
    reached = np.flatnonzero(np.isfinite(found.outcome))
    assert (np.diff(found.outcome[reached]) >= 0).all()
    for index in reached[:: max(len(reached) // 12, 1)]:
        spend = found.spend_at(int(index))
        np.testing.assert_allclose(spend.sum(), found.totals[index])
        np.testing.assert_allclose(curves.at(spend)[0].sum(), found.outcome[index])


def test_a_price_of_money_stops_spending_where_it_no_longer_pays() -> None:
    curves = HillCurves(3, 5)
    limits = limits_of(3, 5, 0, 0.5)
    wide = limits.with_total(0.0, 1e9)
    found = best_plan(curves, wide, price=0.9)
    inside = (found.spend > wide.low * (1 + 1e-9)) & (found.spend < wide.high * (1 - 1e-9))
    assert inside.any()
    np.testing.assert_allclose(found.slope[inside], 0.9, rtol=1e-6)


@pytest.mark.parametrize("seed", [*range(10), 42])
def test_targets_are_crossed_at_the_right_total_even_on_s_curves(seed: int) -> None:
    count = 2 + seed % 4
    curves = HillCurves(seed, count, steepest=9.0 if seed % 2 else 3.0)
    curves.carried *= 0.3
    limits = limits_of(seed, count, seed % 3, 1.0)
    least, most = limits.reachable
    wide = limits.with_total(least, most)
    totals = np.linspace(least, most, 41)
    outcome = np.array([best_plan(curves, wide.with_total(t, t)).objective for t in totals])
    rng = np.random.default_rng(seed)
    wanted, target = rng.uniform(outcome[0], outcome[-1]), float(np.quantile(outcome[1:] / totals[1:], rng.random()))

    spend = solve(curves, Question(PlanRequest("outcome", target=wanted), wide, wide.low, wanted, 0.0, (), 0, 1))
    assert wide.allow(spend)
    assert curves.at(spend)[0].sum() >= wanted * (1 - 1e-9)
    assert spend.sum() <= totals[outcome >= wanted].min() * (1 + 1e-6)

    spend = solve(curves, Question(PlanRequest("roi", target=target), wide, wide.low, target, 0.0, (), 0, 1))
    assert wide.allow(spend)
    assert curves.at(spend)[0].sum() >= target * spend.sum() * (1 - 1e-9)
    assert spend.sum() >= totals[outcome >= target * totals].max() * (1 - 1e-6)
