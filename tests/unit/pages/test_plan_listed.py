"""Every place of the Planner's page and of its paper that shows a figure is listed with the test that checks it.

A new one fails here by name: write the test that holds it against the model's file, then list it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.pages.plan_questions import BY_WEEK, CASES, PERIODS, QUESTIONS
from tests.unit.pages.planned import make_desk, open_desk, open_plan
from tests.unit.pages.shown import Shown
from tests.unit.pages.shown_figures import list_drawn, list_places, list_printed
from tests.unit.pages.test_plan_compared_numbers import SAVED, keep

HERE = Path(__file__).parent
FIXED = "fixed: "  # no number of the model's, for the reason that follows
CONTROLS = f"{FIXED}what the control itself allows"

FIELDS = "test_plan_numbers: test_fields_say_what_empty_means"
SLIDERS = "test_plan_numbers: test_sliders_amounts_and_shares"
TABLE = "test_plan_figures: test_the_delta_table"
CHANGE = "test_plan_figures: test_spend_before_and_after"
BRIDGE = "test_plan_figures: test_the_bridge_from_todays_outcome"
WEEKLY = "test_plan_figures: test_weekly_spend_and_its_days"
CURVES = "test_plan_figures: test_curves_marks_and_where_they_are_dashed"
GAINS = "test_plan_compared_numbers: test_the_figure_of_gains"
LINK = "test_plan_paper: test_the_link_of_the_page_shows_the_same_plan_again"
FACTS = "test_plan_numbers: test_the_facts_of_the_page_and_its_range"
WORDS = "test_plan_paper: test_its_sentences_are_the_pages"

FIGURES = {
    "plan-change: data.x": CHANGE,
    "plan-change: data.hovertext": CHANGE,
    "plan-change: layout.annotations.text": CHANGE,
    "plan-bridge: data.x": BRIDGE,
    "plan-bridge: data.base": BRIDGE,
    "plan-bridge: data.hovertext": BRIDGE,
    "plan-bridge: layout.annotations.text": BRIDGE,
    "plan-weeks: data.y": WEEKLY,
    "plan-weeks: data.text": WEEKLY,
    "plan-curve: data.x": CURVES,
    "plan-curve: data.y": CURVES,
    "plan-curve: data.text": CURVES,
    "#title-plan-change": CHANGE,
    "#title-plan-bridge": BRIDGE,
    "#title-plan-weeks": WEEKLY,
    "#title-plan-curve-": CURVES,
}
PAGE = FIGURES | {
    # numbers of figures to take away
    "plan-change: layout.meta.rows": CHANGE,
    "plan-bridge: layout.meta.rows": BRIDGE,
    "plan-weeks: layout.meta.rows": WEEKLY,
    "plan-curve: layout.meta.rows": CURVES,
    "plan-curve: layout.meta.columns": CURVES,
    # the form
    "#plan-ahead@value": FIELDS,
    "#plan-ahead@placeholder": FIELDS,
    "#plan-budget@value": "test_plan_answers: test_a_budget_that_is_not_spent_is_named",
    "#plan-budget@placeholder": FIELDS,
    "#plan-budget-hint": FIELDS,
    "#plan-target@value": FIELDS,
    "#plan-target-label": FIELDS,
    "#plan-target-hint": FIELDS,
    "#plan-today@value": FIELDS,
    "#plan-today@options": f"{FIXED}choices of what today means",
    "#plan-goal@options": f"{FIXED}names of goals: returns of conversions are per 1,000",
    "#plan-flight@value": FIELDS,
    "#plan-flight@placeholder": FIELDS,
    "#plan-low@value": FIELDS,
    "#plan-low@placeholder": FIELDS,
    "#plan-high@value": FIELDS,
    "#plan-high@placeholder": FIELDS,
    "#plan-price@value": FIELDS,
    "#plan-price@placeholder": FIELDS,
    "#plan-group-low@value": FIELDS,
    "#plan-group-high@value": FIELDS,
    "#plan-weights@rowData": "test_plan_numbers: test_the_table_of_ones_own_pacing",
    # sliders
    "#plan-slider@value": SLIDERS,
    "#plan-slider@max": SLIDERS,
    "#plan-slider@marks": SLIDERS,
    "#plan-slider@min": CONTROLS,
    "#plan-slider@step": CONTROLS,
    "#plan-spend@value": SLIDERS,
    "#plan-share": SLIDERS,
    "#plan-known@data": SLIDERS,
    "#plan-total": "test_plan_numbers: test_what_it_all_comes_to",
    # the answer
    ".plan-headline": "test_plan_numbers: test_the_headline",
    ".plan-certainty": "test_plan_numbers: test_the_range_and_the_odds",
    ".plan-step": "test_plan_numbers: test_the_steps_from_today_to_the_plan",
    ".plan-note": "test_plan_answers: test_a_channel_moved_too_far_stops_at_what_the_others_leave",
    ".plan-warnings": "test_plan_numbers: test_notes_and_warnings_name_who_goes_beyond",
    ".plan-settings": "test_plan_numbers: test_what_was_asked_in_words",
    ".plan-binding": "test_plan_numbers: test_what_stops_the_plan_as_a_whole",
    ".plan-table": TABLE,
    ".plan-table@data-label": f"{FIXED}names of columns: returns are per 1,000",
    ".total": TABLE,
    ".total@data-label": f"{FIXED}names of columns: returns are per 1,000",
    ".words-cell": TABLE,
    ".error-line": "test_plan_answers: test_limits_that_contradict_each_other_are_named_with_the_gap",
    ".figure-note": CURVES,
    # saved plans
    ".plan-saved": "test_plan_compared_numbers: test_the_list_of_saved_plans",
    ".plan-saved@href": "test_plan_compared_numbers: test_a_saved_plan_opens_as_the_very_plan",
    ".plan-compare-table": "test_plan_compared_numbers: test_the_table_side_by_side",
    "#title-plan-compare": GAINS,
    "plan-compare: data.x": GAINS,
    "plan-compare: data.text": GAINS,
    "plan-compare: layout.annotations.text": GAINS,
    "plan-compare: layout.meta.rows": GAINS,
    "plan-compare: layout.meta.columns": GAINS,
    "plan-compare: layout.meta.narrow.layout.annotations.text": GAINS,
    "#plan-save-name@maxLength": CONTROLS,
    "#plan-picked@data": f"{FIXED}ids of saved plans",
    # links and what every page has
    "#plan-address@data": LINK,
    "#plan-shown@data": f"{FIXED}the model's id and the range chosen",
    ".button@href": "test_plan_paper: test_the_button_leads_to_this_paper",
    ".chosen": FACTS,
    ".chosen@href": f"{FIXED}the range in the address",
    ".segmented": f"{FIXED}the two ranges to choose from",
    ".segmented@href": f"{FIXED}the range in the address",
    ".facts": FACTS,
}
PAPER = FIGURES | {
    ".kicker": "test_plan_paper: test_facts_and_every_foot",
    ".facts": "test_plan_paper: test_facts_and_every_foot",
    ".sheet": "test_plan_paper: test_facts_and_every_foot",
    ".title": WORDS,
    ".lede": WORDS,
    ".value": "test_plan_paper: test_the_cards",
    ".detail": "test_plan_paper: test_the_cards",
    ".words li": "test_plan_paper: test_what_to_change_is_named_with_its_amounts",
    ".note": CURVES,
    ".number th": f"{FIXED}names of columns: returns are per 1,000",
    ".number td": TABLE,
    ".table td": TABLE,
}
MORE = (  # questions whose answers hold what those of `QUESTIONS` do not
    "hold=channel_0:300,channel_1:120&bounds=channel_2:80~200&moved=channel_0",
    "goal=outcome&target=900000",
    "hold=channel_0:150&bounds=channel_1:100~130,channel_2:100~130",
    "budget=1500&today=20",
)


def open_pages() -> Iterator[Shown]:
    """The page in all the forms the tests of its numbers know."""
    for kind in BY_WEEK:
        yield from (open_plan(kind, name).shown for name in QUESTIONS)
        yield from (open_desk(kind).page(f"ahead={PERIODS}&{query}") for query in MORE)
        desk = make_desk(kind)
        keep(desk, list(SAVED), kind)
        yield desk.page(f"ahead={PERIODS}&compare={','.join(view.id for view in desk.saved)}")


@pytest.fixture(scope="module")
def on_page() -> set[str]:
    return {place for shown in open_pages() for place in list_places({"props": shown.parts[0]})}


@pytest.fixture(scope="module")
def on_paper() -> set[str]:
    plans = [open_plan(*case) for case in CASES]
    drawn = {
        place for plan in plans for name, figure in plan.paper.figures.items() for place in list_drawn(name, figure)
    }
    return drawn | {place for plan in plans for place in list_printed(plan.html)}


def test_every_figure_on_the_page_is_listed(on_page: set[str]) -> None:
    unknown = sorted(on_page - set(PAGE))
    assert not unknown, f"no test is named for: {', '.join(unknown)}"


def test_every_figure_on_paper_is_listed(on_paper: set[str]) -> None:
    unknown = sorted(on_paper - set(PAPER))
    assert not unknown, f"no test is named for: {', '.join(unknown)}"


def test_what_a_plan_is_made_of_is_found(on_page: set[str], on_paper: set[str]) -> None:
    """The finder itself: were it blind, everything would pass."""
    must = {".plan-headline", ".plan-certainty", ".plan-table", "#plan-slider@value", ".plan-saved", ".plan-compare-table",
            ".plan-note", ".error-line", "#plan-budget-hint", "plan-curve: data.y", "plan-compare: data.x"}  # fmt: skip
    assert must <= on_page
    assert {".value", ".detail", ".lede", ".title", ".words li", ".number td", "plan-weeks: data.y"} <= on_paper


@pytest.mark.parametrize("named", sorted({*PAGE.values(), *PAPER.values()}))
def test_the_tests_that_are_named_are_there(named: str) -> None:
    if named.startswith(FIXED):
        assert len(named) > len(FIXED) + 10, "a reason"
        return
    file, _, test = named.partition(": ")
    assert f"def {test}(" in (HERE / f"{file}.py").read_text(encoding="utf-8"), f"{named} is not there"
