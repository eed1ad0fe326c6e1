"""Checks: each mistake is found by its own check, and a sound model passes them all."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mixline.mmm import response
from mixline.mmm.checks.influence import leave_one_out
from mixline.mmm.checks.review import review
from mixline.mmm.checks.rules import CHECKS
from mixline.mmm.checks.words import write_day
from mixline.mmm.model import MixModel
from mixline.mmm.specification import Range, Validation
from mixline.mmm.transforms.adstock import adstock
from tests.builders import make_model


def sound(**changes: object) -> MixModel:
    """All draws alike, so that the fit is the truth but for noise."""
    model = make_model(periods=200, paid=3, organic=0, draws=1, noise=30.0, seed=3)
    draws = {k: np.repeat(v, 2, axis=0) for k, v in vars(model.draws).items() if k not in ("weights", "chosen")}
    # Two alike, since a single one is a mistake of its own: a model without ranges.
    model = replace(model, draws=replace(model.draws, weights=np.full(2, 0.5), **draws))
    return replace(model, **changes)  # type: ignore[arg-type]


def codes(model: MixModel) -> set[str]:
    return {finding.code for finding in review(model).findings}


def with_draws(model: MixModel, **changes: np.ndarray) -> MixModel:
    return replace(model, draws=replace(model.draws, **changes))


def test_a_sound_model_is_trusted() -> None:
    result = review(sound())
    assert result.verdict == "trust", result.findings
    assert all(finding.severity == "info" for finding in result.findings)


def test_every_check_answers_passed_ones_with_their_figure() -> None:
    answers = review(sound()).answers
    assert len(answers) == len(CHECKS)
    assert len({a.question for a in answers}) == len(CHECKS)
    assert all(a.question.endswith("?") for a in answers)
    figures = {a.question: a.figure for a in answers if a.status == "passed"}
    assert figures["Does the model follow the outcome it was fitted on?"] == pytest.approx(
        response.fit_quality(sound()).r2
    )
    assert figures["Do errors follow each other?"] == pytest.approx(2.0, abs=0.5)
    assert sum(value is not None for value in figures.values()) >= 8
    not_asked = [a.question for a in answers if a.status == "not_asked"]
    assert "Was the model imported?" in not_asked  # and no back-test, study, refresh, choice or course of a search
    assert len(not_asked) == 6


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 5000), st.integers(1, 4), st.integers(0, 2), st.integers(1, 15))
def test_the_status_of_an_answer_is_that_of_its_worst_finding(seed: int, paid: int, organic: int, draws: int) -> None:
    result = review(make_model(seed=seed, paid=paid, organic=organic, draws=draws))
    assert sorted(f.code for a in result.answers for f in a.findings) == sorted(f.code for f in result.findings)
    order = ["passed", "info", "warning", "error"]
    for answer in result.answers:
        worst = max((order.index(f.severity) for f in answer.findings), default=0)
        assert answer.status == order[worst] or (worst == 0 and answer.status == "not_asked")
        assert answer.figure is None or np.isfinite(answer.figure)


def test_a_model_that_explains_little_is_not_to_be_used() -> None:
    model = sound()
    noise = np.random.default_rng(0).normal(0, 5000, len(model.series.outcome))
    noisy = replace(model, series=replace(model.series, outcome=model.series.outcome + noise))
    result = review(noisy)
    assert result.verdict == "do_not_use"
    assert result.worst is not None
    assert result.worst.code == "fit"


def test_each_mistake_is_found() -> None:
    model = sound()
    drift = 300 * np.sin(np.arange(200) / 9.0)
    assert "autocorrelation" in codes(
        replace(model, series=replace(model.series, outcome=model.series.outcome + drift))
    )
    assert "hold-out" in codes(
        replace(model, metrics={"nrmse_train": 0.02, "nrmse_validation": 0.08, "r2_validation": 0.5})
    )
    assert "hold-out" in codes(
        replace(model, metrics={"nrmse_train": 0.1, "nrmse_validation": 0.1, "r2_validation": -0.5})
    )
    assert "no-hold-out" in codes(replace(model, metrics={"nrmse_train": 0.02}))
    trials = [{"trial": t, "gain_in_last_fifth": gain} for t, gain in enumerate((0.3, 0.1, 0.0))]
    assert "not-converged" in codes(replace(model, facts={"trials": trials}))
    assert "not-converged" not in codes(replace(model, facts={"trials": trials[2:]}))
    assert "observations" in codes(replace(model, series=replace(model.series, train=20)))
    beta = model.draws.beta
    assert "zero-channel" in codes(with_draws(model, beta=beta * np.array([0.0, 1.0, 1.0])))
    assert "roi" in codes(with_draws(model, beta=beta * 100))
    assert "baseline" in codes(with_draws(model, intercept=model.draws.intercept - 5000))
    theta = model.draws.adstock.copy()
    theta[:, 0, 0] = 0.799
    assert "at-bound" in codes(with_draws(model, adstock=theta))


@pytest.mark.parametrize(("iterations", "found"), [(1, True), (19, True), (20, False)])
def test_a_search_too_small_to_settle_is_not_taken_for_settled(iterations: int, found: bool) -> None:
    model = make_model()
    small = replace(model, spec=model.spec.with_search(trials=1, iterations=iterations))
    small = replace(small, facts={"trials": [{"trial": 0, "gain_in_last_fifth": 0.0}]})
    assert ("not-converged" in codes(small)) is found


def test_half_saturation_at_the_end_of_its_range_is_found_from_the_draws() -> None:
    model = sound()
    media, (start, _) = model.series.media[:, 0], model.series.window
    level = adstock(media, "geometric", model.draws.adstock[0, 0, 0])[start : start + model.series.train]
    inflexion = model.draws.inflexion.copy()
    for share, found in ((0.3, True), (0.6, False), (1.0, False)):  # 1 is a natural end
        inflexion[:, 0] = share * level.max()
        at_end = [f for f in review(with_draws(model, inflexion=inflexion)).findings if f.code == "at-bound"]
        assert (
            any(
                f.title.startswith("The point of half saturation of") and f.columns == (model.media_names[0],)
                for f in at_end
            )
            is found
        )
    searched = replace(model.spec, validation=Validation(train=Range(0.6, 0.9)))
    inflexion[:, 0] = 0.3 * level.max()
    result = review(with_draws(replace(model, spec=searched), inflexion=inflexion))
    assert not any(f.title.startswith("gamma of Channel 0") for f in result.findings)


def test_one_jump_that_carries_the_media_effect_is_named() -> None:
    model = sound()
    start, _ = model.series.window
    week = start + int(np.argmax(model.series.media[start:, 0]))
    outcome = model.series.outcome.copy()
    outcome[week] += 12 * outcome.std()
    found = [
        f for f in review(replace(model, series=replace(model.series, outcome=outcome))).findings if f.code == "outlier"
    ]
    assert found
    assert write_day(model.series.dates[week].astype("datetime64[D]").astype(date)) in found[0].detail
    assert found[0].value is not None
    assert found[0].value > 0.07


def test_leaving_a_row_out_is_what_the_formula_says() -> None:
    model = sound()
    share, residual = leave_one_out(model)
    assert share.shape == residual.shape == (model.series.window[1] - model.series.window[0],)
    assert share.max() < 0.05


def test_a_channel_that_returns_far_more_than_the_others_may_follow_demand() -> None:
    model = sound()
    rich = with_draws(model, beta=model.draws.beta * np.array([8.0, 0.2, 0.2]))
    found = [finding for finding in review(rich).findings if finding.code == "follows-demand"]
    assert found
    assert found[0].columns == (model.media_names[0],)


def test_a_negative_baseline_is_not_to_be_used() -> None:
    model = with_draws(sound(), intercept=np.full(2, -5000.0))
    assert review(model).verdict == "do_not_use"


def test_twin_channels_are_named() -> None:
    model = sound()
    media = model.series.media.copy()
    media[:, 1] = media[:, 0] * 2
    result = review(replace(model, series=replace(model.series, media=media, spend=media.copy())))
    pair = [finding for finding in result.findings if finding.code == "collinear"]
    assert pair[0].columns == ("channel_0", "channel_1")
    assert "Channel 0 and channel_1" in pair[0].title


def test_a_rough_effect_is_said_to_be_rough() -> None:
    model = make_model(periods=120, draws=40, equal_weights=True)
    beta = model.draws.beta.copy()
    beta[:, 0] = np.linspace(0, 1, 40) ** 6 * 500
    assert "wide-range" in codes(with_draws(model, beta=beta))


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 5000), st.integers(1, 4), st.integers(0, 2), st.integers(1, 15))
def test_every_finding_has_words_and_the_verdict_follows_the_worst(
    seed: int, paid: int, organic: int, draws: int
) -> None:
    result = review(make_model(seed=seed, paid=paid, organic=organic, draws=draws))
    for finding in result.findings:
        assert finding.title
        assert finding.action.endswith(".")
        assert finding.value is None or np.isfinite(finding.value)
    worst = result.findings[0].severity if result.findings else "info"
    assert result.verdict == {"error": "do_not_use", "warning": "care", "info": "trust"}[worst]


def test_money_in_other_units_gives_the_same_findings() -> None:
    model = sound()
    result = review(model)
    for factor in (1e-6, 1e12):
        series = replace(
            model.series, outcome=model.series.outcome * factor, spend=model.series.spend * factor,
            media=model.series.media * factor, other=model.series.other * factor,
        )  # fmt: skip
        draws = replace(
            model.draws, beta=model.draws.beta * factor, intercept=model.draws.intercept * factor,
            inflexion=model.draws.inflexion * factor,
        )  # fmt: skip
        other = review(replace(model, series=series, draws=draws))
        assert [f.code for f in other.findings] == [f.code for f in result.findings]
        assert [f.value for f in other.findings] == pytest.approx([f.value for f in result.findings], rel=1e-6)
