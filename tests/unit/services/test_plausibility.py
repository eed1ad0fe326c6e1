"""What a specification can say and nobody means is refused with its field and what to do."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from mixline.errors import SpecificationError
from mixline.mmm.specification import Context, Goal, Media, ModelSpec, Study
from mixline.services.plausibility import check_plausible
from mixline.services.specification_checks import find_problems

SPEC = ModelSpec(
    goal=Goal("revenue", currency="EUR"),
    date_column="date",
    media=(Media("tv", "tv_spend", label="TV"), Media("search", "search_spend", label="Search")),
    context=(Context("price", "price"),),
    components=("trend",),
)
STUDY = Study(("tv",), date(2023, 1, 2), date(2023, 2, 5), effect=900.0, spend=100.0, confidence=0.95)


def renamed(label: str) -> ModelSpec:
    return replace(SPEC, media=(replace(SPEC.media[0], label=label), SPEC.media[1]))


@pytest.mark.parametrize(
    ("spec", "where", "words"),
    [
        (renamed("search"), "media[1].label", "two channels are shown under one name; got 'Search'"),
        (
            renamed("x" * 61),
            "media[0].label",
            "the name is too long to be shown; got '61 characters'; expected at most 60",
        ),
        (replace(SPEC, context=(Context("p", "price", label="x" * 99),)), "context[0].label", "too long"),
        (replace(SPEC, goal=replace(SPEC.goal, label="x" * 99)), "goal.label", "too long"),
        (
            replace(SPEC, studies=(STUDY, replace(STUDY, spend=-1.0))),
            "studies[1].spend",
            "below zero; got '-1'; expected 0 or",
        ),
        (replace(SPEC, studies=(replace(STUDY, confidence=0.0095),)), "studies[0].confidence", "Write 95 % as 0.95"),
    ],
)
def test_what_nobody_means_is_said_at_its_field(spec: ModelSpec, where: str, words: str) -> None:
    with pytest.raises(SpecificationError) as told:
        check_plausible(spec)
    assert told.value.where == where
    assert words in str(told.value)


def test_what_is_usual_passes() -> None:
    check_plausible(replace(SPEC, studies=(STUDY, replace(STUDY, spend=0.0, effect=-5.0, confidence=1.0))))
    check_plausible(renamed(""))


def test_the_composer_hears_of_every_one_of_them() -> None:
    days = pd.date_range("2022-01-03", periods=104, freq="W-MON")
    noise = np.random.default_rng(1).uniform(1.0, 2.0, (104, 4))
    frame = pd.DataFrame(noise, columns=["revenue", "tv_spend", "search_spend", "price"]).assign(date=days)
    studies = (replace(STUDY, spend=-1.0), replace(STUDY, confidence=0.0095))
    problems, spec = find_problems("plausibility", frame, replace(renamed("Search"), studies=studies).to_dict())
    assert spec is None
    assert [problem.path for problem in problems] == ["media[1].label", "studies[0].spend", "studies[1].confidence"]
