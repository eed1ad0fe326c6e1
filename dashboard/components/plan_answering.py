"""The answer to the planner's form: a question read from it, solved, and what is drawn anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from dash import dcc, html, no_update
from dash.exceptions import PreventUpdate

from dashboard.client import TrainerClient, current_client
from dashboard.components import plan_channels as channels
from dashboard.components import plan_form as form
from dashboard.components import plan_keeping as keeping
from dashboard.components import plan_pacing as pacing
from dashboard.components.aria import aria
from dashboard.components.inline_error import inline_error, inline_sentence
from dashboard.components.panels import keep_together
from dashboard.components.plan_address import read_inputs, write_inputs
from dashboard.components.plan_inputs import AHEAD, PlanInputs, check_periods
from dashboard.components.plan_notes import fault_sentence
from dashboard.components.plan_reading import Known, read_form, read_held, read_touched
from dashboard.components.plan_result import plan_answer, plan_change, plan_details
from dashboard.components.plan_shelf import current_shelf
from dashboard.components.plan_solving import Solved, solve, solve_today
from dashboard.components.plan_steps import plan_total
from dashboard.components.plan_typed import no_dust, write_typed
from dashboard.figures.drawing import Look, make_look
from dashboard.labels import label_summary
from dashboard.theme import current_mode
from dashboard.view import SHORT_ID, View
from mixline.errors import MixlineError
from mixline.messages import ModelSummary
from mixline.mmm.planner import Plan, Planner

ANSWER, CHANGE, DETAILS = "plan-answer", "plan-change-place", "plan-details"
ADDRESS, SETTLED, SHOWN, KNOWN = "plan-address", "plan-settled", "plan-shown", "plan-known"


def plan_body(view: View, client: TrainerClient, inputs: PlanInputs, picked: list[str]) -> Sequence[Any]:
    """The page for a question: form, sliders, answer and saved plans."""
    summary, look = view.summary, view.look
    planner = current_shelf().planner(client, summary.id)
    inputs = inputs.only(set(planner.model.paid_names))
    labels = labels_of(summary)
    query = address(summary.id, view.filters.range, inputs)
    fault: MixlineError | None = None
    try:
        solved = solve(planner, summary, inputs)
    except MixlineError as error:
        # The form stays as it was sent, so that what cannot be had can be changed; sliders stand where today is.
        ahead = None if error.where == "ahead" else inputs.ahead
        fault, today = error, solve_today(planner, summary, PlanInputs(ahead=ahead))
        solved = Solved(inputs, today, today)
    answer = [_fault(fault, labels, look)] if fault else plan_answer(solved, labels, look)
    tabled = inputs.pace == "own" and (fault is None or fault.where != "ahead")  # no table is as long as that
    usual = _usual(planner, summary, inputs) if tabled else None
    details = [] if fault else plan_details(planner, solved, labels, look, query)
    return [
        html.Section(answer, id=ANSWER, className="panel plan-answer", **aria(live="polite")),
        form.plan_form(inputs, solved.today, summary, look),
        html.Div(
            [
                channels.channel_sliders(solved, labels, look),
                html.Div([] if fault else plan_change(solved, labels, look), id=CHANGE),
            ],
            className="plan-side",
        ),
        channels.channel_limits(inputs, solved, labels, look),
        pacing.pacing_panel(inputs, usual, labels),
        html.Div(details, id=DETAILS, className="stack"),
        keeping.section(client, view, picked),
        dcc.Store(id=SHOWN, data={"model": summary.id, "range": view.filters.range}),
        dcc.Store(id=KNOWN, data=known_of(solved)),
        dcc.Store(id=ADDRESS, data=query),
        dcc.Store(id=SETTLED),
    ]


def _fault(error: MixlineError, labels: dict[str, str], look: Look) -> html.P:
    """Why there is no plan, where it would stand."""
    sentence = fault_sentence(error, labels, look)
    return inline_sentence(keep_together(sentence)) if sentence else inline_error(error)


def labels_of(summary: ModelSummary) -> dict[str, str]:
    return {channel.name: channel.label for channel in summary.channels}


def address(model_id: str, level: str, inputs: PlanInputs) -> str:
    """The query that shows this plan again, of this very model."""
    query = {"model": model_id[:SHORT_ID], **({"range": level} if level else {}), **write_inputs(inputs)}
    return urlencode(query)


def known_of(solved: Solved) -> dict[str, dict[str, float]]:
    """What the next touch of the form has to know of the plan shown."""
    paid = solved.plan.channels
    return asdict(
        Known(
            held=dict(solved.inputs.held),
            shares={c.name: solved.share(c.name) for c in paid},
            today={c.name: c.spend_today for c in paid},
        )
    )


def _usual(planner: Planner, summary: ModelSummary, inputs: PlanInputs) -> Plan:
    return solve_today(planner, summary, replace(inputs, pace="year", weights={}, prices={}))


def answer_form(asked: dict[str, Any], page: dict[str, Any], triggered: Any) -> dict[str, Any]:
    """The answer to the form as it stands now, touched at `triggered`, the id of a component. Keys are the page's outputs."""
    shown = page["shown"]
    if not shown:
        raise PreventUpdate
    names = [key["channel"] for key in page["slider_ids"]]
    same = {"sliders": names, "reaches": names, "spends": names, "shares": names, "holds": names}
    answer: dict[str, Any] = {
        **dict.fromkeys(("change", "total", "address", "known", "rows"), no_update),
        "hidden": [no_update] * 5,
        "words": [no_update] * 4,
        **{key: [no_update] * len(every) for key, every in same.items()},
    }
    look: Look | None = None
    try:
        client = current_client()
        summary = label_summary(client.read_model(shown["model"]))
        look = make_look(summary, current_mode(), 50 if shown["range"] == "50" else 90)
        planner = current_shelf().planner(client, summary.id)
        inputs = _read(asked, page, names, triggered, planner, summary)
        answer["hidden"] = [
            inputs.goal != "budget", inputs.goal == "budget", inputs.goal != "budget", inputs.pace != "flights",
            inputs.pace != "own",
        ]  # fmt: skip
        answer["holds"] = [name in inputs.held for name in names]
        answer["address"] = address(shown["model"], shown["range"], inputs)
        answer["known"] = {**page["known"], "held": dict(inputs.held)}
        if inputs.pace == "own" and (triggered in (form.PACE, form.AHEAD_FIELD, form.TODAY) or not page["rows"]):
            answer["rows"] = pacing.pacing_table(inputs, _usual(planner, summary, inputs), labels_of(summary))
        today = solve_today(planner, summary, inputs)
        answer["words"] = _words(inputs, today, summary, look)
        solved = solve(planner, summary, inputs, today)
    except MixlineError as error:
        said = inline_error(error) if look is None else _fault(error, labels_of(summary), look)
        return {**answer, "answer": [said]}
    answer["address"] = address(shown["model"], shown["range"], solved.asked)
    return {**answer, **_shown(planner, solved, summary, look, names, triggered)}


def _read(
    asked: dict[str, Any], page: dict[str, Any], names: list[str], triggered: Any, planner: Planner,
    summary: ModelSummary,
) -> PlanInputs:  # fmt: skip
    check_periods("ahead", asked["ahead"], summary.interval)
    check_periods("flight", asked["flight"], summary.interval)
    touched = read_touched(triggered)
    held = read_held(names, asked["sliders"], asked["spends"], asked["holds"], Known(**page["known"]), touched)
    lists = {
        "limits": [key["channel"] for key in page["limit_ids"]],
        "groups": [key["group"] for key in page["group_ids"]],
    }
    inputs = replace(read_form(asked, lists, held, {}), moved=touched.channel if touched.channel in held else "")
    if inputs.ahead == AHEAD[summary.interval]:
        inputs = replace(inputs, ahead=None)
    if inputs.pace != "own" or not page["rows"] or triggered == form.PACE:
        return inputs
    weights = pacing.read_weights(page["rows"][0], _usual(planner, summary, inputs))
    count = inputs.periods(summary.interval)
    return replace(inputs, weights={name: pacing.resize(row, count) for name, row in weights.items()})


def _words(inputs: PlanInputs, today: Plan, summary: ModelSummary, look: Look) -> list[str]:
    return [
        form.target_label(inputs, look),
        form.target_hint(inputs, today, summary, look),
        form.budget_hint(today, look),
        write_typed(today.spend_today),
    ]


def answer_details(address: str | None, shown: dict[str, str] | None) -> Any:
    """Everything beneath the sliders, for the address of a plan; what is there stays where it cannot be solved."""
    if not address or not shown:
        raise PreventUpdate
    try:
        client = current_client()
        summary = label_summary(client.read_model(shown["model"]))
        look = make_look(summary, current_mode(), 50 if shown["range"] == "50" else 90)
        planner = current_shelf().planner(client, summary.id)
        solved = solve(planner, summary, read_inputs(dict(parse_qsl(address))))
    except MixlineError:
        return no_update  # the answer above says what is wrong
    return plan_details(planner, solved, labels_of(summary), look, address)


def _shown(
    planner: Planner, solved: Solved, summary: ModelSummary, look: Look, names: list[str], triggered: Any
) -> dict[str, Any]:
    """What is drawn anew; a control that is being moved or typed in is left alone."""
    labels = labels_of(summary)
    touched = read_touched(triggered)
    spend, today = solved.plan.spend_per_channel, solved.today.spend_per_channel
    moving = touched.channel if touched.kind == channels.SLIDER else ""
    typed = touched.channel if touched.kind == channels.SPEND else ""
    stopped = solved.stop is not None  # then the control shows where
    return {
        "answer": plan_answer(solved, labels, look),
        "change": plan_change(solved, labels, look),
        "total": plan_total(solved.plan, look),
        "known": known_of(solved),
        "sliders": [no_update if n == moving and not stopped else round(solved.share(n), 1) for n in names],
        # A slider in hand ends where it did.
        "reaches": [
            channels.reach(solved.share(n)) if n != moving and solved.share(n) > channels.REACH else no_update
            for n in names
        ],
        "spends": [
            no_update
            if n == typed and n in solved.inputs.held and not stopped
            else write_typed(no_dust(spend[n], today[n]))
            for n in names
        ],
        "shares": [channels.change_words(solved.share(n)) for n in names],
    }
