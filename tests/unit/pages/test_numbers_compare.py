"""One set of numbers on Compare: what stands side by side is what each model's own file says, and so is the ranking.

The models are written to files, published and read by the real trainer; the page is the real one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from statistics import fmean, pstdev

import pandas as pd
import pytest
from flask import Flask

from dashboard.figures.compared_ranges import LETTERS
from dashboard.figures.format import Unit, write_share
from dashboard.labels import write_label
from mixline.mmm import response
from mixline.mmm.checks.review import review
from mixline.mmm.model import MixModel
from mixline.mmm.model_file import read_model, write_model
from mixline.mmm.movement.comparison import compare_models
from mixline.services.ranking import PER_ERROR, PER_WARNING, RANGE90, WEIGHTS
from tests.builders import make_model
from tests.fixtures_trainer import open_dashboard, publish
from tests.unit.pages.shown import Shown, draw_page, five, near, write

EURO, ORDERS = Unit("EUR"), Unit("", conversions=True)
FRAME = pd.DataFrame({"date": pd.date_range("2022-01-03", periods=60, freq="7D")})


@dataclass(frozen=True)
class Case:
    """Models in the order they were fitted: four of revenue, the last of conversions."""

    server: Flask
    models: list[MixModel]
    ids: list[str]

    def draw(self, *places: int, more: str = "") -> Shown:
        names = ",".join(self.ids[place][:12] for place in places)
        return draw_page(self.server, "/compare", f"?models={names}{more}")


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    made = [make_model(periods=60 + 6 * number, paid=3, draws=16, seed=number) for number in range(4)]
    made.append(make_model(periods=60, paid=2, draws=16, seed=9, kind="conversions"))
    other = made[3]
    made[3] = replace(other, spec=replace(other.spec, segment_column="country", segment_value="FR"))
    models = [read_model(write_model(model)) for model in made]
    settings, ids = publish(tmp_path_factory.mktemp("compared"), [("Shop", model, FRAME) for model in models])
    with open_dashboard(settings) as server:
        yield Case(server, models, ids)


def unit_of(model: MixModel) -> Unit:
    return ORDERS if model.spec.goal.kind == "conversions" else EURO


def name_of(result: response.ChannelResult) -> str:
    return result.label if result.label != result.name else write_label(result.name)


def words(shown: Shown) -> str:
    return " ".join(write(part.get("children")) for part in shown.parts)


def rows_of(shown: Shown) -> dict[str, list[str]]:
    """Lines of every table by what stands first in them."""
    found: dict[str, list[str]] = {}
    for part in shown.parts:
        cells = part.get("children")
        if isinstance(cells, list) and cells and all(isinstance(c, dict) and c.get("type") == "Td" for c in cells):
            first, *rest = (write(cell) for cell in cells)
            found.setdefault(first, rest)
    return found


@pytest.mark.parametrize("places", [(1, 0), (0, 1, 2), (0, 1, 2, 3, 4)])
def test_headline_figures_of_two_three_and_five(case: Case, places: tuple[int, ...]) -> None:
    rows = rows_of(case.draw(*places))
    lines = {name.split(",")[0]: cells for name, cells in rows.items()}
    for column, place in enumerate(places):
        model = case.models[place]
        unit, whole, fit = unit_of(model), response.totals(model), response.fit_quality(model)
        brought = lines["Paid marketing brought"][column]
        assert brought.startswith(unit.outcome(whole.incremental.value))
        assert brought.endswith(plain(unit.outcome_range(whole.incremental)))
        for name, estimate in (("ROI", whole.blended_roi), ("ROI of the next", whole.marginal_roi)):
            value, _, rest = plain(unit.roi_with_range(estimate)).partition(" (")
            assert lines[name][column].startswith(value + rest.removesuffix(")")), name
        assert lines["Spend"][column] == unit.money(whole.spend)
        assert lines["Spend a week"][column] == unit.money(whole.spend / whole.periods)
        assert lines["The same a week"][column] == unit.outcome(whole.incremental.value / whole.periods)
        assert lines["Periods"][column] == f"{whole.periods} weeks"
        assert plain(lines["Explained (R²)"][column]) == write_share(fit.r2)
        assert plain(lines["Typical error (MAPE)"][column]) == write_share(fit.mape)
        held = model.metrics["nrmse_validation"]
        assert plain(lines["Error on held-out periods"][column]) == write_share(held)


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u2060", "")


@pytest.mark.parametrize("measure", ["roi", "marginal_roi", "share_of_effect"])
def test_figures_hold_each_models_estimates(case: Case, measure: str) -> None:
    places = (2, 0, 1)  # not the order in which they were fitted
    table = case.draw(*places).table(f"compared-{measure}")
    scale = 100.0 if measure == "share_of_effect" else 1.0
    found = {(str(row["Channel"]), str(row["Model"])[0]): list(row.values())[2:] for row in table}
    expected = {
        (name_of(result), LETTERS[column]): five(getattr(result, measure), scale)
        for column, place in enumerate(places)
        for result in response.channel_results(case.models[place])
    }
    assert found.keys() == expected.keys()
    for key, numbers in expected.items():
        assert found[key] == near(numbers), key


def test_conversions_stand_on_a_scale_of_their_own(case: Case) -> None:
    shown = case.draw(0, 4)
    for name, letter, place in (("compared-roi", "A", 0), ("compared-roi-2", "B", 4)):
        table = shown.table(name)
        assert {str(row["Model"])[0] for row in table} == {letter}
        model = case.models[place]
        expected = {name_of(r): five(r.roi, unit_of(model).roi_scale) for r in response.channel_results(model)}
        assert {str(row["Channel"]): near(list(row.values())[2:]) for row in table} == expected
    shares = {str(row["Model"])[0] for row in shown.table("compared-share_of_effect")}
    assert shares == {"A", "B"}


def test_stacks_are_shares_of_each_models_fit(case: Case) -> None:
    places = (0, 1, 4)
    table = case.draw(*places).table("builds")
    for column, place in enumerate(places):
        model = case.models[place]
        whole = response.totals(model)
        rows = {str(row["What"]): row for row in table if str(row["Model"]).startswith(LETTERS[column])}
        for result in response.channel_results(model):
            row = rows[name_of(result)]
            assert row["Share of the modelled outcome, %"] == near(100 * result.contribution.value / whole.fitted)
            assert row["Per period"] == near(result.contribution.value / whole.periods)
            assert row["Counted in"] == unit_of(model).outcome_label
        assert sum(row["Share of the modelled outcome, %"] for row in rows.values()) == pytest.approx(100)


def test_steadiness_over_models_and_within_each(case: Case) -> None:
    shown = case.draw(0, 1, 2, 3)
    results = [{name_of(r): r for r in response.channel_results(model)} for model in case.models[:3]]
    assert {str(row["Channel"]) for row in shown.table("stability")} == set(results[0])
    rows = rows_of(shown)
    for name in results[0]:
        values = [found[name].roi.value for found in results]
        cells = [plain(cell) for cell in rows[name]]
        assert cells[0] == write_share(pstdev(values) / abs(fmean(values)))
        within = [
            (found[name].roi.high - found[name].roi.low) / RANGE90 / abs(found[name].roi.value) for found in results
        ]
        assert cells[1:] == [write_share(value) for value in within]
        drawn = [list(row.values())[3:8] for row in shown.table("stability") if row["Channel"] == name]
        assert drawn == [near(five(found[name].roi)) for found in results]


@pytest.mark.parametrize(
    ("more", "weights"),
    [
        ("", dict(WEIGHTS)),
        ("&weights=forecast", {"hold_out": 0.6, "fit": 0.2, "checks": 0.2, "stability": 0.0}),
        ("&weights=steady", {"hold_out": 0.2, "fit": 0.0, "checks": 0.2, "stability": 0.6}),
    ],
)
def test_scores_are_the_weighted_mean_of_what_is_shown(case: Case, more: str, weights: dict[str, float]) -> None:
    shown = case.draw(0, 1, 2, more=more)
    expected = {}
    for place, model in enumerate(case.models[:3]):
        results = response.channel_results(model)
        spread = sum(r.spend * (r.roi.high - r.roi.low) / RANGE90 / abs(r.roi.value) for r in results)
        found = [finding.severity for finding in review(model).findings]
        errors, warnings = found.count("error"), found.count("warning")
        parts = {
            "hold_out": max(0.0, model.metrics["r2_validation"]),
            "fit": max(0.0, response.fit_quality(model).r2),
            "checks": max(0.0, 1 - PER_ERROR * errors - PER_WARNING * warnings),
            "stability": 1 / (1 + spread / sum(r.spend for r in results)),
        }
        expected[LETTERS[place]] = (sum(weights[name] * value for name, value in parts.items()), parts)
    rows = {name: cells for name, cells in rows_of(shown).items() if name in expected}
    assert list(rows) == sorted(expected, key=lambda letter: -expected[letter][0])
    for letter, (score, parts) in expected.items():
        assert rows[letter][0] == f"{score:.2f}"
        assert {cell[:4] for cell in rows[letter][1:]} == {f"{value:.2f}" for value in parts.values()}
    text = words(shown)
    for weight in weights.values():
        assert weight == 0 or f"counts {write_share(weight)}" in text


def test_what_moved_and_why_adds_up(case: Case) -> None:
    shown = case.draw(0, 1)
    moved = compare_models(case.models[0], case.models[1], FRAME)
    rows = {str(row["Channel"]): row for row in shown.table("causes")}
    labels = {r.name: name_of(r) for r in response.channel_results(case.models[0])}
    text = words(shown)
    assert plain(moved.headline).replace("%", " %").rstrip(".") in text
    for channel in moved.channels:
        figure = channel.figures["roi"]
        numbers = [value for value in rows[labels[channel.name]].values() if isinstance(value, float)]
        assert figure.change is not None
        assert any(number == near(figure.change.value) for number in numbers)
        for value in figure.causes.values():
            assert not value or any(number == near(value) for number in numbers)
        cells = rows_of(shown)[labels[channel.name]]
        assert figure.before is not None
        assert figure.after is not None
        assert plain(cells[0]) == plain(EURO.roi_with_range(figure.before))
        assert plain(cells[1]) == plain(EURO.roi_with_range(figure.after))
