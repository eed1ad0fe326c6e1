"""Every number written on the five sheets of a measurement report is the model's: cards, sentences, tables, method, lineage."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest

from dashboard.figures.format import write_date, write_periods, write_share
from dashboard.reports.document import Numbers, Table, Verdicts
from mixline.mmm import response
from mixline.mmm.checks.review import review
from tests.unit.dashboard.reports.measured import CASES, ID, MOST, Measured, label, open_measured, texts
from tests.unit.pages.amounts import check_figures, list_dates, list_figures


@pytest.fixture(scope="module", params=CASES)
def case(request: pytest.FixtureRequest) -> Measured:
    return open_measured(request.param)


def block(case: Measured, layout: str, kind: type) -> Any:
    return next(block for block in case.sheet(layout).blocks if isinstance(block, kind))


def test_the_cards(case: Measured) -> None:
    unit, whole = case.unit, case.totals
    first, blended, marginal, spend = block(case, "summary", Numbers).items
    assert first.value == unit.outcome(whole.incremental.value)
    assert list_figures(first.unit) == [write_share(whole.incremental.value / whole.outcome)]
    check_figures(first.detail, *(unit.outcome(end) for end in (whole.incremental.low, whole.incremental.high)))
    for card, figure in ((blended, whole.blended_roi), (marginal, whole.marginal_roi)):
        assert card.value == unit.roi(figure.value)
        assert card.unit == ("per 1,000 euros" if unit.conversions else "per euro")
        check_figures(card.detail, *list_figures(unit.roi_range(figure)))  # type: ignore[arg-type]
    assert spend.value == unit.money(whole.spend)
    check_figures(spend.detail, str(whole.periods), unit.money(whole.spend / whole.periods))


def test_the_first_sentence(case: Measured) -> None:
    unit, whole = case.unit, case.totals
    each = unit.money(whole.spend / whole.incremental.value) if unit.conversions else unit.roi(whole.blended_roi.value)
    check_figures(case.sheet("summary").lede, write_share(whole.incremental.value / whole.outcome), each)


def returns(case: Measured) -> list[str]:
    ranked = sorted(case.results, key=lambda result: -result.roi.value)
    return [f for result in (ranked[0], ranked[-1]) for f in list_figures(case.unit.roi_with_range(result.roi))]  # type: ignore[arg-type]


def following(case: Measured) -> list[str]:
    unit, amount = case.unit, case.amount
    ranked = sorted(case.results, key=lambda result: -result.marginal_roi.value)
    best, least = (result.marginal_roi.times(amount) for result in (ranked[0], ranked[-1]))
    return [unit.money(amount), *(unit.outcome(v) for v in (best.value, best.low, best.high, least.value))]


def test_what_the_numbers_say(case: Measured) -> None:
    unit, whole, fit = case.unit, case.totals, response.fit_quality(case.model)
    top = max(case.results, key=lambda result: result.contribution.value)
    longest = max(case.results, key=lambda result: result.half_life_periods)
    widths = [(result.roi.high - result.roi.low) / result.roi.value for result in case.results]
    unsure = case.results[widths.index(max(widths))]
    inc = whole.incremental
    expected = [
        *(unit.outcome(v) for v in (inc.value, inc.low, inc.high, whole.outcome)), unit.money(whole.spend),
        unit.outcome(top.contribution.value), write_share(top.share_of_effect.value), write_share(top.share_of_spend),
        *returns(case), *following(case), *list_figures(write_periods(longest.half_life_periods, "week")),
        *(list_figures(unit.roi_range(unsure.roi)) if max(widths) > 1 else []),  # type: ignore[arg-type]
        write_share(max(fit.r2, 0.0)), write_share(fit.mape),
    ]  # fmt: skip
    check_figures(case.words("What the numbers say"), *expected)


def test_the_sentences_at_the_head_of_sheets(case: Measured) -> None:
    check_figures(case.sheet("returns").lede, *returns(case))
    check_figures(case.sheet("next").lede, *following(case))
    check_figures(case.sheet("brought").lede)


def test_the_verdict_is_the_worst_the_checks_found(case: Measured) -> None:
    shown, found = block(case, "summary", Verdicts), review(case.model)
    assert shown.verdict == found.verdict
    worst = min(found.findings, key=lambda finding: ("error", "warning", "info").index(finding.severity))
    for said, by_check in ((shown.worst, f"{worst.title} {worst.detail}"), (shown.action, worst.action)):
        assert list_figures(said.replace("-", "")) == list_figures(
            by_check.replace("%", " %").replace("  %", " %").replace("-", "")
        )


def test_the_table_of_channels(case: Measured) -> None:
    unit, table = case.unit, block(case, "returns", Table)
    order = sorted(case.largest, key=lambda result: -result.roi.value)
    assert [row[0] for row in table.rows] == [label(result.name) for result in order]
    for row, result in zip(table.rows, order, strict=True):
        given: Any = result
        last = unit.money(result.cpa.value) if result.cpa else write_share(result.probability_profitable)
        figures = [list_figures(cell) for cell in row[1:]]
        brings = [
            unit.outcome(v) for v in (result.contribution.value, result.contribution.low, result.contribution.high)
        ]
        assert figures == [
            [unit.money(result.spend)],
            brings,
            list_figures(unit.roi_with_range(given.roi)),
            list_figures(unit.roi_with_range(given.marginal_roi)),
            ["99 %" if not unit.conversions and result.probability_profitable > 0.99 else last],
        ]
    count = len(case.results)
    assert (f"{MOST} largest of {count}" in table.note) == (count > MOST)


def test_the_table_of_what_comes_next(case: Measured) -> None:
    unit, table = case.unit, block(case, "next", Table)
    curves = {curve.name: curve for curve in response.curves(case.model)}
    order = sorted(case.largest, key=lambda result: -result.spend)
    assert [row[0] for row in table.rows] == [label(result.name) for result in order]
    for row, result in zip(table.rows, order, strict=True):
        curve: Any = curves[result.name]
        assert row[1] == unit.money(result.spend / case.totals.periods)
        assert list_figures(row[2]) == list_figures(unit.roi_with_range(curve.marginal_today))
        assert curve.marginal_today.value == pytest.approx(result.marginal_roi.value)
        assert list_figures(row[3]) == [f"{100 * result.saturation_share:.0f} %"]
        (life,) = list_figures(row[4])
        assert float(life) == pytest.approx(result.half_life_periods, abs=0.0501)


def test_method_checks_and_lineage(case: Measured) -> None:
    model, fit = case.model, response.fit_quality(case.model)
    spec, unseen = model.spec, len(model.window_dates) - model.series.train
    fits = [write_share(fit.r2), write_share(max(fit.r2, 0.0)), write_share(fit.mape), write_share(fit.mape), f"{fit.nrmse:.3f}",
            f"{model.metrics['nrmse_validation']:.3f}", f"{model.metrics['rssd']:.3f}", f"{fit.durbin_watson:.2f}"]  # fmt: skip
    size = [f"{spec.search.trials:,}", f"{spec.search.iterations:,}", str(unseen), f"{len(model.draws.weights):,}"]
    check_figures(case.words("Method").replace("R²", ""), *size, *fits)
    lineage = case.words("Lineage")
    for part in ("sales, version 3", spec.id[:12], ID[:12], f"Seed {spec.search.seed}", ("cd" * 32)[:12]):
        assert part in lineage
    checks = review(model).findings
    said = case.words("Checks")
    assert all(write(finding.title) in write(said) for finding in checks[:1])


def write(text: str) -> str:
    return re.sub(r"[\s%.]+", " ", text).lower().strip()


def test_facts_and_feet(case: Measured) -> None:
    start, stop = case.model.series.window
    days = [write_date(case.model.series.dates[row].astype(object)) for row in (start, stop - 1)]
    facts = " · ".join(case.sheet("summary").facts)
    assert list_dates(facts) == [*days, "20 Nov 2026"]
    assert "version 3" in facts
    assert ID[:12] in facts
    for number in range(1, 6):
        assert f"model {ID[:12]} of 20 Nov 2026, 00:00 UTC · page {number} of 5" in case.html


def test_the_file_says_what_was_composed(case: Measured) -> None:
    body = case.html[case.html.index("<main>") : case.html.index("</main>")]
    plain = unescape(re.sub("<[^>]+>", "", body)).replace("\u00a0", " ")
    missing = [text for text in texts(case.report) if text.replace("\u00a0", " ") not in plain]
    assert not missing
