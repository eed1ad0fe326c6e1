"""Models that are not like the demo: one channel, very long names, a corner shop, a group that spends billions."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.components.channel_table import LONGEST_NAME, channel_table
from dashboard.components.trust import trust_note
from dashboard.figures.carryover import draw_carryover
from dashboard.figures.decomposition import LETTER, draw_decomposition
from dashboard.figures.drawing import ABOVE_LETTERS, BESIDE_LETTERS, NAME_LETTERS, Drawing, Look, make_look
from dashboard.figures.format import shorten, write_lines, write_money
from dashboard.figures.next_money import draw_next_money, find_amount
from dashboard.figures.quadrants import Lines, draw_quadrants, is_clear
from dashboard.figures.roi import draw_roi
from dashboard.figures.shares import draw_shares
from dashboard.figures.waterfall import draw_waterfall
from dashboard.reports.plain_words import list_sentences
from dashboard.words import write_search, write_sentence
from mixline.messages import Finding, ModelSummary
from tests.unit.dashboard import builders

LONG = "Linear television prime time national brand campaign of the spring"
ROWS: dict[str, Callable[[ModelSummary, Look], Drawing]] = {
    "waterfall": draw_waterfall,
    "next money": draw_next_money,
    "roi": draw_roi,
    "shares": draw_shares,
    "carryover": draw_carryover,
}


def rename(summary: ModelSummary, label: str) -> ModelSummary:
    """The first channel under another name."""
    first, *rest = summary.channels
    terms = [term.model_copy(update={"label": label}) if term.name == first.name else term for term in summary.terms]
    return summary.model_copy(
        update={"channels": [first.model_copy(update={"label": label}), *rest], "terms": terms, "trials": 1}
    )


@pytest.fixture(scope="module")
def long_named() -> ModelSummary:
    return rename(builders.make_summary(), LONG)


@pytest.fixture(scope="module")
def alone() -> ModelSummary:
    summary = builders.make_summary()
    only = summary.channels[0]
    terms = [term for term in summary.terms if term.group != "paid" or term.name == only.name]
    return summary.model_copy(update={"channels": [only], "terms": terms})


@pytest.mark.parametrize("draw", ROWS.values(), ids=ROWS)
def test_a_long_name_takes_two_lines_beside_its_row_and_one_above_it(
    long_named: ModelSummary, draw: Callable[[ModelSummary, Look], Drawing]
) -> None:
    drawing = draw(long_named, make_look(long_named, "light", 90))
    axis = drawing.figure["layout"]["yaxis"]
    written = dict(zip(axis["tickvals"], axis["ticktext"], strict=True))
    assert all(len(line) <= NAME_LETTERS for line in written[LONG].split("<br>"))
    assert drawing.narrow is not None
    above = [note["text"] for note in drawing.narrow.layout["annotations"] if note.get("x") == 0]
    assert any("…" in text for text in above)
    assert max(map(len, above)) <= ABOVE_LETTERS
    assert drawing.table is not None
    assert any(LONG in row for row in drawing.table.rows)  # whoever takes the numbers away has the whole name


def test_short_names_are_written_as_they_are() -> None:
    summary = builders.make_summary()
    look = make_look(summary, "light", 90)
    for draw in ROWS.values():
        assert "ticktext" not in draw(summary, look).figure["layout"]["yaxis"]


def test_names_at_the_end_of_the_bars_have_their_room(long_named: ModelSummary) -> None:
    look = make_look(long_named, "light", 90)
    contributions = builders.make_contributions(long_named, "month")
    terms = [term.model_copy(update={"label": LONG}) for term in contributions.terms[-1:]]
    named = contributions.model_copy(update={"terms": [*contributions.terms[:-1], *terms]})
    layout = draw_decomposition(named, look).figure["layout"]
    names = [re.sub("<.*?>", "", note["text"]).removeprefix("■ ") for note in layout["annotations"]]
    assert max(map(len, names)) == BESIDE_LETTERS
    assert layout["margin"]["r"] >= 24 + BESIDE_LETTERS * LETTER


def test_the_table_keeps_a_long_name_from_hiding_the_numbers(long_named: ModelSummary) -> None:
    grid = channel_table(long_named, make_look(long_named, "light", 90)).children[1]
    name = grid.columnDefs[0]
    assert (name["field"], name["maxWidth"], name["wrapText"]) == ("channel", LONGEST_NAME, True)


@given(st.text(min_size=1, max_size=120), st.integers(8, 40))
def test_a_shortened_name_keeps_both_ends_and_fits(name: str, most: int) -> None:
    short = shorten(name, most)
    assert len(short) <= most
    if len(name) <= most:
        assert short == name
    else:
        head, tail = short.split("…")[0], short.rsplit("…", 1)[1]
        assert name.startswith(head)
        assert name.endswith(tail)
    assert all(len(line) <= most for line in write_lines(name.replace("<br>", ""), most).split("<br>"))


def test_one_channel_is_not_compared_with_itself(alone: ModelSummary) -> None:
    look = make_look(alone, "light", 90)
    label = alone.channels[0].label
    titles = {name: draw(alone, look).title for name, draw in ROWS.items()}
    assert titles["waterfall"].endswith(f", all through {label}")
    assert titles["next money"].startswith(f"The next €10k in {label} brings about ")
    assert titles["roi"].startswith(f"{label} brought back ")
    assert titles["shares"].startswith(f"{label} is all of paid media")
    assert titles["carryover"].startswith(f"{label} works beyond the week of the spend")
    said = " ".join(list_sentences(alone, look))
    for wrong in ("the most", "longest", "least", "hardest", "100 %"):
        assert wrong not in said
        assert not any(wrong in title for title in titles.values())
    assert write_search(alone.model_copy(update={"trials": 1, "evaluated": 0})).startswith("1 trial of ")


@pytest.mark.parametrize(
    ("weekly", "interval", "amount"),
    [
        (300_000, "week", 10_000),
        (50_000, "week", 10_000),
        (191, "week", 10),
        (6_000, "week", 100),
        (520e6, "week", 10e6),
        (300_000 / 7, "day", 10_000),
        (1_300_000, "month", 10_000),
        (0.0, "week", 10_000),
    ],
)
def test_the_next_step_is_one_a_company_of_this_size_would_take(weekly: float, interval: str, amount: float) -> None:
    summary = builders.make_summary(interval=interval, periods=100, spend=weekly * 100)
    assert find_amount(summary) == pytest.approx(amount)
    drawn = draw_next_money(summary, make_look(summary, "light", 90))
    assert drawn.figure["layout"]["shapes"][0]["x0"] == pytest.approx(amount)


def test_the_surest_channel_is_named_where_another_is_only_expected_to_bring_more() -> None:
    summary = builders.make_summary()
    first, second, *_ = summary.channels
    vague = first.model_copy(update={"marginal_roi": builders.make_estimate(1.8, 1.5)})
    for sure, said in ((builders.make_estimate(1.6, 0.1), True), (builders.make_estimate(0.9, 0.1), False)):
        channels = [vague, second.model_copy(update={"marginal_roi": sure})]
        drawing = draw_next_money(summary.model_copy(update={"channels": channels}), make_look(summary, "light", 90))
        low = find_amount(summary) * sure.low
        assert f"works hardest in {first.label}" in drawing.title
        assert (
            drawing.note.startswith(f"Surest is {second.label}: {write_money(low, 'EUR')} even at the low end") == said
        )


def test_money_without_a_symbol_has_room_for_its_code() -> None:
    plain, coded = builders.make_summary(), builders.make_summary(currency="CHF")
    margins = [draw_next_money(s, make_look(s, "light", 90)).figure["layout"]["margin"]["r"] for s in (plain, coded)]
    assert margins[0] < margins[1]


def test_a_channel_whose_ranges_reach_across_a_line_is_not_advised_upon() -> None:
    summary = builders.make_summary()
    sure, unsure = builders.make_estimate(3.0, 0.1), builders.make_estimate(1.1, 0.6)
    first, *rest = summary.channels
    channels = [first.model_copy(update={"roi": sure, "marginal_roi": sure})]
    channels += [channel.model_copy(update={"roi": sure, "marginal_roi": unsure}) for channel in rest]
    assert [is_clear(channel, Lines(1.0, 1.0)) for channel in channels] == [True, *[False] * len(rest)]
    drawing = draw_quadrants(summary.model_copy(update={"channels": channels}), make_look(summary, "light", 90))
    assert drawing.title.startswith(f"Scale {first.label}; ")
    assert drawing.title.endswith(" not clear yet")
    faded = drawing.figure["data"][-1]["marker"]["opacity"]
    assert sorted(faded)[-1] == 1
    assert sum(opacity < 1 for opacity in faded) == len(rest)
    none = draw_quadrants(summary.model_copy(update={"channels": channels[1:]}), make_look(summary, "light", 90))
    assert none.title.startswith("No channel's returns are clearly on one side")


def test_pages_without_the_verdict_warn_of_a_model_that_is_not_to_be_trusted() -> None:
    summary = builders.make_summary()
    finding = Finding(code="fit", severity="error", title="The model explains too little", detail="R² is 0.29.")
    doubted = summary.model_copy(update={"verdict": "do_not_use", "findings": [finding]})
    (note,) = trust_note(doubted, "/models#checks")
    assert "banner slim do_not_use" in str(note)
    assert "Do not decide by these numbers. " in str(note)
    assert "The model explains too little. R² is 0.29." in str(note)
    assert "/models#checks" in str(note)
    assert trust_note(summary.model_copy(update={"verdict": "trust"}), "") == []


def test_dates_of_the_checks_are_written_as_everywhere() -> None:
    assert write_sentence("find out what happened on 2024-05-20") == "Find out what happened on 20 May 2024."
    assert write_sentence("part 2024-13-99 stays") == "Part 2024-13-99 stays."


def test_paper_has_every_column_that_the_screen_can_scroll_to() -> None:
    summary = builders.make_summary()
    grid, paper = channel_table(summary, make_look(summary, "light", 90)).children[1:]
    shown = [column["headerName"] for column in grid.columnDefs if not column.get("hide")]
    head, body = paper.children
    assert [cell.children for cell in head.children.children] == shown
    assert len(body.children) == len(summary.channels)
    fields = [column["field"] for column in grid.columnDefs if not column.get("hide")]
    for row, printed in zip(grid.rowData, body.children, strict=True):
        written = [cell.children.replace("\u00a0", " ").replace("\u2060", "") for cell in printed.children]
        assert written == [row.get(f"{field}_text", row[field]) for field in fields]
