"""Fits with lift studies on companies whose truth is known: evidence moves what it measured, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from mixline.mmm.fitting import fit
from mixline.mmm.model import MixModel
from mixline.mmm.model_file import read_model, write_model
from mixline.mmm.response import ChannelResult, channel_results
from mixline.mmm.simulation.experiments import run_experiment
from mixline.mmm.simulation.simulate import World, simulate
from mixline.mmm.specification import Study


def experiment(world: World, name: str, seed: int, *, weeks: int = 8, factor: float = 1.0) -> Study:
    """An honest experiment on a channel's strongest weeks; `factor` makes it dishonest."""
    return run_experiment(world, name, np.random.default_rng(seed), weeks=weeks, after=100, factor=factor)


def fitted(world: World, *studies: Study, **search: Any) -> MixModel:
    spec = replace(world.spec, studies=studies).with_search(**{"trials": 2, "iterations": 400, **search})
    return fit(spec, world.frame)


def errors(world: World, model: MixModel) -> dict[str, float]:
    return {r.name: r.contribution.value / _truth(world, r) - 1 for r in channel_results(model)}


def _truth(world: World, result: ChannelResult) -> float:
    return float(world.truth.channel(result.name).contribution.sum())


@pytest.fixture(scope="module")
def confounded() -> World:
    return simulate("confounded", seed=2)


@pytest.fixture(scope="module")
def without(confounded: World) -> MixModel:
    return fitted(confounded)


@pytest.fixture(scope="module")
def calibrated(confounded: World) -> MixModel:
    return fitted(confounded, experiment(confounded, "search", 1), experiment(confounded, "tv", 2))


def test_an_experiment_puts_right_what_confounding_made_wrong(
    confounded: World, without: MixModel, calibrated: MixModel
) -> None:
    before, after = errors(confounded, without), errors(confounded, calibrated)
    assert before["search"] > 1.0
    assert abs(after["search"]) < 0.3
    assert abs(after["tv"]) < 0.25
    by_name = {r.name: r for r in channel_results(calibrated)}
    for name in ("search", "tv"):
        found = by_name[name].contribution
        assert found.low < _truth(confounded, by_name[name]) < found.high
    wide = next(r for r in channel_results(without) if r.name == "search").contribution
    narrow = by_name["search"].contribution
    assert narrow.high - narrow.low < 0.5 * (wide.high - wide.low)


def test_what_the_data_alone_say_is_on_record(calibrated: MixModel) -> None:
    search, tv = calibrated.facts["studies"]
    assert search["biased"] > 0.9
    assert tv["biased"] < 0.5
    assert search["value"] > 1.5 * calibrated.spec.studies[0].effect


def test_the_model_knows_its_error_against_the_studies_and_is_read_back(calibrated: MixModel) -> None:
    row = calibrated.draws.candidate[calibrated.draws.chosen]
    assert calibrated.metrics["lift_error"] == calibrated.candidates["lift"][row]
    assert "lift studies" in calibrated.reason
    assert read_model(write_model(calibrated)).facts["studies"] == calibrated.facts["studies"]


def test_two_honest_experiments_on_collinear_companies_halve_the_error() -> None:
    before, after, inside = [], [], []
    for seed in (1, 2):
        world = simulate("collinear", seed)
        studies = [experiment(world, name, 10 * seed + i) for i, name in enumerate(("tv", "display"))]
        alone, both = fitted(world), fitted(world, *studies)
        before += [abs(errors(world, alone)[s.channels[0]]) for s in studies]
        after += [abs(errors(world, both)[s.channels[0]]) for s in studies]
        for result in channel_results(both):
            inside.append(result.contribution.low <= _truth(world, result) <= result.contribution.high)
    assert np.mean(after) < 0.6 * np.mean(before), (before, after)
    assert np.mean(inside) > 0.8


def test_a_wrong_experiment_without_confidence_moves_little(confounded: World, without: MixModel) -> None:
    wrong = replace(experiment(confounded, "tv", 3, factor=3.0), confidence=0.3)
    before, after = errors(confounded, without), errors(confounded, fitted(confounded, wrong))
    assert abs((1 + after["tv"]) / (1 + before["tv"]) - 1) < 0.15


def test_studies_without_weight_are_compared_with_and_change_no_draw(confounded: World, without: MixModel) -> None:
    model = fitted(confounded, experiment(confounded, "search", 1), lift_weight=0.0)
    for name in ("beta", "alpha", "adstock", "intercept", "candidate"):
        assert getattr(model.draws, name).tobytes() == getattr(without.draws, name).tobytes()
    assert np.isfinite(model.candidates["lift"]).all()
    assert model.metrics["lift_error"] > 0.5
    assert "studies" not in model.facts
    assert "lift_error" not in without.metrics


@pytest.mark.parametrize("optimizer", ["arrays", "nevergrad"])
def test_the_third_objective_finds_candidates_nearer_to_the_studies(confounded: World, optimizer: str) -> None:
    study = experiment(confounded, "search", 1)
    found = [
        fitted(confounded, study, optimizer=optimizer, trials=1, iterations=160, lift_weight=weight).candidates["lift"]
        for weight in (0.0, 1.0)
    ]
    assert np.quantile(found[1], 0.1) < np.quantile(found[0], 0.1)


def test_one_week_and_pooled_channels(confounded: World) -> None:
    pooled = replace(experiment(confounded, "tv", 4, weeks=1), channels=("tv", "search"), scope="immediate")
    one, two = (fitted(confounded, pooled, trials=1, iterations=60) for _ in range(2))
    assert write_model(one) == write_model(two)
    assert np.isfinite(one.candidates["lift"]).all()
