"""Families and candidates on the Models page: every number and sentence about them, found again with numpy from the table of
candidates in the model's file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from flask import Flask

from dashboard.figures.format import Unit, write_ratio, write_share
from dashboard.labels import write_label
from mixline.mmm import response
from mixline.mmm.model import MixModel
from mixline.mmm.model_file import read_model, write_model
from tests.builders import make_model
from tests.fixtures_trainer import open_dashboard, publish
from tests.unit.pages.said import Said
from tests.unit.pages.shown import Shown, draw_page, near

FRAME = pd.DataFrame({"date": pd.date_range("2022-01-03", periods=60, freq="7D")})
COUNT, LOOKED_AT = 1_400, 3
UNITS = {"revenue": Unit("EUR"), "conversions": Unit("", conversions=True)}


def make_candidates(model: MixModel) -> dict[str, np.ndarray]:
    """A search with three families: the second says more of the first channel, the third less of the second one."""
    rng = np.random.default_rng(4)
    start, stop = model.series.window
    spend = model.series.spend[start:stop].sum(0)
    family = np.where(np.arange(COUNT) < 1_100, np.arange(COUNT) % 11 // 5 + 1, -1)  # 5:5:1 of each eleven
    returns = rng.uniform(0.9, 1.1, (COUNT, len(spend))) * np.array([1.2, 2.4, 0.7])
    returns[family == 2, 0] *= 1.85
    returns[family == 3, 1] *= 0.4
    error = rng.uniform(0.08, 0.083, COUNT) + np.where(family == -1, 0.02, 0.0)
    table: dict[str, np.ndarray] = {
        "trial": np.arange(COUNT) % 4 + 1,
        "iteration": np.arange(COUNT) + 1,
        "nrmse": error * 0.9,
        "nrmse_validation": error,
        "rssd": rng.uniform(0.1, 0.4, COUNT),
        "front": rng.integers(1, 5, COUNT),
        "near_optimal": family > 0,
        "cluster": family,
    }
    for place, medium in enumerate(model.spec.ordered_media):
        if place < len(spend):
            table[f"{medium.name}:contribution"] = returns[:, place] * spend[place]
        table[f"{medium.name}:first"] = rng.uniform(0.1, 0.9, COUNT)
        table[f"{medium.name}:second"] = rng.uniform(0.01, 0.1, COUNT)
    return table


@dataclass(frozen=True)
class Case:
    """The model as its file holds it, what its candidates say, and its page."""

    server: Flask
    model: MixModel
    id: str
    unit: Unit
    returns: np.ndarray
    error: np.ndarray
    said: Said
    shown: Shown
    closer: Said
    closer_shown: Shown

    def column(self, name: str) -> Any:
        return self.model.candidates[name]

    @property
    def names(self) -> list[str]:
        return [medium.label or write_label(medium.name) for medium in self.model.spec.paid]

    @property
    def chosen(self) -> int:
        return int(self.model.draws.candidate[self.model.draws.chosen])

    @property
    def good(self) -> np.ndarray:
        return np.asarray(self.column("near_optimal"), dtype=bool)

    def call(self, row: int) -> str:
        return f"Trial {self.column('trial')[row]}, candidate {self.column('iteration')[row]:,}"

    def above(self, row: int) -> str:
        worse = self.error[row] / self.error.min() - 1
        return "has the lowest error" if worse < 0.0005 else f"is {write_share(worse)} above the lowest error"

    def roi(self, row: int, place: int) -> str:
        return write_ratio(self.returns[row, place] * self.unit.roi_scale)

    def moved(self, row: int) -> str:
        place = int(np.abs(self.returns[row] - self.returns[self.chosen]).argmax())
        way = "rises" if self.returns[row, place] > self.returns[self.chosen, place] else "falls"
        before, after = self.roi(self.chosen, place), self.roi(row, place)
        return f"Its largest difference: the ROI of {self.names[place]} {way} from {before} to {after}."


@pytest.fixture(scope="module", params=["revenue", "conversions"])
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    made = make_model(periods=60, paid=3, draws=16, seed=2, kind=request.param)
    made = replace(made, candidates=make_candidates(made), facts={**made.facts, "evaluated": 8_200})
    model = read_model(write_model(made))
    settings, (model_id,) = publish(tmp_path_factory.mktemp("families"), [("Shop", model, FRAME)])
    start, stop = model.series.window
    gains = np.column_stack([model.candidates[f"{name}:contribution"] for name in model.paid_names])
    returns = gains / model.series.spend[start:stop].sum(0)
    address = f"?model={model_id[:12]}&show=families"
    with open_dashboard(settings) as server:
        shown = draw_page(server, "/models", address)
        closer = draw_page(server, "/models", f"{address}&candidate={LOOKED_AT}")
        yield Case(
            server, model, model_id, UNITS[request.param], returns,
            np.asarray(model.candidates["nrmse_validation"], dtype=float),
            Said(shown.page), shown, Said(closer.page), closer,
        )  # fmt: skip


def test_each_family_has_its_size_its_difference_and_its_best(case: Case) -> None:
    label, cells = case.column("cluster"), []
    grouped = label > 0
    for number in (1, 2, 3):
        mine, others = label == number, grouped & (label != number)
        here, rest = case.returns[mine].mean(0), case.returns[others].mean(0)
        place = int((np.abs(here - rest) / case.returns[grouped].std(0)).argmax())
        change = here[place] / rest[place] - 1
        rows = np.flatnonzero(mine)
        best = rows[case.error[rows].argmin()]
        value = write_ratio(here[place] * case.unit.roi_scale)
        own = " ★ the model’s" if label[case.chosen] == number else ""
        cells += [
            f"{'●■◆'[number - 1]} Family {number}{own}",
            f"{mine.sum():,}",
            f"{case.names[place]} returns {write_share(abs(change))} {'more' if change > 0 else 'less'} than in the "
            f"others: {value} {case.unit.roi_per}.",
            case.call(best),
        ]
    assert case.said.texts["families: td"] == cells
    assert case.said.texts["families: h2"] == [
        f"Good candidates tell 3 stories that differ most in {case.names[0]} and {case.names[1]}"
    ]


def test_cloud_by_family_holds_each_familys_candidates(case: Case) -> None:
    traces = {str(t.get("name")): t for t in case.shown.figure("candidates")["data"]}
    label = case.column("cluster")
    for number in (1, 2, 3):
        rows = np.flatnonzero(label == number)
        trace = traces[f"Family {number} ({len(rows):,})"]
        assert trace["x"] == pytest.approx(case.error[rows], abs=1e-6)
        assert trace["y"] == pytest.approx(case.column("rssd")[rows], abs=1e-5)
        marks = [[int(row), *(int(case.column(c)[row]) for c in ("trial", "iteration", "front"))] for row in rows]
        assert trace["customdata"] == marks
    count = int(case.good.sum())
    assert case.said.texts["candidates: h2"] == [
        f"The model {case.above(case.chosen)}, one of {count:,} near-optimal candidates"
    ]
    (note,) = case.said.texts["candidates: figure-note"]
    assert note.startswith(f"{COUNT:,} of 8,200 candidates of the search.")
    assert case.said.texts["header: lede"][0].startswith("8,200 candidates were tried")


def test_candidates_worth_a_look_are_the_extremes_of_the_table(case: Case) -> None:
    rows = np.flatnonzero(case.good)
    now = np.maximum(np.abs(case.returns[case.chosen]), 0.1)
    apart = (np.abs(case.returns - case.returns[case.chosen]) / now).mean(1)
    wanted = [
        (int(case.error.argmin()), "the lowest error"),
        (int(rows[case.column("rssd")[rows].argmin()]), "effects nearest to spend among the good ones"),
        (int(rows[apart[rows].argmax()]), "the most different of the good ones"),
    ]
    expected = []
    for row, why in wanted:
        against = "" if case.above(row).startswith("has") else f"Its error {case.above(row)}. "
        expected.append(f"{case.call(row)} – {why}. {against}{case.moved(row)}")
    assert case.said.texts["worth-a-look: li"] == expected


def test_the_candidate_looked_at_stands_beside_the_model(case: Case) -> None:
    texts, row = case.closer.texts, LOOKED_AT
    assert texts["candidate: h2"] == [f"{case.call(row)} {case.above(row)}"]
    verdict = "The data cannot tell it from the best." if case.error[row] <= case.error.min() * 1.05 else ""
    assert verdict
    assert texts["candidate: figure-note"] == [
        f"{verdict} {case.moved(row)} Ring: this candidate. Star: the one chosen. Both as the search found them.",
        # what a choice costs, which names no number
    ]
    beside = [f"{case.roi(row, p)} chosen {case.roi(case.chosen, p)}" for p in range(3)]
    assert [" ".join(text.split()) for text in texts["candidate: figure annotations"]] == beside
    memory = []
    for name, medium in zip(case.names, case.model.spec.paid, strict=True):
        first, second = (case.column(f"{medium.name}:{part}")[row] for part in ("first", "second"))
        stays = f"{write_share(first)} stays to the next week"
        memory.append(f"{name} – " + (stays if medium.adstock == "geometric" else
                                      f"Weibull, shape {first:.2g}, scale {second:.2g}"))  # fmt: skip
    assert texts["candidate: li"] == memory
    scale = case.unit.roi_scale
    rows = [list(line.values()) for line in case.closer_shown.table("candidate")]
    pairs = zip(case.names, case.returns[case.chosen] * scale, case.returns[row] * scale, strict=True)
    assert rows == [[name, near(now), near(here)] for name, now, here in pairs]
    *_, model, looked = case.closer_shown.figure("candidate")["data"]
    assert (model["x"], looked["x"]) == (
        near((case.returns[case.chosen] * scale).tolist()),
        near((case.returns[row] * scale).tolist()),
    )


def test_agreement_names_where_nine_tenths_of_the_good_candidates_lie(case: Case) -> None:
    scale, texts = case.unit.roi_scale, case.said.texts
    count = int(case.good.sum())
    ends = {}
    for place, name in enumerate(case.names):
        values = np.sort(case.returns[case.good, place])
        ends[name] = tuple(values[round((count - 1) * share)] for share in (0.05, 0.95))
    order = sorted(case.names, key=lambda name: (ends[name][1] - ends[name][0]) / sum(ends[name]))
    written = {name: tuple(write_ratio(end * scale) for end in pair) for name, pair in ends.items()}
    first, last = ("{} ({} – {})".format(name, *written[name]) for name in (order[0], order[-1]))
    assert texts["agreement: h2"] == [f"Good candidates agree most on {first} and least on {last}"]
    assert texts["agreement: figure-note"][0].startswith(f"A dot for each of {count:,} near-optimal candidates, nine")
    assert [" ".join(t.split()) for t in texts["agreement: figure annotations"]] == [
        "{} – {}".format(*written[name]) for name in order
    ]
    traces = case.shown.figure("agreement")["data"]
    for row, name in enumerate(order):
        place = case.names.index(name)
        _, mean, dots, star = traces[4 * row : 4 * row + 4]
        assert mean["x"] == near([response.channel_results(case.model)[place].roi.value * scale])
        rows = [mark[0] for mark in dots["customdata"]]
        assert set(rows) <= set(np.flatnonzero(case.good).tolist())
        assert dots["x"] == near((case.returns[rows, place] * scale).tolist())
        assert [mark[1:] for mark in dots["customdata"]] == [
            [int(case.column("trial")[r]), int(case.column("iteration")[r])] for r in rows
        ]
        assert star["x"] == near([case.returns[case.chosen, place] * scale])
        assert f"ROI {case.roi(case.chosen, place)} in the candidate chosen" in star["hovertemplate"]


def test_a_search_that_ended_early_is_not_said_to_have_tried_more(case: Case) -> None:
    search = case.model.spec.search
    assert search.trials * search.iterations > case.model.facts["evaluated"]
    size = f"{search.trials} trials of at most {search.iterations:,} candidates, seed {search.seed}."
    assert f"{size} Ranges from {len(case.model.draws)} draws." in case.said.texts["fit: figure-note"]
