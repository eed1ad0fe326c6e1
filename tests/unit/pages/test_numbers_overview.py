"""Overview and Response curves: their sentences, hover words and numbers beside bars, from `mixline.mmm.response` alone."""

from __future__ import annotations

import numpy as np
import pytest

from dashboard.figures.format import RangeLevel, Unit, join_ends, write_date, write_ratio, write_share
from mixline.mmm import response
from mixline.mmm.model import MixModel
from mixline.mmm.model_file import read_model, write_model
from mixline.mmm.planner import Planner, PlanRequest
from tests.builders import make_model
from tests.unit.pages.said import Said
from tests.unit.pages.served import Ask, serve
from tests.unit.pages.shown import ends_of, named, plain, ratio_ends

UNITS = {"revenue": Unit("EUR"), "conversions": Unit("", conversions=True)}


@pytest.fixture(scope="module", params=["revenue", "conversions"])
def model(request: pytest.FixtureRequest) -> MixModel:
    return read_model(write_model(make_model(periods=80, paid=4, draws=24, kind=request.param, seed=3)))


@pytest.fixture(scope="module")
def unit(model: MixModel) -> Unit:
    return UNITS[model.spec.goal.kind]


@pytest.fixture(scope="module")
def ask(model: MixModel) -> Ask:
    return serve(model)


@pytest.fixture(scope="module", params=[90, 50])
def level(request: pytest.FixtureRequest) -> RangeLevel:
    return 90 if request.param == 90 else 50


def test_head_of_every_page_dates_the_model(model: MixModel, ask: Ask) -> None:
    first, last = (day.astype("datetime64[D]").item() for day in model.window_dates[[0, -1]])
    for path in ("/", "/contribution", "/response"):
        (facts,) = Said(ask(path).page).texts["header: facts"]
        span = f"Modelled {write_date(first)} – {write_date(last)}"
        assert facts == f"SalesAs of {write_date(last)}{span}Data set sales, version 1"


def test_findings_of_the_overview_in_a_sentence(model: MixModel, unit: Unit, ask: Ask) -> None:
    said, whole = Said(ask("/").page).texts, response.totals(model)
    brought = whole.incremental.value
    share = write_share(brought / model.series.outcome[slice(*model.series.window)].sum())
    worth = (
        f"at {unit.money(whole.spend / brought)} each"
        if unit.conversions
        else f"and brought back {write_ratio(brought / whole.spend)} per euro spent"
    )
    assert said["header: lede"] == [f"Paid marketing caused {share} of {unit.outcome_name} {worth}."]
    best = max(response.channel_results(model), key=lambda r: r.contribution.value)
    noun = " conversions" if unit.conversions else ""
    assert said["waterfall: h2"] == [
        f"Paid marketing brought {unit.outcome(brought)} of {unit.outcome(whole.outcome)}{noun}; "
        f"{named(best)} the most with {unit.outcome(best.contribution.value)}"
    ]
    quality = response.fit_quality(model)
    words, size = said["fit: figure-note"]
    assert words.startswith(
        f"It follows {write_share(max(quality.r2, 0))} of the ups and downs and is off by {write_share(quality.mape)} in a"
    )
    search = model.spec.search
    assert size.startswith(f"{search.trials} trials of {search.iterations:,} candidates; ranges from 24 models.")


def test_next_money_in_words_and_beside_its_dots(model: MixModel, unit: Unit, ask: Ask, level: RangeLevel) -> None:
    said = Said(ask("/", f"?range={level}").page).texts
    ranked = sorted(response.channel_results(model), key=lambda r: -r.marginal_roi.value)
    gains = [result.marginal_roi.times(10.0) for result in ranked]
    write = unit.outcome
    ranges = [join_ends(*map(write, ends_of(gain, level))) for gain in gains]
    amount = unit.money(10)
    assert said["next-money: h2"] == [
        f"The next {amount} works hardest in {named(ranked[0])}: about {write(gains[0].value)} ({ranges[0]})"
    ]
    lows = [ends_of(gain, level)[0] for gain in gains]
    first = max(range(len(lows)), key=lows.__getitem__)
    (note,) = said["next-money: figure-note"]
    if first and lows[first] > (0 if unit.conversions else 10):
        assert note.startswith(
            f"Surest is {named(ranked[first])}: {write(lows[first])} even at the low end of its range."
        )
    else:
        assert note.startswith(f"Extra {unit.outcome_name} of {amount} more")
    assert plain(said["next-money: figure annotations"]) == [write(gain.value) for gain in gains]
    assert plain(said["next-money: figure text"]) == [
        f"{named(result)} {amount} more would bring {write(gain.value)} {level} % range {ends_}"
        for result, gain, ends_ in zip(ranked, gains, ranges, strict=True)
    ]
    narrow = plain(said["next-money: figure narrow"])
    assert narrow == [*map(named, ranked), *(write(gain.value) for gain in gains)]


def test_waterfalls_numbers_and_hover_words(model: MixModel, unit: Unit, ask: Ask, level: RangeLevel) -> None:
    shown = ask("/", f"?range={level}")
    said, parts, whole = Said(shown.page).texts, response.contributions(model), response.totals(model)
    write = unit.outcome
    rest = [term for term in parts.terms if term.group in ("baseline", "context")]
    media = [term for term in parts.terms if term.group == "organic"]
    media += sorted((t for t in parts.terms if t.group == "paid"), key=lambda t: -t.total.value)
    values = [sum(term.total.value for term in rest), *(term.total.value for term in media), whole.fitted]
    shares = [write_share(value / whole.fitted) for value in values]
    numbers = [f"{write(value)} {share}" for value, share in zip(values, shares, strict=True)]
    assert [text for text in plain(said["waterfall: figure annotations"]) if text != "//"] == numbers
    assert plain(said["waterfall: figure narrow"])[-len(numbers) :] == numbers
    inside = " ".join(f"{named(t)} {write(t.total.value)}" for t in rest)
    hover = [f"Without marketing {numbers[0].split()[0]} {inside} {shares[0]} of the modelled total"]
    hover += [
        f"{named(t)} {write(t.total.value)} {level} % range {join_ends(*map(write, ends_of(t.total, level)))} "
        f"{share} of the modelled total"
        for t, share in zip(media, shares[1:], strict=False)
    ]
    assert plain(said["waterfall: figure hovertext"]) == [*hover, f"Modelled total {write(whole.fitted)}"]
    whiskers = shown.figure("waterfall")["data"][1]
    starts = np.cumsum(values[:-1])
    for place, term in enumerate(media):
        low, high = ends_of(term.total, level)
        assert whiskers["x"][place] == pytest.approx(starts[place + 1])
        assert whiskers["error_x"]["array"][place] == pytest.approx(max(high - term.total.value, 0))
        assert whiskers["error_x"]["arrayminus"][place] == pytest.approx(max(term.total.value - low, 0))


def test_curves_in_words(model: MixModel, unit: Unit, ask: Ask, level: RangeLevel) -> None:
    said = Said(ask("/response", f"?range={level}").page).texts
    results = {result.name: result for result in response.channel_results(model)}
    plan = Planner(model).plan(PlanRequest(periods=13))
    best = {channel.name: channel.spend / 13 for channel in plan.channels}
    full = []
    for curve in response.curves(model):
        place, result, write = f"curve-{curve.name}", results[curve.name], unit.outcome
        gain = f"{write(curve.value_today.value)} ({join_ends(*map(write, ends_of(curve.value_today, level)))})"
        today = f"{unit.money(curve.spend_today)} a week brings {gain}"
        assert said[f"{place}: h2"] == [f"{named(result)}: {today}"]
        slope = curve.marginal_today
        low, high = ends_of(slope, level)
        bring = (
            f"The next 1,000 units of money bring {unit.roi(slope.value)} conversions ({ratio_ends(slope, level, 1000.0)})."
            if unit.conversions
            else f"The next euro brings {unit.money(slope.value)} ({join_ends(unit.money(low), unit.money(high))})."
        )
        assert said[f"{place}: p"] == [bring]
        saturation, carry, *optimum = said[f"{place}: li"]
        reached = curve.value_today.value / float(
            model.draws.weights @ model.draws.beta[:, model.paid_names.index(curve.name)]
        )
        assert f"reaches {reached * 100:.0f} % of the most" in saturation
        if "close to its ceiling" in saturation:
            full.append((result.spend, named(result)))
        days = result.half_life_periods * 7
        gone = f"about {days:.0f} days" if days < 13.5 else f"about {days / 7:.0f} weeks"
        assert carry == (
            f"Carry-over – {write_share(result.immediate_share)} of the effect comes in the week of the spend; half of it "
            f"is gone after {gone}."
        )
        move = best[curve.name] / curve.spend_today - 1
        to = f"{unit.money(best[curve.name])} a week, {write_share(abs(move))} {'more' if move > 0 else 'less'} than today, "
        words = (
            "Today's spend is where it should be." if abs(move) <= 0.02 else f"{to}when today's total is spread best."
        )
        assert optimum[0] == f"Optimum – {words[:1].upper()}{words[1:]}" if optimum else abs(move) <= 0.02
        texts = plain(said[f"{place}: figure text"])
        assert f"Today {today}" in texts
        for step in range(0, len(curve.spend), 7):
            value, slope_here = curve.outcome.value[step], curve.marginal[step]
            band = (
                (curve.outcome.low, curve.outcome.high) if level == 90 else (curve.outcome.low50, curve.outcome.high50)
            )
            at = join_ends(write(band[0][step]), write(band[1][step]))
            next_ = "1,000" if unit.conversions else "euro"
            line = f"{unit.money(curve.spend[step])} a week {write(value)} ({at}) ROI of the next {next_}: {unit.roi(slope_here)}"
            assert any(text.startswith(line) for text in texts), line
    lede = Said(ask("/response").page)
    assert full
    for _, name in full:
        assert name in lede.texts["header: lede"][0]


@pytest.mark.parametrize("seed", [1, 2, 5])
def test_a_channel_near_its_ceiling_is_so_in_the_lede_too(seed: int) -> None:
    model = read_model(write_model(make_model(periods=70, paid=4, draws=12, seed=seed)))
    said = Said(serve(model)("/response").page).texts
    (lede,) = said.get("header: lede") or [""]
    for result in response.channel_results(model):
        (words,) = [line for line in said[f"curve-{result.name}: li"] if line.startswith("Saturation")]
        full = result.saturation_share >= 0.6
        assert ("close to its ceiling" in words) == full, named(result)
        assert (named(result) in lede and "near the ceiling" in lede) == full, (lede, words)
    if "near its ceiling" in lede:
        ranked = sorted(response.channel_results(model), key=lambda r: -r.marginal_roi.value)
        assert lede == (
            "No channel is near its ceiling; the next euro brings the most in "
            f"{named(ranked[0])} and the least in {named(ranked[-1])}."
        )
