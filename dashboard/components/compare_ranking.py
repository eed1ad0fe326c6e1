"""Which of the models compared to rely on: a ranking per goal and country, its weights in sight."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import dcc, html

from dashboard.components.compare_table import frame_table
from dashboard.components.stacked import stack_cell
from dashboard.figures.compared_ranges import LETTERS
from dashboard.figures.format import write_share
from dashboard.words import write_sentence
from mixline.messages import Comparison, Ranking, Score

CRITERIA = {
    "hold_out": "Held-out periods",
    "checks": "Checks",
    "fit": "Fit",
    "stability": "Stability",
}


def ranking_panel(comparison: Comparison, presets: Sequence[tuple[str, str, bool]]) -> html.Section:
    """Who comes first, and by what. `presets`: name, address, whether chosen."""
    letters = {model.id: LETTERS[place] for place, model in enumerate(comparison.models)}
    links = [dcc.Link(name, href=href, className="chosen" if chosen else "") for name, href, chosen in presets]
    weights = ", ".join(
        f"{CRITERIA[name]} {write_share(weight)}" for name, weight in comparison.weights.items() if weight > 0
    )
    names = [score.criterion for score in comparison.ranking[0].models[0].scores]
    lines: list[html.Tr] = []
    for ranking in comparison.ranking:
        lines += _lines(ranking, letters, names, named=len(comparison.ranking) > 1)
    note = (
        f"Weights: {weights}. Each figure is between 0 and 1, the score is their weighted mean. What cannot be said of one "
        "model counts for none it is ranked with; the others take over its weight."
    )
    return html.Section(
        [
            html.Div(
                [html.H2("Which to rely on"), html.Div(links, className="segmented", role="group")],
                className="panel-head",
            ),
            html.P(note, className="figure-note"),
            frame_table(["", "Score", *[CRITERIA[name] for name in names]], lines, stacked=True),
        ],
        className="panel ranking",
    )


def _lines(ranking: Ranking, letters: dict[str, str], names: Sequence[str], *, named: bool) -> list[html.Tr]:
    first = ranking.models[0]
    who = f"{ranking.goal}{f', {ranking.segment}' if ranking.segment else ''}" if named else "Weight"
    alone = "nothing to rank it against" if named and len(ranking.models) == 1 else ""
    head = html.Tr(
        [
            html.Th([who, html.Div(alone, className="soft small")] if alone else who, scope="rowgroup", colSpan=2),
            *[stack_cell(_weight(score), CRITERIA[score.criterion], "soft small") for score in first.scores],
        ],
        className="compare-group",
    )
    labels = ["", "Score", *[CRITERIA[name] for name in names]]
    rows = [
        html.Tr([stack_cell(cell, label) for cell, label in zip(_cells(model, letters), labels, strict=True)])
        for model in ranking.models
    ]
    return [head, *rows]


def _cells(model: Any, letters: dict[str, str]) -> list[Any]:
    cells: list[Any] = [html.Span(letters[model.model_id], className="letter"), html.Strong(f"{model.score:.2f}")]
    for score in model.scores:
        figure = "–" if score.value is None else f"{score.value:.2f}"
        cells.append(html.Div([figure, html.Div(write_sentence(score.words), className="soft small")]))
    return cells


def _weight(score: Score) -> str:
    return f"counts {write_share(score.weight)}" if score.weight > 0 else "not counted"
