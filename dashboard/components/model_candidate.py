"""One candidate looked at closely, with the way to make it the model; or some that are worth a look."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from dashboard.components.aria import aria
from dashboard.components.panels import figure_tools, graph, keep_together
from dashboard.components.terms import term
from dashboard.figures.candidate_agreement import near_rows
from dashboard.figures.candidate_returns import draw_candidate, write_difference
from dashboard.figures.format import write_share
from dashboard.figures.pareto_cloud import name_candidate, write_against_best
from dashboard.view import SHORT_ID, View
from mixline.messages import CandidateReturns, Candidates

NOTE, SEND, MESSAGE, TARGET = "choice-note", "choice-send", "choice-message", "choice-target"
LONGEST_NOTE = 500  # characters


def candidate_link(view: View, path: str, row: int) -> str:
    """The address of a candidate. It names the model too: the newest one may be another when the link is opened."""
    address = view.filters.link(path, model=view.row.id[:SHORT_ID], country="", dataset="")
    return f"{address}&candidate={row}"


def candidate_panel(candidates: Candidates, row: int, view: View, path: str) -> html.Section:
    """What a candidate says, beside the model."""
    heading = "title-candidate"
    errors = candidates.error or candidates.nrmse
    near = errors[row] <= min(errors) * (1 + candidates.tolerance)
    verdict = "The data cannot tell it from the best." if near else "The data speak for others."
    lead = f"{name_candidate(candidates, row)} {write_against_best(candidates, row)}"
    close = view.filters.link(path, model=view.row.id[:SHORT_ID], country="", dataset="")
    parts: list[Any] = [
        html.Div(
            [html.H2(keep_together(lead), id=heading), dcc.Link("Close", href=close, className="button")],
            className="panel-head",
        )
    ]
    if candidates.channels:
        drawing = draw_candidate(candidates, row, view.summary, view.look)
        difference = write_difference(candidates, row, view.summary, view.look)
        parts += [
            html.P(keep_together(f"{verdict} {difference} {drawing.note}"), className="figure-note"),
            html.Div(
                [html.Div([figure_tools(drawing), graph(drawing)]), _choice(candidates, row, view)], className="grid-2"
            ),
        ]
    else:
        parts.append(_choice(candidates, row, view))
    return html.Section(parts, className="panel candidate", id="candidate", tabIndex=-1, **aria(labelledby=heading))


def worth_a_look(candidates: Candidates, view: View, path: str) -> list[html.Section]:
    """A few candidates that differ from the model in one way each, as links."""
    found = pick_others(candidates)
    if not found:
        return []
    items = [
        html.Li(
            [
                dcc.Link(name_candidate(candidates, row), href=candidate_link(view, path, row)),
                keep_together(f" – {why}. "),
                html.Span(_write_two(candidates, row, view), className="soft"),
            ]
        )
        for row, why in found
    ]
    note = "Each reads the same data in another way. Choosing one makes a new model; this one stays."
    return [
        html.Section(
            [
                html.H2("Candidates worth a look"),
                html.P(note, className="figure-note"),
                html.Ul(items, className="downloads"),
            ],
            className="panel",
        )
    ]


def _write_two(candidates: Candidates, row: int, view: View) -> str:
    against = write_against_best(candidates, row)
    error = "" if against.startswith("has") else f"Its error {against}. "
    return keep_together(error + write_difference(candidates, row, view.summary, view.look))


def pick_others(candidates: Candidates) -> list[tuple[int, str]]:
    """The lowest error, the effect nearest to spend and the most different story among the near-optimal."""
    errors = candidates.error or candidates.nrmse
    near = near_rows(candidates)
    wanted = [
        (min(range(len(errors)), key=lambda row: errors[row]), "the lowest error"),
        (min(near, key=lambda row: candidates.rssd[row]), "effects nearest to spend among the good ones"),
    ]
    if candidates.channels:
        wanted.append((max(near, key=lambda row: _distance(candidates, row)), "the most different of the good ones"))
    found: dict[int, str] = {}
    for row, why in wanted:
        if row != candidates.chosen and row not in found:
            found[row] = why
    return list(found.items())


def _distance(candidates: Candidates, row: int) -> float:
    """How far a candidate's returns are from the model's, in shares of the model's, the mean over channels."""
    total = 0.0
    for returns in candidates.channels:
        now = returns.roi[candidates.chosen]
        total += abs(returns.roi[row] - now) / max(abs(now), 0.1)
    return total / len(candidates.channels)


def _choice(candidates: Candidates, row: int, view: View) -> html.Div:
    memory = [
        html.Li([html.Strong(_label(returns, view)), f" – {write_memory(returns, row, view.summary.interval)}"])
        for returns in candidates.channels
    ]
    parts = [html.P(term("Carry-over", "carryover")), html.Ul(memory, className="words")] if memory else []
    if row == candidates.chosen:
        return html.Div([*parts, html.P("This is the candidate the model shows.", className="soft choice-form")])
    if view.stale_since is not None:
        away = "The trainer does not answer; choosing works again when it is back."
        return html.Div([*parts, html.P(away, className="soft choice-form")])
    form = [
        html.Label("Why is this the better one?", htmlFor=NOTE),
        dcc.Textarea(
            id=NOTE,
            maxLength=LONGEST_NOTE,
            placeholder="For example: the lift test of May put TV at 1.2",
            className="note",
        ),
        html.Div(
            [html.Button("Make this the model", id=SEND, className="button primary", n_clicks=0)],
            className="form-actions",
        ),
        html.P(
            "A new model is published with your reason; this one stays. "
            "Its ranges leave out the doubt about carry-over and saturation, so they are narrower.",
            className="figure-note",
        ),
        html.Div(id=MESSAGE, **aria(live="polite")),
        dcc.Store(id=TARGET, data={"model": view.summary.id, "candidate": row}),
    ]
    return html.Div([*parts, html.Div(form, className="choice-form")])


def _label(returns: CandidateReturns, view: View) -> str:
    return next((c.label for c in view.summary.channels if c.name == returns.channel), returns.label)


def write_memory(returns: CandidateReturns, row: int, interval: str) -> str:
    """How long a channel is remembered in a candidate, in words."""
    first, second = returns.first[row], returns.second[row]
    if returns.adstock != "geometric":
        return f"Weibull, shape {first:.2g}, scale {second:.2g}"
    return f"{write_share(first)} stays to the next {interval}" if first >= 0.0005 else "no memory"
