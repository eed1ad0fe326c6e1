"""Every figure of a plan, on the page and on paper, whatever was asked: bars, points, words and findings are the model's."""

from __future__ import annotations

import numpy as np
import pytest

from dashboard.figures.format import Unit
from mixline.mmm import response
from mixline.mmm.estimates import Band, band
from tests.unit.pages.amounts import check_figures, list_dates, list_figures
from tests.unit.pages.plan_judged import Array
from tests.unit.pages.plan_questions import CASES, PERIODS
from tests.unit.pages.planned import CLOSE, Planned, Seen, label, open_plan, plain, write_return
from tests.unit.pages.shown import Found, five


@pytest.fixture(scope="module", params=CASES, ids=lambda case: "-".join(case))
def plan(request: pytest.FixtureRequest) -> Planned:
    return open_plan(*request.param)


@pytest.fixture(scope="module", params=["page", "paper"])
def seen(request: pytest.FixtureRequest, plan: Planned) -> Seen:
    return plan.page if request.param == "page" else plan.paper


def near(expected: object, size: float = 0.0) -> object:
    """`size`: of what was taken apart, where a difference is compared."""
    return pytest.approx(expected, rel=CLOSE, abs=CLOSE * size + 1e-9)


def rows(figure: Found) -> list[list[object]] | None:
    """The numbers to take away; paper has none."""
    meta = figure["layout"].get("meta")
    return meta["rows"] if meta else None


def dates(plan: Planned) -> list[str]:
    return [plan.begins(period) for period in range(PERIODS)]


def test_spend_before_and_after(plan: Planned, seen: Seen) -> None:
    unit, figure = plan.unit, seen.figures["plan-change"]
    order = sorted(range(len(plan.names)), key=lambda c: -max(plan.spend[c], plan.spend_now[c]))
    labels = [label(plan.names[c]) for c in order]
    for trace, title, spend in zip(figure["data"], ("Planned", "Today"), (plan.spend, plan.spend_now), strict=True):
        assert trace["name"] == title
        assert trace["y"] == labels
        assert trace["x"] == near(spend[order].tolist())
        assert trace["hovertext"] == [
            f"<b>{label(plan.names[c])}</b><br>{title}: {unit.money(spend[c])}" for c in order
        ]
    more = plan.spend - plan.spend_now
    moved = int(np.argmax(np.abs(more)))
    still = abs(more[moved]) < 0.005 * max(plan.spend.sum(), plan.spend_now.sum())
    title = seen.titles["plan-change"][0]
    check_figures(title, *([] if still else [unit.money(more[moved], sign=True)]))
    assert still or title.startswith(label(plan.names[moved]))
    table = [[name, plan.spend_now[c], plan.spend[c]] for name, c in zip(labels, order, strict=True)]
    for got, expected in zip(rows(figure) or table, table, strict=True):
        assert (got[0], got[1:]) == (expected[0], near(expected[1:]))


def test_the_bridge_from_todays_outcome(plan: Planned, seen: Seen) -> None:
    unit, figure = plan.unit, seen.figures["plan-bridge"]
    then, now = (judged.estimate(judged.whole).value for judged in (plan.plan, plan.today))
    more = plan.model.draws.weights @ (plan.plan.brought - plan.today.brought)
    (bars,) = figure["data"]
    names, values = bars["y"], dict(zip(bars["y"], bars["x"], strict=True))
    assert (names[0], names[-1]) == ("Today", "Plan")
    assert set(names[1:-1]) == {label(name) for name in plan.names}
    for c, name in enumerate(plan.names):
        assert values[label(name)] == near(more[c], abs(then))
    assert bars["base"][0] + bars["x"][0] == near(now)
    assert bars["base"][-1] + bars["x"][-1] == near(then)
    assert bars["base"][1:-1] == near((now + np.cumsum([0.0, *bars["x"][1:-2]])).tolist(), abs(then))
    assert sum(bars["x"][1:-1]) == near(then - now, abs(then))
    first, last = unit.outcome_change(now, then)
    texts = [first, *(unit.outcome(v, sign=True) for v in bars["x"][1:-1]), last]
    assert bars["hovertext"] == [f"<b>{name}</b><br>{text}" for name, text in zip(names, texts, strict=True)]
    beside = {note["y"]: note["text"] for note in figure["layout"]["annotations"]}
    assert beside == {name: f"<b>{text}</b>" for name, text in zip(names, texts, strict=True)}
    ends = (unit.outcome(then),) if plan.is_today else (first, last)
    whisker = bars["error_x"]
    assert whisker["visible"] != plan.is_today
    if not plan.is_today:
        gain = plan.gain
        low, high = (gain.low, gain.high) if plan.level == 90 else (gain.low50, gain.high50)
        assert then + whisker["array"][-1] == near(now + high, abs(then))
        assert then - whisker["arrayminus"][-1] == near(now + low, abs(then))
        assert {*whisker["array"][:-1], *whisker["arrayminus"][:-1]} == {None}, "a length of 0 would draw its caps"
    change = () if plan.is_today else (unit.outcome(then - now, sign=True),)
    check_figures(seen.titles["plan-bridge"][0], *ends, *change)
    table = rows(figure)
    if table is not None:
        assert [row[0] for row in table] == names
        assert [row[1] for row in table] == near([now, *bars["x"][1:-1], then], abs(then))


def test_weekly_spend_and_its_days(plan: Planned, seen: Seen) -> None:
    unit, figure, days = plan.unit, seen.figures["plan-weeks"], dates(plan)
    *bars, line = figure["data"]
    order = sorted((c for c in range(len(plan.names)) if plan.spend[c] > 0), key=lambda c: -plan.spend[c])
    assert [bar["name"] for bar in bars] == [label(plan.names[c]) for c in order]
    for c, bar in zip(order, bars, strict=True):
        check_weeks(bar, plan.money[:, c], plan, unit, days)
    assert line["name"] == "Today's plan"
    check_weeks(line, plan.now.sum(1), plan, unit, days)
    totals = plan.money.sum(1)
    top = int(np.argmax(totals))
    most, even = unit.money(float(totals[top])), np.ptp(totals) <= 0.01 * totals.max()
    title = seen.titles["plan-weeks"][0]
    check_figures(title, most)
    assert list_dates(title) == ([] if even else [days[top]])
    table = rows(figure)
    if table is not None:
        assert [row[0] for row in table] == list(plan.plan.days)
        numbers = np.array([row[1:] for row in table], dtype=float)
        expected = np.column_stack([plan.money[:, order], totals, plan.now.sum(1)])
        np.testing.assert_allclose(numbers, expected, rtol=CLOSE, atol=1e-9)


def check_weeks(trace: Found, money: Array, plan: Planned, unit: Unit, days: list[str]) -> None:
    assert trace["x"] == list(plan.plan.days)
    assert trace["y"] == near(money.tolist())
    said = [f"<b>{trace['name']}</b><br>{day}: {unit.money(v)}" for day, v in zip(days, trace["y"], strict=True)]
    assert trace["text"] == said


def test_curves_marks_and_where_they_are_dashed(plan: Planned, seen: Seen) -> None:
    unit = plan.unit
    assert {name for name in seen.figures if name.startswith("plan-curve-")} == {f"plan-curve-{n}" for n in plan.names}
    for c, name in enumerate(plan.names):
        figure = seen.figures[f"plan-curve-{name}"]
        shade, solid, *rest = figure["data"]
        points = {"Today": (plan.spend_now[c], plan.today.estimate(plan.today.brought[:, c]).value),
                  "Plan": (plan.spend[c], plan.plan.estimate(plan.plan.brought[:, c]).value)}  # fmt: skip
        for mark in rest[-2:]:
            spend, outcome = points.pop(mark["name"])
            assert (mark["x"], mark["y"]) == (near([spend]), near([outcome]))
            said = f"<b>{mark['name']}</b><br>{unit.money(spend)} brings {unit.outcome(outcome)}"
            assert mark["text"] == [said]
        assert not points
        seen_most = plan.most_ever(c) * PERIODS
        assert seen_most == near(response.curves(plan.model)[c].observed_maximum * PERIODS)
        dashed = rest[:-2]
        assert solid["line"]["dash"] == "solid"
        assert max(solid["x"]) <= seen_most * (1 + CLOSE)
        if dashed:
            assert dashed[0]["line"]["dash"] != "solid"
            assert dashed[0]["x"][0] == solid["x"][-1]
            assert dashed[0]["x"][1] > seen_most
        x = [*solid["x"], *(dashed[0]["x"][1:] if dashed else [])]
        y = [*solid["y"], *(dashed[0]["y"][1:] if dashed else [])]
        for place in (1, len(x) // 2, len(x) - 1):
            expected = at(plan, c, x[place])
            size = 2e-3 * abs(expected.value[0])  # between its points a curve is drawn by a table
            ends = (expected.low, expected.high) if plan.level == 90 else (expected.low50, expected.high50)
            assert y[place] == pytest.approx(expected.value[0], rel=2e-3)
            assert shade["y"][2 * len(x) - 1 - place] == pytest.approx(ends[0][0], rel=2e-3, abs=size)
            assert shade["y"][place] == pytest.approx(ends[1][0], rel=2e-3, abs=size)
            table = rows(figure)
            if table is not None:
                assert table[place][0] == near(x[place])
                assert table[place][1:] == pytest.approx([v[0] for v in five(expected)], rel=2e-3, abs=size)  # type: ignore[arg-type, index]
        assert shade["x"] == [*x, *reversed(x)]
        if rows(figure) is not None:
            columns = figure["layout"]["meta"]["columns"]
            assert [list_figures(name) for name in columns] == [[], [], ["5 %"], ["95 %"], ["25 %"], ["75 %"]]
        check_words(plan, seen, c, beyond=plan.spend[c] > seen_most * (1 + CLOSE))


def check_words(plan: Planned, seen: Seen, c: int, *, beyond: bool) -> None:
    unit, (title, note) = plan.unit, seen.titles[f"plan-curve-{plan.names[c]}"]
    brings = plan.plan.estimate(plan.plan.brought[:, c]).value
    following = plan.plan.estimate(plan.plan.slope[:, c]).value
    assert title.startswith(label(plan.names[c]))
    check_figures(title, unit.money(plan.spend[c]), unit.outcome(brings))
    check_figures(note, write_return(unit, following))
    assert ("beyond what was ever spent" in note) == beyond


def at(plan: Planned, channel: int, spend: float) -> Band:
    """What a channel brings at other spend, spread as the plan spreads it."""
    other = plan.money.copy()
    other[:, channel] *= spend / plan.money[:, channel].sum()
    return band(plan.judge(other).brought[:, channel : channel + 1], plan.model.draws.weights)


def test_the_delta_table(plan: Planned, seen: Seen) -> None:
    unit, level, table = plan.unit, plan.level, {row[0]: row[1:] for row in seen.table}
    order = sorted(range(len(plan.names)), key=lambda c: -plan.spend[c])
    assert [row[0] for row in seen.table] == [*(label(plan.names[c]) for c in order), "All channels"]
    for c in order:
        brings = plan.plan.estimate(plan.plan.brought[:, c])
        following = plan.plan.estimate(plan.plan.slope[:, c])
        assert table[label(plan.names[c])] == [
            unit.money(plan.spend_now[c]),
            unit.money(plan.spend[c]),
            change(plan.spend[c] / plan.spend_now[c] - 1),
            plain(f"{unit.outcome(brings.value)} ({unit.outcome_range(brings, level)})"),  # type: ignore[arg-type]
            plain(unit.roi_with_range(following, level)),  # type: ignore[arg-type]
            stop(plan, c),
        ]
    brings, following = plan.plan.estimate(plan.plan.brought.sum(1)), plan.plan.estimate(plan.following)
    assert table["All channels"] == [
        unit.money(plan.spend_now.sum()),
        unit.money(plan.spend.sum()),
        change(plan.spend.sum() / plan.spend_now.sum() - 1),
        plain(f"{unit.outcome(brings.value)} ({unit.outcome_range(brings, level)})"),  # type: ignore[arg-type]
        plain(unit.roi_with_range(following, level)),  # type: ignore[arg-type]
        "",
    ]


def change(share: float) -> str:
    """A change in per cent: a place after the point below ten."""
    percent = abs(100 * share)
    if percent < 0.05:
        return "0 %"
    return f"{'−' if share < 0 else '+'}{percent:.{1 if percent < 9.95 else 0}f} %"


def stop(plan: Planned, channel: int) -> str:
    """The words for the limit a channel stands at."""
    percent, stands = 100 * plan.spend[channel] / plan.spend_now[channel], plan.stops(channel)
    if stands == "locked":
        return "Held at today's spend"
    if not stands:
        return "–"
    return f"{'Held at' if stands == 'held' else f'At its {stands},'} {percent:.0f} % of today"
