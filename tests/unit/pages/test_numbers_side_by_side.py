"""Compare: findings, hover words and notes of models side by side, from each model's own file; and what their data say of each
other, from the arrays.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from statistics import fmean, pstdev

import numpy as np
import pandas as pd
import pytest
from flask import Flask

from dashboard.figures.compared_ranges import LETTERS
from dashboard.figures.format import Unit, join_ends, write_date, write_number, write_share
from mixline.mmm import response
from mixline.mmm.model import MixModel
from mixline.mmm.model_file import read_model, write_model
from mixline.services.ranking import RANGE90, WEIGHTS
from tests.builders import make_model
from tests.fixtures_trainer import open_dashboard, publish
from tests.unit.pages.said import Said, numbers
from tests.unit.pages.shown import Shown, draw_page, named, plain, ratio_with_ends, write

EURO, ORDERS = Unit("EUR"), Unit("", conversions=True)
FRAME = pd.DataFrame({"date": pd.date_range("2022-01-03", periods=60, freq="7D")})


@dataclass(frozen=True)
class Case:
    """Three models of revenue and one of conversions, each with a window of its own."""

    server: Flask
    models: list[MixModel]
    ids: list[str]

    def draw(self, *places: int) -> Shown:
        names = ",".join(self.ids[place][:12] for place in places)
        return draw_page(self.server, "/compare", f"?models={names}")


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    made = [make_model(periods=60 + 6 * number, paid=3, draws=16, seed=number) for number in range(3)]
    orders = make_model(periods=60, paid=2, draws=16, seed=9, kind="conversions")
    made.append(replace(orders, spec=replace(orders.spec, segment_column="country", segment_value="FR")))
    models = [read_model(write_model(model)) for model in made]
    settings, ids = publish(tmp_path_factory.mktemp("beside"), [("Shop", model, FRAME) for model in models])
    with open_dashboard(settings) as server:
        yield Case(server, models, ids)


@pytest.fixture(scope="module")
def three(case: Case) -> Shown:
    return case.draw(0, 1, 2)


def results(model: MixModel) -> dict[str, response.ChannelResult]:
    return {named(result): result for result in response.channel_results(model)}


def last_day(model: MixModel) -> str:
    return write_date(model.window_dates[-1].astype("datetime64[D]").item())


@pytest.mark.parametrize("measure", ["roi", "marginal_roi", "share_of_effect"])
def test_pointing_at_a_mark_says_the_models_figure(case: Case, three: Shown, measure: str) -> None:
    texts = [numbers(text) for text in plain(Said(three.page).texts[f"compared-{measure}: figure text"])]
    expected = []
    for model in case.models[:3]:
        for name, result in results(model).items():
            figure = getattr(result, measure)
            if measure == "share_of_effect":
                ends = join_ends(write_share(figure.low), write_share(figure.high))
                told = f"{write_share(figure.value)} ({ends})"
            else:
                told = ratio_with_ends(figure, 90)
            expected.append(numbers(f"{name} {told}"))
    assert sorted(texts) == sorted(expected)
    spans: dict[str, list[tuple[float, float]]] = {}
    for model in case.models[:3]:
        for name, result in results(model).items():
            spans.setdefault(name, []).append((getattr(result, measure).low, getattr(result, measure).high))
    apart = [n for n, found in spans.items() if max(low for low, _ in found) > min(high for _, high in found)]
    title = (
        next("".join(part["children"]) for part in three.parts if part.get("id") == f"title-compared-{measure}")
        .replace("\u00a0", " ")
        .replace("\u2060", "")
    )
    if not apart:
        assert "overlap in every channel" in title
    else:
        assert any(name in title for name in apart)
        assert len(apart) == 1 or f"{len(apart)} of {len(spans)} channels" in title


def test_the_best_of_a_model_that_counts_something_else(case: Case) -> None:
    said = Said(case.draw(0, 3).page).texts
    for measure, place in (("roi", "compared-roi-2"), ("marginal_roi", "compared-marginal_roi-2")):
        name, best = max(results(case.models[3]).items(), key=lambda pair: getattr(pair[1], measure).value)
        (title,) = said[f"{place}: h2"]
        assert title.endswith(f"{name} leads with {ratio_with_ends(getattr(best, measure), 90, 1000.0)}")


def test_the_course_of_every_channel_in_words(case: Case, three: Shown) -> None:
    said, models = Said(three.page).texts, case.models[:3]
    order = list(results(models[0]))
    apart = {}
    for name in order:
        values = [results(model)[name].roi.value for model in models]
        apart[name] = pstdev(values) / fmean(values)
    best, worst = min(apart, key=lambda n: apart[n]), max(apart, key=lambda n: apart[n])
    (title,) = said["stability: h2"]
    assert numbers(title) == numbers(f"{best} {write_share(apart[best])} {worst} {write_share(apart[worst])}")
    lines = {trace["name"]: trace for trace in three.figure("stability")["data"]}
    for name in order:
        figures = [results(model)[name].roi for model in models]
        assert lines[name]["y"] == pytest.approx([figure.value for figure in figures])
        assert lines[name]["error_y"]["array"] == pytest.approx([figure.high - figure.value for figure in figures])
        assert lines[name]["error_y"]["arrayminus"] == pytest.approx([figure.value - figure.low for figure in figures])
        for text, letter, model, figure in zip(lines[name]["text"], LETTERS, models, figures, strict=False):
            assert numbers(text) == numbers(f"{last_day(model)} {ratio_with_ends(figure, 90)}")
            assert text.startswith(letter)
    ticks = plain(said["stability: figure ticks"])
    assert ticks == [f"{letter} {last_day(model)}" for letter, model in zip(LETTERS, models, strict=False)]


def test_stacks_say_their_shares_and_the_span_of_paid_media(case: Case, three: Shown) -> None:
    said, paid, drawn = Said(three.page).texts, [], []
    for model in case.models[:3]:
        whole = response.totals(model)
        paid.append(sum(r.contribution.value for r in response.channel_results(model)) / whole.fitted)
        drawn.append(whole.fitted)
    low, high = write_share(min(paid)), write_share(max(paid))
    (title,) = said["builds: h2"]
    assert numbers(title) == ([low] if low == high else [low, high])
    for trace in three.figure("builds")["data"]:
        for share, text in zip(trace["x"], trace["text"], strict=True):
            assert text.replace("\u00a0", " ").replace("\u2060", "") == (
                write_share(share / 100) if share >= 5.5 else ""
            )
        found = [results(model).get(trace["name"]) for model in case.models[:3]]
        if all(found):
            shares = [100 * r.contribution.value / whole for r, whole in zip(found, drawn, strict=True) if r]
            assert trace["x"] == pytest.approx(shares)


def test_scores_are_explained_with_the_models_own_measures(case: Case, three: Shown) -> None:
    said = Said(three.page).texts
    (note,) = [text for text in said["ranking: figure-note"] if "Weights" in text or "%" in text][:1]
    weights = sorted((write_share(weight) for weight in WEIGHTS.values()), reverse=True)
    assert sorted((n for n in numbers(note) if n.endswith("%")), reverse=True) == weights
    words = " ".join(said["ranking: div"])
    for model in case.models[:3]:
        assert f"R² {model.metrics['r2_validation']:.2f} on" in words
        assert f"R² {response.fit_quality(model).r2:.2f} on" in words
        spent = sum(r.spend for r in response.channel_results(model))
        spread = sum(
            r.spend * (r.roi.high - r.roi.low) / RANGE90 / abs(r.roi.value) for r in response.channel_results(model)
        )
        assert f"ROI varies by {spread / spent:.0%}".replace("%", " %") in words


def test_revised_values_are_counted_from_both_models_data(case: Case, three: Shown) -> None:
    first, said = case.models[0], Said(three.page).texts
    rows = []
    for part in three.parts:
        cells = part.get("children")
        if (
            isinstance(cells, list)
            and len(cells) == 5
            and all(isinstance(c, dict) and c["type"] == "Td" for c in cells)
        ):
            rows.append([write(c) for c in cells])
    rows = [row for row in rows if row[0] in set("BCDE")]
    assert rows
    for letter, label, count, size, largest in rows:
        other = case.models[LETTERS.index(letter)]
        shared, left, right = np.intersect1d(first.series.dates, other.series.dates, return_indices=True)
        if label.endswith(": spend"):
            place = [r.label for r in response.channel_results(first)].index(label.removesuffix(": spend"))
            before, after = first.series.spend[left, place], other.series.spend[right, place]
        elif "xposure" in label:
            before, after = first.series.media[left, -1], other.series.media[right, -1]
        elif label == "revenue":
            before, after = first.series.outcome[left], other.series.outcome[right]
        else:
            before, after = first.series.other[left, 2], other.series.other[right, 2]
        change = after - before
        at = int(np.abs(change).argmax())
        assert int(count) == int((change != 0).sum()), label
        assert size == write_share(np.abs(change).sum() / np.abs(before).sum())
        day = write_date(shared[at].astype("datetime64[D]").item())
        assert largest == f"{write_number(change[at], sign=True)} on {day}"
    for letter, model, line in zip(LETTERS[1:], case.models[1:3], said["data: li"], strict=False):
        added = len(np.setdiff1d(model.series.dates, first.series.dates))
        assert line.startswith(f"{letter} against A – {added} periods added, ")


def test_cards_name_each_models_window_and_data(case: Case, three: Shown) -> None:
    texts = Said(three.page).texts["picked: div"]
    for number, model in enumerate(case.models[:3], 1):
        first, last = (write_date(day.astype("datetime64[D]").item()) for day in model.window_dates[[0, -1]])
        assert f"{first} – {last}" in texts
        assert f"Shop version {number}" in texts


def test_models_that_cannot_be_ranked_are_counted(case: Case) -> None:
    """Where the models are of different countries no one of them is said to be the best."""
    for places in ((0, 3), (0, 1, 3)):
        (lede,) = Said(case.draw(*places).page).texts["header: lede"]
        assert numbers(lede) == [str(len(places))]
