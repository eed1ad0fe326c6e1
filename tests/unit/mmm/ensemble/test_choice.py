"""Another candidate than the search's: it is that candidate, it says who chose it, and it is the same every time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mixline.errors import ConflictError, InputError, NotFoundError
from mixline.mmm.checks.review import review
from mixline.mmm.ensemble.candidate_table import candidate_error, candidate_returns, chosen_row, read_choice
from mixline.mmm.ensemble.choice import choose_candidate, prepared_of, preview_candidate, refit
from mixline.mmm.fitting import fit
from mixline.mmm.inputs.features import prepare
from mixline.mmm.model import MixModel
from mixline.mmm.model_file import read_model, write_model
from mixline.mmm.response import channel_results, contributions
from mixline.mmm.simulation.simulate import World, simulate
from mixline.mmm.specification import ModelSpec, Range, Validation
from tests.builders import make_model


@pytest.fixture(scope="module")
def world() -> World:
    return simulate("clean", weeks=110, channels=3)


@pytest.fixture(scope="module")
def spec(world: World) -> ModelSpec:
    held_out = Validation(train=Range(0.75, 0.9))
    return replace(world.spec, validation=held_out, penalty_factors=True).with_search(trials=2, iterations=120)


@pytest.fixture(scope="module")
def model(world: World, spec: ModelSpec) -> MixModel:
    return fit(spec, world.frame)


def another(model: MixModel) -> int:
    """The best candidate that is not the chosen one."""
    order = [int(row) for row in np.argsort(candidate_error(model))]
    return next(row for row in order if row != chosen_row(model))


def test_prepared_data_of_a_model_is_what_it_was_searched_on(world: World, spec: ModelSpec, model: MixModel) -> None:
    ours, original = vars(prepared_of(model)), vars(prepare(spec, world.frame))
    for name, value in original.items():
        if isinstance(value, np.ndarray):
            np.testing.assert_array_equal(ours[name], value, err_msg=name)
        else:
            assert ours[name] == value, name


def test_every_kept_candidate_fits_again_as_the_search_found_it(model: MixModel) -> None:
    prepared = prepared_of(model)
    for row in range(0, len(model.candidates["trial"]), 7):
        found = refit(model, prepared, row)
        for name in ("intercept", "train", "ridge", "trial", "iteration"):
            want = model.candidates[name][row]
            np.testing.assert_allclose(getattr(found, name)[0], want, rtol=1e-9, err_msg=f"{name} of {row}")
        for m, name in enumerate(model.media_names):
            np.testing.assert_allclose(
                found.contribution[0, m], model.candidates[f"{name}:contribution"][row], rtol=1e-9
            )


def test_the_new_model_is_the_candidate(model: MixModel) -> None:
    row = another(model)
    chosen = choose_candidate(model, row, "Radio cannot be that strong.")
    returns = candidate_returns(model)
    assert returns is not None
    assert chosen_row(chosen) == row
    only = replace(chosen, draws=_one_draw(chosen))
    for p, result in enumerate(channel_results(only)):
        assert result.roi.value == pytest.approx(returns[row, p], rel=1e-9)
    for result in channel_results(chosen):
        assert result.roi.low <= result.roi.value <= result.roi.high
    table = model.candidates
    assert chosen.metrics["nrmse_train"] == pytest.approx(table["nrmse"][row])
    assert chosen.metrics["nrmse_validation"] == pytest.approx(table["nrmse_validation"][row])
    assert chosen.series.train == table["train"][row]
    parts = contributions(chosen)
    np.testing.assert_allclose(sum(t.series.value for t in parts.terms), parts.fitted, rtol=1e-9)


def test_reason_note_and_finding_say_that_a_person_chose(model: MixModel) -> None:
    row = another(model)
    chosen = choose_candidate(model, row, "  Radio cannot\nbe that strong. ", root="f" * 64)
    assert "“Radio cannot be that strong.”" in chosen.reason
    kept = read_choice(chosen)
    assert kept is not None
    assert (kept.note, kept.search_row, kept.root) == ("Radio cannot be that strong.", chosen_row(model), "f" * 64)
    assert kept.search_reason == model.reason
    assert read_choice(model) is None
    finding = next(f for f in review(chosen).findings if f.code == "chosen_by_person")
    assert finding.severity == "warning"
    assert not [f for f in review(model).findings if f.code == "chosen_by_person"]


def test_choosing_twice_gives_the_same_bytes_and_survives_the_file(model: MixModel) -> None:
    row = another(model)
    files = write_model(choose_candidate(model, row, "Same", root="f" * 64))
    assert write_model(choose_candidate(read_model(write_model(model)), row, "Same", root="f" * 64)) == files
    assert write_model(choose_candidate(model, row, "Other", root="f" * 64)) != files
    assert write_model(read_model(files)) == files


def test_choosing_from_a_choice_still_names_the_search(model: MixModel) -> None:
    order = [int(r) for r in np.argsort(candidate_error(model)) if int(r) != chosen_row(model)]
    once = choose_candidate(model, order[0], "First", root="a" * 64)
    twice = choose_candidate(once, order[1], "Second", root="b" * 64)
    assert write_model(twice) == write_model(choose_candidate(model, order[1], "Second", root="a" * 64))


@pytest.mark.parametrize("note", ["", "   \n", "x" * 501])
def test_choice_without_a_usable_reason_is_refused(model: MixModel, note: str) -> None:
    with pytest.raises(InputError, match="reason"):
        choose_candidate(model, another(model), note)


def test_unknown_and_present_candidates_are_refused(model: MixModel) -> None:
    for row in (-1, len(model.candidates["trial"])):
        with pytest.raises(NotFoundError):
            choose_candidate(model, row, "why")
    with pytest.raises(ConflictError, match="already"):
        choose_candidate(model, chosen_row(model), "why")


def test_model_saved_without_parameters_says_so(model: MixModel) -> None:
    with pytest.raises(ConflictError, match="Launch the run again"):
        choose_candidate(make_model(), 1, "why")
    without = {name: column for name, column in model.candidates.items() if not name.startswith("penalty:")}
    with pytest.raises(ConflictError, match="penalty"):
        choose_candidate(replace(model, candidates=without), another(model), "why")
    assert candidate_returns(make_model()) is None


def _one_draw(model: MixModel):  # type: ignore[no-untyped-def]
    """The draws with all weight on the chosen candidate's own fit."""
    weights = np.zeros(len(model.draws))
    weights[model.draws.chosen] = 1.0
    return replace(model.draws, weights=weights)


def test_a_candidate_looked_at_has_the_numbers_of_the_choice_and_says_that_nobody_chose_it(model: MixModel) -> None:
    row = another(model)
    looked, chosen = preview_candidate(model, row), choose_candidate(model, row, "It is right.")
    for name, column in vars(chosen.draws).items():
        np.testing.assert_array_equal(getattr(looked.draws, name), column)
    assert looked.metrics == chosen.metrics
    assert "nobody chose it" in looked.reason
    titles = [finding.title for finding in review(looked).findings if finding.code == "chosen_by_person"]
    assert titles == ["The search did not choose this candidate, so the ranges are narrower"]
    assert review(looked).verdict != "trust"
