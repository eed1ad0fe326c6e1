"""The figures of the Models page: what they say in words, and that what they draw is what the model says."""

from __future__ import annotations

import json
import random
from collections.abc import Callable

import plotly.graph_objects as go
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.components.model_candidate import pick_others, write_memory
from dashboard.components.model_checks import checks_panel, count_findings
from dashboard.components.model_downloads import write_contributions
from dashboard.figures import residuals
from dashboard.figures.all_curves import draw_all_curves
from dashboard.figures.backtest import draw_backtest, write_finding
from dashboard.figures.candidate_agreement import draw_agreement, near_rows, spread_of
from dashboard.figures.candidate_returns import draw_as_models, draw_candidate, write_difference
from dashboard.figures.convergence import draw_convergence, write_convergence
from dashboard.figures.decay import draw_decay
from dashboard.figures.drawing import Drawing, Look, make_look
from dashboard.figures.lift_studies import draw_studies
from dashboard.figures.pareto_cloud import draw_cloud, write_against_best
from dashboard.figures.shares import draw_shares
from mixline.messages import Candidates, Contributions, ModelSummary, TrialSummary
from tests.unit.dashboard import builders, evidence

Draw = Callable[[ModelSummary, Candidates, Contributions, Look], Drawing]
DRAWINGS: dict[str, Draw] = {
    "cloud": lambda s, c, d, look: draw_cloud(c, look, 3),
    "cloud by family": lambda s, c, d, look: draw_cloud(c, look, 3, families=True),
    "decay": lambda s, c, d, look: draw_decay(evidence.make_documents().decays, s, look),
    "decay of few": lambda s, c, d, look: draw_decay(evidence.make_documents().decays[:2], s, look),
    "all curves": lambda s, c, d, look: draw_all_curves(builders.make_curves(s).curves, s, look),
    "forecasts": lambda s, c, d, look: draw_backtest(evidence.make_backtest(s), look),
    "experiments": lambda s, c, d, look: draw_studies(evidence.make_calibration(s), look),
    "shares with returns": lambda s, c, d, look: draw_shares(s, look, with_roi=True),
    "agreement": lambda s, c, d, look: draw_agreement(c, s, look),
    "candidate": lambda s, c, d, look: draw_candidate(c, 4, s, look),
    "convergence": lambda s, c, d, look: draw_convergence(c, look),
    "actual": lambda s, c, d, look: residuals.draw_actual(d, s, look),
    "over time": lambda s, c, d, look: residuals.draw_over_time(d, s, look),
    "against fitted": lambda s, c, d, look: residuals.draw_against_fitted(d, look),
    "autocorrelation": lambda s, c, d, look: residuals.draw_autocorrelation(d, s, look),
}


@pytest.fixture(scope="module")
def summary() -> ModelSummary:
    return builders.make_summary(train_periods=90)


@pytest.fixture(scope="module")
def candidates(summary: ModelSummary) -> Candidates:
    return evidence.make_candidates(summary)


@pytest.fixture(scope="module")
def document(summary: ModelSummary) -> Contributions:
    return builders.make_contributions(summary)


@pytest.fixture(scope="module")
def look(summary: ModelSummary) -> Look:
    return make_look(summary, "light", 90)


@pytest.mark.parametrize("name", DRAWINGS)
@pytest.mark.parametrize("conversions", [False, True])
@pytest.mark.parametrize(("mode", "level"), [("light", 90), ("dark", 50)])
def test_every_figure_is_a_document_plotly_accepts(name: str, conversions: bool, mode: str, level: int) -> None:
    model = builders.make_summary(conversions, train_periods=90)
    look = make_look(model, mode, level)  # type: ignore[arg-type]
    drawing = DRAWINGS[name](model, evidence.make_candidates(model), builders.make_contributions(model), look)
    go.Figure(drawing.figure)
    assert "NaN" not in json.dumps(drawing.figure)
    assert drawing.note
    assert drawing.height >= 200


def test_model_kept_by_an_older_release_is_drawn_too(summary: ModelSummary, look: Look) -> None:
    older = evidence.make_candidates(summary, error=[], near_optimal=[], channels=[], trials=[], evaluated=0)
    for drawing in (draw_cloud(older, look, None), draw_convergence(older, look)):
        go.Figure(drawing.figure)
        assert drawing.title
    assert pick_others(older)
    assert near_rows(older) == [0, 8, 16, 24, 32]


def test_cloud_draws_every_candidate_once_and_names_its_row(candidates: Candidates, look: Look) -> None:
    traces = draw_cloud(candidates, look, None).figure["data"]
    rows = [
        point[0]
        for t in traces
        if t["name" if "name" in t else "mode"] != "The model"
        for point in t.get("customdata", [])
    ]
    assert sorted(rows) == list(range(40))
    star = next(t for t in traces if t.get("name") == "The model")
    assert (star["x"][0], star["customdata"][0][0]) == (pytest.approx(candidates.error[8]), 8)


def test_cloud_says_how_far_the_model_is_from_the_lowest_error(candidates: Candidates, look: Look) -> None:
    assert write_against_best(candidates, 0) == "has the lowest error"
    worse = candidates.error[8] / 0.05 - 1
    assert f"{worse * 100:.0f} %" in draw_cloud(candidates, look, None).title
    assert "10 near-optimal" in draw_cloud(candidates, look, None).title


def test_agreement_names_the_closest_and_the_widest_channel(
    candidates: Candidates, summary: ModelSummary, look: Look
) -> None:
    title = draw_agreement(candidates, summary, look).title
    assert "most on TV" in title
    assert "least on Print" in title


def test_agreement_dots_are_the_candidates_returns(candidates: Candidates, summary: ModelSummary, look: Look) -> None:
    drawn = draw_agreement(candidates, summary, look).figure["data"]
    dots = [t for t in drawn if t["mode"] == "markers" and len(t["x"]) > 1]
    near = near_rows(candidates)
    assert sorted(dots[0]["x"]) == sorted(candidates.channels[0].roi[row] for row in near)
    low, high = spread_of(candidates.channels[0], near)
    assert min(dots[0]["x"]) <= low <= high <= max(dots[0]["x"])


def test_difference_names_the_channel_that_changes_most(
    candidates: Candidates, summary: ModelSummary, look: Look
) -> None:
    assert write_difference(candidates, 8, summary, look) == "Its returns are those of the chosen one."
    search = candidates.channels[1]
    changed = search.model_copy(update={"roi": [*search.roi[:4], search.roi[8] + 2, *search.roi[5:]]})
    other = candidates.model_copy(update={"channels": [candidates.channels[0], changed]})
    assert write_difference(other, 4, summary, look).startswith("Its largest difference: the ROI of Search rises from")


def test_convergence_is_told_in_words(candidates: Candidates) -> None:
    assert write_convergence(candidates) == "1 of 2 trials were still improving, at nearly the same error"
    settled = [TrialSummary(trial=t, best=0.05 * t, gain_in_last_fifth=0.0, settled=True) for t in (1, 2)]
    far = candidates.model_copy(update={"trials": settled})
    assert write_convergence(far) == "Both trials came to rest, up to 100 % apart"


def test_residuals_are_actual_minus_fitted(document: Contributions, summary: ModelSummary, look: Look) -> None:
    want = [a - f for a, f in zip(document.actual, document.fitted, strict=True)]
    assert residuals.draw_over_time(document, summary, look).figure["data"][0]["y"] == want
    assert residuals.draw_against_fitted(document, look).figure["data"][0]["y"] == want


def test_held_out_periods_are_marked(document: Contributions, summary: ModelSummary, look: Look) -> None:
    shapes = residuals.draw_actual(document, summary, look).figure["layout"]["shapes"]
    assert shapes[0]["x0"] == document.dates[90].isoformat()
    whole = summary.model_copy(update={"train_periods": None})
    assert residuals.draw_actual(document, whole, look).figure["layout"]["shapes"] == []


def test_autocorrelation_of_known_series() -> None:
    wave = [1.0, -1.0] * 50
    assert residuals.autocorrelation(wave, 2) == pytest.approx([-0.99, 0.98])
    assert residuals.autocorrelation([3.0] * 10, 2) == [0.0, 0.0]
    noise = random.Random(1)
    calm = residuals.autocorrelation([noise.gauss(0, 1) for _ in range(2000)], 5)
    assert max(map(abs, calm)) < 0.08


@given(st.lists(st.floats(-1e6, 1e6), min_size=8, max_size=60), st.integers(1, 7))
def test_autocorrelation_lies_between_minus_one_and_one(values: list[float], lags: int) -> None:
    for value in residuals.autocorrelation(values, lags):
        assert -1 - 1e-9 <= value <= 1 + 1e-9


def test_errors_that_grow_with_the_outcome_are_said(document: Contributions, look: Look) -> None:
    middle = sorted(document.fitted)[len(document.fitted) // 2]
    actual = [f * (1.2 if f > middle else 1.01) for f in document.fitted]
    title = residuals.draw_against_fitted(document.model_copy(update={"actual": actual}), look).title
    assert "strong periods" in title
    assert "times as large" in title


def test_others_worth_a_look_are_never_the_model(candidates: Candidates) -> None:
    found = pick_others(candidates)
    assert candidates.chosen not in [row for row, _ in found]
    assert found[0] == (0, "the lowest error")


def test_memory_is_told_in_words(candidates: Candidates) -> None:
    assert write_memory(candidates.channels[0], 0, "week") == "40 % stays to the next week"
    assert write_memory(candidates.channels[1], 0, "week") == "Weibull, shape 0.4, scale 0.02"


def test_findings_are_counted_by_severity(summary: ModelSummary) -> None:
    assert count_findings([]) == "All checks passed: fit, ranges, signs and plausibility."
    assert count_findings(summary.findings) == "Findings: care 1, good to know 1."


def test_checks_that_passed_are_named_behind_their_count(summary: ModelSummary) -> None:
    asked = summary.model_copy(update={"passed": ["Had the search settled?", "Can two channels be told apart?"]})
    panel = str(checks_panel(asked))
    assert "2 checks passed" in panel
    assert "Had the search settled?" in panel
    assert "checks passed" not in str(checks_panel(summary)).replace("All checks passed", "")


def test_contributions_file_adds_up_and_runs_no_formula(document: Contributions) -> None:
    evil = document.terms[0].model_copy(update={"label": "=cmd()"})
    text = write_contributions(document.model_copy(update={"terms": [evil, *document.terms[1:]]}))
    head, *lines = [line.split(",") for line in text.strip().split("\r\n")]
    assert "'=cmd()" in text.splitlines()[0]
    assert len(lines) == len(document.dates)
    # A heading holds commas and is quoted, so columns are counted from the values: date, actual, fitted, terms by three.
    values = [float(cell) for cell in lines[0][1:]]
    assert sum(values[2::3]) == pytest.approx(values[1])
    assert head[0] == "date"


def test_family_points_are_all_good_candidates_once(summary: ModelSummary) -> None:
    look = make_look(summary, "light", 90)
    candidates = evidence.make_candidates(summary)
    data = draw_cloud(candidates, look, None, families=True).figure["data"]
    points = [mark[0] for trace in data if trace.get("name", "").startswith("Family") for mark in trace["customdata"]]
    assert sorted(points) == [row for row, number in enumerate(candidates.cluster) if number > 0]
    marks = {
        (trace["marker"]["symbol"], trace["marker"]["color"]) for trace in data if "Family" in trace.get("name", "")
    }
    assert len(marks) == len(candidates.clusters)


@pytest.mark.parametrize(("skill", "words"), [(0.6, "60 % less than"), (-0.2, "20 % more than"), (None, "off by 10 %")])
def test_forecasts_are_told_beside_the_year_before(summary: ModelSummary, skill: float | None, words: str) -> None:
    assert words in write_finding(evidence.make_backtest(summary, skill=skill))


def test_candidate_as_the_model_is_told_by_the_figures_of_two_models_not_of_the_search() -> None:
    now = builders.make_summary()
    look = make_look(now, "light", 90)
    first = now.channels[0]
    moved = first.model_copy(
        update={
            "roi": first.roi.model_copy(update={"value": first.roi.value * 2, "high": first.roi.high * 2}),
            "contribution": first.contribution.model_copy(update={"value": first.contribution.value * 2}),
        }
    )
    then = now.model_copy(update={"channels": [moved, *now.channels[1:]]})
    drawing = draw_as_models(now, then, look)
    write = look.unit.roi
    assert drawing.title == (
        f"As the model it would put the ROI of {first.label} at {write(moved.roi.value)}, now {write(first.roi.value)}"
    )
    assert drawing.table is not None
    assert drawing.table.rows[0][1] == pytest.approx(first.roi.value * look.unit.roi_scale)
    assert drawing.table.rows[0][6] == pytest.approx(moved.roi.value * look.unit.roi_scale)
    low, high = drawing.figure["layout"]["xaxis"]["range"]
    assert low <= 0.0
    assert high >= moved.roi.high * look.unit.roi_scale
    assert draw_as_models(now, now, look).title == "As the model it would say the same of every channel"
