"""The document of a back-test: the model's own figures, and a plain answer where there is none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mixline.messages import Backtest
from mixline.mmm.backtest.result import FACT, read_backtest
from mixline.mmm.fitting import fit
from mixline.mmm.model import MixModel
from mixline.mmm.simulation.simulate import simulate
from mixline.mmm.specification import Validation
from mixline.services.backtest_views import backtest_view
from tests.builders import make_model

MODEL_ID = "a" * 64


@pytest.fixture(scope="module")
def model() -> MixModel:
    world = simulate("clean", seed=2)
    spec = replace(world.spec, validation=Validation(folds=2, horizon=4)).with_search(trials=1, iterations=40)
    return fit(spec, world.frame)


def test_every_figure_is_the_models(model: MixModel) -> None:
    found, view = read_backtest(model), backtest_view(model, MODEL_ID)
    assert found is not None
    assert (view.horizon, view.interval, view.unit, len(view.folds)) == (4, "week", "EUR", 2)
    assert (view.error, view.naive_error, view.skill, view.coverage, view.words) == (
        found.error, found.naive_error, found.skill, found.coverage, found.words,
    )  # fmt: skip
    for fold, shown in zip(found.folds, view.folds, strict=True):
        assert tuple(shown.expected) == fold.expected
        assert (tuple(shown.dates), shown.nrmse, shown.coverage) == (fold.dates, fold.nrmse, fold.coverage)
    assert [c.channel for c in view.channels] == list(model.paid_names)
    assert view.channels[0].roi[0].value == found.folds[0].roi[model.paid_names[0]].value  # type: ignore[union-attr]
    assert Backtest.model_validate_json(view.model_dump_json()) == view


def test_without_one_it_says_so() -> None:
    view = backtest_view(make_model(), MODEL_ID)
    assert view.folds == []
    assert view.skill is None
    assert "No back-test was asked for" in view.words


def test_a_return_without_limit_is_left_out_of_the_document(model: MixModel) -> None:
    kept = model.facts[FACT]
    folds = [dict(fold) for fold in kept["folds"]]
    name = model.paid_names[0]
    nothing = dict.fromkeys(("value", "low", "high", "low50", "high50"), 0.0)
    folds[0]["roi"] = {**folds[0]["roi"], name: nothing}
    view = backtest_view(replace(model, facts={**model.facts, FACT: {**kept, "folds": folds}}), MODEL_ID)
    assert view.channels[0].movement is None
    view.model_dump_json()
