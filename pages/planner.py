"""Planner: how to spend over the periods ahead. The question is in the address; the answer is computed here, at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from dash import ALL, ClientsideFunction, Dash, Input, Output, State, dcc, html, no_update
from dash.exceptions import PreventUpdate
from flask import Response, request

from dashboard.client import TrainerClient, current_client
from dashboard.components.aria import aria
from dashboard.components.frame import frame
from dashboard.components.inline_error import inline_error
from dashboard.components.plan_form import (
    AHEAD_FIELD,
    BUDGET,
    CAUTIOUS_FIELD,
    GOAL,
    HIGH,
    LOCK,
    LOW,
    TARGET,
    plan_form,
    target_hint,
    target_label,
)
from dashboard.components.plan_inputs import PlanInputs, read_inputs
from dashboard.components.plan_result import CSV_PATH, plan_result, write_plan
from dashboard.components.plan_shelf import current_shelf
from dashboard.components.plan_solving import solve, solve_today
from dashboard.figures.drawing import make_look
from dashboard.labels import label_summary
from dashboard.theme import current_mode
from dashboard.view import SHORT_ID, View, choose_row, read_filters
from mixline.errors import MixlineError
from mixline.messages import ModelSummary

HERE = "/planner"
RESULT, ADDRESS, SHOWN = "plan-result", "plan-address", "plan-shown"


def layout(**query: Any) -> html.Div:
    def draw(view: View, client: TrainerClient) -> Sequence[Any]:
        return _body(view, client, read_inputs(query))

    return frame(HERE, "Planner", query, draw, _lede)


def _lede(view: View) -> str:
    return f"Move the budget ahead: every change is solved again at once, from the model of {view.summary.title}."


def _body(view: View, client: TrainerClient, inputs: PlanInputs) -> Sequence[Any]:
    summary, look = view.summary, view.look
    planner = current_shelf().planner(client, summary.id)
    labels = labels_of(summary)
    query = address(summary.id, view.filters.range, inputs)
    try:
        answer: list[Any] = plan_result(solve(planner, summary, inputs), inputs, labels, look, query)
    except MixlineError as error:
        answer = [inline_error(error)]
    return [
        plan_form(inputs, solve_today(planner, summary, inputs), labels, look),
        html.Div(answer, id=RESULT, className="stack", **aria(live="polite")),
        dcc.Store(id=SHOWN, data={"model": summary.id, "range": view.filters.range}),
        dcc.Store(id=ADDRESS, data=query),
    ]


def labels_of(summary: ModelSummary) -> dict[str, str]:
    return {channel.name: channel.label for channel in summary.channels}


def address(model_id: str, level: str, inputs: PlanInputs) -> str:
    """The query that shows this plan again, of this very model."""
    query = {"model": model_id[:SHORT_ID], **({"range": level} if level else {}), **inputs.to_query()}
    return urlencode(query)


def register(app: Dash) -> None:
    """Wire the page: any change solves again, and the address follows without a new page."""
    app.callback(
        Output(RESULT, "children"),
        Output(ADDRESS, "data"),
        Output("plan-budget-field", "hidden"),
        Output("plan-target-field", "hidden"),
        Output("plan-cautious-field", "hidden"),
        Output("plan-target-label", "children"),
        Output("plan-target-hint", "children"),
        Output("plan-budget-hint", "children"),
        Input(GOAL, "value"),
        Input(AHEAD_FIELD, "value"),
        Input(BUDGET, "value"),
        Input(TARGET, "value"),
        Input(CAUTIOUS_FIELD, "value"),
        Input({"type": LOW, "channel": ALL}, "value"),
        Input({"type": HIGH, "channel": ALL}, "value"),
        Input({"type": LOCK, "channel": ALL}, "value"),
        State({"type": LOCK, "channel": ALL}, "id"),
        State(SHOWN, "data"),
        prevent_initial_call=True,
    )(solve_again)
    app.clientside_callback(
        ClientsideFunction("planner", "keep"), Output(ADDRESS, "storage_type"), Input(ADDRESS, "data")
    )
    app.server.add_url_rule(CSV_PATH, "plan_csv", download)


def solve_again(
    goal: str,
    ahead: float | None,
    budget: float | None,
    target: float | None,
    cautious: bool | None,
    lows: list[float | None],
    highs: list[float | None],
    locks: list[bool | None],
    keys: list[dict[str, str]],
    shown: dict[str, str] | None,
) -> tuple[Any, ...]:
    """The answer to the form as it stands now."""
    if not shown:
        raise PreventUpdate
    names = [key["channel"] for key in keys]
    ends = {name: (low, high) for name, low, high in zip(names, lows, highs, strict=True)}
    try:
        inputs = read_inputs({"goal": goal, "ahead": ahead, "budget": budget, "target": target})
    except MixlineError as error:
        return ([inline_error(error)], *[no_update] * 7)
    inputs = PlanInputs(
        inputs.goal,
        inputs.ahead,
        inputs.budget,
        inputs.target,
        {name: pair for name, pair in ends.items() if pair != (None, None)},
        tuple(name for name, lock in zip(names, locks, strict=True) if lock),
        bool(cautious),
    )
    level = shown["range"]
    query = address(shown["model"], level, inputs)
    hides = (inputs.goal != "budget", inputs.goal == "budget", inputs.goal != "budget")
    try:
        client = current_client()
        summary = label_summary(client.read_model(shown["model"]))
        look = make_look(summary, current_mode(), 50 if level == "50" else 90)
        planner = current_shelf().planner(client, summary.id)
        today = solve_today(planner, summary, inputs)
        hints = (
            target_label(inputs, look),
            target_hint(inputs, today, look),
            f"Empty: as today, {look.unit.money(today.spend_today)}",
        )
        plan = solve(planner, summary, inputs)
    except MixlineError as error:
        return ([inline_error(error)], query, *hides, no_update, no_update, no_update)
    return (plan_result(plan, inputs, labels_of(summary), look, query), query, *hides, *hints)


def download() -> Response:
    """The plan of an address as a CSV file."""
    try:
        client = current_client()
        row = choose_row(client.list_models().value, read_filters(request.args.to_dict()))
        summary = label_summary(client.read_model(row.id))
        plan = solve(current_shelf().planner(client, row.id), summary, read_inputs(request.args.to_dict()))
    except MixlineError as error:
        return Response(str(error), status=error.status, mimetype="text/plain")
    response = Response(
        write_plan(plan, labels_of(summary)).encode("utf-8-sig"), content_type="text/csv; charset=utf-8"
    )
    response.headers["Content-Disposition"] = 'attachment; filename="plan.csv"'
    return response
