"""Studies as evidence: agreement is believed, contradiction puts the data in doubt, a vague study does neither."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mixline.mmm.calibration.batch import locate_studies
from mixline.mmm.calibration.evidence import BIAS, DOUBT, Evidence, evidence_of
from mixline.mmm.calibration.refit import StudiedDesign
from mixline.mmm.specification import Study
from tests.unit.mmm.calibration.weeks import MONDAYS

SURE = Study(("tv",), date(2024, 2, 5), date(2024, 3, 3), 100.0, 80.0, 1.0)  # standard error 25
MEDIA = np.random.default_rng(0).gamma(2.0, 10.0, (40, 2))


def evidence(
    *studies: Study, alone: float = 100.0, scatter: float = 10.0, rates: tuple[float, float] = (0.0, 0.0)
) -> Evidence:
    rows = locate_studies(
        studies or (SURE,), ("tv", "search"), ("geometric",) * 2, MEDIA, MONDAYS[:40], (0, 40), "week"
    )
    said = alone + scatter * np.array([-1.0, 1.0])[None, :, None] / np.sqrt(2) * np.ones((5, 2, len(rows.studies)))
    return evidence_of(rows, said, np.array(rates), 0.5)


def test_errors_scatter_and_bias_come_from_study_data_and_expectation() -> None:
    found = evidence(rates=(3.0, 9.0))
    spent = MEDIA[5:9, 0].sum()
    assert found.errors[0] == pytest.approx(25.0)
    assert found.scatter[0] == pytest.approx(10.0)
    assert found.bias[0] == pytest.approx(BIAS * max(100.0, 3.0 * spent))
    assert evidence().bias[0] == pytest.approx(BIAS * 100.0)
    assert evidence().doubt[0] == pytest.approx(DOUBT * (1 - 1 / 16))


def test_the_data_are_believed_until_they_contradict() -> None:
    found = evidence()
    said = np.array([[100.0], [150.0], [200.0], [400.0]])
    doubt = found.suspicion(said)[:, 0]
    assert (np.diff(doubt) > 0).all()
    assert doubt[0] < 0.2
    assert doubt[-1] > 0.99
    likely = found.log_likelihood(said)
    assert (np.diff(likely) < 0).all()
    assert likely[0] - likely[-1] < 10  # a contradiction is a doubt of the data, not the end of every candidate


@settings(deadline=None)
@given(st.floats(0.001, 0.6), st.floats(-1e4, 1e4))
def test_a_vague_study_never_puts_the_data_in_doubt(confidence: float, said: float) -> None:
    vague = Study(("tv",), SURE.start, SURE.end, 100.0, 80.0, confidence)
    assert evidence(vague).suspicion(np.array([[said]]))[0, 0] == 0.0


def test_redrawn_effects_scatter_by_their_errors() -> None:
    rng = np.random.default_rng(1)
    drawn = np.array([evidence().drawn(rng)[0] for _ in range(3000)])
    assert drawn.mean() == pytest.approx(100.0, abs=2.0)
    assert drawn.std() == pytest.approx(25.0, rel=0.05)


def test_the_record_says_what_the_data_alone_say() -> None:
    (fact,) = evidence(alone=400.0).facts()
    assert fact["value"] == pytest.approx(400.0)
    assert fact["low"] <= fact["low50"] <= fact["high50"] <= fact["high"]
    assert fact["biased"] > 0.99


def design(suspicion: float, rule: str = "free", unit: float = 4.0) -> StudiedDesign:
    x = np.random.default_rng(2).gamma(2.0, 1.0, (40, 3))
    return StudiedDesign(
        x=x,
        strength=0.0,
        factors=np.ones(3),
        low=np.full(3, -np.inf),
        high=np.full(3, np.inf),
        rule=rule,  # type: ignore[arg-type]
        evidence=evidence(),
        unit=np.array([[unit, 0.0]]),
        suspicion=np.array([suspicion]),
    )


def outcome_of(made: StudiedDesign, strength: float) -> np.ndarray:
    return np.asarray(50.0 + made.x @ [2.0, strength, 7.0])


def test_a_sound_study_and_the_data_are_two_measurements_of_one_strength() -> None:
    made = design(0.0)
    y = outcome_of(made, 60.0)  # the data say 60 per unit, so 240 over the study
    rng = np.random.default_rng(3)
    found = np.array([made.refit(y, np.zeros(3), np.zeros(3), rng).coefficients for _ in range(400)])
    centred = made.x - made.x.mean(0)
    weight = 0.5 / 25.0**2
    gram = centred.T @ centred / 40 + np.diag([0.0, weight * 16.0, 0.0])
    right = centred.T @ (y - y.mean()) / 40 + np.array([0.0, weight * 4.0 * 100.0, 0.0])
    np.testing.assert_allclose(found.mean(0), np.linalg.solve(gram, right), atol=0.05)
    assert 25.0 < found[:, 1].mean() < 60.0


def test_where_the_data_are_biased_the_study_is_believed_and_the_rest_goes_to_the_baseline() -> None:
    made = design(1.0)
    y = outcome_of(made, 300.0)
    rng = np.random.default_rng(4)
    fits = [made.refit(y, np.zeros(3), np.zeros(3), rng) for _ in range(400)]
    strength = np.array([f.coefficients[1] for f in fits])
    # The data say 1,200 give or take a bias of 150, the study 100 give or take 25.
    assert strength.mean() * 4.0 == pytest.approx((100 / 25**2 + 1200 / 150**2) / (1 / 25**2 + 1 / 150**2), rel=0.03)
    assert 15.0 < strength.std() * 4.0 < 30.0  # the study's own error
    for fit in fits[:20]:
        assert fit.predict(made.x).mean() == pytest.approx(y.mean(), rel=1e-9)


def test_without_an_intercept_there_is_no_place_for_a_bias() -> None:
    made = design(1.0, rule="none")
    fit = made.refit(made.x @ [2.0, 300.0, 7.0], np.zeros(3), np.zeros(3), np.random.default_rng(0))
    assert fit.intercept == 0.0
    assert fit.coefficients[1] > 100.0


def test_a_channel_whose_shape_gives_the_study_nothing_is_left_to_the_data() -> None:
    made = design(1.0, unit=0.0)
    fit = made.refit(outcome_of(made, 60.0), np.zeros(3), np.zeros(3), np.random.default_rng(0))
    np.testing.assert_allclose(fit.coefficients, [2.0, 60.0, 7.0], rtol=1e-6)
