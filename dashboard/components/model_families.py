"""The stories that good candidates tell: how many tell each, what sets it apart, and the best one of it to look at."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from dashboard.components.aria import aria
from dashboard.components.model_candidate import candidate_link
from dashboard.components.stacked import stack_cell
from dashboard.figures.families import color_of, sign_of, write_difference, write_finding
from dashboard.figures.format import keep_together
from dashboard.figures.pareto_cloud import name_candidate
from dashboard.view import SHORT_ID, View
from mixline.messages import Candidates, ClusterView

SHOW = "families"  # the value of `show` in the address that colours the cloud by family


def color_choice(candidates: Candidates, view: View, path: str, picked: int | None, families: bool) -> html.Div | None:
    """By how good a candidate is, or by the story it tells: two links, as the address is the state."""
    if not candidates.clusters:
        return None
    base = view.filters.link(path, model=view.row.id[:SHORT_ID], country="", dataset="")
    base += f"&candidate={picked}" if picked is not None else ""
    links = [
        dcc.Link("How good", href=base, className="" if families else "chosen"),
        dcc.Link("Family", href=f"{base}&show={SHOW}", className="chosen" if families else ""),
    ]
    return html.Div(
        [
            html.Span("Colour by", className="filter-name"),
            html.Div(links, className="segmented", role="group", **aria(label="Colour by")),
        ],
        className="cloud-choice",
    )


def families_panel(candidates: Candidates, view: View, path: str) -> list[html.Section]:
    """One line per family, the largest first; nothing for a model whose candidates were not grouped."""
    if not candidates.clusters:
        return []
    labels = {channel.name: channel.label for channel in view.summary.channels}
    own = candidates.cluster[candidates.chosen]
    rows = [_line(family, candidates, labels, view, path, family.number == own) for family in candidates.clusters]
    head = [html.Th(name, scope="col") for name in ("Family", "Candidates", "What sets it apart", "Its best")]
    note = (
        "Good candidates grouped by what they say each channel brings. The data alone cannot tell the families apart."
    )
    return [
        html.Section(
            [
                html.H2(write_finding(candidates, labels)),
                html.P(note, className="figure-note"),
                html.Div(
                    html.Table([html.Thead(html.Tr(head)), html.Tbody(rows)], className="plain-table"),
                    className="table-scroll stacked families",
                ),
            ],
            className="panel",
            id="families",
        )
    ]


def _line(
    family: ClusterView, candidates: Candidates, labels: dict[str, str], view: View, path: str, own: bool
) -> html.Tr:
    sign = html.Span(sign_of(family.number), style={"color": color_of(family.number, view.look)}, **aria(hidden="true"))
    name: list[Any] = [sign, f" Family {family.number}", *([html.Strong(" ★ the model’s")] if own else [])]
    best = dcc.Link(name_candidate(candidates, family.best), href=candidate_link(view, path, family.best))
    return html.Tr(
        [
            stack_cell(name, ""),
            stack_cell(f"{family.size:,}", "Candidates", "number"),
            stack_cell(keep_together(write_difference(family, labels, view.look)), ""),
            stack_cell(best, "Its best"),
        ]
    )
