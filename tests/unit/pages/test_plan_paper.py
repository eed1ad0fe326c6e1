"""A plan on paper: its cards, words and facts are the model's, and its sheets hold nothing the page does not say."""

from __future__ import annotations

import re
from html import unescape

import pytest

from dashboard.figures.format import write_share
from mixline.mmm.estimates import Estimate, estimate
from tests.unit.pages.amounts import check_figures, list_dates, list_figures
from tests.unit.pages.plan_questions import CASES, PERIODS
from tests.unit.pages.planned import ID, Planned, label, open_plan, plain
from tests.unit.pages.shown import write

HARDLY = 0.005  # of today's spend: a step that is not worth a sentence


@pytest.fixture(scope="module", params=CASES, ids=lambda case: "-".join(case))
def plan(request: pytest.FixtureRequest) -> Planned:
    return open_plan(*request.param)


def read(plan: Planned, pattern: str) -> list[str]:
    """Texts of the paper, without marks."""
    found = re.findall(pattern, plan.html, flags=re.DOTALL)
    return [plain(unescape(re.sub("<[^>]+>", "", text))).strip() for text in found]


def words(plan: Planned, heading: str) -> list[str]:
    (block,) = re.findall(rf"<h3>{heading}</h3><ul>(.*?)</ul>", plan.html, flags=re.DOTALL)
    return [plain(unescape(line)) for line in re.findall(r"<li>(.*?)</li>", block)]


def ends(plan: Planned, figure: Estimate) -> tuple[float, float]:
    return (figure.low, figure.high) if plan.level == 90 else (figure.low50, figure.high50)


def cards(plan: Planned) -> dict[str, tuple[str, str, str]]:
    """Value, unit and what stands below it, by the name of the card."""
    pattern = r'<p class="name">(.*?)</p><p class="value">(.*?) <small>(.*?)</small></p><p class="detail">(.*?)</p>'
    found = re.findall(pattern, plan.html)
    return {plain(n): (plain(unescape(v)), plain(u), plain(unescape(d))) for n, v, u, d in found}


def test_the_cards(plan: Planned) -> None:
    unit, shown = plan.unit, cards(plan)
    gain, roi = plan.gain, estimate(plan.plan.brought.sum(1) / plan.spend.sum(), plan.model.draws.weights)
    spend, more, chance, returned = shown.values()
    assert (spend[0], list_figures(spend[2])) == (unit.money(plan.spend.sum()), [unit.money(plan.spend_now.sum())])
    assert more[0] == unit.outcome(gain.value, sign=True)
    check_figures(more[2], *(unit.outcome(end) for end in ends(plan, gain)))
    likely = "> 99 %" if plan.chance > 0.99 else "< 1 %" if plan.chance < 0.01 else write_share(plan.chance)
    assert chance[0] == ("–" if plan.is_today else likely)
    assert returned[0] == unit.roi(roi.value)
    assert returned[1] == ("per 1,000 euros" if unit.conversions else "per euro")
    low, high = (end * unit.roi_scale for end in ends(plan, roi))
    places = 0 if max(abs(low), abs(high)) >= 99.5 else 1 if max(abs(low), abs(high)) >= 0.995 else 2
    assert list_figures(returned[2]) == [f"{low:,.{places}f}", f"{high:,.{places}f}"]


def test_its_sentences_are_the_pages(plan: Planned) -> None:
    shown = plan.shown
    assert read(plan, r'<h1 class="title">(.*?)</h1>') == [plain(text) for text in shown.texts("plan-headline")]
    assert read(plan, r'<p class="lede">(.*?)</p>')[0] == plain(shown.texts("plan-certainty")[0])
    asked = plain(shown.texts("plan-settings")[0]).removeprefix("What was asked")
    assert "".join(words(plan, "What was asked")) == asked
    known = "".join(words(plan, "What to change, and what to know"))
    for kind in ("plan-binding", "plan-note", "plan-warnings"):
        for said in shown.texts(kind):
            assert plain(said).replace("Beware. ", "") in known


def test_what_to_change_is_named_with_its_amounts(plan: Planned) -> None:
    unit, lines = plan.unit, words(plan, "What to change, and what to know")
    for c, name in enumerate(plan.names):
        before, after = plan.spend_now[c], plan.spend[c]
        own = [line for line in lines if line.startswith(("Raise", "Cut")) and label(name) in line]
        assert len(own) == (abs(after - before) >= HARDLY * before)
        for line in own:
            assert line.startswith("Raise" if after > before else "Cut")
            check_figures(line, write_share(abs(after / before - 1)), unit.money(before), unit.money(after))


def test_facts_and_every_foot(plan: Planned) -> None:
    (found,) = re.findall(r'<p class="facts">(.*?)</p>', plan.html)
    facts = " ".join(plain(fact) for fact in re.findall(r"<span>(.*?)</span>", found))
    assert list_dates(facts) == [plan.begins(0), plan.begins(-1)]
    assert f"Planned {plan.ahead}, from " in facts
    check_figures(facts.replace(f"{plan.ahead},", plan.ahead), str(PERIODS))
    assert f"{plan.level} %" in facts
    assert read(plan, r'<p class="kicker">(.*?)</p>') == [f"Plan of {plan.ahead}"] * 3
    for number, foot in enumerate(read(plan, r"<footer>(.*?)</footer>"), 1):
        assert list_dates(foot) == ["20 Nov 2026"], "when the model was made"
        assert foot.endswith(f"page {number} of 3")


def test_the_button_leads_to_this_paper(plan: Planned) -> None:
    links = [str(part["href"]) for part in plan.shown.parts if str(part.get("href", "")).startswith("/plan-files/")]
    assert [link.partition("?")[0].rpartition(".")[2] for link in links] == ["csv", "xlsx", "pdf"]
    for link in links:
        assert f"model={ID[:12]}" in link
    assert plan.desk.server.test_client().get(links[2]).text == plan.html


def test_the_link_of_the_page_shows_the_same_plan_again(plan: Planned) -> None:
    (address,) = [part["data"] for part in plan.shown.parts if part.get("id") == "plan-address"]
    again = plan.desk.page(address)
    for kind in ("plan-headline", "plan-certainty", "plan-settings", "plan-binding", "plan-table"):
        assert [write(text) for text in again.texts(kind)] == plan.shown.texts(kind)
