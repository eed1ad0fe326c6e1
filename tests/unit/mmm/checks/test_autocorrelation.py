"""Errors that follow each other: neighbours by Durbin-Watson, longer echoes by the autocorrelation function."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mixline.mmm.checks.autocorrelation import AutocorrelationCheck, autocorrelations
from mixline.mmm.checks.findings import Finding, Reading
from mixline.mmm.model import MixModel
from tests.builders import make_model


def with_errors(errors: np.ndarray) -> MixModel:
    model = make_model(periods=200, draws=1, noise=0.0)
    return replace(model, series=replace(model.series, outcome=model.series.outcome + errors))


def found(errors: np.ndarray) -> list[Finding]:
    return list(AutocorrelationCheck().run(Reading(with_errors(errors))))


NOISE = np.random.default_rng(4).normal(0, 20, 200)


def test_errors_without_memory_are_no_finding() -> None:
    assert found(NOISE) == []
    assert found(np.zeros(200)) == []


def test_errors_of_neighbours_and_their_strongest_echo_are_named() -> None:
    (finding,) = found(NOISE + 60 * np.sin(np.arange(200) / 9.0))
    assert finding.severity == "warning"
    assert "Durbin-Watson is 0." in finding.detail
    assert "later, with a correlation of +0.8" in finding.detail
    assert finding.action.startswith("Something lasting")


@pytest.mark.parametrize(("size", "severity"), [(15, "info"), (60, "warning")])
def test_an_echo_that_durbin_watson_does_not_see_is_named(size: float, severity: str) -> None:
    """A push every fourth week: neighbours differ, the month comes back."""
    (finding,) = found(NOISE + size * np.tile([1.0, -1.0, 1.0, -1.0, -1.0, 1.0, -1.0, 1.0], 25))
    assert finding.severity == severity
    assert "sees nothing between neighbours" in finding.detail
    assert finding.value is not None
    assert abs(finding.value) > 0.25


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(8, 200))
def test_the_function_is_the_correlation_with_later_values(seed: int, rows: int) -> None:
    values = np.random.default_rng(seed).normal(size=rows)
    acf = autocorrelations(values, rows // 4)
    assert (np.abs(acf) <= 1.0).all()
    np.testing.assert_allclose(autocorrelations(values * 1e12 + 5e12, rows // 4), acf, rtol=1e-6, atol=1e-9)
    centred = values - values.mean()
    assert acf[0] == pytest.approx((centred[1:] * centred[:-1]).sum() / (centred**2).sum())
