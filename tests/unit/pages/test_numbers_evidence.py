"""Models: what is said of fit, search, forecasts, experiments and what is left unexplained, from arrays and facts of the file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pytest
from flask import Flask

from dashboard.figures.format import Unit, join_ends, write_date, write_share
from dashboard.labels import write_label
from mixline.mmm import response
from mixline.mmm.checks.review import review
from mixline.mmm.estimates import Estimate
from mixline.mmm.model import MixModel
from tests.fixtures_trainer import open_dashboard, publish
from tests.unit.pages.fitted import fitted_model
from tests.unit.pages.said import Said, numbers
from tests.unit.pages.shown import Shown, draw_page, plain

UNIT = Unit("EUR")


@dataclass(frozen=True)
class Case:
    server: Flask
    model: MixModel
    shown: Shown
    texts: dict[str, list[str]]


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    model, frame = fitted_model()
    settings, (model_id,) = publish(tmp_path_factory.mktemp("evidence"), [("Shop", model, frame)])
    with open_dashboard(settings) as server:
        shown = draw_page(server, "/models", f"?model={model_id[:12]}")
        yield Case(server, model, shown, Said(shown.page).texts)


def errors_of(model: MixModel) -> np.ndarray:
    """(C,) on held-out periods."""
    return np.asarray(model.candidates["nrmse_validation"], dtype=float)


def residuals_of(model: MixModel) -> tuple[np.ndarray, np.ndarray]:
    """What is left, and what is said, by period."""
    start, stop = model.series.window
    fitted = np.sum([term.series.value for term in response.contributions(model).terms], axis=0)
    return model.series.outcome[start:stop] - fitted, fitted


def with_ends(figure: Estimate) -> str:
    """€90k (€0 – €180k)."""
    return f"{UNIT.outcome(figure.value)} ({join_ends(UNIT.outcome(figure.low), UNIT.outcome(figure.high))})"


def test_the_reason_names_numbers_of_the_table_of_candidates(case: Case) -> None:
    (text,) = case.texts["reason: p"]
    errors, table = errors_of(case.model), case.model.candidates
    chosen = int(case.model.draws.candidate[case.model.draws.chosen])
    within = int((errors <= errors.min() * 1.05).sum())
    comes = "comes" if within == 1 else "come"
    assert text.startswith(
        f"Of {len(errors):,} candidates, {within} {comes} within 5 % of the lowest error on held-out periods "
        f"({errors.min():.4f}). Trial {table['trial'][chosen]}, candidate {table['iteration'][chosen]} was chosen among the "
        f"{int(table['near_optimal'].sum())} best"
    )
    assert f"its error on held-out periods is {errors[chosen]:.4f}" in text
    family = table["cluster"]
    sizes = np.bincount(family[family > 0])[1:]
    own = int(family[chosen])
    which = {1: "the largest", 2: "the second largest", 3: "the third largest"}[own]
    assert text.endswith(
        f"Its family, {which} of {len(sizes)} that each tell one story of the channels, holds {sizes[own - 1]} of the "
        f"{sizes.sum()} good candidates."
    )


def test_fit_and_search_in_words(case: Case) -> None:
    words, size = case.texts["fit: figure-note"]
    rest, _ = residuals_of(case.model)
    rows = slice(0, case.model.series.train)
    actual = case.model.series.outcome[slice(*case.model.series.window)][rows]
    mape = float(np.mean(np.abs(rest[rows] / actual)))
    r2 = 1 - float((rest[rows] ** 2).sum() / ((actual - actual.mean()) ** 2).sum())
    assert words.startswith(f"It follows {write_share(r2)} of the ups and downs and is off by {write_share(mape)} in a")
    spec = case.model.spec.search
    assert size == (
        f"{spec.trials} trials of {spec.iterations} candidates, seed {spec.seed}. Ranges from "
        f"{len(case.model.draws.weights)} draws."
    )
    assert case.texts["actual: h2"] == [f"In a typical week the model is off by {write_share(mape)}"]
    steps = float((np.diff(rest[rows]) ** 2).sum() / (rest[rows] ** 2).sum())
    (note,) = case.texts["autocorrelation: figure-note"]
    assert f"Durbin-Watson {steps:.2f};" in note
    (lede,) = case.texts["header: lede"]
    assert lede.startswith(f"{spec.trials * spec.iterations} candidates were tried")


def test_trials_in_words_and_how_far_they_ended_apart(case: Case) -> None:
    errors, trial = errors_of(case.model), case.model.candidates["trial"]
    best = [float(fact["best"]) for fact in case.model.facts["trials"]]
    (title,) = case.texts["convergence: h2"]
    apart = max(best) / min(best) - 1
    assert title.endswith("at nearly the same error" if apart <= 0.05 else f"up to {write_share(apart)} apart")
    lines = {trace["name"]: trace for trace in case.shown.figure("convergence")["data"]}
    for number in range(1, len(best) + 1):
        line = lines[f"Trial {number}"]
        own = np.flatnonzero(trial == number)
        own = own[np.argsort(case.model.candidates["iteration"][own])]
        steps = np.minimum.accumulate(errors[own])
        falls = [step for place, step in enumerate(steps) if place == 0 or step < steps[place - 1]]
        assert line["y"][:-1] == pytest.approx(falls)
        assert line["y"][-1] == pytest.approx(min(falls[-1], best[number - 1]))
        assert case.texts["convergence: li"][number - 1].startswith(
            f"Trial {number} – best error {best[number - 1]:.4f}, "
        )


def test_errors_by_period_in_words(case: Case) -> None:
    rest, fitted = residuals_of(case.model)
    dates = [day.item() for day in case.model.window_dates.astype("datetime64[D]")]
    assert plain(case.texts["residuals: figure text"]) == [
        f"{write_date(day)} {UNIT.outcome(value, sign=True)}" for day, value in zip(dates, rest, strict=True)
    ]
    assert plain(case.texts["residual-size: figure text"]) == [
        f"{write_date(day)} Model {UNIT.outcome(said)}, off by {UNIT.outcome(value, sign=True)}"
        for day, said, value in zip(dates, fitted, rest, strict=True)
    ]
    far = np.flatnonzero(np.abs(rest) > 2.5 * rest.std())
    worst = dates[int(np.abs(rest).argmax())]
    many = f"{len(far)} weeks stand" if len(far) > 1 else "One week stands"
    assert case.texts["residuals: h2"] == [f"{many} out, most of all {write_date(worst)}"]
    start, stop = case.model.series.window
    actual = [UNIT.outcome(value) for value in case.model.series.outcome[start:stop]]
    assert case.texts["actual: figure text"] == actual + [UNIT.outcome(value) for value in fitted]
    half = np.argsort(fitted)
    size = [float(np.abs(rest[part]).mean()) for part in (half[: len(half) // 2], half[-(len(half) // 2) :])]
    ratio = size[1] / size[0]
    told = case.texts.get("residual-size: h2", [])
    assert bool(told) == (ratio > 1.6 or ratio < 1 / 1.6)
    for title in told:
        assert f"{max(ratio, 1 / ratio):.1f} times" in title


def test_forecasts_in_words(case: Case) -> None:
    folds = case.model.facts["backtest"]["folds"]
    actual, said, before = (np.concatenate([fold[name] for fold in folds]) for name in ("actual", "expected", "naive"))
    off, naive = (float(np.sqrt(np.mean((actual - other) ** 2)) / np.mean(np.abs(actual))) for other in (said, before))
    gain = 1 - off / naive
    way = "less" if gain >= 0 else "more"
    assert case.texts["backtest: h2"] == [
        f"Forecasts were off by {write_share(off)}, {write_share(abs(gain))} {way} than repeating the year before"
    ]
    low, high = (np.concatenate([fold[name] for fold in folds]) for name in ("low", "high"))
    held = float(np.mean((low <= actual) & (actual <= high)))
    told, *moved = case.texts["backtest: li"]
    assert f"the model was off by {off:.1%} of the outcome".replace("%", " %") in told
    assert f"would have been off by {naive:.1%}".replace("%", " %") in told
    assert told.endswith(f"{held:.0%} of the weeks came within the 90 % range.".replace("%", " %").replace("  ", " "))
    (note,) = case.texts["backtest: figure-note"]
    assert note.startswith(f"{len(folds)} forecasts of {len(folds[0]['dates'])} weeks, each")
    for text in moved:
        name = text.split("'")[0]
        (channel,) = [n for n in case.model.paid_names if write_label(n) == name]
        values = [fold["roi"][channel]["value"] for fold in folds]
        assert f"moved by {write_share(max(values) / min(values) - 1)}" in text
        assert f"({UNIT.roi(min(values))} – {UNIT.roi(max(values))} per euro)" in text
    drawn = case.shown.figure("backtest")["data"]
    for place, fold in enumerate(folds):
        for trace, name in zip(drawn[4 * place + 1 : 4 * place + 4], ("naive", "actual", "expected"), strict=True):
            assert trace["text"] == [UNIT.outcome(value) for value in fold[name]]
            assert trace["y"] == pytest.approx(fold[name])
        assert drawn[4 * place]["y"] == pytest.approx([*fold["high"], *reversed(fold["low"])])


def test_experiments_in_words(case: Case) -> None:
    texts, facts = (
        [t.replace(" ,", ",") for t in plain(case.texts["lift-studies: figure text"])],
        case.model.facts["studies"],
    )
    lines = case.texts["lift-studies: li"]
    rows = case.shown.table("lift-studies")
    assert len(facts) == len(case.model.spec.studies) == 2
    for place, (study, alone) in enumerate(zip(case.model.spec.studies, facts, strict=True)):
        head = f"{write_label(study.channels[0])}, {write_date(study.start)} – {write_date(study.end)}"
        measured, model, without = texts[3 * place : 3 * place + 3]
        # A confidence of 0.9 says that the 90 % range begins at nothing.
        assert measured == f"{head} Measured: {UNIT.outcome(study.effect)} (€0 – {UNIT.outcome(2 * study.effect)})"
        kept = Estimate(*(float(alone[name]) for name in ("value", "low", "high", "low50", "high50")))
        assert without == f"{head} Without it: {with_ends(kept)}"
        said, low, high = list(rows[3 * place + 1].values())[1:4]
        assert model == f"{head} Model: {UNIT.outcome(said)} ({join_ends(UNIT.outcome(low), UNIT.outcome(high))})"
        axis = case.shown.figure("lift-studies")["layout"]["xaxis"]
        assert axis.get("ticktext", []) == [UNIT.outcome(value) for value in axis.get("tickvals", [])]
        words = lines[place + 1]
        assert words.startswith(f"{write_label(study.channels[0])}, {write_date(study.start)} – The model ")
        apart = said / study.effect - 1
        if "higher" in words or "lower" in words:
            assert (
                f"{'higher' if apart > 0 else 'lower'} than the experiment by {abs(apart):.0%}".replace("%", " %")
                in words
            )
        else:
            assert abs(apart) <= 0.1
        if "The data alone" in words:
            assert f"would have said {alone['value'] / study.effect:.1f} times as much" in words


def test_every_finding_of_the_checks_is_shown_with_its_number(case: Case) -> None:
    (note,) = case.texts["checks: figure-note"]
    found = re.findall(r"(stops use|care|good to know) (\d+)", note)
    items = [part for part in case.shown.parts if str(part.get("className", "")).startswith("tag ")]
    shown = [
        str(part["className"]).split()[1] for part in items[:-1]
    ]  # the last one is the verdict in the list of models
    names = {"stops use": "error", "care": "warning", "good to know": "info"}
    for name, count in found:
        assert shown.count(names[name]) == int(count)
    assert not [text for text in case.texts["checks: p"] if re.search(r"\d\.?\d*e[-+]\d", text)]  # nothing as 4e-11


def test_models_to_look_at_are_dated(case: Case) -> None:
    *_, moment = case.texts["models: td"]
    assert re.fullmatch(r"\d{1,2} \w{3} \d{4}, \d\d:\d\d UTC", moment)
    assert case.texts["models: td"][1] == "Shop version 1"


def test_checks_that_passed_are_counted(case: Case) -> None:
    passed = sum(answer.status == "passed" for answer in review(case.model).answers)
    assert case.texts["checks: summary"] == [f"{passed} checks passed"]


def test_findings_about_experiments_and_the_hold_out(case: Case) -> None:
    model, shown = case.model, case.texts["checks: p"]
    metrics, dates = model.metrics, model.series.dates.astype("datetime64[D]")
    times = f"{metrics['nrmse_validation'] / metrics['nrmse_train']:.1f} times that of the"
    assert any(times in text for text in shown)
    for study, alone in zip(model.spec.studies, model.facts["studies"], strict=True):
        inside = (dates >= np.datetime64(study.start)) & (dates <= np.datetime64(study.end))
        spent = model.series.spend[inside, model.paid_names.index(study.channels[0])].sum()
        assert any(numbers(text)[:2] == [f"{study.spend:,.0f}", f"{spent:,.0f}"] for text in shown), spent
        told = [f"{alone[name]:,.0f}" for name in ("value", "low", "high")]
        assert any(numbers(text)[:4] == [*told, f"{study.effect:,.0f}"] for text in shown), told
    fit = [text for text in shown if text.startswith("R²")]
    assert all(numbers(text) == [f"{response.fit_quality(model).r2:.2f}", "0.8"] for text in fit)
