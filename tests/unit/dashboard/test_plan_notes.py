"""A drag is always answered by a plan, and whatever gave way is said with names and amounts."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.components.plan_inputs import GOALS, PlanInputs
from dashboard.components.plan_notes import answer_notes, fault_sentence
from dashboard.components.plan_solving import Solved, solve
from dashboard.components.plan_words import at_limits, plan_headline
from dashboard.figures.drawing import Look
from dashboard.figures.format import Unit
from mixline.errors import SpecificationError
from mixline.mmm.planner import Planner
from tests.builders import make_model
from tests.unit.dashboard import builders

SUMMARY = builders.make_summary()
PLANNER = Planner(make_model(periods=100, paid=4, draws=8))
NAMES = PLANNER.model.paid_names
LOOK = Look("light", Unit("EUR"), 90, dict.fromkeys(NAMES, "#123456"))
LABELS = {name: name.replace("_", " ").capitalize() for name in NAMES}
TODAY = solve(PLANNER, SUMMARY, PlanInputs(ahead=8)).today.spend_per_channel


def ask(**parts: object) -> Solved:
    return solve(PLANNER, SUMMARY, PlanInputs(ahead=8, **parts))  # type: ignore[arg-type]


def notes(solved: Solved) -> str:
    return " ".join(answer_notes(solved, LABELS, LOOK))


SHARES = st.floats(0, 400).map(lambda share: round(share, 1))


@settings(max_examples=60, deadline=None)
@given(
    goal=st.sampled_from(GOALS),
    moved=st.sampled_from(NAMES),
    share=SHARES,
    others=st.dictionaries(st.sampled_from(NAMES), SHARES, max_size=4),
    limits=st.dictionaries(st.sampled_from(NAMES), st.tuples(st.floats(0, 90), st.floats(110, 300)), max_size=3),
)
def test_wherever_a_channel_is_dragged_there_is_a_plan(
    goal: str, moved: str, share: float, others: dict[str, float], limits: dict[str, tuple[float, float]]
) -> None:
    # Where what is held already fits the budget, as it does when it came from plans shown before.
    spent = sum(TODAY[n] * s for n, s in others.items() if n != moved) + sum(
        TODAY[n] * ends[0] for n, ends in limits.items() if n != moved and n not in others
    )
    if spent > 100 * sum(TODAY.values()):
        return
    held = {name: other for name, other in others.items() if name != moved} | {moved: share}
    found = ask(goal=goal, held=held, bounds=limits, moved=moved)
    planned = found.share(moved)
    if found.stop is None:
        assert planned == pytest.approx(share, abs=1e-5)
        assert "stops at" not in notes(found)
    else:
        assert planned == pytest.approx(found.stop.reached, abs=1e-5)
        assert f"{LABELS[moved]} stops at {LOOK.unit.money(found.plan.spend_per_channel[moved])}" in notes(found)
    for name, other in others.items():
        if name != moved:
            assert found.share(name) == pytest.approx(other, abs=1e-5), "what is held stays where it is"
    again = solve(PLANNER, SUMMARY, found.asked)
    assert again.plan.spend_per_channel == pytest.approx(found.plan.spend_per_channel, abs=1e-6)


def test_a_stop_names_who_keeps_the_rest_of_the_budget() -> None:
    found = ask(held={NAMES[1]: 120.0, NAMES[0]: 250.0}, bounds={NAMES[2]: (80.0, 200.0)}, moved=NAMES[0])
    text = notes(found)
    assert f"Channel 1 (held at {LOOK.unit.money(1.2 * TODAY[NAMES[1]])})" in text
    assert f"Channel 2 (at least {LOOK.unit.money(0.8 * TODAY[NAMES[2]])})" in text
    low = ask(held={NAMES[0]: 0.0}, bounds=dict.fromkeys(NAMES[1:], (0.0, 105.0)), moved=NAMES[0])
    assert low.stop is not None
    assert low.stop.end == "least"
    assert "the others can take no more of the budget" in notes(low)


def test_a_group_stops_a_channel_too() -> None:
    found = ask(
        held={NAMES[0]: 250.0}, groups={NAMES[0]: "A", NAMES[1]: "A"}, group_bounds={"A": (None, 110.0)}, moved=NAMES[0]
    )
    assert "Group A may not spend more. Raise its most" in notes(found)


def test_usual_limits_that_gave_way_are_said() -> None:
    crowded = ask(held={NAMES[0]: 230.0})
    left = [LABELS[c.name] for c in crowded.plan.channels if c.spend < 0.695 * c.spend_today]
    assert "the usual 70 % to 140 % of today" in notes(crowded)
    assert left
    assert all(name in notes(crowded) for name in left[:3])
    assert notes(ask(held={NAMES[0]: 105.0})) == ""
    assert notes(ask()) == ""
    assert notes(ask(budget=0.5 * sum(TODAY.values()))) == "", "a small budget moves what is usual for all"


def test_a_plan_in_which_all_is_held_says_that_the_budget_is_not_spent() -> None:
    assert "Every channel is held" in notes(ask(held=dict.fromkeys(NAMES, 80.0), budget=1000.0))


def test_limits_that_contradict_each_other_are_named_with_the_gap_and_the_way_out() -> None:
    with pytest.raises(SpecificationError) as caught:
        ask(held={NAMES[0]: 150.0}, bounds=dict.fromkeys(NAMES[1:], (100.0, 130.0)))
    gap = 0.5 * TODAY[NAMES[0]]
    text = fault_sentence(caught.value, LABELS, LOOK)
    assert text.startswith(f"The total budget is {LOOK.unit.money(gap)} too small")
    assert f"Channel 0 (held at {LOOK.unit.money(1.5 * TODAY[NAMES[0]])})" in text
    raised = float(text.partition("Raise the budget to ")[2].partition(", or")[0].replace(",", ""))
    assert ask(
        held={NAMES[0]: 150.0}, bounds=dict.fromkeys(NAMES[1:], (100.0, 130.0)), budget=raised
    ).plan.spend == pytest.approx(raised), "what is advised works"
    with pytest.raises(SpecificationError) as caught:
        ask(bounds={NAMES[0]: (150.0, 50.0)})
    assert fault_sentence(caught.value, LABELS, LOOK) == (
        "The least of Channel 0, 150 % of today, is above its most, 50 %. Swap them."
    )
    with pytest.raises(SpecificationError) as caught:
        ask(groups={NAMES[0]: "A"}, group_bounds={"A": (None, 50.0)}, held={NAMES[0]: 90.0})
    assert fault_sentence(caught.value, LABELS, LOOK).startswith("Group A is ")


def test_pauses_are_told_from_todays_plan_only_where_there_are_any() -> None:
    paused, steady = ask(pace="flights", flight=1), ask(pace="flights", flight=8)
    assert any(0 < c.periods_on < 8 for c in paused.plan.channels)
    assert "taken without pauses" in notes(paused)
    assert all(c.periods_on == 8 for c in steady.plan.channels)
    assert "taken spread over time in the same way" in notes(steady)


def test_limits_end_a_plan_though_one_channel_is_held() -> None:
    found = ask(goal="marginal_roi", target=1e6, held={NAMES[0]: 75.0})
    assert at_limits(found.plan) == "least"
    assert "Even at the least that these limits allow" in notes(found)
    assert "until the next money brings" not in plan_headline(found.plan, found.inputs, LOOK)


@pytest.mark.parametrize("goal", ["outcome", "roi"])
def test_a_target_nobody_can_reach_is_answered_by_the_closest_plan(goal: str) -> None:
    found = ask(goal=goal, target=1e9)
    assert found.missed == 1e9
    assert "this one comes closest" in notes(found)
