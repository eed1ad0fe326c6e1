"""Why this candidate is the model: the search's rule, or a person's words."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from dashboard.components.fit import list_measures
from dashboard.components.terms import term
from dashboard.figures.format import write_date, write_moment
from dashboard.view import SHORT_ID, View
from dashboard.words import write_fit, write_fit_title, write_search, write_sentence
from mixline.messages import ChoiceView, ModelSummary

LOCAL = "local user"  # without a sign-in nobody is told apart


def reason_panel(view: View, path: str) -> html.Section:
    summary, choice = view.summary, view.summary.choice
    if choice is None:
        said: list[Any] = [html.P(write_sentence(summary.reason))]
    else:
        back: Any = ""
        if choice.model_id:
            href = view.filters.link(path, model=choice.model_id[:SHORT_ID], country="", dataset="")
            back = dcc.Link("Back to the search's own model", href=href)
        said = [
            html.Blockquote(choice.note),
            html.P(write_sentence(summary.reason.rpartition("”")[2])),
            html.P(
                [f"{_write_record(choice, summary)}, on record with the reason. ", back],
                className="soft",
            ),
        ]
    return html.Section(
        [html.H2("A person chose this candidate" if choice else "Why this candidate"), *said],
        className="panel reason",
    )


def _write_record(choice: ChoiceView, summary: ModelSummary) -> str:
    """Who chose and when. Models of an earlier release know the day only."""
    who = f" by {'the ' if choice.chosen_by == LOCAL else ''}{choice.chosen_by}" if choice.chosen_by else ""
    when = write_moment(choice.chosen_at) if choice.chosen_at else write_date(summary.created_at.date())
    return f"Chosen{who} on {when}"


def measures_panel(view: View) -> html.Section:
    """How well the model fits, in words and measures, and how large the search was."""
    summary = view.summary
    rows = [
        html.Tr([html.Td(term(name, key)), html.Td(value, className="number")])
        for name, key, value in list_measures(summary.fit)
    ]
    size = f"{write_search(summary)}, seed {summary.lineage.seed}."
    ranges = f"Ranges from {summary.draws:,} draws."
    return html.Section(
        [
            html.H2(write_fit_title(summary)),
            html.P(write_fit(summary), className="figure-note"),
            html.Table(html.Tbody(rows), className="plain-table fit-table"),
            html.P(f"{size} {ranges}", className="figure-note"),
        ],
        className="panel",
    )
