"""A fit from end to end on small searches: same bytes whatever the processes, resume, progress, cancelling."""

from __future__ import annotations

import multiprocessing

import numpy as np
import pytest

from mixline.errors import CancelledError
from mixline.mmm.fitting import FitProgress, fit
from mixline.mmm.model import MixModel
from mixline.mmm.model_file import write_model
from mixline.mmm.simulation.simulate import World, simulate
from mixline.mmm.specification import ModelSpec, Range, Validation
from mixline.mmm.transforms.adstock import adstock
from mixline.mmm.transforms.saturation import hill


class Memory:
    """Parts kept in a dictionary."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}
        self.saved: list[str] = []

    def load(self, name: str) -> bytes | None:
        return self.kept.get(name)

    def save(self, name: str, content: bytes) -> None:
        self.kept[name] = content
        self.saved.append(name)


@pytest.fixture(scope="module")
def world() -> World:
    return simulate("clean")


@pytest.fixture(scope="module")
def spec(world: World) -> ModelSpec:
    return world.spec.with_search(trials=2, iterations=60)


@pytest.fixture(scope="module")
def model(world: World, spec: ModelSpec) -> MixModel:
    return fit(spec, world.frame)


def test_any_number_of_processes_gives_the_same_bytes(
    world: World, spec: ModelSpec, model: MixModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mixline.mmm.search.trials.WORTH_A_PROCESS", 0.0)
    started = []
    for processes in (2, 4):
        seen: list[FitProgress] = []
        assert write_model(fit(spec, world.frame, processes=processes, progress=seen.append)) == write_model(model)
        started.append(len(seen))
    assert min(started) > 3


def test_a_resumed_fit_gives_the_same_bytes_and_repeats_nothing(world: World, spec: ModelSpec, model: MixModel) -> None:
    parts = Memory()

    def stop_in_the_second_trial(progress: FitProgress) -> None:
        if parts.saved and progress.percent > 40:
            raise CancelledError("stopped")

    with pytest.raises(CancelledError):
        fit(spec.with_search(iterations=60), world.frame, progress=stop_in_the_second_trial, parts=parts)
    parts.kept = {name: content for name, content in parts.kept.items() if name == "trial-001"}
    parts.saved = []
    assert write_model(fit(spec, world.frame, parts=parts)) == write_model(model)
    assert parts.saved == ["trial-002"]


def test_an_early_stop_ends_settled_trials_and_can_be_resumed(world: World, spec: ModelSpec) -> None:
    early = spec.with_search(iterations=2000, early_stop=True)
    parts = Memory()
    model = fit(early, world.frame, parts=parts)
    assert model.facts["evaluated"] < 4000
    full = fit(early.with_search(early_stop=False), world.frame)
    assert model.candidates["nrmse"].min() < 1.02 * full.candidates["nrmse"].min()
    del parts.kept["trial-002"]
    assert write_model(fit(early, world.frame, parts=parts)) == write_model(model)


def test_parts_of_another_specification_are_not_taken(world: World, spec: ModelSpec, model: MixModel) -> None:
    parts = Memory()
    fit(spec.with_search(seed=5), world.frame, parts=parts)
    assert write_model(fit(spec, world.frame, parts=parts)) == write_model(model)


def test_a_damaged_part_is_searched_again(world: World, spec: ModelSpec, model: MixModel) -> None:
    parts = Memory()
    fit(spec, world.frame, parts=parts)
    parts.kept["trial-001"] = parts.kept["trial-001"][:500]
    assert write_model(fit(spec, world.frame, parts=parts)) == write_model(model)


def test_cancelling_leaves_no_process_behind(world: World, spec: ModelSpec) -> None:
    def stop(progress: FitProgress) -> None:
        if progress.percent > 1:
            raise CancelledError("stopped")

    with pytest.raises(CancelledError):
        fit(spec.with_search(iterations=100_000), world.frame, processes=2, progress=stop)
    assert [p for p in multiprocessing.active_children() if p.name == "search"] == []


def test_progress_rises_to_a_hundred_and_brings_points(world: World, spec: ModelSpec) -> None:
    seen: list[FitProgress] = []
    fit(spec.with_search(iterations=500), world.frame, progress=seen.append)
    percents = [p.percent for p in seen]
    assert percents == sorted(percents)
    assert percents[-1] == 100.0
    assert any(p.candidates.shape[0] > 0 and p.best["nrmse"] > 0 for p in seen)


def test_the_chosen_draw_is_the_chosen_candidate(model: MixModel) -> None:
    draws, chosen = model.draws, model.draws.chosen
    row = draws.candidate[chosen]
    start, stop = model.series.window
    for m, name in enumerate(model.media_names):
        form = model.spec.ordered_media[m].adstock
        level = adstock(model.series.media[:, m], form, *draws.adstock[chosen, m])[start:stop]
        brought = draws.beta[chosen, m] * hill(level, draws.alpha[chosen, m], draws.inflexion[chosen, m]).sum()
        assert brought == pytest.approx(model.candidates[f"{name}:contribution"][row], rel=1e-9, abs=1e-6)
    assert model.candidates["near_optimal"][row]


def test_the_model_says_why_and_cannot_be_changed(model: MixModel) -> None:
    assert "was chosen" in model.reason
    with pytest.raises(ValueError, match="read-only"):
        model.draws.beta[0, 0] = 1.0


def test_a_hold_out_is_searched_and_reported(world: World, spec: ModelSpec) -> None:
    from dataclasses import replace

    held = replace(spec, validation=Validation(train=Range(0.7, 0.9)))
    model = fit(held, world.frame)
    assert model.series.train < model.series.window[1] - model.series.window[0]
    assert {"nrmse_validation", "r2_validation"} <= set(model.metrics)
    assert len(np.unique(model.candidates["train"])) > 1


def test_clean_world_contributions_come_out_near_the_truth(world: World) -> None:
    model = fit(world.spec.with_search(trials=2, iterations=800), world.frame)
    start, stop = model.series.window
    truth = {c.name: c for c in world.truth.channels}
    row = model.draws.candidate[model.draws.chosen]
    errors = [
        abs(model.candidates[f"{n}:contribution"][row] / np.sum(truth[n].contribution[start:stop]) - 1)
        for n in model.paid_names
    ]
    assert np.median(errors) < 0.2
