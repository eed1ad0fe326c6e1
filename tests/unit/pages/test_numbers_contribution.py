"""Contribution: its sentences, hover words and numbers beside bars, from `mixline.mmm.response` alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from dashboard.figures.format import RangeLevel, Unit, join_ends, write_ratio, write_share
from mixline.mmm import response
from mixline.mmm.model import MixModel
from mixline.mmm.model_file import read_model, write_model
from tests.builders import make_model
from tests.unit.pages.said import Said
from tests.unit.pages.served import Ask, serve
from tests.unit.pages.shown import ends_of, named, plain, ratio_ends, ratio_with_ends, write

UNITS = {"revenue": Unit("EUR"), "conversions": Unit("", conversions=True)}
CHANCES = (
    (0.99, "almost certainly"),
    (0.9, "very likely"),
    (0.7, "probably"),
    (0.301, "uncertain"),
    (0.101, "probably not"),
    (0.0, "very unlikely"),
)
ADVICE = {
    (True, True): ("scale", "earned, and more would earn"),
    (True, False): ("hold", "earned, but more would not"),
    (False, True): ("fix", "did not earn, but more would"),
    (False, False): ("cut", "did not earn, and more would not"),
}


@pytest.fixture(scope="module", params=["revenue", "conversions"])
def model(request: pytest.FixtureRequest) -> MixModel:
    return read_model(write_model(make_model(periods=80, paid=4, draws=24, kind=request.param, seed=3)))


@pytest.fixture(scope="module")
def unit(model: MixModel) -> Unit:
    return UNITS[model.spec.goal.kind]


@pytest.fixture(scope="module")
def results(model: MixModel) -> list[response.ChannelResult]:
    return list(response.channel_results(model))


@pytest.fixture(scope="module")
def ask(model: MixModel) -> Ask:
    return serve(model)


@pytest.fixture(scope="module", params=[90, 50])
def level(request: pytest.FixtureRequest) -> RangeLevel:
    return 90 if request.param == 90 else 50


def chance(result: response.ChannelResult) -> str:
    """In words, as the probability stands when rounded to a hundredth."""
    return next(words for least, words in CHANCES if round(result.probability_profitable, 2) >= least)


def periods(count: float) -> str:
    return (
        "< ½ week"
        if count < 0.5
        else f"{count:.1f}".removesuffix(".0") + (" week" if f"{count:.1f}" == "1.0" else " weeks")
    )


def test_the_lede_adds_the_two_largest_channels(results: list[response.ChannelResult], ask: Ask) -> None:
    first, second, *_ = sorted(results, key=lambda r: -r.contribution.value)
    whole = sum(result.contribution.value for result in results)
    share = write_share((first.contribution.value + second.contribution.value) / whole)
    lede = f"{named(first)} and {named(second)} bring {share} of everything paid marketing brought."
    assert Said(ask("/contribution").page).texts["header: lede"] == [lede]


@pytest.mark.parametrize("period", ["week", "month", "quarter"])
def test_the_period_in_which_marketing_carried_most(model: MixModel, ask: Ask, period: response.Period) -> None:
    parts = response.contributions(model, period)
    paid = np.sum([term.series.value for term in parts.terms if term.group == "paid"], axis=0)
    peak = int((paid / parts.fitted).argmax())
    day = parts.dates[peak].item()
    at = {
        "week": f"the week of {day.day} {day:%b %Y}",
        "month": f"{day:%B %Y}",
        "quarter": f"Q{(day.month + 2) // 3} {day.year}",
    }[period]
    overall, most = write_share(paid.sum() / parts.fitted.sum()), write_share(paid[peak] / parts.fitted[peak])
    (title,) = Said(ask("/contribution", f"?period={period}").page).texts["decomposition: h2"]
    assert title == f"Paid marketing carried {overall} of the modelled total, and the most in {at} with {most}"


def test_pointing_at_the_decomposition(model: MixModel, unit: Unit, ask: Ask) -> None:
    shown, parts, write = ask("/contribution"), response.contributions(model), unit.outcome
    *bars, line = shown.figure("decomposition")["data"]
    assert line["text"] == [
        f"Actual {write(actual)}<br>Modelled {write(fitted)}"
        for actual, fitted in zip(parts.actual, parts.fitted, strict=True)
    ]
    texts = {
        bar["name"]: [text.replace("\u00a0", " ").replace("\u2060", "") for text in bar["hovertext"]] for bar in bars
    }
    terms = {named(term): term.series for term in parts.terms if term.group in ("paid", "organic")}
    for name, series in terms.items():
        assert texts.pop(name) == [
            f"{write(value)} ({join_ends(write(low), write(high))})"
            for value, low, high in zip(series.value, series.low, series.high, strict=True)
        ]
    for name, values in texts.items():  # what is not media, some of it added up: its range is then not known
        (own,) = [bar["y"] for bar in bars if bar["name"] == name]
        assert [text.partition(" (")[0] for text in values] == [write(value) for value in own]
    axis = shown.figure("decomposition")["layout"]["yaxis"]
    assert axis["ticktext"] == [write(place) for place in axis["tickvals"]]


def test_returns_in_words(results: list[response.ChannelResult], unit: Unit, ask: Ask, level: RangeLevel) -> None:
    said, scale = Said(ask("/contribution", f"?range={level}").page).texts, unit.roi_scale
    ordered = sorted(results, key=lambda r: -r.roi.value)
    best, value = ordered[0], write_ratio(ordered[0].roi.value * scale)
    sure = sum(result.probability_profitable >= 0.9 for result in ordered)
    count = {0: "None", len(ordered): "All"}.get(sure, str(sure))
    assert said["roi: h2"] == [
        f"{named(best)} brings the most: {value} {unit.roi_name}"
        if unit.conversions
        else f"{count} of 4 channels very likely earn more than they cost; {named(best)} leads with {value} per euro"
    ]
    words = [write_ratio(r.roi.value * scale) + ("" if unit.conversions else f" {chance(r)}") for r in ordered]
    assert [text for text in plain(said["roi: figure annotations"]) if text != "break-even"] == words
    assert plain(said["roi: figure narrow"])[-4:] == words
    tails = [
        f"{unit.money(r.cpa.value)} per conversion"
        if r.cpa
        else f"{write_share(r.probability_profitable)} likely to pay for itself"
        for r in ordered
    ]
    assert plain(said["roi: figure text"]) == [
        f"{named(r)} ROI {write_ratio(r.roi.value * scale)} {unit.roi_name} {level} % range "
        f"{ratio_ends(r.roi, level, scale)} {tail}"
        for r, tail in zip(ordered, tails, strict=True)
    ]


def test_shares_in_words(results: list[response.ChannelResult], ask: Ask, level: RangeLevel) -> None:
    said = Said(ask("/contribution", f"?range={level}").page).texts
    ordered = sorted(results, key=lambda r: -r.spend)
    money, gain = sum(r.spend for r in results), sum(r.contribution.value for r in results)
    away = {r.name: r.contribution.value / gain - r.spend / money for r in results}
    best, worst = max(results, key=lambda r: away[r.name]), min(results, key=lambda r: away[r.name])
    told, only = (best, "") if best.share_of_effect.low > best.spend / money else (worst, "only ")
    clear = not only or worst.share_of_effect.high < worst.spend / money
    assert said.get("shares: h2", []) == (
        [
            f"{named(told)} brings {only}{write_share(told.contribution.value / gain)} of the effect with "
            f"{write_share(told.spend / money)} of the spend"
        ]
        if clear
        else []
    )
    hover = [
        f"{named(r)} {write_share(r.spend / money)} of spend {write_share(r.contribution.value / gain)} of effect "
        f"({join_ends(*map(write_share, ends_of(r.share_of_effect, level)))})"
        for r in ordered
    ]
    assert plain(said["shares: figure text"]) == hover * 2  # at the dot and at the diamond
    assert plain(said["shares: figure narrow"])[-4:] == [write_share(r.contribution.value / gain) for r in ordered]


def test_quadrants_place_and_name_every_channel(
    model: MixModel, results: list[response.ChannelResult], unit: Unit, ask: Ask, level: RangeLevel
) -> None:
    shown, scale = ask("/contribution", f"?range={level}"), unit.roi_scale
    said, whole = Said(shown.page).texts, response.totals(model)
    lines = (whole.blended_roi.value, whole.marginal_roi.value) if unit.conversions else (1.0, 1.0)
    ordered = sorted(results, key=lambda r: -r.spend)
    money = sum(r.spend for r in results)
    found = {r.name: ADVICE[r.roi.value >= lines[0], r.marginal_roi.value >= lines[1]] for r in ordered}
    clear = {  # both 50 % ranges on one side of their line
        r.name
        for r in ordered
        if all(f.low50 >= line or f.high50 < line for f, line in zip((r.roi, r.marginal_roi), lines, strict=True))
    }

    def joined(names: list[str]) -> str:
        if len(names) > 3:
            return f"{names[0]}, {names[1]} and {len(names) - 2} more"
        return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)

    parts = []
    for advice in ("scale", "hold", "fix", "cut"):
        names = [named(r) for r in ordered if r.name in clear and found[r.name][0] == advice]
        parts += [f"{advice} {joined(names)}"] if names else []
    open_ = [named(r) for r in ordered if r.name not in clear]
    parts += [f"{joined(open_)} {'is' if len(open_) == 1 else 'are'} not clear yet"] if parts and open_ else []
    assert [title.lower() for title in said.get("quadrants: h2", [])] == ["; ".join(parts).lower()] * bool(parts)
    assert shown.figure("quadrants")["data"][-1]["marker"]["opacity"] == [
        1 if r.name in clear else 0.4 for r in ordered
    ]
    assert plain(said["quadrants: figure hovertext"]) == [
        f"{named(r)}: {found[r.name][0]} "
        + ("" if unit.conversions else f"It {found[r.name][1]} ")
        + f"ROI {ratio_with_ends(r.roi, level, scale)} of the next {ratio_with_ends(r.marginal_roi, level, scale)} "
        f"Spend {unit.money(r.spend)}, {write_share(r.spend / money)} of all"
        + ("" if r.name in clear else " a 50 % range reaches across a line: not clear yet")
        for r in ordered
    ]
    *crosses, dots = shown.figure("quadrants")["data"]
    assert dots["x"] == pytest.approx([r.roi.value * scale for r in ordered])
    assert dots["y"] == pytest.approx([r.marginal_roi.value * scale for r in ordered])
    sizes = np.asarray(dots["marker"]["size"])
    assert sizes == pytest.approx(sizes[0] * np.sqrt([r.spend / ordered[0].spend for r in ordered]))
    for cross, r in zip(crosses, ordered, strict=True):
        assert cross["x"][:2] == pytest.approx(ends_of(r.roi, level, scale))
        assert cross["y"][3:] == pytest.approx(ends_of(r.marginal_roi, level, scale))
    drawn = [shape.get("x0") for shape in shown.figure("quadrants")["layout"]["shapes"] if shape.get("xref") == "x"]
    assert drawn == pytest.approx([lines[0] * scale])


def test_carry_over_in_words(results: list[response.ChannelResult], ask: Ask) -> None:
    said = Said(ask("/contribution").page).texts
    ordered = sorted(results, key=lambda r: r.immediate_share)
    later = write_share(1 - ordered[0].immediate_share)
    assert said["carryover: h2"] == [
        f"{named(ordered[0])} works longest after the spend: {later} of its effect comes later"
    ]
    halves = [periods(r.half_life_periods) for r in ordered]
    assert said["carryover: figure customdata"] == [half for half in halves * 2 if any(c.isdigit() for c in half)]
    parts = [r.immediate_share for r in ordered] + [1 - r.immediate_share for r in ordered]
    assert said["carryover: figure text"] == [write_share(part) for part in parts if part >= 0.12]


def test_the_table_of_channels_is_written_from_its_own_numbers(
    results: list[response.ChannelResult], unit: Unit, ask: Ask, level: RangeLevel
) -> None:
    rows = {row["channel"]: row for row in ask("/contribution", f"?range={level}").grid("channel-table")}
    money, gain, scale = sum(r.spend for r in results), sum(r.contribution.value for r in results), unit.roi_scale
    for r in results:
        row = {
            name: str(text).replace("\u00a0", " ").replace("\u2060", "")
            for name, text in rows[named(r)].items()
            if name.endswith("_text")
        }
        brought = join_ends(*map(unit.outcome, ends_of(r.contribution, level)))
        sure = "> 99 %" if r.probability_profitable > 0.99 else write_share(r.probability_profitable)
        assert row == {
            "spend_text": unit.money(r.spend),
            "contribution_text": f"{unit.outcome(r.contribution.value)} ({brought})",
            "roi_text": ratio_with_ends(r.roi, level, scale),
            "marginal_roi_text": ratio_with_ends(r.marginal_roi, level, scale),
            "share_of_spend_text": write_share(r.spend / money),
            "share_of_effect_text": write_share(r.contribution.value / gain),
            "half_life_text": periods(r.half_life_periods),
            "probability_profitable_text": f"{chance(r)} ({sure})",
            "cost_per_conversion_text": unit.money(r.spend / r.contribution.value) if r.cpa else "–",
        }
        numbers = rows[named(r)]
        for name, figure in (("roi", r.roi), ("marginal_roi", r.marginal_roi), ("contribution", r.contribution)):
            found = [numbers[f"{name}{end}"] for end in ("", "_low", "_high")]
            assert found == pytest.approx([figure.value, figure.low, figure.high])
        assert numbers["probability_profitable"] == pytest.approx(r.probability_profitable)
        assert numbers["share_of_spend"] == pytest.approx(r.spend / money)


def test_the_table_on_paper_says_what_the_grid_says(ask: Ask, level: RangeLevel) -> None:
    """A printed page cannot scroll: its cells are the grid's, written in the same words."""
    shown = ask("/contribution", f"?range={level}")
    cells = Said(shown.page).texts.get("table-on-paper: td", [])
    written = {
        str(text).replace("\u00a0", " ").replace("\u2060", "")
        for row in shown.grid("channel-table")
        for name, text in row.items()
        if name == "channel" or name.endswith("_text")
    }
    assert set(cells) <= written
    rows = {write(part["children"][0]): part["children"] for part in shown.parts if len_of(part) > 5}
    for row in shown.grid("channel-table"):
        line = [write(cell) for cell in rows.get(row["channel"], [])]
        kept = [
            str(row[f"{name}_text"]).replace("\u00a0", " ").replace("\u2060", "")
            for name in ("spend", "contribution", "roi", "marginal_roi")
        ]
        assert not line or line[1:5] == kept


def len_of(part: dict[str, Any]) -> int:
    """How many cells a line of a table has; 0 of anything else."""
    cells = part.get("children")
    if not isinstance(cells, list):
        return 0
    return len(cells) if all(isinstance(c, dict) and c.get("type") == "Td" for c in cells) else 0
