"""Planner: how to spend over the periods ahead. The question is in the address; the answer is computed here, at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import ALL, ClientsideFunction, Dash, Input, Output, State, ctx, html

from dashboard.client import TrainerClient
from dashboard.components import plan_channels as channels
from dashboard.components import plan_form as form
from dashboard.components import plan_keeping as keeping
from dashboard.components import plan_pacing as pacing
from dashboard.components.frame import frame
from dashboard.components.plan_address import read_inputs
from dashboard.components.plan_answering import (
    ADDRESS,
    ANSWER,
    CHANGE,
    DETAILS,
    KNOWN,
    SETTLED,
    SHOWN,
    answer_details,
    answer_form,
    plan_body,
)
from dashboard.components.plan_result import COPIED, COPY
from dashboard.components.plan_routes import add_routes
from dashboard.figures.format import INTERVALS
from dashboard.view import View

HERE = "/planner"


def layout(**query: Any) -> html.Div:
    def draw(view: View, client: TrainerClient) -> Sequence[Any]:
        return plan_body(view, client, read_inputs(query), keeping.read_picked(query.get("compare")))

    return frame(HERE, "Planner", query, draw, _lede)


def _lede(view: View) -> str:
    many = INTERVALS.get(view.summary.interval, ("period", "periods"))[1]
    return f"What to spend in the {many} ahead, solved again with every change."


def register(app: Dash) -> None:
    """Wire the page: any change solves again, and the address follows without a new page."""

    def each(kind: str, prop: str) -> tuple[Any, str]:
        return {"type": kind, "channel": ALL}, prop

    app.callback(
        output={
            "answer": Output(ANSWER, "children"),
            "change": Output(CHANGE, "children"),
            "total": Output(channels.TOTAL, "children"),
            "address": Output(ADDRESS, "data"),
            "known": Output(KNOWN, "data"),
            "hidden": [
                *(Output(form.FIELD_OF[k], "hidden") for k in (form.BUDGET, form.TARGET, form.CAUTIOUS_FIELD)),
                Output(form.FIELD_OF[form.FLIGHT_FIELD], "hidden"),
                Output(pacing.PANEL, "hidden"),
            ],
            "words": [
                *(Output(key, "children") for key in (form.TARGET_LABEL, form.TARGET_HINT, form.BUDGET_HINT)),
                Output(form.BUDGET, "placeholder"),
            ],
            "rows": Output(pacing.PANEL, "children"),
            "sliders": Output(*each(channels.SLIDER, "value")),
            "reaches": Output(*each(channels.SLIDER, "max")),
            "spends": Output(*each(channels.SPEND, "value")),
            "shares": Output(*each(channels.SHARE, "children")),
            "holds": Output(*each(channels.HOLD, "value")),
        },
        inputs={
            "asked": {
                "goal": Input(form.GOAL, "value"),
                "ahead": Input(form.AHEAD_FIELD, "value"),
                "budget": Input(form.BUDGET, "value"),
                "target": Input(form.TARGET, "value"),
                "cautious": Input(form.CAUTIOUS_FIELD, "value"),
                "after": Input(form.AFTER, "value"),
                "today": Input(form.TODAY, "value"),
                "pace": Input(form.PACE, "value"),
                "flight": Input(form.FLIGHT_FIELD, "value"),
                "sliders": Input(*each(channels.SLIDER, "value")),
                "spends": Input(*each(channels.SPEND, "value")),
                "holds": Input(*each(channels.HOLD, "value")),
                "lows": Input(*each(channels.LOW, "value")),
                "highs": Input(*each(channels.HIGH, "value")),
                "prices": Input(*each(channels.PRICE, "value")),
                "groups": Input(*each(channels.GROUP, "value")),
                "group_lows": Input({"type": channels.GROUP_LOW, "group": ALL}, "value"),
                "group_highs": Input({"type": channels.GROUP_HIGH, "group": ALL}, "value"),
                "cell": Input({"type": pacing.GRID, "place": ALL}, "cellValueChanged"),
            },
            "page": {
                "slider_ids": State(*each(channels.SLIDER, "id")),
                "limit_ids": State(*each(channels.LOW, "id")),
                "group_ids": State({"type": channels.GROUP_LOW, "group": ALL}, "id"),
                "rows": State({"type": pacing.GRID, "place": ALL}, "rowData"),
                "shown": State(SHOWN, "data"),
                "known": State(KNOWN, "data"),
            },
        },
        prevent_initial_call=True,
    )(solve_again)
    app.callback(Output(DETAILS, "children"), Input(SETTLED, "data"), State(SHOWN, "data"), prevent_initial_call=True)(
        answer_details
    )
    app.clientside_callback(
        ClientsideFunction("planner", "keep"),
        Output(ADDRESS, "storage_type"),
        Input(ADDRESS, "data"),
        Input(keeping.PICKED, "data"),
    )
    app.clientside_callback(
        ClientsideFunction("planner", "copy"), Output(COPIED, "children"), Input(COPY, "n_clicks"),
        prevent_initial_call=True,
    )  # fmt: skip
    keeping.register(app)
    add_routes(app.server)


def solve_again(asked: dict[str, Any], page: dict[str, Any]) -> dict[str, Any]:
    """The answer to the form as it stands now."""
    return answer_form(asked, page, ctx.triggered_id)
