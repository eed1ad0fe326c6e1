"""Draws: reproducible, around the chosen candidate, and as wide as the data are vague."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mixline.mmm.ensemble.draws import Ensemble, block_bootstrap, build_draws, contributions, near_optimal, with_chosen
from mixline.mmm.ensemble.expectation import Expectation
from mixline.mmm.ensemble.plausible import Walk, encode, sample_plausible
from mixline.mmm.recipes.defaults import ranges_for
from mixline.mmm.search.candidate_space import decode, dimensions, evaluate
from mixline.mmm.search.result import Candidates, Prepared
from mixline.mmm.search.trial import search_trial
from mixline.mmm.specification import Goal, Media, ModelSpec, Range, Validation
from mixline.mmm.transforms.adstock import adstock
from mixline.mmm.transforms.ridge import lambda_range
from mixline.mmm.transforms.saturation import hill

SMALL = Ensemble(draws=40, members=16, walk=Walk(steps=30))
NOTHING = Expectation(np.zeros(2), 0.0, 0.0)


def prepared_data(noise: float = 30.0, weeks: int = 104, seed: int = 1, validation: Range | None = None) -> Prepared:
    """Two channels of known effect (theta 0.4 and 0.1) on a flat baseline of 1,000."""
    rng = np.random.default_rng(seed)
    media = (
        Media("tv", spend="tv", ranges={"theta": Range(0.0, 0.8)}),
        Media("search", spend="search", adstock="weibull_pdf"),
    )
    spec = ModelSpec(Goal("y"), "date", media, components=(), validation=Validation(validation))
    spend = rng.gamma(2.0, 50.0, (weeks, 2))
    other = rng.normal(0.0, 1.0, (weeks, 1))
    outcome = 1000 + 50 * other[:, 0] + rng.normal(0, noise, weeks)
    for m, theta in enumerate((0.4, 0.1)):
        level = adstock(spend[:, m], "geometric", theta)
        outcome = outcome + 400 * hill(level, 1.2, 0.5 * level.max())
    return Prepared(
        spec=spec,
        interval="week",
        dates=np.datetime64("2022-01-03") + 7 * np.arange(weeks),
        outcome=outcome,
        spend=spend,
        media=spend,
        other=other,
        window=(4, weeks),
        media_names=("tv", "search"),
        other_names=("price",),
        other_groups=("context",),
        low=np.array([-np.inf, 0.0, 0.0]),
        high=np.full(3, np.inf),
        ranges=tuple(ranges_for(m) for m in media),
        lambdas=lambda_range(np.column_stack([other, spend]), outcome, smallest=1e-6),
        cost=np.ones(2),
    )


def searched(prepared: Prepared, count: int = 400) -> Candidates:
    """Candidates drawn at random over the space: a stand-in for a search."""
    space = dimensions(prepared)
    units = np.random.default_rng(0).random((count, len(space)))
    units[:, -1] *= 0.3  # a search soon leaves the large ridge weights
    return evaluate(prepared, decode(prepared, space, units))


@pytest.fixture(scope="module")
def prepared() -> Prepared:
    return prepared_data()


@pytest.fixture(scope="module")
def candidates(prepared: Prepared) -> Candidates:
    return searched(prepared)


def test_the_same_seed_gives_the_same_draws_to_the_bit(prepared: Prepared, candidates: Candidates) -> None:
    best = int(np.argmin(candidates.error))
    one, two = (build_draws(prepared, candidates, best, 7, SMALL) for _ in range(2))
    other = build_draws(prepared, candidates, best, 8, SMALL)
    for name in ("weights", "adstock", "alpha", "inflexion", "beta", "coefficients", "intercept", "candidate"):
        assert getattr(one, name).tobytes() == getattr(two, name).tobytes()
    assert one.beta.tobytes() != other.beta.tobytes()


def test_the_chosen_draw_is_the_candidates_own_fit(prepared: Prepared, candidates: Candidates) -> None:
    chosen = int(np.argsort(candidates.error)[3])
    draws = build_draws(prepared, candidates, chosen, 1, SMALL)
    assert draws.candidate[draws.chosen] == chosen
    for name in ("adstock", "alpha", "inflexion", "beta", "coefficients", "intercept"):
        np.testing.assert_array_equal(getattr(draws, name)[draws.chosen], getattr(candidates, name)[chosen])


def test_shapes_weights_and_limits(prepared: Prepared, candidates: Candidates) -> None:
    before = {name: getattr(candidates, name).copy() for name in ("alpha", "adstock", "beta", "nrmse")}
    draws = build_draws(prepared, candidates, 0, 1, SMALL)
    assert len(draws) == 40
    assert draws.weights.sum() == pytest.approx(1.0)
    assert (draws.beta >= 0).all()
    assert np.isfinite(draws.beta).all()
    for m in range(2):
        allowed = prepared.ranges[m]
        assert (draws.alpha[:, m] >= allowed["alpha"].low).all()
        assert (draws.alpha[:, m] <= allowed["alpha"].high).all()
    assert (draws.adstock[:, 0, 0] <= 0.8).all()
    assert ((draws.candidate >= 0) & (draws.candidate < len(candidates))).all()
    for name, values in before.items():
        np.testing.assert_array_equal(values, getattr(candidates, name))


def test_noisier_data_give_wider_draws() -> None:
    widths = []
    for noise in (10.0, 120.0):
        prepared = prepared_data(noise)
        found = search_trial(prepared, 1)
        draws = build_draws(prepared, found, int(np.argmin(found.error)), 1)
        level = adstock(prepared.media[:, 0], "geometric", draws.adstock[:, 0, 0])
        effect = draws.beta[:, 0] * hill(level, draws.alpha[:, :1], draws.inflexion[:, :1]).mean(1)
        widths.append(np.ptp(np.quantile(effect, [0.05, 0.95])))
    assert widths[1] > 1.5 * widths[0], widths


def test_where_the_data_say_nothing_of_steepness_it_lies_around_one() -> None:
    prepared = prepared_data(noise=5_000.0)  # a hundred times what a channel moves
    found = searched(prepared)
    draws = build_draws(prepared, found, int(np.argmin(found.error)), 1, Ensemble(walk=Walk(steps=300)))
    share_near = float(((draws.alpha > 0.6) & (draws.alpha < 1.65)).mean())
    # Of a log-normal around 1 of spread 0.5, cut at 0.5 and 3, three quarters lie here; half where scales are all alike.
    assert share_near > 0.65, np.quantile(draws.alpha, [0.05, 0.5, 0.95])


def test_data_that_speak_of_a_steep_curve_are_heard() -> None:
    prepared = prepared_data(noise=1.0)
    level = adstock(prepared.media[:, 0], "geometric", 0.4)
    outcome = 1000 + 400 * hill(level, 2.5, 0.5 * level.max()) + np.random.default_rng(3).normal(0, 4, len(level))
    prepared = replace(prepared, outcome=outcome)
    found = search_trial(prepared, 1)
    draws = build_draws(prepared, found, int(np.argmin(found.error)), 1, Ensemble(walk=Walk(steps=300)))
    low, high = np.quantile(draws.alpha[:, 0], [0.05, 0.95])
    assert low > 1.8, (low, high)
    assert low < 2.5 < high, (low, high)


def test_a_channel_without_information_keeps_what_is_expected_of_all() -> None:
    prepared = prepared_data(noise=60.0)
    spend = prepared.spend.copy()
    spend[:, 1] = 0.5 * spend[:, 0]  # the twin can take any part of the first channel's effect
    prepared = replace(prepared, spend=spend, media=spend)
    draws = build_draws(prepared, search_trial(prepared, 1), 0, 1)
    one, two = contributions(prepared, draws).T
    money = spend[4:].sum(0)
    assert one.mean() > 0
    assert 0.3 < (two.mean() / money[1]) / (one.mean() / money[0]) < 4.0
    assert np.std(one) > 0.15 * one.mean()


def test_another_chosen_candidate_changes_the_first_draw_only(prepared: Prepared, candidates: Candidates) -> None:
    draws = build_draws(prepared, candidates, 3, 1, SMALL)
    other = with_chosen(draws, candidates, 9)
    np.testing.assert_array_equal(other.beta[1:], draws.beta[1:])
    np.testing.assert_array_equal(other.beta[0], candidates.beta[9])
    assert other.candidate[0] == 9
    assert contributions(prepared, other)[0] == pytest.approx(candidates.contribution[9])


def test_encoding_is_the_inverse_of_decoding() -> None:
    prepared = prepared_data(validation=Range(0.5, 0.8))
    space = dimensions(prepared)
    units = np.random.default_rng(3).random((50, len(space)))
    found = evaluate(prepared, decode(prepared, space, units))
    again = evaluate(prepared, decode(prepared, space, encode(space, prepared, found, np.arange(50))))
    np.testing.assert_array_equal(again.train, found.train)
    np.testing.assert_allclose(again.nrmse, found.nrmse, rtol=1e-9)
    np.testing.assert_allclose(again.adstock, found.adstock, atol=1e-12)


def test_walkers_keep_the_better_and_leave_the_worse(prepared: Prepared, candidates: Candidates) -> None:
    worst = np.argsort(candidates.error)[-16:]
    walked = sample_plausible(prepared, candidates, worst, 50.0, np.random.default_rng(0), Walk(steps=60), NOTHING)
    assert np.median(walked.nrmse) < np.median(candidates.nrmse[worst])
    assert np.median(walked.nrmse) < np.quantile(candidates.nrmse, 0.1)


def test_near_optimal_holds_the_best_and_no_copies(prepared: Prepared, candidates: Candidates) -> None:
    doubled = Candidates(**{k: np.concatenate([getattr(candidates, k)] * 2) for k in Candidates.__dataclass_fields__})
    rows = near_optimal(prepared, doubled, 5, SMALL, np.random.default_rng(0))
    assert len(set(doubled.alpha[rows, 0].tolist())) == len(rows)
    assert 1 <= len(rows) <= SMALL.members
    assert np.median(doubled.error[rows]) < np.quantile(doubled.error, 0.5)


def test_everything_fixed_still_gives_draws() -> None:
    prepared = prepared_data()
    fixed = ({"alpha": Range(1, 1), "gamma": Range(0.5, 0.5), "theta": Range(0.4, 0.4)},
             {"alpha": Range(1, 1), "gamma": Range(0.5, 0.5), "shape": Range(1, 1), "scale": Range(0.01, 0.01)})  # fmt: skip
    prepared = replace(prepared, ranges=fixed)
    draws = build_draws(prepared, searched(prepared, 3), 1, 1, SMALL)
    assert np.ptp(draws.beta[:, 0]) > 0


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 80), st.integers(1, 100), st.integers(0, 1000))
def test_blocks_are_runs_of_the_residuals_of_mean_zero(rows: int, length: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    residual = np.arange(rows, dtype=float)
    drawn = block_bootstrap(residual, length, 5, rng)
    assert drawn.shape == (5, rows)
    np.testing.assert_allclose(drawn.mean(1), 0.0, atol=1e-9)
    width = min(length, rows)
    steps = np.diff(drawn, axis=1)
    inside = [t for t in range(rows - 1) if (t + 1) % width]
    np.testing.assert_allclose(steps[:, inside], 1.0)


def test_the_pooled_return_is_learnt_before_the_walk_that_leans_on_it(
    prepared: Prepared, candidates: Candidates, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Expectation] = []

    def watched(*arguments: object, **_: object) -> Candidates:
        seen.append(next(a for a in arguments if isinstance(a, Expectation)))
        return sample_plausible(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr("mixline.mmm.ensemble.draws.sample_plausible", watched)
    draws = build_draws(prepared, candidates, int(np.argmin(candidates.error)), 1, SMALL)
    first, second = seen
    assert second.width < first.width
    together = float(contributions(prepared, draws)[1:].sum(1).mean()) / float(first.spend.sum())
    assert second.rate == pytest.approx(together, rel=0.25)
