"""A refresh on screen: both fits over time, what moved and why, the change on the Overview and how the question differs, each
recomputed with numpy from the arrays of both models' files. The models are fitted, one on the other, and published.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from flask import Flask

from dashboard.figures.format import Unit, write_date, write_ratio, write_share
from dashboard.labels import write_label
from mixline.mmm import response
from mixline.mmm.fitting import fit
from mixline.mmm.model import MixModel
from mixline.mmm.model_file import read_model, write_model
from mixline.mmm.movement.comparison import compare_models
from mixline.mmm.movement.refresh import refresh_spec
from mixline.mmm.recipes.defaults import ranges_for
from mixline.mmm.simulation.simulate import simulate
from mixline.mmm.transforms.adstock import adstock
from tests.builders import make_model
from tests.fixtures_trainer import open_dashboard, publish
from tests.unit.pages.said import Said
from tests.unit.pages.shown import Shown, draw_page, near, plain, write

UNIT, NEW = Unit("EUR"), 13
LINE = 0.15  # of ROI: from here on a channel has moved


@dataclass(frozen=True)
class Case:
    """A model, one like it on the same data, and its refresh; all three pages."""

    server: Flask
    before: MixModel
    after: MixModel
    frame: pd.DataFrame
    compared: Shown
    said: Said
    overview: Said
    waiting: Said  # before the refresh was made


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    world = simulate("clean", weeks=104, channels=3)
    spec = replace(world.spec.with_search(trials=1, iterations=30), goal=replace(world.spec.goal, currency="EUR"))
    earlier = world.frame.iloc[:-NEW]
    before = read_model(write_model(fit(spec, earlier)))
    like = replace(before, reason="The same again.")
    _, (known,) = publish(tmp_path_factory.mktemp("alone"), [("Shop", before, earlier)])
    asked = refresh_spec(before, world.frame, trials=1, iterations=30, model_id=known)
    after = read_model(write_model(fit(asked, world.frame)))
    home = tmp_path_factory.mktemp("refresh")
    settings, ids = publish(home, [("Shop", like, earlier), ("Shop", before, earlier), ("Shop", after, world.frame)])
    assert ids[1] == known
    with open_dashboard(settings) as server:
        compared = draw_page(server, "/compare", f"?models={ids[1][:12]},{ids[2][:12]}")
        overview = draw_page(server, "/", f"?model={ids[2][:12]}")
        waiting = draw_page(server, "/compare", f"?models={ids[0][:12]},{ids[1][:12]}")
        yield Case(
            server,
            before,
            after,
            world.frame,
            compared,
            Said(compared.page),
            Said(overview.page),
            Said(waiting.page),
        )


def days(model: MixModel) -> list[Any]:
    return list(model.window_dates.astype("datetime64[D]").tolist())


def effects(model: MixModel) -> np.ndarray:
    """(D, M, W) what each medium brings in each draw and period: adstock, Hill's curve, strength."""
    series, draws = model.series, model.draws
    start, stop = series.window
    found = np.zeros((len(draws.weights), len(model.media_names), stop - start))
    for m, medium in enumerate(model.spec.ordered_media):
        first, second = draws.adstock[:, m, 0], draws.adstock[:, m, 1]
        level = adstock(series.media[:, m], medium.adstock, first, second, periods=len(series.dates))[:, start:stop]
        power, half = level ** draws.alpha[:, m, None], draws.inflexion[:, m, None] ** draws.alpha[:, m, None]
        found[:, m] = draws.beta[:, m, None] * power / (power + half)
    return found


def fitted(model: MixModel) -> np.ndarray:
    """(W,) the mean fit."""
    start, stop = model.series.window
    draws = model.draws
    rest = draws.intercept[:, None] + draws.coefficients @ model.series.other[start:stop].T
    return np.asarray(draws.weights @ (effects(model).sum(1) + rest))


def returns(model: MixModel) -> dict[str, float]:
    start, stop = model.series.window
    brought = np.tensordot(model.draws.weights, effects(model), 1).sum(1)
    spend = model.series.spend[start:stop].sum(0)
    return {name: brought[p] / spend[p] for p, name in enumerate(model.paid_names)}


def test_both_fits_stand_over_what_happened(case: Case) -> None:
    figure, rows = case.compared.figure("before-after"), case.compared.table("before-after")
    every = sorted({*days(case.before), *days(case.after)})
    assert [str(row["Week"]) for row in rows] == [str(day) for day in every]
    own = {str(day)[:10]: value for day, value in zip(case.after.series.dates, case.after.series.outcome, strict=True)}
    own |= {str(day)[:10]: value for day, value in zip(case.before.series.dates, case.before.series.outcome, strict=True)
            if str(day)[:10] not in own}  # fmt: skip
    assert [row["Actual, Revenue, EUR"] for row in rows] == near([own[str(day)] for day in every])
    actual, *lines = figure["data"]
    assert actual["y"] == near([own[str(day)] for day in every])
    for line, model, name in zip(lines, (case.before, case.after), ("Earlier", "Later"), strict=True):
        known = dict(zip(days(model), fitted(model), strict=True))
        for day, drawn, text, row in zip(every, line["y"], line["text"], rows, strict=True):
            taken = row[f"{name} model, Revenue, EUR"]
            if day not in known:
                assert (drawn, taken, text) == (None, None, "")
            else:
                assert (drawn, taken) == (near(known[day]), near(known[day]))
                assert text == UNIT.outcome(known[day])
    assert actual["text"] == [UNIT.outcome(value) for value in actual["y"]]
    axis = figure["layout"]["yaxis"]
    assert axis.get("ticktext", []) == [UNIT.outcome(value) for value in axis.get("tickvals", [])]


def test_the_new_periods_are_shaded_and_counted(case: Case) -> None:
    fresh = [day for day in days(case.after) if day > days(case.before)[-1]]
    (band,) = case.compared.figure("before-after")["layout"]["shapes"]
    assert (band["x0"], band["x1"]) == (str(fresh[0]), str(fresh[-1]))
    title = f"The later model has seen {len(fresh)} weeks more, from {write_date(fresh[0])} on"
    assert case.said.texts["before-after: h2"] == [title]
    assert len(fresh) == NEW
    (line,) = case.said.texts["data: li"]
    assert line == f"B against A – {NEW} periods added, {write_date(fresh[0])} to {write_date(fresh[-1])}."


def test_the_headline_and_each_channels_sentence(case: Case) -> None:
    first, last = returns(case.before), returns(case.after)
    change = {name: last[name] / first[name] - 1 for name in first}
    moved = [name for name in change if abs(change[name]) > LINE]
    (headline,) = case.said.texts["banner: h2"]
    start = (
        f"{len(moved)} of 3 channels moved by more than 15 % in ROI"
        if moved
        else "No channel's ROI moved by more than 15 %"
    )
    assert headline.startswith(start)
    cells = [text for text in case.said.texts["moved: td"] if " ROI" in f" {text}"]
    found = {text.split(" of ")[1].split()[0]: text for text in cells}
    assert set(found) == set(first)
    for name, text in found.items():
        if abs(change[name]) < 0.005:
            assert text == f"ROI of {name} stayed at {last[name]:.2f}."
            continue
        verb = "rose" if change[name] > 0 else "fell"
        told = f"ROI of {name} {verb} from {first[name]:.2f} to {last[name]:.2f} ({change[name]:+.0%}), "
        assert text.startswith(told.replace("%", " %")), name
    order = sorted(change, key=lambda name: -abs(change[name]))
    assert list(found) == order
    table = {str(row["Channel"]): row for row in case.compared.table("causes")}
    beside = [text for text in plain(case.said.texts["causes: figure annotations"]) if text]
    for name, number in zip(order, beside, strict=True):
        gap = last[name] - first[name]
        assert number == ("0" if abs(gap) < 0.005 else f"{'−' if gap < 0 else '+'}{abs(gap):.2f}")
        row = table[write_label(name) if name not in table else name]
        assert row["Change"] == near(gap)
        parts = list(row.values())[6:]
        assert sum(parts) == pytest.approx(gap, abs=1e-9)
    bars = np.sum([trace["x"] for trace in case.compared.figure("causes")["data"]], axis=0)
    assert bars == pytest.approx([last[name] - first[name] for name in order], abs=1e-9)


def test_cells_of_what_moved_say_before_after_and_the_change(case: Case) -> None:
    rows = [
        [write(cell) for cell in part["children"]]
        for part in case.compared.parts
        if isinstance(part.get("children"), list)
        and len(part["children"]) == 6
        and "ROI of" in write(part["children"][-1])
    ]
    first, last = returns(case.before), returns(case.after)
    assert len(rows) == 3
    for _, before, after, change, cause, words in rows:
        name = words.split(" of ")[1].split()[0]
        for text, value in ((before, first[name]), (after, last[name])):
            shown = float(text.partition(" (")[0])
            assert shown == pytest.approx(value, abs=0.051)
        gap = last[name] - first[name]
        share = gap / first[name]
        said = "0" if abs(gap) < 0.005 else f"{'−' if gap < 0 else '+'}{abs(gap):.2f}"
        assert change.startswith(f"{said} ({'+' if share > 0 else ''}{write_share(share)})")
        assert cause == "–" or cause in ("Spend and season", "What new data say", "Uncertainty of the fit")


def test_the_overview_says_what_changed_since_the_model_that_was_refreshed(case: Case) -> None:
    def per_week(model: MixModel) -> tuple[float, float, float, float]:
        whole = response.totals(model)
        brought = np.tensordot(model.draws.weights, effects(model)[:, : model.paid_count], 1).sum()
        spend = model.series.spend[slice(*model.series.window)].sum()
        return brought / whole.periods, brought / spend, whole.marginal_roi.value, spend / whole.periods

    lines = case.overview.texts["cards: change"]
    moved = compare_models(case.before, case.after, case.frame)
    values = list(zip(per_week(case.before), per_week(case.after), strict=True))
    told = [(first, last) for first, last in values if abs(last / first - 1) >= 0.005]
    said = iter(lines)
    for place, (first, last) in enumerate(values):
        share = last / first - 1
        line = next(said)
        if abs(share) < 0.005:
            assert line.startswith("No change")
            continue
        sign = "−" if share < 0 else "+"
        relative = f"({sign}{write_share(abs(share))})"
        size = (
            f"{UNIT.money(last - first, sign=True)} a week"
            if place in (0, 3)
            else f"{sign}{write_ratio(abs(last - first))}"
        )
        assert line.startswith(f"{size} {relative} since the last model of "), place
        day = re.findall(r"last model of (\d+ \w+ \d+)", line)
        assert day
        assert any(text.startswith(f"Shop version 2 · fitted {day[0]}") or text.startswith(f"fitted {day[0]},")
                   for text in case.said.texts["picked: div"])  # fmt: skip
        measure = ("contribution", "roi", "marginal_roi", None)[place]
        if measure:
            change = moved.totals[measure].change  # type: ignore[index]
            assert change is not None
            assert change.value == pytest.approx(last - first)
            assert ("may be chance" in line) == (change.low <= 0 <= change.high)
    assert told


def test_newer_data_are_offered_with_their_number_and_span(case: Case) -> None:
    fresh = pd.to_datetime(case.frame["date"].iloc[-NEW:]).dt.date.tolist()
    assert case.waiting.texts["refresh-form: h2"] == [f"There are {NEW} weeks of newer data"]
    (note,) = case.waiting.texts["refresh-form: figure-note"]
    assert note.startswith(f"Shop version 3 adds {write_date(fresh[0])} – {write_date(fresh[-1])}. ")


def test_settings_that_differ_are_those_of_both_specifications(case: Case) -> None:
    rows = {}
    for part in case.compared.parts:
        cells = part.get("children")
        if (
            isinstance(cells, list)
            and len(cells) == 3
            and all(isinstance(c, dict) and c["type"] == "Td" for c in cells)
        ):
            rows[write(cells[0])] = [write(cell) for cell in cells[1:]]
    assert rows["Periods added"] == ["–", str(NEW)]
    assert rows["Window ends"] == ["all data", write_date(days(case.after)[-1])]
    assert rows["Window starts"] == ["all data", write_date(days(case.after)[0])]
    checked = 0
    for medium, later in zip(case.before.spec.ordered_media, case.after.spec.ordered_media, strict=True):
        one, two = (ranges_for(m, "week") for m in (medium, later))
        for parameter, words in (("theta", "carry-over"), ("alpha", "steepness"), ("gamma", "half-saturation")):
            name = f"{write_label(medium.name)}: {words} ({parameter})"
            if one[parameter] != two[parameter]:
                for text, range_ in zip(rows[name], (one[parameter], two[parameter]), strict=True):
                    low, high = (float(end) for end in text.split(" to "))
                    assert (low, high) == pytest.approx((range_.low, range_.high), rel=1e-3, abs=1e-4)
                checked += 1
    assert checked >= 6
    count = int(case.said.texts["settings: h2"][0].split()[0])
    ranges = int(case.said.texts["settings: summary"][0].split()[0])
    assert ranges == sum("(" in name for name in rows if ":" in name)
    assert count == ranges + sum(
        name in rows for name in ("Periods added", "Window ends", "Window starts", "Continues model")
    )


def test_returns_of_conversions_are_told_per_thousand_in_words_too(tmp_path: Any) -> None:
    """Conversions per euro are small: to two digits all of them would be 0.00."""
    made = [make_model(periods=60 + 6 * n, paid=2, draws=8, seed=n, kind="conversions") for n in range(2)]
    small = [replace(m, draws=replace(m.draws, beta=m.draws.beta / 500)) for m in made]
    models = [read_model(write_model(model)) for model in small]
    frame = pd.DataFrame({"date": pd.date_range("2022-01-03", periods=60, freq="7D")})
    settings, ids = publish(tmp_path, [("Shop", model, frame) for model in models])
    with open_dashboard(settings) as server:
        said = Said(draw_page(server, "/compare", f"?models={ids[0][:12]},{ids[1][:12]}").page).texts
    first, last = returns(models[0]), returns(models[1])
    sentences = [text for text in said["moved: td"] if text.startswith("ROI of")]
    moved = compare_models(models[0], models[1], frame)
    assert len(sentences) == len(moved.channels) == 2
    for channel, text in zip(moved.channels, sentences, strict=True):
        one, two = (f"{model[channel.name] * 1000:.3g} per 1,000 spent" for model in (first, last))
        assert one in text
        assert two in text
