"""Newer data than a model has seen: what a refresh would do, and the button that launches it."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from dash import ALL, Dash, Input, Output, State, dcc, html, no_update
from dash.exceptions import PreventUpdate

from dashboard.client import TrainerClient, current_client
from dashboard.components.inline_error import inline_error
from dashboard.figures.format import write_span
from dashboard.words import write_sentence
from mixline.errors import ConflictError, MixlineError
from mixline.messages import ModelSummary, RefreshPlan, RefreshRequest

LAUNCH: dict[str, Any] = {"type": "refresh-launch", "model": ALL}
MESSAGE = "refresh-message"


def first_refresh(client: TrainerClient, models: Sequence[ModelSummary]) -> list[html.Section]:
    """The refresh of the newest of the models compared that has newer data; nothing where none has."""
    return next(filter(None, (refresh_panel(client, model) for model in not_continued(models))), [])


def not_continued(models: Sequence[ModelSummary]) -> list[ModelSummary]:
    """The newest first, without those another of them stands for on a later version of the same data."""
    latest: dict[tuple[str, str, str], int] = {}
    for model in models:
        key = (model.dataset_name, model.segment, model.goal)
        latest[key] = max(model.dataset_version, latest.get(key, 0))
    kept = [m for m in models if m.dataset_version == latest[m.dataset_name, m.segment, m.goal]]
    return sorted(kept, key=lambda model: model.created_at, reverse=True)


def refresh_panel(client: TrainerClient, model: ModelSummary) -> list[html.Section]:
    """Nothing where the model's data set has no newer version, or where a refresh is not possible."""
    try:
        newer = [
            d
            for d in client.list_datasets().value
            if d.name == model.dataset_name and d.version > model.dataset_version
        ]
        if not newer:
            return []
        plan = client.plan_refresh(RefreshRequest(model_id=model.id))
    except MixlineError as error:
        return [] if isinstance(error, ConflictError) or error.status < 500 else [html.Section(inline_error(error))]
    return [_panel(model, plan)]


def register(app: Dash) -> None:
    app.callback(
        Output(MESSAGE, "children"),
        Input(LAUNCH, "n_clicks"),
        State(LAUNCH, "id"),
        prevent_initial_call=True,
        running=[(Output(LAUNCH, "disabled"), True, False)],
    )(launch)


def launch(clicks: list[int], ids: list[dict[str, str]]) -> Any:
    """Launch the refresh of the model whose button was pressed, and say where it can be watched."""
    if not clicks or not any(clicks):
        raise PreventUpdate
    request = RefreshRequest(model_id=ids[0]["model"])
    try:
        run = current_client().launch_refresh(request, key=secrets.token_hex(16))
    except MixlineError as error:
        return inline_error(error)
    if run.model_id:
        return ["This refresh was made before. ", dcc.Link("See its model", href=f"/models?model={run.model_id[:12]}")]
    return ["The refresh is in the queue. ", dcc.Link("Watch it", href=f"/runs?run={run.id}")] if run else no_update


def _panel(model: ModelSummary, plan: RefreshPlan) -> html.Section:
    steps = f"{plan.steps} {model.interval}{'' if plan.steps == 1 else 's'}"
    findings = [html.Li(write_sentence(f"{finding.title}. {finding.detail}".strip())) for finding in plan.findings]
    return html.Section(
        [
            html.H2(f"There are {steps} of newer data"),
            html.P(
                f"{plan.dataset_name} version {plan.dataset_version} adds {write_span(plan.first_new, plan.last_new)}. "
                f"A refresh continues {model.title} near what it knew, and this page then says what moved and why.",
                className="figure-note",
            ),
            *([html.Ul(findings, className="plain-list")] if findings else []),
            html.Div(
                [
                    html.Button(
                        "Refresh this model",
                        id={"type": "refresh-launch", "model": model.id},
                        className="button primary",
                        n_clicks=0,
                    ),
                    html.Span(id=MESSAGE, role="status"),
                ],
                className="refresh-actions",
            ),
        ],
        className="panel",
    )
