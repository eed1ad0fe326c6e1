"""Every figure of a measurement report, its finding and what it says when pointed at, is the model's."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from dashboard.figures.format import write_date, write_share
from mixline.mmm import response
from mixline.mmm.estimates import Estimate
from tests.unit.dashboard.reports.measured import CASES, MOST, Measured, label, open_measured
from tests.unit.pages.amounts import check_figures, list_dates, list_figures
from tests.unit.pages.shown_figures import list_drawn, list_printed

FOLDED = MOST - 3  # channels that have steps of their own in the waterfall


@pytest.fixture(scope="module", params=CASES)
def case(request: pytest.FixtureRequest) -> Measured:
    return open_measured(request.param)


def near(expected: Any) -> Any:
    return pytest.approx(expected, rel=1e-9, abs=1e-9)


def dots(figure: Any) -> dict[str, tuple[float, str]]:
    """Value and what is said of it, by the name of the row."""
    found = next(t for t in figure["data"] if t["mode"] == "markers" and t.get("name") != "Share of spend")
    return {y: (x, text) for x, y, text in zip(found["x"], found["y"], found["text"], strict=True)}


def lines(figure: Any) -> dict[str, list[list[float]]]:
    """The 90 % range and the 50 % range of each row."""
    found: dict[str, list[list[float]]] = {}
    for trace in figure["data"]:
        if trace["mode"] == "lines":
            found.setdefault(trace["y"][0], []).append(trace["x"])
    return found


def beside(figure: Any) -> dict[str, list[str]]:
    """The figures in the column at the right, by row."""
    notes = figure["layout"].get("annotations", [])
    return {
        note["y"]: list_figures(strip(note["text"]))
        for note in notes
        if "//" not in note["text"] and note["xref"] == "paper"
    }


def strip(text: str) -> str:
    """Words without the markup between them, and what is said softly without its colour."""
    return re.sub("<[^>]+>", "", text.replace("<br>", "\n"))


def ends(figure: Estimate, scale: float = 1.0) -> list[Any]:
    return [near([figure.low * scale, figure.high * scale]), near([figure.low50 * scale, figure.high50 * scale])]


def test_actual_and_modelled_outcome(case: Measured) -> None:
    figure, model = case.figures["actual"], case.model
    document = response.contributions(model, model.interval)
    happened, modelled = figure["data"]
    for trace, values in ((happened, document.actual), (modelled, document.fitted)):
        assert trace["y"] == near(values.tolist())
        assert trace["text"] == [case.unit.outcome(value) for value in values]
        assert trace["x"] == [str(day) for day in document.dates]
    assert figure["layout"]["shapes"][0]["x0"] == str(document.dates[model.series.train]), "where the hold-out begins"
    check_figures(case.title("actual"), write_share(response.fit_quality(model).mape))


def test_the_waterfall(case: Measured) -> None:
    unit, whole, figure = case.unit, case.totals, case.figures["waterfall"]
    terms = {term.name: term for term in response.contributions(case.model).terms}
    bars, whiskers = figure["data"]
    steps, starts = (dict(zip(bars["y"], bars[key], strict=True)) for key in ("x", "base"))
    rest = [term.total.value for term in terms.values() if term.group in ("baseline", "context")]
    assert steps.pop("Without marketing") == near(sum(rest))
    assert steps.pop("Modelled total") == near(whole.fitted)
    folded = next((name for name in steps if name.endswith(" others")), None)
    ranked = sorted(case.results, key=lambda result: -result.contribution.value)
    kept = ranked if folded is None else ranked[: FOLDED - 1]
    if folded is not None:
        assert list_figures(folded) == [str(len(ranked) - len(kept))]
        assert steps[folded] == near(sum(result.contribution.value for result in ranked[len(kept) :]))
    names = {label(result.name): terms[result.name].total for result in kept}
    names |= {label(term.name): term.total for term in terms.values() if term.group == "organic"}
    for name, total in names.items():
        assert steps[name] == near(total.value)
    for whisker, name in enumerate(whiskers["y"]):
        assert whiskers["x"][whisker] == near(starts[name] + steps[name])
        error = whiskers["error_x"]
        assert error["array"][whisker] == near(names[name].high - names[name].value)
        assert error["arrayminus"][whisker] == near(names[name].value - names[name].low)
    numbers = beside(figure)
    for name, value in {**steps, "Without marketing": sum(rest), "Modelled total": whole.fitted}.items():
        assert numbers[name] == [unit.outcome(value), write_share(value / whole.fitted)]
    running = np.cumsum([0.0, *bars["x"][:-2]])
    assert bars["base"][:-1] == near(running.tolist())
    for name, said in zip(bars["y"], bars["hovertext"], strict=True):
        if name in names:
            total = names[name]
            figures = [unit.outcome(v) for v in (total.value, total.low, total.high)]
            check_figures(strip(said), *figures, write_share(total.value / whole.fitted))
    top = ranked[0]
    paid = [unit.outcome(v) for v in (whole.incremental.value, whole.outcome, top.contribution.value)]
    check_figures(case.title("waterfall"), *paid)
    assert label(top.name) in case.title("waterfall")


def test_the_outcome_over_time(case: Measured) -> None:
    unit, figure = case.unit, case.figures["decomposition"]
    document = response.contributions(case.model, case.model.interval)
    *bars, actual = figure["data"]
    assert actual["y"] == near(document.actual.tolist())
    assert np.sum([bar["y"] for bar in bars], axis=0).tolist() == near(document.fitted.tolist())
    for text, *pair in zip(actual["text"], document.actual, document.fitted, strict=True):
        assert list_figures(strip(text)) == [unit.outcome(value) for value in pair]
    drawn = {bar["name"]: bar for bar in bars}
    paid = [term for term in document.terms if term.group == "paid"]
    for term in paid:
        bar, series = drawn[label(term.name)], term.series
        assert bar["y"] == near(series.value.tolist())
        for week, said in enumerate(bar["hovertext"]):
            figures = [unit.outcome(v[week]) for v in (series.value, series.low, series.high)]
            assert list_figures(said) == figures
    brought = np.sum([term.series.value for term in paid], axis=0)
    shares = brought / document.fitted
    peak = int(np.argmax(shares))
    title = case.title("decomposition")
    check_figures(title, write_share(brought.sum() / document.fitted.sum()), write_share(shares[peak]))
    assert list_dates(title) == [write_date(document.dates[peak].astype(object))]


def test_returns_with_their_ranges(case: Measured) -> None:
    unit, figure, scale = case.unit, case.figures["roi"], case.unit.roi_scale
    drawn, ranges, numbers = dots(figure), lines(figure), beside(figure)
    assert set(drawn) == {label(result.name) for result in case.largest}
    for result in case.largest:
        name = label(result.name)
        value, said = drawn[name]
        assert value == near(result.roi.value * scale)
        assert ranges[name] == ends(result.roi, scale)
        assert numbers[name] == [unit.roi(result.roi.value)]
        odds = write_share(result.probability_profitable)
        each = unit.money(result.cpa.value) if result.cpa else odds
        check_figures(strip(said), unit.roi(result.roi.value), *list_figures(unit.roi_range(result.roi)), each)  # type: ignore[arg-type]
    best = max(case.results, key=lambda result: result.roi.value)
    sure = sum(result.probability_profitable >= 0.9 for result in case.results)
    count, many = ([str(sure)] if 0 < sure < len(case.results) else []), [str(len(case.results))]
    check_figures(case.title("roi"), unit.roi(best.roi.value), *([] if unit.conversions else count + many))
    assert label(best.name) in case.title("roi")


def test_shares_of_spend_and_effect(case: Measured) -> None:
    figure = case.figures["shares"]
    spent = next(t for t in figure["data"] if t.get("name") == "Share of spend")
    drawn, ranges = dots(figure), lines(figure)
    shares = dict(zip(spent["y"], spent["x"], strict=True))
    for result in case.largest:
        name, effect = label(result.name), result.share_of_effect
        assert shares[name] == near(100 * result.spend / sum(other.spend for other in case.results))
        value, said = drawn[name]
        assert value == near(100 * effect.value)
        assert ranges[name] == ends(effect, 100.0)
        figures = [write_share(v) for v in (result.share_of_spend, effect.value, effect.low, effect.high)]
        assert list_figures(strip(said)) == figures
    title, clear = case.title("shares"), [r for r in case.results if not is_within(r)]
    named = [r for r in clear if f"{label(r.name)} " in title]
    assert len(named) == bool(clear)
    check_figures(title, *(write_share(v) for r in named for v in (r.share_of_effect.value, r.share_of_spend)))


def is_within(result: response.ChannelResult) -> bool:
    return result.share_of_effect.low <= result.share_of_spend <= result.share_of_effect.high


def test_all_curves_with_todays_points(case: Measured) -> None:
    unit, figure = case.unit, case.figures["all-curves"]
    curves = {curve.name: curve for curve in response.curves(case.model)}
    for result in case.largest:
        curve, name = curves[result.name], label(result.name)
        parts = [t for t in figure["data"] if t["mode"] == "lines" and t["name"] == name]
        whole = [v for part in parts for v in part["y"][part is not parts[0] :]]
        spend = [v for part in parts for v in part["x"][part is not parts[0] :]]
        assert (spend, whole) == (near(curve.spend.tolist()), near(curve.outcome.value.tolist()))
        assert max(parts[0]["x"]) <= curve.observed_maximum
        assert all(part["text"] == [unit.outcome(v) for v in part["y"]] for part in parts)
        (today,) = [t for t in figure["data"] if t.get("name") == f"{name} today"]
        value = curve.value_today
        assert (today["x"], today["y"]) == (near([curve.spend_today]), near([value.value]))
        assert (curve.spend_today, value.value) == near(
            (result.spend / case.totals.periods, result.contribution.value / case.totals.periods)
        )
        error = today["error_y"]
        assert (error["array"], error["arrayminus"]) == (
            near([value.high - value.value]),
            near([value.value - value.low]),
        )
        assert list_figures(today["text"][0]) == [unit.money(curve.spend_today), unit.outcome(value.value)]
    check_figures(case.title("all-curves"))


def test_where_the_next_money_goes(case: Measured) -> None:
    unit, figure, amount = case.unit, case.figures["next-money"], case.amount
    drawn, ranges, numbers = dots(figure), lines(figure), beside(figure)
    for result in case.largest:
        name, gain = label(result.name), result.marginal_roi.times(amount)
        value, said = drawn[name]
        assert value == near(gain.value)
        assert ranges[name] == ends(gain)
        assert numbers[name] == [unit.outcome(gain.value)]
        check_figures(strip(said), unit.money(amount), *(unit.outcome(v) for v in (gain.value, gain.low, gain.high)))
    best = max(case.results, key=lambda result: result.marginal_roi.value)
    gain = best.marginal_roi.times(amount)
    figures = [unit.outcome(v) for v in (gain.value, gain.low, gain.high)]
    check_figures(case.title("next-money"), unit.money(amount), *figures)
    assert label(best.name) in case.title("next-money")
    money = [unit.money(amount)] * (1 if unit.conversions else 2)
    left_out = [str(MOST), str(len(case.results))] if len(case.results) > MOST else []
    lows = {result.name: result.marginal_roi.times(amount).low for result in case.largest}
    surest = max(lows, key=lows.__getitem__)
    if surest != best.name and lows[surest] > (0 if unit.conversions else amount):
        assert case.note("next-money").startswith(f"Surest is {label(surest)}: ")
        money.append(unit.outcome(lows[surest]))
    check_figures(case.note("next-money"), *money, *left_out)


CHECKED = {
    "actual": {"data.y", "data.text"},
    "waterfall": {"data.x", "data.base", "data.hovertext", "layout.annotations.text"},
    "decomposition": {"data.y", "data.text", "data.hovertext"},
    "roi": {"data.x", "data.text", "layout.annotations.text"},
    "shares": {"data.x", "data.text"},
    "all-curves": {"data.x", "data.y", "data.text"},
    "next-money": {"data.x", "data.text", "layout.annotations.text"},
}
# places, and names: per 1,000 euros
UNMOVED = ("layout.legend.", "layout.xaxis.title", "data.hovertemplate", "data.name")
WRITTEN = {".kicker", ".title", ".lede", ".facts", ".sheet", ".name", ".value", ".detail", ".note", ".banner", ".number td",
           ".number th", ".table td", ".table th", ".dense td", ".words", ".words li", ".words dd", ".words dt"}  # fmt: skip


def test_every_figure_of_the_report_is_checked_here(case: Measured) -> None:
    """A figure, or a part of one with numbers, that no test above looks at fails by name."""
    assert set(case.figures) == set(CHECKED)
    for name, figure in case.figures.items():
        bare = {**figure, "data": [{k: v for k, v in t.items() if k != "y" or name in ("actual", "decomposition", "all-curves")}
                                   for t in figure["data"]]}  # fmt: skip
        places = {place.partition(": ")[2] for place in list_drawn(name, bare)}
        unknown = sorted(place for place in places - CHECKED[name] if not place.startswith(UNMOVED))
        assert not unknown, f"{name}: no test looks at {', '.join(unknown)}"


def test_every_kind_of_text_with_a_figure_is_known(case: Measured) -> None:
    places = {place for place in list_printed(case.html) if not place.startswith("#title-")}
    assert places <= WRITTEN, f"no test looks at {', '.join(sorted(places - WRITTEN))}"
    assert {drawing.name for drawing in case.report.drawings} == set(CHECKED)
