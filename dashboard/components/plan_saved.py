"""Plans saved under a name: keeping one, opening one again, and up to five side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html

from dashboard.components.aria import aria
from dashboard.components.panels import keep_together, panel
from dashboard.components.plan_inputs import PlanInputs
from dashboard.components.plan_table import change_words, named
from dashboard.components.plan_words import odds_words, to_message
from dashboard.figures.drawing import Look
from dashboard.figures.format import Unit, write_moment, write_periods
from dashboard.figures.plan_compare import draw_compare
from mixline.messages import PlanBounds, PlanQuestion, ScenarioView
from mixline.mmm.planner import Plan

NAME, SAVE, SAVE_STATE, LIST, PICK, REMOVE, REPLACE = (
    "plan-save-name", "plan-save", "plan-save-state", "plan-saved-list", "plan-pick", "plan-remove", "plan-replace",
)  # fmt: skip
COMPARED = "plan-compared"
MOST, MOST_WORD = 5, "five"
REPLACING = "Replace one of the same name"
LONGEST_NAME = 80
SAME_TODAY = 0.001  # of the outcome: todays nearer to each other than this are one


def saved_panel(rows: Any, compared: Any) -> html.Div:
    """The form to save the plan shown, the list of saved ones, and the place where they stand side by side."""
    return html.Div(
        [
            html.Section(
                [
                    html.H2("Saved plans"),
                    html.Div(
                        [
                            html.Div(
                                [
                                    html.Label("Name of this plan", htmlFor=NAME),
                                    dcc.Input(
                                        id=NAME, type="text", maxLength=LONGEST_NAME, placeholder="Spring, more video"
                                    ),
                                ],
                                className="field",
                            ),
                            html.Button("Save plan", id=SAVE, type="button", className="button primary"),
                            dbc.Checkbox(id=REPLACE, label=REPLACING, value=False),
                        ],
                        className="plan-save",
                    ),
                    html.Div(id=SAVE_STATE, **aria(live="polite")),
                    html.Div(rows, id=LIST),
                ],
                className="panel plan-saved-panel",
            ),
            html.Div(compared, id=COMPARED),
        ],
        className="stack",
    )


def saved_rows(saved: Sequence[ScenarioView], picked: Sequence[str], model_id: str, links: dict[str, str]) -> Any:
    """The list, newest first. `links` are the addresses of the plans this page can show in its form."""
    if not saved:
        return html.P(
            "No plan is saved yet. Give the one above a name to compare it with others later.", className="soft"
        )
    rows = []
    for plan in saved:
        unit, figures = Unit(plan.currency, plan.goal_kind == "conversions"), plan.figures
        name = html.A(plan.name, href=links[plan.id]) if plan.id in links else html.Span(plan.name)
        other = [] if plan.model_id == model_id else [html.Div(plan.model_title, className="soft small")]
        gain = f"{unit.outcome(figures.uplift.value, sign=True)} ({odds_words(figures.probability_of_uplift)})"
        rows.append(
            html.Tr(
                [
                    html.Td(
                        dbc.Checkbox(id={"type": PICK, "plan": plan.id}, value=plan.id in picked,
                                     label=html.Span(f"Compare {plan.name}", className="visually-hidden")),
                        **named("Compare"),
                    ),
                    html.Th([name, *other], scope="row"),
                    html.Td(write_periods(figures.periods, figures.interval), **named("Over")),
                    html.Td(unit.money(figures.spend), **named("Spend")),
                    html.Td(keep_together("As today" if figures.is_today else gain),
                            **named("Gain (how likely)")),
                    html.Td(write_moment(plan.created_at), **named("Saved")),
                    html.Td(
                        html.Button("Remove", id={"type": REMOVE, "plan": plan.id}, type="button",
                                    className="link-button plan-remove",
                                    **aria(label=f"Remove {plan.name}"))
                    ),
                ]
            )
        )  # fmt: skip
    heads: list[Any] = ["Compare", "Plan", "Over", "Spend", "Gain (how likely)", "Saved",
                        html.Span("Remove", className="visually-hidden")]  # fmt: skip
    return html.Div(
        html.Table(
            [html.Thead(html.Tr([html.Th(head, scope="col") for head in heads])), html.Tbody(rows)],
            className="plain-table plan-table plan-saved",
        ),
        className="plan-scroll", tabIndex=0, role="region", **aria(label="Saved plans"),
    )  # fmt: skip


def compare_plans(
    names: Sequence[str], plans: Sequence[Plan], labels: dict[str, str], look: Look, intervals: Sequence[str] = ()
) -> Any:
    """Plans side by side, each solved again from its model: what they spend, gain and put on every channel.

    `intervals` of the plans' own models, where they may differ from that of the model shown.
    """
    if len(plans) < 2:
        return html.P(f"Tick two to {MOST_WORD} plans to see them side by side.", className="soft") if plans else None
    unit = look.unit

    def row(name: str, cells: Sequence[str], head: Any = None) -> html.Tr:
        return html.Tr([html.Th(head or name, scope="row"), *(html.Td(keep_together(cell)) for cell in cells)])

    def uplift(plan: Plan) -> str:
        ends = unit.outcome_range(to_message(plan.uplift), look.level)
        return f"{unit.outcome(plan.uplift.value, sign=True)} ({ends})"

    body = [
        row(
            "Over",
            [
                write_periods(len(p.dates), i)
                for p, i in zip(plans, intervals or [look.interval] * len(plans), strict=True)
            ],
        ),
        row("Spend", [unit.money(p.spend) for p in plans]),
        row("Against today", [change_words(p.spend / p.spend_today - 1 if p.spend_today > 0 else None) for p in plans]),
        row(
            f"{unit.outcome_name.capitalize()} in all",
            [
                f"{unit.outcome(p.outcome.value)} ({unit.outcome_range(to_message(p.outcome), look.level)})"
                for p in plans
            ],
        ),
        row(f"Gain in {unit.outcome_name}", [uplift(p) for p in plans]),
        row("Any gain", ["–" if p.is_today else odds_words(p.probability_of_uplift) for p in plans]),
        row(f"Return, {unit.roi_per}", [unit.roi_with_range(to_message(p.roi), look.level) for p in plans]),
        row(
            f"Next money, {unit.roi_per}", [unit.roi_with_range(to_message(p.marginal_roi), look.level) for p in plans]
        ),
    ]
    known: dict[str, str] = {}
    for plan in plans:
        known |= {c.name: labels.get(c.name, c.label) for c in plan.channels}
    for name, label in known.items():
        cells = []
        for plan in plans:
            channel = next((c for c in plan.channels if c.name == name), None)
            cells.append("–" if channel is None else f"{unit.money(channel.spend)} ({change_words(channel.change)})")
        swatch = html.Span(className="swatch", style={"background": look.color(name)})
        body.append(row(label, cells, html.Span([swatch, label])))
    table = html.Table(
        [
            html.Thead(
                html.Tr(
                    [
                        html.Th(html.Span("Figure", className="visually-hidden"), scope="col"),
                        *(html.Th(name, scope="col") for name in names),
                    ]
                )
            ),
            html.Tbody(body),
        ],
        className="plain-table plan-compare-table",
    )
    return html.Div(
        [
            panel(draw_compare(names, plans, look)),
            html.Section(
                [
                    html.H2("Plans side by side"),
                    _todays(plans, unit),
                    html.Div(table, className="plan-scroll", tabIndex=0, role="region", **aria(label="Plans side by side")),
                ],
                className="panel",
            ),
        ],
        className="stack",
    )  # fmt: skip


def _todays(plans: Sequence[Plan], unit: Unit) -> html.P | None:
    """Said where the plans' gains are over different todays, and so cannot be read against each other."""
    todays = [plan.outcome_today.value for plan in plans]
    if max(todays) - min(todays) <= SAME_TODAY * max(map(abs, todays)):
        return None
    return html.P(
        f"A gain is over today's spend in the same time, spread and priced as in its plan, and that differs here: compare the "
        f"{unit.outcome_name} in all of plans that look equally far ahead.",
        className="figure-note",
    )


def inputs_of(question: PlanQuestion, roi_scale: float) -> PlanInputs | None:
    """The form's answers that ask a saved question again; None where it was asked in another way than the form can."""
    absolute = [b for b in (*question.bounds.values(), *(g.bounds for g in question.groups)) if not b.relative]
    letters = {g.name: g.name.removeprefix("Group ") for g in question.groups}
    if absolute or question.periods is None or question.baseline != "season" or not question.spend_all:
        return None
    if any(letter not in ("A", "B", "C") for letter in letters.values()):
        return None
    held = dict.fromkeys(question.locked, 100.0)
    held |= {n: 100 * b.low for n, b in question.bounds.items() if b.low is not None and b.low == b.high}
    scaled = question.scenario in ("roi", "marginal_roi") and question.target is not None
    return PlanInputs(
        goal=question.scenario,
        ahead=question.periods,
        budget=question.budget,
        target=question.target * roi_scale if scaled and question.target is not None else question.target,
        bounds={n: _ends(b) for n, b in question.bounds.items() if n not in held},
        held=held,
        groups={channel: letters[g.name] for g in question.groups for channel in g.channels},
        group_bounds={letters[g.name]: _ends(g.bounds) for g in question.groups},
        prices={n: 100 * (factor - 1) for n, factor in question.prices.items()},
        pace="own" if question.patterns else "flights" if question.flights else "even" if question.pacing == "flat" else "year",
        flight=min(question.flights.values()) if question.flights else None,
        weights={n: tuple(w) for n, w in question.patterns.items()},
        cautious=question.cautious is not None,
        carry_out=question.carry_out,
        today=question.today_periods,
    )  # fmt: skip


def _ends(bounds: PlanBounds) -> tuple[float | None, float | None]:
    return (None if bounds.low is None else 100 * bounds.low, None if bounds.high is None else 100 * bounds.high)
