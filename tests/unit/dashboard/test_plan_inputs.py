"""The planner's question survives the address, its figures add up, and the page's numbers are the engine's."""

from __future__ import annotations

import csv
import io
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.components.plan_inputs import GOALS, PERCENTS, PlanInputs, read_inputs
from dashboard.components.plan_result import write_plan
from dashboard.components.plan_words import plan_certainty, plan_headline, stop_words
from dashboard.figures.drawing import Look
from dashboard.figures.format import Unit
from dashboard.figures.plan_bridge import draw_bridge, list_steps
from dashboard.figures.plan_change import draw_change
from dashboard.theme import assign_colors
from mixline.errors import InputError, SpecificationError
from mixline.mmm.plan_request import DEFAULT_BOUNDS
from mixline.mmm.planner import Plan, Planner, PlanRequest
from tests.builders import make_model

AMOUNTS = st.none() | st.floats(0, 1e9, allow_nan=False)
NAMES = st.text(st.characters(blacklist_categories=("Cs",)), min_size=1, max_size=12)
INPUTS = st.builds(
    PlanInputs,
    goal=st.sampled_from(GOALS),
    ahead=st.none() | st.integers(1, 731),
    budget=AMOUNTS,
    target=AMOUNTS,
    bounds=st.dictionaries(NAMES, st.tuples(AMOUNTS, AMOUNTS), max_size=4),
    locked=st.lists(NAMES, max_size=3, unique=True).map(tuple),
    cautious=st.booleans(),
)


@pytest.fixture(scope="module")
def planner() -> Planner:
    return Planner(make_model())


@pytest.fixture(scope="module")
def found(planner: Planner) -> Plan:
    return planner.plan(PlanInputs(ahead=8).request("week", None))


@pytest.fixture(scope="module")
def look(planner: Planner) -> Look:
    return Look("light", Unit("EUR"), 90, assign_colors(planner.model.paid_names))


@given(INPUTS)
def test_a_plan_sent_as_a_link_asks_the_same_question(inputs: PlanInputs) -> None:
    assert read_inputs(dict(parse_qsl(urlencode(inputs.to_query())))) == inputs


@pytest.mark.parametrize(
    "query", [{"goal": "wish"}, {"ahead": "0"}, {"budget": "-1"}, {"budget": "nan"}, {"bounds": "tv"}]
)
def test_an_address_that_asks_nonsense_is_refused(query: dict[str, str]) -> None:
    with pytest.raises(InputError):
        read_inputs(query)


def test_bounds_shown_where_nothing_is_asked_are_the_engines() -> None:
    shown = {goal: (low / 100, high / 100) for goal, (low, high) in PERCENTS.items()}
    assert shown == {goal: pytest.approx(DEFAULT_BOUNDS[goal]) for goal in GOALS}


def test_bounds_upside_down_are_refused(planner: Planner) -> None:
    name = planner.model.paid_names[0]
    with pytest.raises(SpecificationError):
        PlanInputs(bounds={name: (150, 50)}).request("week", None)


def test_the_form_asks_the_engine_what_it_shows(planner: Planner) -> None:
    first, second = planner.model.paid_names[:2]
    inputs = PlanInputs(ahead=8, bounds={first: (90, 110)}, locked=(second,))
    plan = planner.plan(inputs.request("week", None))
    channels = {channel.name: channel for channel in plan.channels}
    assert channels[second].spend == pytest.approx(channels[second].spend_today)
    assert stop_words(channels[second]) == "Locked at today's spend"
    assert 0.9 - 1e-6 <= channels[first].spend / channels[first].spend_today <= 1.1 + 1e-6


def test_steps_of_the_bridge_add_up_to_the_uplift(found: Plan) -> None:
    assert sum(value for _, value in list_steps(found)) == pytest.approx(found.uplift.value, rel=1e-6, abs=1e-6)


def test_figures_hold_the_plans_numbers_in_the_channels_colours(found: Plan, look: Look) -> None:
    planned, today = draw_change(found, {}, look).figure["data"]
    assert sorted(planned["x"]) == pytest.approx(sorted(channel.spend for channel in found.channels))
    assert sorted(today["x"]) == pytest.approx(sorted(channel.spend_today for channel in found.channels))
    assert set(planned["marker"]["color"]) == {look.color(channel.name) for channel in found.channels}
    bars = draw_bridge(found, {}, look).figure["data"][0]
    assert bars["base"][-1] + bars["x"][-1] == pytest.approx(found.outcome.value)


def test_the_headline_says_what_the_engine_found(found: Plan, look: Look) -> None:
    if not found.is_today:
        assert look.unit.outcome(abs(found.uplift.value)) in plan_headline(found, PlanInputs(ahead=8), look)
        assert "90 % range" in plan_certainty(found, look)


def test_nothing_better_is_said_plainly(planner: Planner, look: Look) -> None:
    kept = planner.plan(PlanRequest(periods=8, locked=tuple(planner.model.paid_names)))
    assert plan_headline(kept, PlanInputs(ahead=8), look).startswith("Nothing better than today's plan exists")


def test_the_file_holds_the_engines_numbers_and_no_formulas(found: Plan) -> None:
    first = found.channels[0]
    rows = list(csv.DictReader(io.StringIO(write_plan(found, {first.name: "=1+1"}))))
    assert rows[0]["channel"] == "'=1+1"
    for row, channel in zip(rows, found.channels, strict=True):
        assert float(row["spend_planned"]) == channel.spend
        assert float(row["outcome"]) == channel.contribution.value
