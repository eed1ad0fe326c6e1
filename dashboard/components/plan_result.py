"""The answer of the planner: headline, before and after, bridge, weeks, curves and table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import html

from dashboard.components.aria import aria
from dashboard.components.panels import about_button, graph, keep_together, panel, save_button
from dashboard.components.plan_notes import answer_notes
from dashboard.components.plan_settings import settings_words
from dashboard.components.plan_solving import Solved
from dashboard.components.plan_steps import plan_steps, whole_words
from dashboard.components.plan_table import delta_table
from dashboard.components.plan_words import binding_words, plan_certainty, plan_headline, warnings
from dashboard.figures.drawing import Drawing, Look
from dashboard.figures.plan_bridge import draw_bridge
from dashboard.figures.plan_change import draw_change
from dashboard.figures.plan_curves import draw_plan_curve
from dashboard.figures.plan_weeks import draw_weeks
from mixline.mmm.planner import Plan, Planner

FILES = "/plan-files"
FILE_KINDS = ("csv", "xlsx", "pdf")
COPY, COPIED = "plan-copy", "plan-copied"


def plan_answer(solved: Solved, labels: Mapping[str, str], look: Look) -> list[Any]:
    """The headline with its range, and what to know before following the plan."""
    plan = solved.plan
    notes = [html.P([html.Strong("Beware. "), text]) for text in warnings(plan, labels)]
    return [
        html.H2(whole_words(plan_headline(plan, solved.inputs, look)), className="plan-headline"),
        html.Div(
            [
                plan_steps(plan, labels, look),
                html.Div([html.H3("What it brings, and how sure that is"),
                          html.P(whole_words(plan_certainty(plan, look)), className="plan-certainty")]),
            ],
            className="plan-said",
        ),
        *(html.P(whole_words(note), className="plan-note") for note in answer_notes(solved, labels, look)),
        html.Div(notes, className="plan-warnings") if notes else None,
        html.Div(
            [html.H3("What was asked"), html.Ul([html.Li(whole_words(said)) for said in settings_words(solved, labels, look)])],
            className="plan-settings", hidden=True,
        ),
    ]  # fmt: skip


def plan_change(solved: Solved, labels: Mapping[str, str], look: Look) -> html.Section:
    """Before and after, beside the sliders."""
    return panel(draw_change(solved.plan, labels, look))


def plan_details(planner: Planner, solved: Solved, labels: Mapping[str, str], look: Look, query: str) -> list[Any]:
    """Everything beneath the sliders. `query` is the address of this plan, without the question mark."""
    plan = solved.plan
    return [
        html.Div(
            [panel(draw_bridge(plan, labels, look)), panel(draw_weeks(plan, solved.today, labels, look))],
            className="grid-2",
        ),
        _curves(draw_curves(planner, plan, labels, look)),
        html.Section(
            [
                html.Div([html.H2("The plan in numbers"), _files(query)], className="panel-head"),
                html.Ul([html.Li(keep_together(words)) for words in binding_words(plan, look)], className="plan-binding"),
                html.Div(delta_table(plan, labels, look), className="plan-scroll", tabIndex=0, role="region",
                         **aria(label="The plan in numbers")),
            ],
            className="panel",
        ),
    ]  # fmt: skip


def draw_curves(planner: Planner, plan: Plan, labels: Mapping[str, str], look: Look) -> list[Drawing]:
    """A curve for every channel with spend, the dearest first."""
    pairs = zip(planner.curves(plan), plan.channels, strict=True)
    shown = sorted(
        (pair for pair in pairs if max(pair[1].spend, pair[1].spend_today) > 0), key=lambda pair: -pair[1].spend
    )
    return [draw_plan_curve(curve, channel, labels.get(channel.name, channel.label), look) for curve, channel in shown]


def _curves(drawings: list[Drawing]) -> html.Section:
    cells = [
        html.Div(
            [
                html.Div(
                    [
                        html.H3(keep_together(drawing.title), id=f"title-{drawing.name}"),
                        html.Div(
                            [save_button(drawing.name, kind) for kind in ("csv", "png")], className="figure-tools"
                        ),
                    ],
                    className="panel-title",
                ),
                html.P(keep_together(drawing.note), className="figure-note"),
                graph(drawing),
            ],
            className="plan-curve",
        )
        for drawing in drawings
    ]
    return html.Section(
        [
            html.Div(
                [
                    html.H2("What each channel brings at other spend"),
                    html.Div(about_button("figure_plan_curve"), className="figure-tools"),
                ],
                className="panel-title",
            ),
            html.P("Over the planned time. Ring: today. Disc: the plan. Dashed: beyond what was ever spent for a quarter.",
                   className="figure-note"),
            html.Div(cells, className="plan-curves"),
        ],
        className="panel",
    )  # fmt: skip


def _files(query: str) -> html.Div:
    names = {"csv": "CSV", "xlsx": "Excel", "pdf": "PDF"}
    links = [
        html.A(names[kind], href=f"{FILES}/plan.{kind}?{query}", className="button", download=f"plan.{kind}",
               **aria(label=f"Download the plan as {names[kind]}"))
        for kind in FILE_KINDS
    ]  # fmt: skip
    copy = html.Button("Copy link", id=COPY, type="button", className="button")
    return html.Div([copy, *links, html.Span(id=COPIED, className="soft small", role="status")], className="plan-files")
