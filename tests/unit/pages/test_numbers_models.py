"""One set of numbers on Models and in both reports: what is shown is what the model's own file says.

The file is fitted, written, published and read by the real trainer; the pages and reports are the real ones.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from flask import Flask

from dashboard.figures.format import Unit, write_ratio, write_share
from dashboard.figures.residuals import autocorrelation
from dashboard.labels import write_label
from dashboard.reports.page import read_figures
from mixline.mmm import response
from mixline.mmm.backtest.result import read_backtest
from mixline.mmm.calibration.results import calibration_results
from mixline.mmm.ensemble.candidate_table import candidate_error, candidate_returns, chosen_row
from mixline.mmm.ensemble.choice import preview_candidate
from mixline.mmm.ensemble.families import describe_families, families_of
from mixline.mmm.model import MixModel
from tests.fixtures_trainer import open_dashboard, publish
from tests.unit.pages.fitted import fitted_model
from tests.unit.pages.shown import Shown, draw_page, five, near, rows_by, write

UNIT = Unit("EUR")


@dataclass(frozen=True)
class Case:
    server: Flask
    model: MixModel
    id: str

    def draw(self, search: str = "") -> Shown:
        return draw_page(self.server, "/models", f"?model={self.id[:12]}{search}")

    def report(self, query: str) -> str:
        return self.server.test_client().get(f"/reports/{self.id}.html{query}").text


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    """A model with a hold-out, a back-test and two experiments."""
    model, frame = fitted_model()
    settings, (model_id,) = publish(tmp_path_factory.mktemp("numbers"), [("Shop", model, frame)])
    with open_dashboard(settings) as server:
        yield Case(server, model, model_id)


@pytest.fixture(scope="module")
def page(case: Case) -> Shown:
    return case.draw()


def label(model: MixModel, name: str) -> str:
    result = next(r for r in response.channel_results(model) if r.name == name)
    return result.label if result.label != result.name else write_label(name)


def words(shown: Shown) -> str:
    return " ".join(write(part.get("children")) for part in shown.parts)


def test_cloud_holds_every_candidate_of_the_file(case: Case, page: Shown) -> None:
    table, model = page.table("candidates"), case.model
    returns, errors = candidate_returns(model), candidate_error(model)
    assert returns is not None
    assert [row["Error (NRMSE)"] for row in table] == near(errors.tolist())
    assert [row["Effect to spend (DECOMP.RSSD)"] for row in table] == near(model.candidates["rssd"].tolist())
    for column, name in (("Trial", "trial"), ("Candidate", "iteration"), ("Front", "front")):
        assert [row[column] for row in table] == model.candidates[name].tolist()
    assert [row["Near-optimal"] == "yes" for row in table] == model.candidates["near_optimal"].astype(bool).tolist()
    assert [place for place, row in enumerate(table) if row["Shown"]] == [chosen_row(model)]
    for place, name in enumerate(model.paid_names):
        assert [row[f"ROI of {label(model, name)}, per euro"] for row in table] == near(returns[:, place].tolist())
    star = next(trace for trace in page.figure("candidates")["data"] if trace.get("name") == "The model")
    assert star["x"] == pytest.approx([errors[chosen_row(model)]], abs=1e-6)
    drawn = sum(len(trace["x"]) for trace in page.figure("candidates")["data"] if trace["mode"] == "markers")
    assert drawn == len(errors) + 1  # the star once more


def test_families_are_those_of_the_candidates(case: Case) -> None:
    model = case.model
    returns, errors = candidate_returns(model), candidate_error(model)
    assert returns is not None
    labels = families_of(model.candidates, errors, returns)
    found = describe_families(labels, errors, returns)
    shown = case.draw("&show=families")
    drawn = {t["name"]: len(t["x"]) for t in shown.figure("candidates")["data"] if "Family" in str(t.get("name"))}
    assert drawn == {f"Family {family.number} ({family.size:,})": family.size for family in found}


def test_agreement_spans_the_good_candidates_beside_the_models_range(case: Case, page: Shown) -> None:
    model = case.model
    returns = candidate_returns(model)
    assert returns is not None
    rows = rows_by(page, "agreement", "Channel")
    near_optimal = model.candidates["near_optimal"].astype(bool)
    results = {result.name: result for result in response.channel_results(model)}
    for place, name in enumerate(model.paid_names):
        values = np.sort(returns[near_optimal, place])
        ends = [values[round((len(values) - 1) * share)] for share in (0.05, 0.95)]
        here = returns[chosen_row(model), place]
        assert rows[label(model, name)] == near([*ends, here, *five(results[name].roi)])


def test_measures_of_fit_are_the_models(case: Case, page: Shown) -> None:
    fit_ = response.fit_quality(case.model)
    (table,) = page.texts("fit-table")
    for text in (write_share(fit_.r2), write_share(fit_.mape), f"{fit_.nrmse:.3f}", write_ratio(fit_.durbin_watson)):
        assert text in table
    assert f"{case.model.metrics['nrmse_validation']:.3f}" in table
    assert f"{case.model.metrics['rssd']:.3f}" in table
    assert f"{len(case.model.draws.weights):,} draws" in words(page)


def test_convergence_ends_at_each_trials_best(case: Case, page: Shown) -> None:
    lines = {trace["name"]: trace["y"] for trace in page.figure("convergence")["data"]}
    text = words(page)
    for trial in case.model.facts["trials"]:
        assert lines[f"Trial {trial['trial']}"][-1] == near(trial["best"])
        assert f"best error {trial['best']:.4f}" in text
        if trial["gain_in_last_fifth"] >= 0.0005:
            assert f"{write_share(trial['gain_in_last_fifth'])} better in its last fifth" in text


def test_forecasts_of_the_back_test(case: Case, page: Shown) -> None:
    found = read_backtest(case.model)
    assert found is not None
    rows = page.table("backtest")
    expected = [
        (fold.number, str(day), *values)
        for fold in found.folds
        for day, *values in zip(
            fold.dates,
            fold.actual,
            fold.expected,
            fold.low,
            fold.high,
            fold.low50,
            fold.high50,
            fold.naive,
            strict=True,
        )
    ]
    assert [list(row.values())[:2] for row in rows] == [list(row[:2]) for row in expected]
    assert [list(row.values())[2:] for row in rows] == [near(list(row[2:])) for row in expected]
    text = words(page)
    assert f"Forecasts were off by {write_share(found.error)}" in text
    assert f"{write_share(abs(found.skill))} {'less' if found.skill >= 0 else 'more'} than repeating" in text
    assert f"{100 * found.coverage:.0f} % of the weeks came within the 90 % range" in text


def test_experiments_beside_the_model(case: Case, page: Shown) -> None:
    results = calibration_results(case.model)
    rows = [list(row.values())[1:] for row in page.table("lift-studies")]
    expected = []
    for result in results:
        expected += [result.measured, result.predicted, *([] if result.alone is None else [result.alone])]
    assert rows == [near(five(estimate)) for estimate in expected]
    assert len(results) == 2
    agree = sum(not result.apart for result in results)
    title = words(page)
    assert ("both experiments" if agree == 2 else f"{agree or 'none'} of 2 experiments") in title


def test_errors_period_by_period_and_their_pattern(case: Case, page: Shown) -> None:
    document = response.contributions(case.model, case.model.interval)
    errors = document.actual - document.fitted
    for name in ("actual", "residuals", "residual-size"):
        columns = [list(column) for column in zip(*(row.values() for row in page.table(name)), strict=True)]
        assert columns[0] == [str(day) for day in document.dates]
        assert columns[1:] == [near(values.tolist()) for values in (document.actual, document.fitted, errors)]
    assert page.figure("residuals")["data"][0]["y"] == near(errors.tolist())
    lags = [row["Autocorrelation"] for row in page.table("autocorrelation")]
    assert lags == near(autocorrelation(errors.tolist(), len(lags)))
    own = [float(np.corrcoef(errors[lag:], errors[:-lag])[0, 1]) for lag in (1, 2)]
    assert lags[:2] == pytest.approx(own, abs=0.08)  # the usual estimator, which counts each end's mean apart


def test_a_candidate_beside_the_model(case: Case) -> None:
    returns = candidate_returns(case.model)
    assert returns is not None
    row = (chosen_row(case.model) + 1) % len(returns)
    rows = rows_by(case.draw(f"&candidate={row}"), "candidate", "Channel")
    for place, name in enumerate(case.model.paid_names):
        assert rows[label(case.model, name)] == near([returns[chosen_row(case.model), place], returns[row, place]])


def test_downloaded_tables_hold_the_models_numbers(case: Case) -> None:
    browser = case.server.test_client()
    lines = browser.get(f"/downloads/models/{case.id}/channels.csv").data.decode("utf-8-sig").splitlines()
    for line, result in zip(lines[1:], response.channel_results(case.model), strict=True):
        cells = [float(cell) for cell in line.split(",")[1:]]
        three = [
            number
            for estimate in (result.contribution, result.roi, result.marginal_roi, result.share_of_effect)
            for number in (estimate.value, estimate.low, estimate.high)
        ]
        rest = [result.immediate_share, result.half_life_periods, result.probability_profitable]
        assert cells == near([result.spend, result.share_of_spend, *three, *rest])
    document = response.contributions(case.model, case.model.interval)
    lines = browser.get(f"/downloads/models/{case.id}/contributions.csv").data.decode("utf-8-sig").splitlines()
    sums = [sum(float(cell) for cell in line.split(",")[3::3]) for line in lines[1:]]
    assert sums == near(document.fitted.tolist())


def check_figures(figures: dict[str, Any], model: MixModel) -> None:
    """The waterfall, the returns, the shares and the curves of a report."""
    results = {label(model, result.name): result for result in response.channel_results(model)}
    terms = {term.name: term for term in response.contributions(model).terms}
    bars = next(t for t in figures["waterfall"]["data"] if t["type"] == "bar")
    steps = dict(zip(bars["y"], bars["x"], strict=True))
    dots = next(t for t in figures["roi"]["data"] if t["mode"] == "markers")
    returns = dict(zip(dots["y"], dots["x"], strict=True))
    spend = next(t for t in figures["shares"]["data"] if t.get("name") == "Share of spend")
    shares = dict(zip(spend["y"], spend["x"], strict=True))
    for name, result in results.items():
        assert steps[name] == near(terms[result.name].total.value)
        assert returns[name] == near(result.roi.value)
        assert shares[name] == near(100 * result.share_of_spend)
    assert steps["Modelled total"] == near(response.totals(model).fitted)
    for curve in response.curves(model):
        today = next(t for t in figures["all-curves"]["data"] if t.get("name") == f"{label(model, curve.name)} today")
        assert (today["x"], today["y"]) == near(([curve.spend_today], [curve.value_today.value]))


def plain(html: str) -> str:
    text = re.sub(r"<script.*?</script>|<style.*?</style>", "", html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text).replace("\u00a0", " ").replace("\u2060", "")).replace(
        "&#x27;", "'"
    )


def check_headline(text: str, model: MixModel) -> None:
    whole = response.totals(model)
    assert (
        f"{UNIT.outcome(whole.incremental.value)} {write_share(whole.incremental.value / whole.outcome)} of all" in text
    )
    for estimate in (whole.blended_roi, whole.marginal_roi):
        assert f"{UNIT.roi(estimate.value)} per euro 90 % range {ends(UNIT.roi_range, estimate)}" in text
    assert UNIT.money(whole.spend) in text


def ends(write_ends: Callable[..., str], estimate: response.Estimate) -> str:
    return write_ends(estimate).replace("\u00a0", " ").replace("\u2060", "")


def test_one_page_report_of_the_model(case: Case) -> None:
    html = case.report("")
    check_figures(read_figures(html), case.model)
    check_headline(plain(html), case.model)


def test_one_page_report_of_a_candidate_is_that_candidate_alone(case: Case) -> None:
    row = (chosen_row(case.model) + 1) % len(candidate_error(case.model))
    alone = preview_candidate(case.model, row, root=case.id)
    html = case.report(f"?candidate={row}")
    check_figures(read_figures(html), alone)
    check_headline(plain(html), alone)
    assert response.totals(alone).incremental.value != response.totals(case.model).incremental.value


def test_measurement_report_with_its_tables_and_sentences(case: Case) -> None:
    html, model = case.report("?kind=measurement"), case.model
    figures, text = read_figures(html), plain(html)
    check_figures(figures, model)
    check_headline(text, model)
    dots = figures["next-money"]["data"][-1]
    gains = dict(zip(dots["y"], dots["x"], strict=True))
    for result in response.channel_results(model):
        name = label(model, result.name)
        assert gains[name] == near(result.marginal_roi.value * 10_000)
        row = (
            f"{name} {UNIT.money(result.spend)} {UNIT.outcome(result.contribution.value)} "
            f"({UNIT.outcome_range(result.contribution)}) {UNIT.roi_with_range(result.roi)} "
            f"{UNIT.roi_with_range(result.marginal_roi)}"
        )
        assert row.replace("\u00a0", " ").replace("\u2060", "") in text
    *bars, actual = figures["decomposition"]["data"]
    document = response.contributions(model, model.interval)
    assert actual["y"] == near(document.actual.tolist())
    assert np.sum([bar["y"] for bar in bars], axis=0).tolist() == near(document.fitted.tolist())
    fit_ = response.fit_quality(model)
    assert f"R² {write_share(fit_.r2)}, typical error {write_share(fit_.mape)}, NRMSE {fit_.nrmse:.3f}" in text
    assert case.id[:12] in text
    assert "page 5 of 5" in text
