"""Models: from a search to a model one can defend. What was tried, whether good candidates agree, what is left unexplained,
what the checks say, why this candidate, and the way to another.

The address holds the model, the candidate looked at and what the cloud is coloured by (`?model=...&candidate=17&show=families`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qs, urlencode

from dash import ClientsideFunction, Dash, Input, Output, State, dcc, html, no_update
from dash.exceptions import PreventUpdate
from flask import Response, abort
from pydantic import ValidationError

from dashboard.client import TrainerClient, current_client
from dashboard.components.frame import frame
from dashboard.components.inline_error import inline_error, inline_sentence
from dashboard.components.model_candidate import MESSAGE, NOTE, SEND, TARGET, candidate_panel, worth_a_look
from dashboard.components.model_checks import checks_panel
from dashboard.components.model_downloads import (
    CHANNELS,
    CONTRIBUTIONS,
    PATH,
    TYPES,
    downloads_panel,
    known_names,
    write_channels,
    write_contributions,
)
from dashboard.components.model_evidence import backtest_panel, calibration_panel
from dashboard.components.model_families import SHOW, color_choice, families_panel
from dashboard.components.model_list import model_list
from dashboard.components.model_reason import measures_panel, reason_panel
from dashboard.components.panels import panel
from dashboard.components.report_panels import ASKED, PANELS, report_panels, report_place
from dashboard.figures.candidate_agreement import draw_agreement, near_rows
from dashboard.figures.convergence import draw_convergence, write_trial
from dashboard.figures.format import RangeLevel
from dashboard.figures.pareto_cloud import NAME, draw_cloud
from dashboard.figures.residuals import draw_actual, draw_against_fitted, draw_autocorrelation, draw_over_time
from dashboard.labels import label_calibration, label_candidates, label_contributions, label_summary
from dashboard.layout import LOCATION
from dashboard.theme import current_mode
from dashboard.view import SHORT_ID, View
from dashboard.words import count_candidates
from mixline.errors import InputError, MixlineError
from mixline.messages import CandidateChoice, Candidates, Contributions

HERE = "/models"
SHOWN, PICKED = "models-shown", "models-picked"
CLOUD, AGREEMENT = f"figure-{NAME}", "figure-agreement"


def layout(**query: Any) -> html.Div:
    def draw(view: View, client: TrainerClient) -> Sequence[Any]:
        return _body(view, client, str(query.get("candidate", "")), query.get("show") == SHOW)

    return frame(HERE, "Models", query, draw, _lede)


def _lede(view: View) -> str:
    summary = view.summary
    serious = sum(finding.severity != "info" for finding in summary.findings)
    checks = (
        "every check passed"
        if not serious
        else f"{serious} {'check calls' if serious == 1 else 'checks call'} for attention"
    )
    tried = count_candidates(summary)
    who = "a person" if summary.choice else "the search's rule"
    return f"{tried:,} {'candidate was' if tried == 1 else 'candidates were'} tried, {who} chose one, and {checks}."


def _body(view: View, client: TrainerClient, candidate: str, families: bool) -> Sequence[Any]:
    summary, look = view.summary, view.look
    candidates = label_candidates(client.read_candidates(summary.id))
    document = client.read_contributions(summary.id, summary.interval)
    picked = read_candidate(candidate, candidates)
    several = bool(candidates.channels) and len(near_rows(candidates)) > 1
    return [
        html.Div(
            [
                checks_panel(summary),
                html.Div(
                    [reason_panel(view, HERE), measures_panel(view), *worth_a_look(candidates, view, HERE)],
                    className="stack",
                ),
            ],
            className="grid-2",
        ),
        panel(
            draw_cloud(candidates, look, picked, families=families),
            above=color_choice(candidates, view, HERE, picked, families),
        ),
        *families_panel(candidates, view, HERE),
        *([] if picked is None else _picked(candidates, picked, view)),
        *([panel(draw_agreement(candidates, summary, look))] if several else []),
        html.Div([_convergence(candidates, view), downloads_panel(summary.id)], className="grid-2"),
        html.Div(
            [
                backtest_panel(client.read_backtest(summary.id), view),
                calibration_panel(label_calibration(client.read_calibration(summary.id)), view),
            ],
            className="grid-2",
        ),
        panel(draw_actual(document, summary, look)),
        html.Div(_residuals(document, view), className="grid-3"),
        model_list(view, HERE),
        dcc.Store(id=SHOWN, data=summary.id[:SHORT_ID]),
    ]


def _picked(candidates: Candidates, row: int, view: View) -> list[Any]:
    return [
        candidate_panel(candidates, row, view, HERE),
        report_place(view.summary.id, row, view.look.level),
        dcc.Store(id=PICKED, data=row),
    ]


def _residuals(document: Contributions, view: View) -> list[html.Section]:
    return [
        panel(draw_over_time(document, view.summary, view.look)),
        panel(draw_against_fitted(document, view.look)),
        panel(draw_autocorrelation(document, view.summary, view.look)),
    ]


def _convergence(candidates: Candidates, view: View) -> html.Section:
    words = [
        html.Li([html.Strong(f"Trial {trial.trial}"), f" – {write_trial(candidates, place)}"])
        for place, trial in enumerate(candidates.trials)
    ]
    return panel(draw_convergence(candidates, view.look), *([html.Ul(words, className="words")] if words else []))


def read_candidate(text: str, candidates: Candidates) -> int | None:
    """The candidate the address names. Raises InputError when the model has no such one."""
    if not text:
        return None
    count = len(candidates.trial)
    if not text.isdecimal() or len(text) > 7 or int(text) >= count:
        raise InputError(
            "the model has no such candidate",
            where="candidate",
            got=text[:20],
            expected=f"0 to {count - 1}",
            action="Choose it again on the page.",
        )
    return int(text)


def register(app: Dash) -> None:
    """Wire the page: a click looks closer, the form chooses, the links download."""
    app.callback(
        Output(LOCATION, "search", allow_duplicate=True),
        Input(CLOUD, "clickData"),
        State(LOCATION, "search"),
        State(SHOWN, "data"),
        prevent_initial_call=True,
    )(look_closer)
    app.callback(
        Output(LOCATION, "search", allow_duplicate=True),
        Input(AGREEMENT, "clickData"),
        State(LOCATION, "search"),
        State(SHOWN, "data"),
        prevent_initial_call=True,
    )(look_closer)
    app.callback(
        Output(LOCATION, "search", allow_duplicate=True),
        Output(MESSAGE, "children"),
        Input(SEND, "n_clicks"),
        State(NOTE, "value"),
        State(TARGET, "data"),
        prevent_initial_call=True,
        running=[(Output(SEND, "disabled"), True, False)],
    )(choose)
    app.callback(Output(PANELS, "children"), Output(PANELS, "aria-busy"), Input(ASKED, "data"))(show_report)
    # Its output never changes; without one Dash would not call it when the store first appears.
    app.clientside_callback(ClientsideFunction("models", "show"), Output(PICKED, "storage_type"), Input(PICKED, "data"))
    app.server.add_url_rule(f"{PATH}/<model_id>/<name>", "model_download", download)


def look_closer(click: dict[str, Any] | None, search: str | None, model: str) -> str:
    """The address of the candidate that was clicked, the other filters as they are."""
    marks = (click or {}).get("points", [{}])[0].get("customdata")
    if not isinstance(marks, list) or not marks or not isinstance(marks[0], int):
        raise PreventUpdate
    query = {name: values[0] for name, values in parse_qs((search or "").lstrip("?")).items()}
    kept: dict[str, str] = {name: query[name] for name in ("range", "show") if name in query}
    return "?" + urlencode({**kept, "model": model, "candidate": str(marks[0])})


def show_report(asked: dict[str, Any] | None) -> tuple[Any, str]:
    """The eight panels of the candidate that was asked for, or what is in the way of them."""
    if not asked:
        raise PreventUpdate
    level: RangeLevel = 50 if asked.get("level") == 50 else 90
    try:
        client = current_client()
        documents = client.read_report(str(asked["model"]), int(asked["candidate"]))
        now = label_summary(client.read_model(str(asked["model"])))
    except MixlineError as error:
        return inline_error(error), "false"
    return report_panels(documents, now, current_mode(), level), "false"


def choose(clicks: int, note: str | None, target: dict[str, Any]) -> tuple[Any, Any]:
    """Make the candidate the model, and look at the new one."""
    if not clicks:
        raise PreventUpdate
    if not (note or "").strip():
        return no_update, inline_sentence("Say in a sentence why this candidate is the better one.")
    try:
        choice = CandidateChoice(candidate=target["candidate"], note=str(note))
        chosen = current_client().choose_candidate(str(target["model"]), choice)
    except ValidationError:
        return no_update, inline_sentence("The reason may have at most 500 characters.")
    except MixlineError as error:
        return no_update, inline_error(error)
    return "?" + urlencode({"model": chosen.id[:SHORT_ID]}), None


def download(model_id: str, name: str) -> Response:
    """A file of a model, through the dashboard: the browser need not reach the trainer."""
    if name not in known_names() or len(model_id) != 64 or set(model_id) - set("0123456789abcdef"):
        abort(404)
    client = current_client()
    try:
        if name == CONTRIBUTIONS:
            summary = client.read_model(model_id)
            document = label_contributions(client.read_contributions(model_id, summary.interval))
            content: bytes = write_contributions(document).encode("utf-8-sig")
        elif name == CHANNELS:
            content = write_channels(label_summary(client.read_model(model_id))).encode("utf-8-sig")
        else:
            content = client.read_file(model_id, name)
    except MixlineError as error:
        return Response(str(error), status=error.status, mimetype="text/plain")
    response = Response(content, content_type=TYPES["." + name.rpartition(".")[2]])
    response.headers["Content-Disposition"] = f'attachment; filename="{model_id[:SHORT_ID]}-{name}"'
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    return response
