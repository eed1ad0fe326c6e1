"""The planner's question survives the address and asks the engine what the form shows."""

from __future__ import annotations

from typing import Literal
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.components.plan_address import read_inputs, write_inputs
from dashboard.components.plan_channels import HOLD, SLIDER, SPEND
from dashboard.components.plan_inputs import GOALS, GROUPS, PACES, PERCENTS, Pace, PlanInputs, with_flights
from dashboard.components.plan_reading import Known, Touched, read_held, read_touched
from dashboard.components.plan_saved import inputs_of
from dashboard.components.plan_solving import solve, solve_today
from dashboard.components.plan_words import stop_words
from mixline.errors import InputError, SpecificationError
from mixline.messages import PlanQuestion
from mixline.mmm.planner import Planner, write_request
from mixline.mmm.planning.request import DEFAULT_BOUNDS
from tests.builders import make_model
from tests.unit.dashboard import builders

AMOUNT = st.floats(0, 1e9, allow_nan=False)
MAYBE = st.none() | AMOUNT
SURROGATES: tuple[Literal["Cs"]] = ("Cs",)
NAMES = st.text(st.characters(exclude_categories=SURROGATES), min_size=1, max_size=12)
INPUTS = st.builds(
    PlanInputs,
    goal=st.sampled_from(GOALS),
    ahead=st.none() | st.integers(1, 731),
    budget=MAYBE,
    target=MAYBE,
    bounds=st.dictionaries(NAMES, st.tuples(MAYBE, MAYBE), max_size=3),
    held=st.dictionaries(NAMES, AMOUNT, max_size=3),
    groups=st.dictionaries(NAMES, st.sampled_from(GROUPS), max_size=3),
    group_bounds=st.dictionaries(st.sampled_from(GROUPS), st.tuples(MAYBE, MAYBE), max_size=2),
    prices=st.dictionaries(NAMES, st.floats(-99, 1e6), max_size=3),
    pace=st.sampled_from(PACES),
    flight=st.none() | st.integers(1, 731),
    weights=st.dictionaries(NAMES, st.lists(AMOUNT, min_size=1, max_size=5).map(tuple), max_size=2),
    cautious=st.booleans(),
    carry_out=st.booleans(),
    today=st.none() | st.integers(1, 500),
)
SUMMARY = builders.make_summary()


@pytest.fixture(scope="module")
def planner() -> Planner:
    return Planner(make_model(paid=3))


@given(INPUTS)
def test_a_plan_sent_as_a_link_asks_the_same_question(inputs: PlanInputs) -> None:
    assert read_inputs(dict(parse_qsl(urlencode(write_inputs(inputs))))) == inputs


@pytest.mark.parametrize(
    "query",
    [
        {"goal": "wish"}, {"ahead": "0"}, {"ahead": "2.5"}, {"budget": "-1"}, {"budget": "nan"}, {"bounds": "tv"},
        {"bounds": "tv:5"}, {"hold": "tv:"}, {"hold": "tv:-3"}, {"prices": "tv:-100"}, {"prices": "tv:x"}, {"pace": "fast"},
        {"groups": "tv:Z"}, {"weights": "tv:1~x"}, {"weights": "tv:1~-2"}, {"weights": "tv:1~~2"}, {"weights": "tv:"},
        {"weights": "tv:1~inf"}, {"weights": "tv:1e10"},
        {"flight": "0"}, {"today": "-1"}, {"weights": "tv:" + "1~" * 4000},
    ],
    ids=str,
)  # fmt: skip
def test_an_address_that_asks_nonsense_is_refused(query: dict[str, str]) -> None:
    with pytest.raises(InputError) as caught:
        read_inputs(query)
    assert caught.value.where == next(iter(query))


def test_bounds_shown_where_nothing_is_asked_are_the_engines() -> None:
    shown = {goal: (low / 100, high / 100) for goal, (low, high) in PERCENTS.items()}
    assert shown == {goal: pytest.approx(DEFAULT_BOUNDS[goal]) for goal in GOALS}


def test_bounds_upside_down_are_refused(planner: Planner) -> None:
    name = planner.model.paid_names[0]
    with pytest.raises(SpecificationError):
        PlanInputs(bounds={name: (150, 50)}).request("week", None)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ((1.0, 2.0, 3.0), "3 weights for channel_0, but the plan has 4 weeks. Change a number in the table, which now shows 4"),
        ((1.0,), "1 weight for channel_0, but the plan has 4 weeks. Change a number"),
        ((1.0,), "which now shows 4, or look 1 week ahead."),
        ((1.0,) * 5, "has 5 weights for channel_0"),
        ((1.0,) * 105, "which now shows 4."),
        ((0.0,) * 4, "all weights of channel_0 over time are 0. Give one"),
    ],
)  # fmt: skip
def test_weights_that_do_not_fit_the_plan_are_said_and_never_left_out(row: tuple[float, ...], said: str) -> None:
    with pytest.raises(SpecificationError) as caught:
        PlanInputs(ahead=4, pace="own", weights={"channel_1": (1.0,) * 4, "channel_0": row}).request("week", None)
    assert said in str(caught.value)
    assert caught.value.where == "weights.channel_0"


@pytest.mark.parametrize("pace", sorted(set(PACES) - {"own"}))
def test_weights_beside_another_spend_over_time_are_said(pace: Pace) -> None:
    with pytest.raises(SpecificationError, match="weights for channel_0, but no spend over time of one's own"):
        PlanInputs(ahead=2, pace=pace, weights={"channel_0": (1.0, 2.0)}).request("week", None)


def test_the_form_asks_the_engine_what_it_shows(planner: Planner) -> None:
    first, second, third = planner.model.paid_names
    inputs = PlanInputs(
        ahead=8, bounds={first: (90, 110)}, held={second: 123.0}, groups={first: "A", third: "A"},
        group_bounds={"A": (80, 120)}, prices={third: 10.0}, pace="flights", flight=3, cautious=True, carry_out=True,
    )  # fmt: skip
    request = with_flights(inputs, inputs.request("week", None), planner.model.paid_names)
    assert (request.periods, request.pacing, request.cautious, request.carry_out) == (8, "flat", 0.25, True)
    assert request.flights == dict.fromkeys(planner.model.paid_names, 3)
    assert request.prices == {third: pytest.approx(1.1)}
    assert request.groups[0].channels == (first, third)
    found = {channel.name: channel for channel in solve(planner, SUMMARY, inputs).plan.channels}
    assert found[second].spend == pytest.approx(1.23 * found[second].spend_today)
    assert stop_words(found[second]) == "Held at 123 % of today"
    assert 0.9 - 1e-6 <= found[first].spend / found[first].spend_today <= 1.1 + 1e-6


def test_a_plan_in_which_all_is_held_spends_what_is_held(planner: Planner) -> None:
    names = planner.model.paid_names
    solved = solve(planner, SUMMARY, PlanInputs(held=dict.fromkeys(names, 80.0), budget=1.0))
    assert solved.plan.spend == pytest.approx(0.8 * solved.plan.spend_today)
    assert [solved.share(name) for name in names] == pytest.approx([80.0] * 3)


@pytest.mark.parametrize("goal", ["outcome", "roi"])
def test_an_empty_target_is_todays(planner: Planner, goal: str) -> None:
    inputs = PlanInputs(goal=goal)  # type: ignore[arg-type]
    today = solve_today(planner, SUMMARY, inputs)
    plan = solve(planner, SUMMARY, inputs).plan
    if goal == "outcome":
        assert plan.outcome.value == pytest.approx(today.outcome_today.value, rel=1e-8)
        assert plan.spend <= today.spend * (1 + 1e-9)
    else:
        assert plan.roi.value >= today.roi_today.value * (1 - 1e-8)


def test_what_is_asked_of_channels_of_another_model_is_left_out() -> None:
    inputs = PlanInputs(held={"tv": 90.0, "gone": 10.0}, prices={"gone": 5.0}, ahead=4)
    assert inputs.only({"tv"}) == PlanInputs(held={"tv": 90.0}, ahead=4)


def test_a_moved_slider_or_typed_number_holds_its_channel() -> None:
    known = Known(held={"b": 77.0}, shares={"a": 120.0, "b": 77.0, "c": 96.0}, today={"a": 1000.0, "b": 0.0, "c": 50.0})
    names = ["a", "b", "c"]

    def held(kind: str, channel: str, holds: list[bool]) -> dict[str, float]:
        return read_held(names, [133.5, 50.0, 96.0], [1500.0, 10.0, None], list(holds), known, Touched(kind, channel))

    assert held(SLIDER, "a", [False, True, False]) == {"a": 133.5, "b": 77.0}
    assert held(SPEND, "a", [False, True, False]) == {"a": 150.0, "b": 77.0}
    assert held(SPEND, "c", [False, True, True]) == {"b": 77.0}, "an emptied field lets go"
    assert held(HOLD, "c", [False, True, True]) == {"b": 77.0, "c": 96.0}, "a tick holds what is shown"
    assert held(HOLD, "b", [False, False, False]) == {}
    assert read_touched({"type": SLIDER, "channel": "a"}) == Touched(SLIDER, "a")
    assert read_touched("plan-goal") == Touched()


@pytest.mark.parametrize(
    "inputs",
    [
        PlanInputs(ahead=8, held={"channel_0": 100.0, "channel_1": 80.0}),
        PlanInputs(ahead=6, pace="flights", flight=2, bounds={"channel_1": (50.0, 150.0)}, cautious=True),
        PlanInputs(ahead=5, goal="roi", target=0.5, pace="even", carry_out=True, today=13),
        PlanInputs(ahead=4, groups={"channel_0": "B"}, group_bounds={"B": (50.0, None)}, prices={"channel_1": 25.0}),
        PlanInputs(ahead=3, pace="own", weights={"channel_0": (1.0, 0.0, 2.0)}, budget=4000.0),
    ],
)
def test_a_saved_plan_opens_in_the_form_as_it_was(planner: Planner, inputs: PlanInputs) -> None:
    plan = solve(planner, SUMMARY, inputs).plan
    question = PlanQuestion.model_validate(write_request(plan.request))
    opened = inputs_of(question, 1.0)
    assert opened is not None
    again = solve(planner, SUMMARY, opened).plan
    assert again.spend_per_channel == pytest.approx(plan.spend_per_channel, rel=1e-9)
    assert again.uplift.value == pytest.approx(plan.uplift.value, rel=1e-6, abs=1e-6)


def test_a_plan_the_form_cannot_ask_is_not_opened_in_it() -> None:
    assert inputs_of(PlanQuestion.model_validate({"bounds": {"tv": {"low": 5.0, "relative": False}}}), 1.0) is None
    assert inputs_of(PlanQuestion(periods=None), 1.0) is None
