"""The best plan that leaves what was observed is said; one that stays within, or that is today's, is not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mixline.mmm.checks.findings import Finding, Reading
from mixline.mmm.checks.plan import ExtrapolatedOptimumCheck
from mixline.mmm.checks.review import review
from mixline.mmm.model import MixModel
from tests.builders import make_model


def found_in(model: MixModel) -> list[Finding]:
    return list(ExtrapolatedOptimumCheck().run(Reading(model)))


def lopsided(better: float = 8.0) -> MixModel:
    """Even spend for years, and a first channel that is worth far more of it than the second one."""
    model = make_model(periods=120, paid=2, organic=0, adstocks=("geometric",), draws=6)
    spend = np.full_like(model.series.spend, 100.0)
    series = replace(model.series, spend=spend, media=spend)
    draws = replace(
        model.draws,
        beta=np.tile([300.0 * better, 300.0], (6, 1)),
        alpha=np.full_like(model.draws.alpha, 1.0),
        inflexion=np.full_like(model.draws.inflexion, 400.0),
        adstock=np.full_like(model.draws.adstock, 0.0),
    )
    return replace(model, series=series, draws=draws)


def test_a_best_plan_far_beyond_what_was_spent_is_a_warning() -> None:
    (finding,) = found_in(lopsided())
    assert (finding.code, finding.severity) == ("extrapolated-optimum", "warning")
    assert finding.columns == ("channel_0",)
    assert finding.value == pytest.approx(1.5)
    assert "1.50 times the most" in finding.detail


def test_a_best_plan_a_little_beyond_is_a_note() -> None:
    (finding,) = found_in(lopsided(better=1.3))
    assert finding.severity == "info"
    assert 1.0 < (finding.value or 0.0) < 1.5


def test_a_best_plan_within_what_was_spent_is_no_finding() -> None:
    model = lopsided()
    before = model.series.spend.copy()
    before[20:40, 0] = 250.0  # two quarters of much more
    assert found_in(replace(model, series=replace(model.series, spend=before))) == []


def test_a_model_whose_best_plan_is_todays_is_no_finding() -> None:
    assert found_in(lopsided(better=1.0)) == []


def test_the_check_is_one_of_the_review() -> None:
    assert "extrapolated-optimum" in {finding.code for finding in review(lopsided()).findings}
