"""What a click on a saved plan does: keeping one under a name, forgetting one, putting some side by side."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlencode

from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, no_update
from dash.exceptions import PreventUpdate

from dashboard.client import TrainerClient, current_client
from dashboard.components import plan_saved as saved
from dashboard.components.inline_error import inline_error, inline_sentence
from dashboard.components.plan_address import read_inputs, write_inputs
from dashboard.components.plan_shelf import current_shelf
from dashboard.components.plan_solving import solve
from dashboard.figures.drawing import make_look
from dashboard.figures.format import Unit, unit_of, write_periods
from dashboard.labels import label_summary
from dashboard.theme import current_mode
from dashboard.view import SHORT_ID, View
from mixline.errors import ConflictError, MixlineError
from mixline.messages import ModelSummary, PlanQuestion, ScenarioRequest, ScenarioView
from mixline.mmm.planner import PlanRequest, read_request, write_request

ADDRESS, SHOWN, PICKED = "plan-address", "plan-shown", "plan-picked"
HERE = "/planner"
IDENTITY = re.compile(r"^[0-9a-f]{32}$")


def read_picked(text: Any) -> list[str]:
    """Saved plans named in an address, each once, at most five."""
    named = [part for part in str(text or "").split(",") if IDENTITY.match(part)]
    return list(dict.fromkeys(named))[: saved.MOST]


def section(client: TrainerClient, view: View, picked: list[str]) -> html.Div:
    """Saved plans as they are now."""
    summary = view.summary
    try:
        rows, compared = _draw(client, summary, view.filters.range, picked)
    except MixlineError as error:
        rows, compared = inline_error(error), None
    return html.Div([saved.saved_panel(rows, compared), dcc.Store(id=PICKED, data=picked)])


def register(app: Dash) -> None:
    """Save, pick, remove."""
    app.callback(
        Output(saved.LIST, "children"),
        Output(saved.COMPARED, "children"),
        Output(saved.SAVE_STATE, "children"),
        Output(PICKED, "data"),
        Output(saved.NAME, "value"),
        Input(saved.SAVE, "n_clicks"),
        Input({"type": saved.PICK, "plan": ALL}, "value"),
        Input({"type": saved.REMOVE, "plan": ALL}, "n_clicks"),
        State({"type": saved.PICK, "plan": ALL}, "id"),
        State(saved.NAME, "value"),
        State(saved.REPLACE, "value"),
        State(ADDRESS, "data"),
        State(SHOWN, "data"),
        State(PICKED, "data"),
        prevent_initial_call=True,
        running=[(Output(saved.SAVE, "disabled"), True, False)],
    )(act)


def act(
    _saves: int | None, ticks: list[bool | None], removes: list[int | None], keys: list[dict[str, str]], name: str | None,
    replace: bool | None, address: str, shown: dict[str, str], picked: list[str],
) -> tuple[Any, ...]:  # fmt: skip
    """Answer to a click on Save, a tick, or Remove."""
    return answer_click(ctx.triggered_id, ticks, removes, keys, name, replace, address, shown, picked)


def answer_click(
    triggered: Any, ticks: list[bool | None], removes: list[int | None], keys: list[dict[str, str]], name: str | None,
    replace: bool | None, address: str, shown: dict[str, str], picked: list[str],
) -> tuple[Any, ...]:  # fmt: skip
    """`act` for the component that was clicked: list, comparison, sentence, picked plans, name field."""
    sentence: Any = None
    ticked = [key["plan"] for key, tick in zip(keys, ticks, strict=True) if tick]
    wanted = [p for p in picked if p in ticked] + [p for p in ticked if p not in picked]
    if len(wanted) > saved.MOST:
        sentence = inline_sentence(f"At most {saved.MOST} plans stand side by side. Untick one first.")
        wanted = wanted[: saved.MOST]
    field: Any = no_update
    try:
        client = current_client()
        summary = label_summary(client.read_model(shown["model"]))
        if triggered == saved.SAVE:
            kept = _save(client, summary, name, bool(replace), address)
            sentence = html.P(f"{kept.name} is saved.", className="soft", role="status")
            field = ""
        elif isinstance(triggered, dict) and triggered.get("type") == saved.REMOVE:
            if not any(removes):
                raise PreventUpdate
            client.remove_scenario(triggered["plan"])
            wanted = [p for p in wanted if p != triggered["plan"]]
        elif wanted == picked and sentence is None:
            raise PreventUpdate
        rows, compared = _draw(client, summary, shown["range"], wanted)
    except ConflictError:
        taken = f"Another plan is named {(name or '').strip()}. Type another name, or tick “{saved.REPLACING}”."
        return no_update, no_update, inline_sentence(taken), no_update, no_update
    except MixlineError as error:
        return no_update, no_update, inline_error(error), no_update, no_update
    return rows, compared, sentence, wanted, field


def _save(client: TrainerClient, summary: ModelSummary, name: str | None, replace: bool, address: str) -> ScenarioView:
    """Keep the plan of an address under a name, with every answer named, so that it asks the same for ever."""
    inputs = read_inputs(dict(parse_qsl(address)))
    plan = solve(current_shelf().planner(client, summary.id), summary, inputs).plan
    question = PlanQuestion.model_validate(write_request(plan.request))
    text = (name or "").strip() or _usual_name(summary, len(plan.dates), plan.request)
    request = ScenarioRequest(name=text[: saved.LONGEST_NAME], model_id=summary.id, question=question, replace=replace)
    return client.save_scenario(request)


def _usual_name(summary: ModelSummary, periods: int, request: PlanRequest) -> str:
    """The name of a plan that was given none: 13 weeks, budget €3.2M."""
    unit = unit_of(summary)
    goals: dict[str, tuple[str, Callable[[float], str]]] = {
        "budget": ("budget", unit.money), "outcome": (unit.outcome_name, unit.outcome), "roi": ("return", unit.roi),
        "marginal_roi": ("return of the next money", unit.roi),
    }  # fmt: skip
    what, write = goals[request.scenario]
    amount = request.budget if request.scenario == "budget" else request.target
    return f"{write_periods(periods, summary.interval)}, {what} {'as today' if amount is None else write(amount)}"


def _draw(client: TrainerClient, summary: ModelSummary, level: str, picked: list[str]) -> tuple[Any, Any]:
    """The list and the comparison."""
    plans = client.list_scenarios().value
    links = {plan.id: link for plan in plans if (link := _link(plan, level, summary)) is not None}
    chosen = [plan for wanted in picked for plan in plans if plan.id == wanted]
    rows = saved.saved_rows(plans, picked, summary.id, links)
    return rows, _compare(client, summary, level, chosen)


def _link(plan: ScenarioView, level: str, summary: ModelSummary) -> str | None:
    """The address that opens a saved plan in the form."""
    scale = unit_of(summary).roi_scale
    inputs = saved.inputs_of(plan.question, scale)
    if inputs is None:
        return None
    query = {"model": plan.model_id[:SHORT_ID], **({"range": level} if level else {}), **write_inputs(inputs)}
    return f"{HERE}?{urlencode(query)}"


def _compare(client: TrainerClient, summary: ModelSummary, level: str, chosen: list[ScenarioView]) -> Any:
    """Each plan solved again from its own model, in the units of the model shown."""
    labels = {channel.name: channel.label for channel in summary.channels}
    look = make_look(summary, current_mode(), 50 if level == "50" else 90)
    names: list[str] = []
    plans, intervals, others = [], [], []
    for scenario in chosen:
        planner = current_shelf().planner(client, scenario.model_id)
        goal = planner.model.spec.goal
        if Unit(goal.currency, goal.kind == "conversions") != look.unit:
            others.append(scenario.name)
            continue
        intervals.append(planner.model.interval)
        plans.append(planner.plan(read_request(scenario.question.model_dump())))
        known = scenario.name in names
        names.append(f"{scenario.name} ({len(names) + 1})" if known else scenario.name)
    compared = saved.compare_plans(names, plans, labels, look, intervals)
    if not others:
        return compared
    return [
        inline_sentence(f"{', '.join(others)}: of a model with another goal or currency, not comparable here."),
        compared,
    ]
