"""Lift studies before they meet a model: each mistake has its sentence, and confidence becomes a standard error."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mixline.errors import SpecificationError
from mixline.mmm.calibration.studies import check_studies, rows_of, standard_error
from mixline.mmm.inputs.features import prepare
from mixline.mmm.recipes.document import read_document
from mixline.mmm.simulation.simulate import simulate
from mixline.mmm.specification import Goal, Media, ModelSpec, Study
from tests.unit.mmm.calibration.weeks import MONDAYS, UNUSABLE

ONE_WEEK = Study(("tv",), date(2024, 3, 4), date(2024, 3, 10), 100.0, 50.0, 0.9)
SPEC = ModelSpec(Goal("y"), "date", (Media("tv", "tv"), Media("search", "search")), components=())


def spec_with(**changes: Any) -> ModelSpec:
    return replace(SPEC, studies=(replace(ONE_WEEK, **changes),))


def test_confidence_is_the_level_at_which_the_interval_excludes_zero() -> None:
    assert standard_error(replace(ONE_WEEK, confidence=0.95)) == pytest.approx(100 / 1.959964, rel=1e-6)
    assert standard_error(replace(ONE_WEEK, confidence=0.8, effect=-100.0)) == pytest.approx(100 / 1.281552, rel=1e-6)
    assert standard_error(replace(ONE_WEEK, confidence=1.0)) == pytest.approx(25.0)
    assert standard_error(replace(ONE_WEEK, confidence=1e-9)) == pytest.approx(1000.0)


@settings(deadline=None)
@given(st.floats(1e-6, 1.0), st.floats(1e-6, 1.0), st.floats(1e-6, 1e12))
def test_more_confidence_is_never_a_larger_error(one: float, two: float, effect: float) -> None:
    low, high = sorted((one, two))
    sure, vague = (standard_error(replace(ONE_WEEK, confidence=c, effect=effect)) for c in (high, low))
    assert 0 < sure <= vague


@pytest.mark.parametrize(("changes", "words"), UNUSABLE)
def test_each_unusable_study_has_its_sentence(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(SpecificationError, match=words) as caught:
        check_studies(spec_with(**changes), MONDAYS, (0, 60), "week")
    assert caught.value.where.startswith("study of")


def test_a_study_of_media_that_did_not_run_is_refused() -> None:
    media = np.ones((60, 2))
    media[8:12, 0] = 0.0
    check_studies(spec_with(), MONDAYS, (0, 60), "week")
    with pytest.raises(SpecificationError, match="ran while it lasted"):
        check_studies(spec_with(), MONDAYS, (0, 60), "week", media)
    check_studies(spec_with(channels=("tv", "search")), MONDAYS, (0, 60), "week", media)


def test_one_row_and_a_part_of_one_are_usable() -> None:
    rows, share = rows_of(ONE_WEEK, MONDAYS, (0, 60), "week")
    assert (rows.tolist(), share.tolist()) == ([9], [1.0])
    rows, share = rows_of(replace(ONE_WEEK, start=date(2024, 3, 8), end=date(2024, 3, 12)), MONDAYS, (0, 60), "week")
    assert rows.tolist() == [9, 10]
    np.testing.assert_allclose(share, [3 / 7, 2 / 7])
    months = np.array(["2024-01-01", "2024-02-01", "2024-03-01"], dtype="datetime64[D]")
    rows, share = rows_of(replace(ONE_WEEK, start=date(2024, 2, 15), end=date(2024, 3, 31)), months, (0, 3), "month")
    np.testing.assert_allclose(share, [15 / 29, 1.0])


def test_the_data_are_prepared_only_with_usable_studies() -> None:
    world = simulate("clean", seed=2, weeks=60)
    name = world.truth.paid[0].name
    outside = Study((name,), date(2030, 1, 1), date(2030, 2, 1), 100.0, 50.0, 0.9)
    with pytest.raises(SpecificationError, match="outside the window"):
        prepare(replace(world.spec, studies=(outside,)), world.frame)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("confidence", 0, r"studies\[0\]\.confidence"),
        ("confidence", 95, r"studies\[0\]\.confidence"),
        ("effect", 0, r"studies\[0\]\.effect"),
        ("channels", ["tv", "tv"], r"studies\[0\]\.channels"),
    ],
)
def test_a_document_is_refused_with_the_path_of_the_field(field: str, value: object, words: str) -> None:
    document = spec_with().to_dict()
    assert read_document(document).studies == (ONE_WEEK,)
    document["studies"][0][field] = value
    with pytest.raises(SpecificationError, match=words):
        read_document(document)
