"""Every number around a plan's figures is the model's: what was asked, headline, range and odds, sliders, hints, files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from dashboard.figures.format import write_date, write_share
from mixline.mmm import response
from mixline.mmm.estimates import estimate
from mixline.mmm.planner import Planner
from tests.unit.pages.amounts import check_figures, list_dates, list_figures, read_typed
from tests.unit.pages.plan_judged import YEAR
from tests.unit.pages.plan_questions import CASES, PERIODS
from tests.unit.pages.planned import CLOSE, QUARTER, Planned, label, open_plan, plain, write_return
from tests.unit.pages.shown import Found, five, write

SHIFTED = "−"  # as the pages write a minus


@pytest.fixture(scope="module", params=CASES, ids=lambda case: "-".join(case))
def plan(request: pytest.FixtureRequest) -> Planned:
    return open_plan(*request.param)


def text(plan: Planned, kind: str) -> str:
    return " ".join(plain(found) for found in plan.shown.texts(kind))


def part(plan: Planned, key: str) -> Found:
    (found,) = [p for p in plan.shown.parts if p.get("id") == key]
    return found


def parts(plan: Planned, kind: str) -> dict[str, Found]:
    """Parts of a kind by channel or group."""
    found = [p for p in plan.shown.parts if isinstance(p.get("id"), dict) and p["id"].get("type") == kind]
    return {p["id"].get("channel", p["id"].get("group")): p for p in found}


def odds(chance: float) -> str:
    return "99 %" if chance > 0.99 else "1 %" if chance < 0.01 else write_share(chance)


def test_it_is_the_engines_answer_to_the_address(plan: Planned) -> None:
    request = plan.question.request
    if plan.question.query.count(":") == len(plan.names) and "hold" in plan.question.query:
        request = request.change(budget=float(plan.spend.sum()))  # all held: they are the budget
    found = Planner(plan.model).plan(request)
    expected = np.column_stack([channel.spend_by_period for channel in found.channels])
    np.testing.assert_allclose(plan.money, expected, rtol=CLOSE, atol=1e-9)


def test_todays_spend_is_the_reports(plan: Planned) -> None:
    share = PERIODS / response.totals(plan.model).periods
    expected = np.array([result.spend * share for result in response.channel_results(plan.model)])
    if plan.question.last is not None:
        stop = plan.model.series.window[1]
        expected = plan.model.series.spend[stop - plan.question.last : stop].mean(0) * PERIODS
    np.testing.assert_allclose(plan.spend_now, expected, rtol=CLOSE)


def test_money_is_spread_as_was_asked(plan: Planned) -> None:
    if plan.question.flights:
        for money in plan.money.T:
            on = money > 0
            np.testing.assert_allclose(money[on], money[on][0], rtol=CLOSE)
            runs = [len(run) for run in "".join("x" if one else " " for one in on).split()]
            assert min(runs) >= 3, "no flight is shorter than was asked"
        return
    np.testing.assert_allclose(plan.money / plan.money.mean(0), plan.now / plan.now.mean(0), rtol=CLOSE)
    if not (plan.question.even or plan.question.own):
        s = plan.model.series
        before = s.spend[len(s.dates) + np.arange(PERIODS) - YEAR[plan.interval]]
        np.testing.assert_allclose(plan.money / plan.money.mean(0), before / before.mean(0), rtol=CLOSE)


def test_the_headline(plan: Planned) -> None:
    unit, request, whole = plan.unit, plan.question.request, float(plan.spend.sum())
    more = whole - float(plan.spend_now.sum())
    spend = [unit.money(whole)]
    if abs(more) > 0.005 * plan.spend_now.sum():
        spend.append(unit.money(more, sign=True))
    gain = unit.outcome(abs(plan.gain.value))
    expected: list[Any] = [*spend, gain]
    if plan.is_today:
        expected = [unit.money(whole)]
    elif request.scenario == "outcome":
        expected = [*spend, unit.outcome(plan.plan.estimate(plan.plan.whole).value)]
        assert plan.plan.estimate(plan.plan.whole).value == pytest.approx(request.target, rel=1e-6)
    elif request.scenario == "roi":
        roi = plan.plan.estimate(plan.plan.brought.sum(1)).value / whole
        assert roi == pytest.approx(request.target, rel=1e-6)
        expected.append(write_return(unit, roi))
    elif request.scenario == "marginal_roi":
        assert plan.plan.estimate(plan.following).value == pytest.approx(request.target, rel=1e-6)
        expected.append(write_return(unit, request.target or 0.0))
    check_figures(text(plan, "plan-headline"), *expected, str(PERIODS))


def test_the_range_and_the_odds(plan: Planned) -> None:
    unit, gain, said = plan.unit, plan.gain, text(plan, "plan-certainty")
    if plan.is_today:
        assert not list_figures(said)
        return
    more = float(plan.spend.sum() - plan.spend_now.sum())
    each = (write_return(unit, gain.value / more),) if abs(more) > 1e-6 * plan.spend_now.sum() else ()
    ends = [unit.outcome(end) for end in ((gain.low, gain.high) if plan.level == 90 else (gain.low50, gain.high50))]
    level = f"{plan.level} %"
    assert f"{level} range" in said
    check_figures(said, unit.outcome(gain.value, sign=True), *ends, odds(plan.chance), maybe=each, known=(level,))


def test_what_stops_the_plan_as_a_whole(plan: Planned) -> None:
    unit, request, said = plan.unit, plan.question.request, text(plan, "plan-binding")
    following = write_return(unit, plan.plan.estimate(plan.following).value)
    expected: list[Any] = []
    if request.scenario == "budget":
        expected = [unit.money(plan.spend.sum()), following]
    elif request.scenario == "outcome":
        expected = [following]
    elif request.scenario == "roi":
        expected = [write_return(unit, request.target or 0.0)]
    for group in request.groups:
        places = [plan.names.index(name) for name in group.channels]
        share = plan.spend[places].sum() / plan.spend_now[places].sum()
        assert 0.8 - 1e-9 <= share <= 1.05 + 1e-9
        if min(abs(share - 0.8), abs(share - 1.05)) < 1e-6:
            expected.append(write_share(share))
    check_figures(said, *expected)


def test_sliders_amounts_and_shares(plan: Planned) -> None:
    sliders, amounts, shares, holds = (parts(plan, f"plan-{k}") for k in ("slider", "spend", "share", "hold"))
    assert list(sliders) == [plan.names[c] for c in np.argsort(-plan.spend_now)]
    for c, name in enumerate(plan.names):
        percent = 100 * plan.spend[c] / plan.spend_now[c]
        assert sliders[name]["value"] == pytest.approx(percent, abs=0.0501)
        assert sliders[name]["marks"] == {"100": "today"}
        assert sliders[name]["max"] >= max(250, percent)
        assert read_typed(amounts[name]["value"]) == pytest.approx(plan.spend[c], abs=0.501)
        change = round(percent - 100)
        said = f"{SHIFTED if change < 0 else '+'}{abs(change)} %"
        assert shares[name]["children"] == ("as today" if change == 0 else said)
        assert holds[name]["value"] == (plan.stops(c) in ("held", "locked"))
    # What the next touch of the form goes by.
    known, held = part(plan, "plan-known")["data"], [n for c, n in enumerate(plan.names) if holds[n]["value"]]
    assert known["today"] == pytest.approx(dict(zip(plan.names, plan.spend_now, strict=True)))
    assert known["shares"] == pytest.approx(dict(zip(plan.names, 100 * plan.spend / plan.spend_now, strict=True)))
    assert known["held"] == pytest.approx({name: known["shares"][name] for name in held})


def test_fields_say_what_empty_means(plan: Planned) -> None:
    unit, request, goal = plan.unit, plan.question.request, plan.question.request.scenario
    now = float(plan.spend_now.sum())
    assert part(plan, "plan-budget")["placeholder"] == f"{now:,.0f}"
    assert not part(plan, "plan-budget").get("value")
    check_figures(write(part(plan, "plan-budget-hint")), unit.money(now))
    assert part(plan, "plan-ahead")["value"] == PERIODS
    quarter = str(QUARTER[plan.interval])
    assert part(plan, "plan-ahead").get("placeholder", quarter) == quarter
    assert part(plan, "plan-today")["value"] == ("window" if plan.question.last is None else str(plan.question.last))
    label_ = write(part(plan, "plan-target-label"))
    assert ("1,000 euros" in label_) == (unit.conversions and goal != "outcome"), label_
    scale = unit.roi_scale if goal in ("roi", "marginal_roi") else 1.0
    asked = read_typed(part(plan, "plan-target").get("value"))
    assert asked == (None if request.target is None else pytest.approx(request.target * scale))
    usual: dict[str, Any] = {
        "budget": (),
        "outcome": (unit.outcome(plan.today.estimate(plan.today.whole).value),),
        "roi": (write_return(unit, plan.today.estimate(plan.today.brought.sum(1)).value / now),),
        # A euro that brings itself back; of conversions, what the next money brings today where all may move alike.
        "marginal_roi": (write_return(unit, 1.0 if not unit.conversions else following_today(plan)),),
    }
    check_figures(write(part(plan, "plan-target-hint")), *usual[goal])
    low, high = {"budget": ("70", "140")}.get(goal, ("10", "300"))
    for name in plan.names:
        fields = [parts(plan, f"plan-{k}")[name] for k in ("low", "high", "price")]
        assert [field["placeholder"] for field in fields] == [low, high, "0"]
        bounds = request.bounds.get(name)
        given = bounds is not None and bounds.low != bounds.high
        ends = (
            [pytest.approx(100 * (end or 0)) for end in (bounds.low, bounds.high)] if given and bounds else [None] * 2
        )
        price = pytest.approx(100 * (request.prices[name] - 1)) if name in request.prices else None
        assert [field.get("value") for field in fields] == [*ends, price]
    lows, highs = parts(plan, "plan-group-low"), parts(plan, "plan-group-high")
    asked_groups = {group.name[-1]: group.bounds for group in request.groups}
    for letter in "ABC":
        ends = [f[letter].get("value") for f in (lows, highs)]
        wanted = asked_groups.get(letter)
        assert ends == ([None, None] if wanted is None else [100 * (wanted.low or 0), 100 * (wanted.high or 0)])
    flight = part(plan, "plan-flight")
    assert (flight["placeholder"], flight.get("value")) == ("2", 3 if plan.question.flights else None)


def following_today(plan: Planned) -> float:
    """What the next money brings at today's spend, in its proportions."""
    return plan.today.estimate(plan.today.slope @ (plan.spend_now / plan.spend_now.sum())).value


def test_the_table_of_ones_own_pacing(plan: Planned) -> None:
    grids = [p for p in plan.shown.parts if isinstance(p.get("id"), dict) and p["id"].get("type") == "plan-weights"]
    assert len(grids) == bool(plan.question.own)
    for grid in grids:
        rows = np.array([[row[f"c{c}"] for c in range(len(plan.names))] for row in grid["rowData"]], dtype=float)
        expected = 100 * plan.now / plan.now.mean(0)
        for c, name in enumerate(plan.names):
            given = plan.question.own.get(name)
            np.testing.assert_allclose(rows[:, c], expected[:, c] if given is None else given, atol=0.051)


def test_what_was_asked_in_words(plan: Planned) -> None:
    unit, q, said = plan.unit, plan.question, text(plan, "plan-settings")
    goal = q.request.scenario
    first: Any = unit.money(plan.spend.sum())
    if goal == "outcome":
        first = unit.outcome(q.request.target or 0.0)
    elif goal != "budget":
        first = write_return(unit, q.request.target or 0.0)
    ratio = float(plan.spend.sum() / plan.spend_now.sum())
    usual = (70 * min(1.0, ratio), 140 * max(1.0, ratio)) if goal == "budget" else (10, 300)
    expected = [first, str(PERIODS), *(f"{end:.3g} %" for end in usual)]
    expected += [f"{low:g} %" for low, high in q.ends.values() if low == high]
    ends = [(e.low or 0, e.high or 0) for e in (*q.request.bounds.values(), *(g.bounds for g in q.request.groups))]
    expected += [f"{100 * end:g} %" for pair in ends if pair[0] != pair[1] for end in pair]
    expected += [f"{100 * (price - 1):.0f} %" for price in q.prices.values()]
    expected += ["3"] if q.flights else []
    expected += [str(q.last)] if q.last else []
    check_figures(said, *expected)
    assert list_dates(said) == [plan.begins(0), plan.begins(-1)]


def test_notes_and_warnings_name_who_goes_beyond(plan: Planned) -> None:
    said = text(plan, "plan-warnings")
    check_figures(said)
    beyond = [
        label(name) for c, name in enumerate(plan.names) if plan.spend[c] > plan.most_ever(c) * PERIODS * (1 + CLOSE)
    ]
    assert [name for name in map(label, plan.names) if name in said] == beyond
    uncertain = not plan.is_today and plan.question.request.scenario != "outcome" and plan.gain.value > 0
    assert ("uncertain" in said) == (uncertain and plan.chance < 0.8)
    assert not list_figures(text(plan, "plan-note")), "none of these questions asks too much"


def test_the_csv_file(plan: Planned) -> None:
    rows = plan.desk.rows(plan.question.query)
    assert [row["channel"] for row in rows] == list(map(label, plan.names))
    for c, row in enumerate(rows):
        assert [float(v) for v in list(row.values())[1:10]] == pytest.approx(
            channel_figures(plan, c), rel=CLOSE, abs=1e-7
        )
        beyond = plan.spend[c] > plan.most_ever(c) * PERIODS * (1 + CLOSE)
        assert row["beyond_observed"] == ("yes" if beyond else "no")


def channel_figures(plan: Planned, c: int) -> list[float]:
    """Spend today and planned, its change, what it brings and what the next money brings with their 90 % ranges."""
    brings, following = (plan.plan.estimate(of[:, c]) for of in (plan.plan.brought, plan.plan.slope))
    return [
        plan.spend_now[c], plan.spend[c], plan.spend[c] / plan.spend_now[c] - 1,
        *five(brings)[:3], *five(following)[:3],
    ]  # fmt: skip


def test_the_workbook(plan: Planned) -> None:
    book, weights = plan.desk.book(plan.question.query), plan.model.draws.weights
    sheet = {str(row[0]): row for row in book["Plan"] if row[0]}
    for c, name in enumerate(plan.names):
        assert list(sheet[label(name)][1:10]) == pytest.approx(channel_figures(plan, c), rel=CLOSE, abs=1e-7)
    at = next(place for place, row in enumerate(book["Plan"]) if row[0] == "Figure")
    figures = [list(row[1:6]) for row in book["Plan"][at + 1 : at + 7]]
    whole, now = plan.plan.brought.sum(1) / plan.spend.sum(), plan.today.brought.sum(1) / plan.spend_now.sum()
    expected = (plan.plan.whole, plan.today.whole, plan.gains, whole, now, plan.following)
    for got, by_draw in zip(figures, expected, strict=True):
        assert got == pytest.approx(five(estimate(by_draw, weights)), rel=1e-6, abs=1e-6)
    rest = [row[1] for row in book["Plan"][at + 7 : at + 10]]
    assert rest == pytest.approx([plan.chance, plan.spend.sum(), plan.spend_now.sum()], rel=CLOSE)
    assert plain(str(book["Plan"][0][0])) == text(plan, "plan-headline")
    assert plain(str(book["Plan"][1][0])) == text(plan, "plan-certainty")
    assert list_dates(str(book["Plan"][2][0])) == [plan.plan.days[0], plan.plan.days[-1]]
    check_figures(str(book["Plan"][2][0]), str(PERIODS))
    asked, told = text(plan, "plan-settings").removeprefix("What was asked"), [plain(name) for name in sheet]
    assert asked == "".join(told[told.index("What was asked") + 1 : told.index("Figure")])
    spent = np.array([row[1:] for row in book["Spend by period"][1:]], dtype=float)
    np.testing.assert_allclose(spent, np.column_stack([plan.money, plan.money.sum(1)]), rtol=CLOSE, atol=1e-9)
    outcome = book["Outcome by period"][1:]
    assert [str(row[0])[:10] for row in outcome] == list(plan.plan.days)
    for week, row in enumerate(outcome):
        then, before = (judged.estimate(judged.outcome[:, week]) for judged in (plan.plan, plan.today))
        assert list(row[1:]) == pytest.approx([*five(then)[:3], before.value], rel=1e-7)


def test_the_steps_from_today_to_the_plan(plan: Planned) -> None:
    """What to raise and what to cut, by the money each channel gets more or less; what hardly moves is left out."""
    steps = {}
    for said in map(plain, plan.shown.texts("plan-step")):
        name = next(label(n) for n in plan.names if said.startswith(label(n)))
        (steps[name],) = list_figures(said)
    more = plan.spend - plan.spend_now
    for c, name in enumerate(plan.names):
        if abs(more[c]) >= 0.02 * plan.spend_now[c] or label(name) in steps:
            assert steps.pop(label(name)) == plan.unit.money(more[c], sign=True)
    assert not steps


def test_what_it_all_comes_to(plan: Planned) -> None:
    said, unit, now = plain(write(part(plan, "plan-total"))), plan.unit, float(plan.spend_now.sum())
    percent = round(100 * (float(plan.spend.sum()) / now - 1))
    alike = unit.outcome(plan.gain.value, sign=True) in ("0", "€0")
    assert (f"{unit.outcome_name} as today" in said) == alike
    expected = [unit.money(plan.spend.sum()), *([] if alike else [unit.outcome(plan.gain.value, sign=True)])]
    expected += [] if percent == 0 else [f"{SHIFTED if percent < 0 else '+'}{abs(percent)} %"]
    check_figures(said, *expected, *([] if plan.is_today else [odds(plan.chance)]))


def test_periods_are_named_as_the_models(plan: Planned) -> None:
    """A daily model plans days: nothing on the page, its figures and hints, on paper or in the workbook speaks of weeks."""
    paper = re.sub(r"<(script|style).*?</\1>", "", plan.html, flags=re.DOTALL)
    book = [str(cell) for sheet in plan.desk.book(plan.question.query).values() for row in sheet for cell in row]
    said = [*strings(plan.shown.page), re.sub(r"<[^>]+>", " ", paper), *strings(plan.paper.figures), *book]
    named = {
        found.lower()
        for one in said
        if " " in one
        for found in re.findall(r"\b(day|week|month)s?\b", one, re.IGNORECASE)
    }
    assert named == {plan.interval}
    for kind in ("plan-headline", "plan-settings"):
        assert re.search(rf"\bover {plan.ahead}\b", text(plan, kind), re.IGNORECASE)


def strings(node: Any) -> Iterator[str]:
    """Every text of a page or figure, whatever holds it."""
    if isinstance(node, str):
        yield plain(node)
    elif isinstance(node, dict | list):
        for child in node.values() if isinstance(node, dict) else node:
            yield from strings(child)


def test_the_facts_of_the_page_and_its_range(plan: Planned) -> None:
    start, stop = plan.model.series.window
    first, last = (write_date(plan.model.series.dates[row].astype(object)) for row in (start, stop - 1))
    (line,) = [p for p in plan.shown.parts if p.get("className") == "facts"]
    facts = [write(fact) for fact in line["children"]]
    assert [day for fact in facts for day in list_dates(fact)] == [last, first, last]
    assert facts[-1].endswith("version 1")
    assert f"{plan.level} %" in plan.shown.texts("chosen")
