"""Where a plan is not what was asked for, every amount said of it is the model's; a moved slider is answered by its page."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dashboard.components import plan_channels as channels
from dashboard.components.plan_answering import answer_form
from dashboard.components.plan_form import WHOLE
from dashboard.figures.format import write_share
from tests.unit.pages.amounts import check_figures, list_figures, read_typed
from tests.unit.pages.plan_questions import BY_WEEK, PERIODS, Question
from tests.unit.pages.planned import ID, Desk, Planned, open_desk, plain, write_return
from tests.unit.pages.shown import Shown

NAMES = ("channel_0", "channel_1", "channel_2")
USUAL = ("70 %", "140 %")


@pytest.fixture(scope="module", params=BY_WEEK)
def desk(request: pytest.FixtureRequest) -> Desk:
    return open_desk(request.param)


def today(desk: Desk) -> list[float]:
    """Today's spend over the plan, by channel."""
    start, stop = desk.model.series.window
    return [float(v) for v in desk.model.series.spend[start:stop].mean(0) * PERIODS]


def said(shown: Shown, kind: str) -> str:
    return " ".join(map(plain, shown.texts(kind)))


def open_answer(desk: Desk, query: str) -> Planned:
    shown = desk.page(f"ahead={PERIODS}&{query}")
    return Planned(desk, Question(f"ahead={PERIODS}&{query}", None), shown)  # type: ignore[arg-type]


def test_a_channel_moved_too_far_stops_at_what_the_others_leave(desk: Desk) -> None:
    now, money = today(desk), desk.unit.money
    query = "hold=channel_0:300,channel_1:120&bounds=channel_2:80~200&moved=channel_0"
    plan = open_answer(desk, query)
    most = sum(now) - 1.2 * now[1] - 0.8 * now[2]
    assert plan.spend.tolist() == pytest.approx([most, 1.2 * now[1], 0.8 * now[2]], rel=1e-6)
    check_figures(
        said(plan.shown, "plan-note"), money(most), write_share(most / now[0]), money(1.2 * now[1]), money(0.8 * now[2])
    )
    row = said(plan.shown, "words-cell")
    assert write_share(most / now[0]) in list_figures(row)


def test_who_makes_room_leaves_the_usual_limits(desk: Desk) -> None:
    plan = open_answer(desk, "hold=channel_0:200")
    now = today(desk)
    assert plan.spend[0] == pytest.approx(2 * now[0], rel=1e-6)
    assert min(plan.spend[c] / now[c] for c in (1, 2)) < 0.695
    check_figures(said(plan.shown, "plan-note"), *USUAL)


def test_a_budget_that_is_not_spent_is_named(desk: Desk) -> None:
    plan = open_answer(desk, "hold=channel_0:80,channel_1:80,channel_2:80&budget=1000")
    (field,) = [p for p in plan.shown.parts if p.get("id") == "plan-budget"]
    assert read_typed(field["value"]) == 1000
    assert plan.spend.sum() == pytest.approx(0.8 * sum(today(desk)), rel=1e-6)
    check_figures(said(plan.shown, "plan-note"), desk.unit.money(1000.0))


def test_a_target_out_of_reach_is_named_with_what_comes_closest(desk: Desk) -> None:
    unit = desk.unit
    far = open_answer(desk, "goal=outcome&target=900000")
    closest = far.plan.estimate(far.plan.whole).value
    check_figures(said(far.shown, "plan-note"), unit.outcome(900_000.0), unit.outcome(closest))
    assert far.spend.tolist() == pytest.approx([3 * spend for spend in today(desk)], rel=1e-6), (
        "all is spent that may be"
    )
    asked = 40.0 * unit.roi_scale
    high = open_answer(desk, f"goal=roi&target={asked:g}")
    reached = high.plan.estimate(high.plan.brought.sum(1)).value / high.spend.sum()
    check_figures(said(high.shown, "plan-note"), write_return(unit, 40.0), write_return(unit, reached))


def test_limits_that_contradict_each_other_are_named_with_the_gap(desk: Desk) -> None:
    now, money = today(desk), desk.unit.money
    shown = desk.page(f"ahead={PERIODS}&hold=channel_0:150&bounds=channel_1:100~130,channel_2:100~130")
    needed = sum(now) + 0.5 * now[0]
    whole = f"{-(-needed // 1):,.0f}"  # to type: never less than is needed
    check_figures(
        said(shown, "error-line"), money(0.5 * now[0]), money(needed), money(1.5 * now[0]), money(now[1]), money(now[2]),
        whole,
    )  # fmt: skip
    large = desk.page(f"ahead={PERIODS}&budget=9000&bounds=channel_0:~110,channel_1:~110,channel_2:~110")
    room = 1.1 * sum(now)
    check_figures(
        said(large, "error-line"), money(9000 - room), money(room), f"{room // 1:,.0f}", *(money(1.1 * v) for v in now)
    )
    swapped = desk.page(f"ahead={PERIODS}&bounds=channel_1:150~50")
    check_figures(said(swapped, "error-line"), "150 %", "50 %")
    group = desk.page(
        f"ahead={PERIODS}&groups=channel_0:A,channel_1:A&group_bounds=A:~60&hold=channel_0:90,channel_1:90"
    )
    most, least = 0.6 * (now[0] + now[1]), 0.9 * (now[0] + now[1])
    check_figures(
        said(group, "error-line"), money(least - most), money(least), money(0.9 * now[0]), money(0.9 * now[1]),
        f"{-(-least // 1):,.0f}",
    )  # fmt: skip


def test_the_answer_to_a_moved_slider_is_the_page_of_its_address(desk: Desk) -> None:
    none: list[Any] = [None] * 3
    asked = {
        "goal": "outcome", "ahead": PERIODS, "budget": None, "target": 9600, "cautious": False, "after": False,
        "today": WHOLE, "pace": "year", "flight": None, "sliders": [90.0, 100.0, 100.0], "spends": none,
        "holds": [False] * 3, "lows": [None, 320.0, None], "highs": [None, 400.0, None], "prices": none, "groups": [""] * 3,
        "group_lows": [None], "group_highs": [None], "cell": None,
    }  # fmt: skip
    page = {
        "slider_ids": [{"type": channels.SLIDER, "channel": name} for name in NAMES],
        "limit_ids": [{"type": channels.LOW, "channel": name} for name in NAMES],
        "group_ids": [{"type": channels.GROUP_LOW, "group": "A"}],
        "rows": [], "shown": {"model": ID, "range": ""},
        "known": {"held": {}, "shares": dict.fromkeys(NAMES, 100.0), "today": dict(zip(NAMES, today(desk), strict=True))},
    }  # fmt: skip
    with desk.server.test_request_context("/planner"):
        answer = answer_form(asked, page, {"type": channels.SLIDER, "channel": NAMES[0]})
    shown = desk.page(answer["address"])
    plan = Planned(desk, Question(answer["address"], None), shown)  # type: ignore[arg-type]
    answered = Shown(json.loads(json.dumps(answer["answer"], default=lambda part: part.to_plotly_json())))
    for kind in ("plan-headline", "plan-certainty", "plan-step", "plan-settings"):
        assert answered.texts(kind) == shown.texts(kind)
        assert answered.texts(kind)
    percent = [100 * spend / before for spend, before in zip(plan.spend, today(desk), strict=True)]
    assert percent[0] == pytest.approx(90.0)
    assert max(percent) > 300, "the question lets a channel go beyond the usual end of a slider"
    for place, share in enumerate(percent[1:], 1):
        assert answer["sliders"][place] == pytest.approx(share, abs=0.0501)
        assert read_typed(answer["spends"][place]) == pytest.approx(plan.spend[place], abs=0.501)
        if share > 300:
            assert answer["reaches"][place] >= share, "the slider can show it"
    sliders = {
        p["id"]["channel"]: p
        for p in shown.parts
        if isinstance(p.get("id"), dict) and p["id"].get("type") == "plan-slider"
    }
    for name, share in zip(NAMES, percent, strict=True):
        assert sliders[name]["max"] >= sliders[name]["value"] == pytest.approx(share, abs=0.0501)
