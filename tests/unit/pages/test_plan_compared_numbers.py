"""Saved plans and up to five of them side by side: every number is the model's, in the unit of the plan's own model."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from dashboard.components.plan_saved import compare_plans
from dashboard.figures.drawing import Look
from dashboard.figures.format import RangeLevel, write_share
from mixline.messages import PlanQuestion, ScenarioFigures, ScenarioView
from mixline.mmm.estimates import estimate
from mixline.mmm.planner import plan as solve
from mixline.mmm.planner import write_request
from tests.unit.pages.amounts import check_figures, list_dates, list_figures
from tests.unit.pages.plan_questions import BY_WEEK, OTHERS, PERIODS, Kind, goal_of
from tests.unit.pages.planned import CLOSE, ID, OTHER, Desk, Planned, cells, label, make_desk, open_plan, plain
from tests.unit.pages.shown import Shown, five, write
from tests.unit.pages.test_plan_figures import change

SAVED = {"budget": "Spring", "outcome": "More", "return": "Steady", "flights": "Bursts", "today": "As it is"}
MOMENT = datetime(2026, 11, 21, 14, 5, tzinfo=UTC)


def keep(desk: Desk, names: list[str], kind: Kind) -> None:
    """Plans as the trainer keeps them, solved by its engine."""
    for number, name in enumerate(names, 1):
        found = solve(desk.model, open_plan(kind, name).question.request)
        figures = ScenarioFigures.model_validate(
            {
                "interval": desk.model.interval, "first": str(found.dates[0]), "last": str(found.dates[-1]), "periods": PERIODS,
                "spend": found.spend, "spend_today": found.spend_today, "spend_by_channel": found.spend_per_channel,
                "outcome": vars(found.outcome), "outcome_today": vars(found.outcome_today), "uplift": vars(found.uplift),
                "probability_of_uplift": found.probability_of_uplift, "roi": vars(found.roi), "is_today": found.is_today,
            }
        )  # fmt: skip
        desk.saved.append(
            ScenarioView(
                id=f"{number:032x}", name=SAVED[name], model_id=ID, model_title="Sales", currency="EUR",
                goal_kind=goal_of(kind), question=PlanQuestion.model_validate(write_request(found.request)), figures=figures,
                actor="person", created_at=MOMENT,
            )
        )  # fmt: skip


LOOKS: list[tuple[Kind, int]] = [
    *((kind, level) for kind in BY_WEEK for level in (90, 50)),
    ("daily", 50),
    ("monthly", 90),
]
Beside = tuple[Shown, dict[str, Planned]]


@pytest.fixture(scope="module", params=LOOKS, ids=str)
def shown(request: pytest.FixtureRequest) -> Beside:
    """Up to five plans side by side, and the same on pages of their own, by the names they were saved under."""
    kind, level = request.param
    desk, names = make_desk(kind), [name for name in SAVED if name in (*OTHERS.get(kind, SAVED), "today")]
    keep(desk, names, kind)
    picked = ",".join(view.id for view in desk.saved)
    plans = {SAVED[name]: open_plan(kind, name) for name in names}
    own = {name: replace(plan, question=replace(plan.question, level=level)) for name, plan in plans.items()}
    return desk.page(f"ahead={PERIODS}&range={level}&compare={picked}"), own


def compared(shown: Shown) -> dict[str, list[str]]:
    """The table of plans side by side: a row per figure, a cell per plan."""
    return {row[0]: row[1:] for row in cells(shown, "plan-compare-table")}


def odds(plan: Planned) -> str:
    return "> 99 %" if plan.chance > 0.99 else "< 1 %" if plan.chance < 0.01 else write_share(plan.chance)


def test_the_list_of_saved_plans(shown: Beside) -> None:
    page, plans = shown
    rows = {row[1]: row for row in cells(page, "plan-saved")}
    assert list(rows) == list(plans)
    for plan, row in zip(plans.values(), rows.values(), strict=True):
        unit = plan.unit
        assert row[2] == plan.ahead
        assert row[3] == unit.money(plan.spend.sum())
        gain = f"{unit.outcome(plan.gain.value, sign=True)} ({odds(plan)})"
        assert row[4] == ("As today" if plan.is_today else gain)
        assert list_dates(row[5]) == ["21 Nov 2026"]
        assert "14:05" in row[5]


def test_a_saved_plan_opens_as_the_very_plan(shown: Beside) -> None:
    page, plans = shown
    links = {write(p): str(p["href"]) for p in page.parts if write(p) in plans and p.get("href")}
    for name, plan in plans.items():
        link = links[name].partition("?")[2]
        again = plan.desk.page(link)
        assert again.texts("plan-headline") == plan.shown.texts("plan-headline")
        assert sure(again, plan, 50 if "range=50" in link else 90) == sure(plan.shown, plan, shown_at(plan))


def shown_at(plan: Planned) -> RangeLevel:
    """The range of the page on which the plan was first seen."""
    return 50 if any("50 % range" in plain(text) for text in plan.shown.texts("plan-certainty")) else 90


def sure(page: Shown, plan: Planned, level: RangeLevel) -> str:
    """What is said of how sure the plan is, but for the range, which is that of the page."""
    said = " ".join(plain(text) for text in page.texts("plan-certainty"))
    ends = plain(plan.unit.outcome_range(plan.gain, level))  # type: ignore[arg-type]
    assert plan.is_today or f"{level} % range" in said
    return said.replace(f"{level} % range", "range").replace(ends, "")


def test_the_table_side_by_side(shown: Beside) -> None:
    page, plans = shown
    table, weights = compared(page), next(iter(plans.values())).model.draws.weights
    (heads,) = [p["children"][0] for p in page.parts if "plan-compare-table" in str(p.get("className", ""))]
    assert all(name in write(heads) for name in plans)
    for place, plan in enumerate(plans.values()):
        unit, level = plan.unit, plan.level
        column = {name: row[place] for name, row in table.items()}
        gain, roi = plan.gain, estimate(plan.plan.brought.sum(1) / plan.spend.sum(), weights)
        following = estimate(plan.following, weights)
        per = unit.roi_per
        ends: Any = unit.outcome_range(gain, level)  # type: ignore[arg-type]
        whole = plan.plan.estimate(plan.plan.whole)
        in_all = f"{unit.outcome(whole.value)} ({unit.outcome_range(whole, level)})"  # type: ignore[arg-type]
        expected = {
            "Over": plan.ahead,
            "Spend": unit.money(plan.spend.sum()),
            "Against today": change(plan.spend.sum() / plan.spend_now.sum() - 1),
            f"{unit.outcome_name.capitalize()} in all": plain(in_all),
            f"Gain in {unit.outcome_name}": plain(f"{unit.outcome(gain.value, sign=True)} ({ends})"),
            "Any gain": "–" if plan.is_today else odds(plan),
            f"Return, {per}": plain(unit.roi_with_range(roi, level)),  # type: ignore[arg-type]
            f"Next money, {per}": plain(unit.roi_with_range(following, level)),  # type: ignore[arg-type]
        } | {
            label(name): f"{unit.money(plan.spend[c])} ({change(plan.spend[c] / plan.spend_now[c] - 1)})"
            for c, name in enumerate(plan.names)
        }
        assert column == expected


def test_the_figure_of_gains(shown: Beside) -> None:
    page, plans = shown
    figure, unit = page.figure("plan-compare"), next(iter(plans.values())).unit
    lines = {t["y"][0]: t for t in figure["data"] if t["mode"] == "lines"}
    dots = {t["y"][0]: t for t in figure["data"] if t["mode"] == "markers"}
    beside = {note["y"]: note["text"] for note in figure["layout"]["annotations"]}
    for (name, plan), row in zip(plans.items(), page.table("plan-compare"), strict=True):
        gain, size = plan.gain, abs(plan.plan.estimate(plan.plan.whole).value)
        ends = [gain.low, gain.high] if plan.level == 90 else [gain.low50, gain.high50]
        assert lines[name]["x"] == pytest.approx(ends, rel=CLOSE, abs=CLOSE * size)
        assert dots[name]["x"] == pytest.approx([gain.value], rel=CLOSE, abs=CLOSE * size)
        check_figures(dots[name]["text"][0], *(unit.outcome(v, sign=True) for v in (gain.value, *ends)))
        assert beside[name] == f"<b>{unit.outcome(gain.value, sign=True)}</b>"
        assert list(row.values())[1:] == pytest.approx(five(gain), rel=CLOSE, abs=CLOSE * size)
    columns = figure["layout"]["meta"]["columns"]
    assert [list_figures(name) for name in columns] == [[], [], ["5 %"], ["95 %"], ["25 %"], ["75 %"]]
    for note in figure["layout"]["meta"].get("narrow", {"layout": {}})["layout"].get("annotations", []):
        assert set(list_figures(note["text"])) <= {unit.outcome(plans[note["y"]].gain.value, sign=True)}
    best = max(plans, key=lambda name: plans[name].gain.value)
    (title,) = [write(p) for p in page.parts if p.get("id") == "title-plan-compare"]
    assert title.startswith(best)
    check_figures(title, unit.outcome(plans[best].gain.value, sign=True))


def test_a_plan_in_another_unit_is_not_set_beside_these() -> None:
    desk = make_desk("revenue", "conversions")
    keep(desk, ["budget", "outcome", "today"], "revenue")
    desk.saved[1] = desk.saved[1].model_copy(update={"model_id": OTHER})
    page = desk.page(f"model={ID[:12]}&ahead={PERIODS}&compare={','.join(view.id for view in desk.saved)}")
    assert [row["Plan"] for row in page.table("plan-compare")] == ["Spring", "As it is"]
    assert any(said.startswith("More: ") and "currency" in said for said in page.texts("error-line"))


def test_plans_are_counted_in_the_periods_of_their_own_models() -> None:
    plans = [open_plan("revenue", name) for name in ("budget", "outcome")]
    solved = [solve(plan.model, plan.question.request) for plan in plans]
    look = Look("light", plans[0].unit, 90, {}, "week")
    drawn = compare_plans(["Weekly", "Daily"], solved, {}, look, ["week", "day"])
    document = json.loads(json.dumps(drawn, default=lambda part: part.to_plotly_json()))
    assert cells(Shown(document), "plan-compare-table")[0] == ["Over", f"{PERIODS} weeks", f"{PERIODS} days"]
