"""The planner's page shows the engine's numbers for the question of its address, computed without asking the trainer again."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest
from dash import no_update
from dash.exceptions import PreventUpdate
from flask import Flask
from openpyxl import load_workbook

from dashboard.client import EXTENSION, TrainerClient
from dashboard.components import plan_channels as channels
from dashboard.components import plan_form as form
from dashboard.components.plan_answering import answer_details, answer_form
from dashboard.components.plan_inputs import PlanInputs
from dashboard.components.plan_keeping import answer_click, read_picked
from dashboard.components.plan_routes import add_routes
from dashboard.components.plan_saved import MOST, PICK, REMOVE, SAVE, compare_plans
from dashboard.components.plan_shelf import KEPT, PlannerShelf
from dashboard.components.plan_typed import write_typed
from dashboard.components.plan_words import moved_channels, plan_headline
from dashboard.figures.drawing import make_look
from mixline.errors import UnavailableError
from mixline.messages import ScenarioRequest
from mixline.settings import Settings
from pages import planner as page
from tests.unit.dashboard import answers
from tests.unit.pages.plan_form_sent import FILES, NAMES, SHOWN, SUMMARY, asked, kept, shown, solved, words


@pytest.fixture
def trainer() -> SimpleNamespace:
    return SimpleNamespace(asked=[], away=False, saved=[])


@pytest.fixture
def app(trainer: SimpleNamespace) -> Iterator[Flask]:
    usual = answers.answer_with([SUMMARY])

    def answer(request: httpx.Request) -> httpx.Response:
        if trainer.away:
            raise httpx.ConnectError("away", request=request)
        trainer.asked.append(request.url.path)
        _, files, name = request.url.path.partition("/files/")
        if files:
            return httpx.Response(200, content=FILES[name])
        if request.url.path.startswith("/v1/scenarios"):
            return scenarios(request)
        return usual(request)

    def scenarios(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            view = kept(ScenarioRequest.model_validate_json(request.content), len(trainer.saved) + 1)
            trainer.saved.insert(0, view)
            return httpx.Response(201, content=view.model_dump_json())
        if request.method == "DELETE":
            gone = next(view for view in trainer.saved if view.id == request.url.path.rpartition("/")[2])
            trainer.saved.remove(gone)
            return httpx.Response(200, content=gone.model_dump_json())
        return httpx.Response(200, json=[view.model_dump(mode="json") for view in trainer.saved])

    server = Flask("planner")
    server.extensions[EXTENSION] = TrainerClient(Settings(), httpx.MockTransport(answer))
    add_routes(server)
    with server.test_request_context("/planner"):
        yield server


def test_the_page_shows_the_engines_plan(app: Flask) -> None:
    text = words(page.layout(ahead="8"))
    found = solved(PlanInputs(ahead=8))
    look = make_look(SUMMARY, "light", 90)
    assert plan_headline(found.plan, found.inputs, look) in text
    for channel in found.plan.channels:
        assert look.unit.money(channel.spend) in text
        assert json.dumps(write_typed(channel.spend)) in text


def test_a_moved_slider_holds_its_channel_and_moves_the_others(app: Flask, trainer: SimpleNamespace) -> None:
    page.layout(ahead="8")
    trainer.away = True
    answer = answer_form(asked(sliders=[120.0, 100.0]), shown(), {"type": channels.SLIDER, "channel": NAMES[0]})
    found = solved(PlanInputs(ahead=8, held={NAMES[0]: 120.0}))
    assert answer["holds"] == [True, False]
    assert answer["sliders"] == [no_update, round(found.share(NAMES[1]), 1)], "the slider in hand is left alone"
    assert answer["spends"] == [write_typed(found.plan.spend_per_channel[name]) for name in NAMES]
    assert "hold=" in answer["address"]
    details = words(answer_details(answer["address"], SHOWN))
    look = make_look(SUMMARY, "light", 90)
    assert look.unit.money(found.plan.channels[1].spend) in details
    assert "Held at 120 % of today" in details


def test_what_cannot_be_had_is_said_and_the_form_stays(app: Flask) -> None:
    refused = answer_form(asked(budget=1e15, highs=[100.0, 100.0]), shown(), form.BUDGET)
    assert "The total budget is" in words(refused["answer"])
    assert "too large: only" in words(refused["answer"])
    assert "error-line" in words(refused["answer"])
    assert refused["sliders"] == [no_update, no_update]
    assert answer_details(refused["address"], SHOWN) is no_update
    nonsense = answer_form(asked(ahead=10**6), shown(), form.AHEAD_FIELD)
    assert "error-line" in words(nonsense["answer"])
    assert nonsense["address"] is no_update
    assert "too large: only" in words(page.layout(budget="1e15", bounds=f"{NAMES[0]}:~100,{NAMES[1]}:~100"))


@pytest.mark.parametrize(
    ("asking", "field", "said"),
    [
        ({"ahead": 200}, form.AHEAD_FIELD, "Weeks ahead must be a whole number from 1 to 104, not 200."),
        ({"ahead": 0}, form.AHEAD_FIELD, "Weeks ahead must be a whole number"),
        ({"ahead": 1.5}, form.AHEAD_FIELD, "not 1.5."),
        ({"budget": "-5"}, form.BUDGET, "The total budget must be a number, 0 or more, not −5."),
        ({"budget": "much"}, form.BUDGET, "The total budget must be a number, 0 or more, not much."),
        ({"goal": "roi", "target": "0"}, form.TARGET, "The target must be a number above 0, not 0."),
        (
            {"lows": [-5, None]},
            form.AHEAD_FIELD,
            "A limit of a channel must be a number, 0 or more, not −5.",
        ),
        ({"pace": "flights", "flight": 0}, form.FLIGHT_FIELD, "The shortest flight must be a whole number from 1"),
    ],
)
def test_a_number_that_cannot_be_used_is_said_and_not_taken_for_none(
    app: Flask, asking: dict[str, Any], field: str, said: str
) -> None:
    answer = words(answer_form(asked(**asking), shown(), field)["answer"])
    assert said in answer
    assert "the address" not in answer


@pytest.mark.parametrize("more", [{}, {"pace": "own"}], ids=str)
def test_a_plan_further_ahead_than_any_is_said_and_the_form_stays(app: Flask, more: dict[str, str]) -> None:
    text = words(page.layout(ahead="400", **more))
    assert "Weeks ahead must be a whole number from 1 to 104, not 400." in text
    assert "plan-headline" not in text
    assert "plan-fields" in text


def test_an_amount_is_typed_as_people_write_it(app: Flask) -> None:
    for typed in ("1,200", "1.2k", 1200, "1 200"):
        answer = answer_form(asked(budget=typed), shown(), form.BUDGET)
        assert "budget=1200&" in f"{answer['address']}&"
    today = solved(PlanInputs(ahead=8)).today.channels[0].spend
    typed = write_typed(0.9 * today)
    spend = answer_form(
        asked(spends=[typed, ""]), shown(PlanInputs(ahead=8)), {"type": channels.SPEND, "channel": NAMES[0]}
    )
    assert spend["holds"][0]
    assert spend["spends"][0] is no_update, "what is being typed is left alone"
    share = round(100 * float(typed.replace(",", "")) / today, 6)
    then = solved(PlanInputs(ahead=8, held={NAMES[0]: share})).plan
    assert spend["spends"][1] == write_typed(then.channels[1].spend)


@pytest.mark.parametrize(
    ("goal", "target", "said"),
    [
        ("outcome", 1.0, "Even the least that these limits allow brings more than €1 revenue"),
        ("roi", 0.01, "Even the most that these limits allow returns more than 0.01 per euro"),
        ("marginal_roi", 1000.0, "less than was asked"),
        ("marginal_roi", 0.0001, "more would still pay"),
    ],
)
def test_a_target_that_limits_and_not_spend_decide_is_said(app: Flask, goal: str, target: float, said: str) -> None:
    answer = words(answer_form(asked(goal=goal, target=target), shown(), form.TARGET)["answer"])
    assert said in answer
    assert "until the next money brings" not in answer.partition("plan-headline")[0]
    assert "nothing to spare" not in answer


def test_the_answer_says_what_to_do_before_anything_else(app: Flask) -> None:
    found = solved(PlanInputs(ahead=8)).plan
    unit = make_look(SUMMARY, "light", 90).unit
    text = words(page.layout(ahead="8"))
    assert text.index("plan-headline") < text.index("What to do") < text.index("plan-fields")
    for channel in moved_channels(found):
        assert unit.money(channel.spend - channel.spend_today, sign=True) in text
    smaller = solved(PlanInputs(ahead=8, budget=0.8 * found.spend)).plan
    answer = words(answer_form(asked(budget=0.8 * found.spend), shown(), form.BUDGET))
    lost = smaller.uplift.value / (smaller.spend - smaller.spend_today)
    assert f"Each euro saved costs {unit.money(lost)} of revenue." in answer
    assert "also the luckiest" not in answer, "nobody counts on the lower half of a loss"


def test_a_channel_dragged_beyond_what_the_others_can_give_stops_there_and_it_is_said(app: Flask) -> None:
    first, second = NAMES
    page.layout(ahead="8")
    known = shown(PlanInputs(ahead=8, held={second: 90.0}))
    form_now = asked(sliders=[250.0, 90.0], holds=[False, True], lows=[None, 80.0], budget=None)
    free = answer_form(asked(sliders=[250.0, 100.0]), shown(), {"type": channels.SLIDER, "channel": first})
    today = solved(PlanInputs(ahead=8)).plan
    reach = 100 * today.spend_today / today.channels[0].spend_today
    assert "that is the whole budget" in words(free["answer"])
    assert free["sliders"] == [round(reach, 1), 0.0], "the slider goes back to where it stopped"
    assert free["known"]["held"][first] == pytest.approx(reach), "and is held there by what is touched next"
    assert "moved=" in free["address"]
    again = words(answer_details(free["address"], SHOWN))
    assert f"Held at {reach:.0f} % of today" in again
    files = app.test_client().get(f"/plan-files/plan.xlsx?{free['address']}")
    rows = [str(row[0]) for row in load_workbook(io.BytesIO(files.data))["Plan"].values]
    assert any("that is the whole budget" in row for row in rows)
    both = answer_form(form_now, known, {"type": channels.SLIDER, "channel": first})
    assert "error-line" not in words(both["answer"])
    assert both["holds"] == [True, True], "all held: the plan spends what they need"
    later = answer_form(
        asked(sliders=free["sliders"], holds=[True, False], ahead=9), known | {"known": free["known"]}, form.AHEAD_FIELD
    )
    assert "stops at" not in words(later["answer"])
    assert "moved=" not in later["address"]


def test_a_target_out_of_reach_is_answered_by_the_closest_plan(app: Flask) -> None:
    for goal in ("outcome", "roi"):
        answer = answer_form(asked(goal=goal, target=1e9), shown(), form.TARGET)
        assert "this one comes closest" in words(answer["answer"])
        assert "error-line" not in words(answer["answer"])
        assert "target=1000000000" in answer["address"], "the question stays as it was asked"


def test_choosing_ones_own_pacing_fills_the_table_and_a_changed_cell_changes_the_plan(app: Flask) -> None:
    opened = answer_form(asked(pace="own"), shown(), form.PACE)
    rows = opened["rows"][-1].rowData
    assert len(rows) == 8
    assert opened["hidden"][-1] is False
    rows[0]["c0"] = 900.0
    changed = answer_form(
        asked(pace="own", cell=[{"rowIndex": 0}]), shown(rows=rows), {"type": "plan-weights", "place": "own"}
    )
    assert "weights=" in changed["address"]
    assert changed["rows"] is no_update
    longer = answer_form(asked(pace="own", ahead=9), shown(rows=rows), form.AHEAD_FIELD)
    assert len(longer["rows"][-1].rowData) == 9
    assert longer["rows"][-1].rowData[0]["c0"] == 900.0
    assert longer["address"].count("~") == changed["address"].count("~") + 1, "the weights go on with the mean"


def test_a_table_cut_or_gone_on_keeps_the_usual_weeks_usual(app: Flask) -> None:
    rows = answer_form(asked(pace="own"), shown(), form.PACE)["rows"][-1].rowData
    rows[0]["c0"] = 900.0
    for ahead in (5, 12):
        answer = answer_form(asked(pace="own", ahead=ahead), shown(rows=rows), form.AHEAD_FIELD)
        weights = dict(parse_qsl(answer["address"]))["weights"]
        assert weights.startswith(f"{NAMES[0]}:900~")
        assert NAMES[1] not in weights, "what nobody changed is spread as a year before"
        assert weights.count("~") == ahead - 1


def test_a_table_that_does_not_fit_the_plan_is_said_and_mended_by_a_touch(app: Flask) -> None:
    label = NAMES[0]  # of another model than the summary: no label is known
    text = words(page.layout(ahead="8", pace="own", weights=f"{NAMES[0]}:1~2~3"))
    said = f"The table of spend over time has 3 weights for {label}, but the plan has 8 weeks. Change a number in"
    assert said in text
    assert "plan-headline" not in text, "no plan stands beside weights it does not follow"
    rows = json.loads(text.partition('"rowData": ')[2].partition("]")[0] + "]")
    assert [row["c0"] for row in rows] == [1, 2, 3, *[100] * 5]
    rows[0]["c1"] = 250.0
    cell = {"type": "plan-weights", "place": "own"}
    answer = answer_form(asked(pace="own", cell=[{"rowIndex": 0}]), shown(rows=rows), cell)
    assert "plan-headline" in words(answer["answer"])
    assert dict(parse_qsl(answer["address"]))["weights"].startswith(f"{NAMES[0]}:1~2~3~100~")
    shorter = answer_form(asked(pace="own", ahead=3), shown(rows=rows), form.AHEAD_FIELD)
    assert "plan-headline" in words(shorter["answer"])
    emptied = [row | {"c0": 0} for row in rows]
    none = words(answer_form(asked(pace="own", cell=[{"rowIndex": 0}]), shown(rows=emptied), cell)["answer"])
    assert f"All weights of {label} over time are 0. Give one of them a number" in none
    refused = app.test_client().get(f"/plan-files/plan.csv?ahead=8&pace=own&weights={NAMES[0]}:1~2~3")
    assert refused.status_code == 422
    assert "has 3 weights" in refused.text


def test_a_gain_over_another_today_is_said_to_be_one(app: Flask) -> None:
    plain = words(answer_form(asked(), shown(), form.GOAL)["answer"])
    assert "Today's plan, too" not in plain
    even = words(answer_form(asked(pace="even", prices=[20.0, None]), shown(), form.PACE)["answer"])
    assert "Today's plan, too, is taken spread over time in the same way and at the same prices" in even
    paused = words(answer_form(asked(pace="flights"), shown(), form.PACE)["answer"])
    assert "Today's plan is taken without pauses" in paused
    assert "in the same way" not in paused
    plans = [solved(inputs) for inputs in (PlanInputs(ahead=8), PlanInputs(ahead=8, budget=1000.0))]
    look = make_look(SUMMARY, "light", 90)
    assert "compare the revenue in all" not in words(compare_plans(["A", "B"], [p.plan for p in plans], {}, look))
    longer = solved(PlanInputs(ahead=12))
    assert "compare the revenue in all" in words(compare_plans(["A", "B"], [plans[0].plan, longer.plan], {}, look))


def test_nothing_happens_before_the_page_is_there(app: Flask) -> None:
    with pytest.raises(PreventUpdate):
        answer_form(asked(), {**shown(), "shown": None}, form.GOAL)
    with pytest.raises(PreventUpdate):
        answer_details(None, SHOWN)


def test_the_files_hold_the_plan_of_the_address(app: Flask) -> None:
    browser = app.test_client()
    plan = solved(PlanInputs(ahead=8, held={NAMES[0]: 90.0})).plan
    query = f"model={SUMMARY.id[:12]}&ahead=8&hold={NAMES[0]}:90"
    text = browser.get(f"/plan-files/plan.csv?{query}").data.decode("utf-8-sig")
    assert float(text.splitlines()[1].split(",")[2]) == plan.channels[0].spend
    answer = browser.get(f"/plan-files/plan.xlsx?{query}")
    assert 'filename="plan.xlsx"' in answer.headers["Content-Disposition"]
    book = load_workbook(io.BytesIO(answer.data))
    assert plan.spend == pytest.approx(next(r[1] for r in book["Plan"].values if r[0] == "Spend, EUR"))
    assert browser.get("/plan-files/plan.exe").status_code == 404
    assert browser.get(f"/plan-files/plan.csv?model={SUMMARY.id[:12]}&ahead=none").status_code == 422


def click(triggered: Any, ticks: list[str], picked: list[str], name: str = "", removes: int = 0) -> tuple[Any, ...]:
    keys = [{"type": PICK, "plan": f"{n:032x}"} for n in range(1, 8)]
    address = f"model={SUMMARY.id[:12]}&ahead=8"
    return answer_click(
        triggered, [key["plan"] in ticks for key in keys], [removes], keys, name, False, address, SHOWN, picked
    )


def test_a_plan_is_saved_with_every_answer_named_and_compared(app: Flask, trainer: SimpleNamespace) -> None:
    rows, _, sentence, _, field = click(SAVE, [], [], " Spring ")
    assert "Spring is saved" in words(sentence)
    assert field == ""
    assert trainer.saved[0].name == "Spring"
    assert trainer.saved[0].question.periods == 8
    assert "Spring" in words(rows)
    assert "/planner?model=" in words(rows), "its name opens it in the form"
    click(SAVE, [], [])
    first, second = f"{1:032x}", f"{2:032x}"
    _, compared, _, picked, _ = click({"type": PICK, "plan": second}, [first, second], [first])
    assert picked == [first, second]
    assert "Plans side by side" in words(compared)
    rows, _, _, picked, _ = click({"type": REMOVE, "plan": first}, [first, second], [first, second], removes=1)
    assert picked == [second]
    assert "Spring" not in words(rows)


def test_a_plan_without_a_name_is_called_by_what_it_asks(app: Flask, trainer: SimpleNamespace) -> None:
    for question, name in (
        ("ahead=1", "1 week, budget as today"),
        ("ahead=8&budget=1200", "8 weeks, budget €1.2k"),
        ("ahead=8&goal=roi&target=2.5", "8 weeks, return 2.5"),
    ):
        answer_click(SAVE, [], [], [], " ", False, f"model={SUMMARY.id[:12]}&{question}", SHOWN, [])
        assert trainer.saved[0].name == name


def test_one_period_is_not_spoken_of_as_two(app: Flask) -> None:
    text = words(page.layout(ahead="1"))
    assert "Over 1 week, the week of " in text
    assert "to that of" not in text
    assert "1 weeks" not in text


def test_a_sixth_plan_is_not_compared(app: Flask) -> None:
    for _ in range(7):
        click(SAVE, [], [])
    five = [f"{n:032x}" for n in range(1, 6)]
    _, _, sentence, picked, _ = click({"type": PICK, "plan": f"{6:032x}"}, [*five, f"{6:032x}"], five)
    assert picked == five
    assert f"At most {MOST}" in words(sentence)


def test_plans_named_in_an_address_are_shown_side_by_side(app: Flask) -> None:
    for name in ("One", "Two"):
        click(SAVE, [], [], name)
    text = words(page.layout(ahead="8", compare=f"{1:032x},{2:032x}"))
    assert "Plans side by side" in text
    assert read_picked("x,../,1") == []
    assert len(read_picked(",".join(f"{n:032x}" for n in range(9)))) == MOST


def test_saved_plans_that_cannot_be_listed_do_not_take_the_page_away(app: Flask, trainer: SimpleNamespace) -> None:
    page.layout(ahead="8")
    trainer.away = True
    answer = click(SAVE, [], [], "Spring")
    assert "cannot be reached" in words(answer[2])


def test_the_shelf_keeps_a_few_and_says_when_it_cannot(app: Flask, trainer: SimpleNamespace) -> None:
    client, shelf = app.extensions[EXTENSION], PlannerShelf()
    first = shelf.planner(client, "0" * 64)
    assert shelf.planner(client, "0" * 64) is first
    for number in range(1, KEPT + 1):
        shelf.planner(client, f"{number:064x}")
    trainer.away = True
    with pytest.raises(UnavailableError):
        shelf.planner(client, "0" * 64)
    assert shelf.planner(client, f"{KEPT:064x}") is not None
