"""Predictions of many candidates at once: the same as those of one fit at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mixline.mmm.calibration.agreement import MediaFit, lift_error, predict_lift
from mixline.mmm.calibration.batch import lift_errors, locate_studies
from mixline.mmm.inputs.features import prepare
from mixline.mmm.search.candidate_space import decode, dimensions, evaluate
from mixline.mmm.search.result import Candidates, Prepared
from mixline.mmm.simulation.simulate import simulate
from mixline.mmm.specification import Study
from tests.unit.mmm.calibration.weeks import MONDAYS

FORMS = ("geometric", "weibull_cdf", "weibull_pdf")
FIRST = date(2024, 1, 1)


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    begin=st.integers(0, 200),
    length=st.integers(0, 70),
    scope=st.sampled_from(["total", "immediate"]),
    channels=st.sets(st.sampled_from(FORMS), min_size=1),
    unit=st.sampled_from([1e-6, 1.0, 1e9]),
)
def test_a_batch_says_what_each_fit_says(
    seed: int, begin: int, length: int, scope: str, channels: set[str], unit: float
) -> None:
    rng = np.random.default_rng(seed)
    start = FIRST + timedelta(days=begin)
    study = Study(tuple(sorted(channels)), start, start + timedelta(days=length), 5.0, 1.0, 0.9, scope)  # type: ignore[arg-type]
    media = rng.gamma(2.0, 50.0, (40, 3)) * (rng.random((40, 3)) < 0.6) * unit
    adstock = np.stack([rng.uniform(0.1, 0.7, (4, 3)), rng.uniform(0.01, 0.1, (4, 3))], axis=2)
    adstock[:, 1:, 0] = rng.uniform(0.5, 3.0, (4, 2))
    alpha, inflexion = rng.uniform(0.5, 3.0, (4, 3)), rng.uniform(50, 200, (4, 3)) * unit
    beta = rng.uniform(0, 9, (4, 3))
    rows = locate_studies([study], FORMS, FORMS, media, MONDAYS[:40], (0, 40), "week")
    found = rows.predict(adstock, alpha, inflexion, beta)
    for c in range(4):
        one = MediaFit(FORMS, FORMS, media, adstock[c], alpha[c], inflexion[c], beta[c])
        assert found[c, 0] == pytest.approx(
            predict_lift(one, study, MONDAYS[:40], (0, 40), "week").predicted, rel=1e-9, abs=1e-9
        )


def studied() -> Prepared:
    world = simulate("realistic", seed=2, weeks=80)
    names = [c.name for c in world.truth.paid]
    day = world.truth.dates[40].astype("datetime64[D]").astype(object)
    studies = (
        Study((names[0],), day, day + timedelta(days=6), 1e5, 1.0, 0.9, "immediate"),
        Study((names[1], names[2]), day, day + timedelta(days=60), 2e5, 1.0, 0.4),
    )
    return prepare(replace(world.spec, studies=studies), world.frame)


def candidates_of(prepared: Prepared, count: int = 12) -> Candidates:
    space = dimensions(prepared)
    return evaluate(prepared, decode(prepared, space, np.random.default_rng(1).random((count, len(space)))))


def test_every_candidate_says_how_far_it_is_from_the_studies() -> None:
    prepared = studied()
    found = candidates_of(prepared)
    forms = tuple(m.adstock for m in prepared.spec.ordered_media)
    for c in range(len(found)):
        one = MediaFit(prepared.media_names, forms, prepared.media, found.adstock[c], found.alpha[c],
                       found.inflexion[c], found.beta[c])  # fmt: skip
        lifts = [predict_lift(one, s, prepared.dates, prepared.window, "week") for s in prepared.spec.studies]
        assert found.lift[c] == pytest.approx(lift_error(lifts), rel=1e-9)


def test_studies_change_nothing_else_of_a_candidate() -> None:
    prepared = studied()
    with_studies, without = (
        candidates_of(p) for p in (prepared, replace(prepared, spec=replace(prepared.spec, studies=())))
    )
    assert np.isnan(without.lift).all()
    for name in ("beta", "nrmse", "rssd", "contribution", "intercept"):
        assert getattr(with_studies, name).tobytes() == getattr(without, name).tobytes()


def test_confident_studies_count_more_unless_robyns_way_is_asked_for() -> None:
    sure = Study(("tv",), FIRST, FIRST, 100.0, 1.0, 0.9)
    studies, predicted = [sure, replace(sure, confidence=0.3)], np.array([[110.0, 200.0], [100.0, 100.0]])
    np.testing.assert_allclose(lift_errors(predicted, studies), [(0.9 * 0.1 + 0.3) / 1.2, 0.0])
    np.testing.assert_allclose(lift_errors(predicted, studies, by_confidence=False), [0.55, 0.0])
    assert np.isnan(lift_errors(predicted, [])).all()
