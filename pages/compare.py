"""Compare: two to five models side by side. What they say of each channel, what moved between two of them and why, which to
rely on, and how their settings and data differ.

The address holds the models, in their order (`?models=ab12...,cd34...`), and the weights of the ranking by name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, html

from dashboard.client import Known, TrainerClient, current_client
from dashboard.components import refresh_form, states
from dashboard.components.aria import aria
from dashboard.components.compare_movement import movement_banner, movement_panels
from dashboard.components.compare_pick import HERE, MOST, link_models, pick_panel
from dashboard.components.compare_ranking import ranking_panel
from dashboard.components.compare_settings import configuration_panel, data_panel
from dashboard.components.compare_stability import stability_panel
from dashboard.components.compare_table import headline_table
from dashboard.components.compare_units import UnitGroup, group_units, join_letters
from dashboard.components.filters import segmented
from dashboard.components.panels import panel
from dashboard.components.terms import term
from dashboard.figures.builds import draw_builds
from dashboard.figures.compared_ranges import LETTERS, CompareMeasure, draw_compared
from dashboard.figures.drawing import Look
from dashboard.figures.format import unit_of, write_date
from dashboard.labels import label_comparison, label_movement
from dashboard.theme import assign_colors, current_mode
from dashboard.view import read_filters
from dashboard.words import write_sentence
from mixline.errors import ConflictError, InputError, NotFoundError
from mixline.messages import Comparison, ModelRow, ModelSummary, Movement

RETURNS: tuple[CompareMeasure, ...] = ("roi", "marginal_roi")
COPY, COPIED = "compare-copy", "compare-copied"
# Weights of the ranking by name; an empty one leaves the service's own.
WEIGHTS: dict[str, tuple[str, dict[str, float]]] = {
    "": ("Balanced", {}),
    "forecast": ("Forecasting", {"hold_out": 3, "fit": 1, "checks": 1, "stability": 0}),
    "plausible": ("Plausible", {"hold_out": 1, "fit": 1, "checks": 3, "stability": 1}),
    "steady": ("Steady", {"hold_out": 1, "fit": 0, "checks": 1, "stability": 3}),
}


def layout(**query: Any) -> html.Div:
    client = current_client()
    filters = read_filters({"range": str(query.get("range", ""))})
    weights = str(query.get("weights", ""))
    if weights not in WEIGHTS:
        raise InputError(
            "the address has weights that do not exist", where="weights", got=weights[:20],
            expected=", ".join(name for name in WEIGHTS if name), action="Choose them again on the page.",
        )  # fmt: skip
    known = client.list_models()
    if len(known.value) < 2:
        return _too_few(known)
    ids = read_models(str(query.get("models", "")), known.value)
    comparison = label_comparison(client.compare_models(ids, WEIGHTS[weights][1]))
    first = comparison.models[0]
    # By their place in the first model, as on its own pages; what only the others have comes after.
    names = dict.fromkeys(channel.name for model in comparison.models for channel in model.channels)
    colors = assign_colors(list(names))
    look = Look(current_mode(), unit_of(first), 50 if filters.range == "50" else 90, colors, first.interval)
    movement = _movement(client, comparison)
    banner = [states.stale(known.at)] if known.stale else []
    # Without the trainer nothing can be launched, and the banner says so already.
    refresh = [] if known.stale else refresh_form.first_refresh(client, comparison.models)
    return html.Div(
        [
            html.Header([html.H1("Compare"), html.P(_lede(comparison), className="lede")], className="page-header"),
            _filters(comparison.models, ids, filters.range, weights),
            *banner,
            pick_panel(comparison.models, known.value, filters.range, weights),
            *refresh,
            *_body(comparison, movement, look, _presets(ids, filters.range, weights)),
        ],
        className="page",
        **_source(comparison),
    )


def register(app: Dash) -> None:
    """Only the refresh is a deed; all else is in the address, which can be copied."""
    refresh_form.register(app)
    app.clientside_callback(
        ClientsideFunction("compare", "copy"),
        Output(COPIED, "children"),
        Input(COPY, "n_clicks"),
        prevent_initial_call=True,
    )


def read_models(text: str, rows: Sequence[ModelRow]) -> list[str]:
    """Ids of the models the address names; without any, the newest and the one before it of the same data and country.

    Raises:
        InputError: fewer than two, more than five, or one twice. NotFoundError: no such model.
    """
    if not text:
        return _usual(rows)
    ids = []
    for short in [part for part in text.split(",") if part]:
        found = [row.id for row in rows if row.id.startswith(short)]
        if not found:
            raise NotFoundError("there is no such model", got=short[:64], action="Choose the models again.")
        ids.append(found[0])
    if not 2 <= len(ids) <= MOST or len(set(ids)) < len(ids):
        raise InputError(
            "the address does not name models that can be compared", where="models",
            got="one model" if len(ids) == 1 else f"{len(ids)} models",
            expected=f"2 to {MOST} different ones", action="Choose the models again.",
        )  # fmt: skip
    return ids


def _usual(rows: Sequence[ModelRow]) -> list[str]:
    newest = rows[0]
    alike = [
        r for r in rows[1:] if (r.dataset_name, r.segment, r.goal) == (newest.dataset_name, newest.segment, newest.goal)
    ]
    other = next((r for r in rows[1:] if r.goal == newest.goal and r.currency == newest.currency), rows[1])
    return [alike[0].id, newest.id] if alike else [other.id, newest.id]


def _movement(client: TrainerClient, comparison: Comparison) -> Movement | None:
    """What moved, for two models that explain the same; models of different countries or goals have not moved."""
    if len(comparison.models) != 2:
        return None
    before, after = sorted(comparison.models, key=lambda model: (model.window_end, model.created_at))
    if (before.dataset_name, before.segment, before.goal) != (after.dataset_name, after.segment, after.goal):
        return None
    try:
        return label_movement(client.read_movement(after.id, before.id))
    except ConflictError:
        return None


def _body(
    comparison: Comparison, movement: Movement | None, look: Look, presets: list[tuple[str, str, bool]]
) -> list[Any]:
    titles = [f"{LETTERS[place]} · {build.title}" for place, build in enumerate(comparison.builds)]
    units = [unit_of(model).outcome_label for model in comparison.models]
    groups = group_units(comparison.models)
    builds = panel(draw_builds(comparison.builds, titles, look, units, LETTERS[: len(titles)]))
    share = panel(draw_compared(comparison, "share_of_effect", look))
    # Two models have moved, which is shown in full; a course takes three.
    stable = any(len(channel.points) > 2 for channel in comparison.stability)
    return [
        *([movement_banner(movement)] if movement else []),
        *_notes(comparison, groups),
        headline_table(comparison.models, look),
        ranking_panel(comparison, presets),
        *(movement_panels(movement, look) if movement else []),
        *(
            _returns(comparison, groups[0], look, share)
            if len(groups) == 1
            else _apart(comparison, groups, look, share)
        ),
        *([stability_panel(comparison, _look_of(comparison, look))] if stable else []),
        builds,
        html.Div([configuration_panel(comparison), data_panel(comparison)], className="stack"),
    ]


def _notes(comparison: Comparison, groups: Sequence[UnitGroup]) -> list[html.Div]:
    """What to know before reading across, above the figures it is about."""
    notes = [html.Li(write_sentence(note)) for note in comparison.notes]
    if not notes:
        return []
    named = [part for group in groups for part in (html.Strong(group.title), ". ")]
    counted = [html.Li(["What they count – ", *named])] if len(groups) > 1 else []
    parts = [html.H2("Before reading across"), html.Ul([*notes, *counted], className="plain-list")]
    return [html.Div(parts, className="banner")]


def _returns(comparison: Comparison, group: UnitGroup, look: Look, share: html.Section) -> list[Any]:
    own = replace(look, unit=group.unit)
    first = html.Div([panel(draw_compared(comparison, "roi", own)), share], className="grid-2")
    return [first, panel(draw_compared(comparison, "marginal_roi", own))]


def _apart(comparison: Comparison, groups: Sequence[UnitGroup], look: Look, share: html.Section) -> list[Any]:
    """Shares of all models; then returns, for those that count the same."""
    parts: list[Any] = [share]
    for number, group in enumerate(groups, 1):
        own, name = replace(look, unit=group.unit), "" if number == 1 else f"-{number}"
        figures = [draw_compared(comparison, measure, own, group.places, name) for measure in RETURNS]
        heading = html.H2(f"{group.goal}, {group.unit.roi_per}: {join_letters(group.places)}", className="compare-part")
        parts += [heading, html.Div([panel(figure) for figure in figures], className="grid-2")]
    return parts


def _look_of(comparison: Comparison, look: Look) -> Look:
    """The look of the models whose course is drawn, which need not be the first's."""
    followed = next((point.model_id for channel in comparison.stability for point in channel.points), "")
    model = next((model for model in comparison.models if model.id == followed), comparison.models[0])
    return replace(look, unit=unit_of(model))


def _filters(models: Sequence[ModelSummary], ids: Sequence[str], range_: str, weights: str) -> html.Div:
    levels = {f"{level} %": link_models(ids, level, weights) for level in ("50", "90")}
    choice = segmented("Ranges", levels, f"{range_ or '90'} %")
    parts = [html.Div([html.Span(term("Ranges", "range"), className="filter-name"), choice], className="filter")]
    currencies = [code for code in dict.fromkeys(model.currency for model in models) if code]
    if currencies:
        fact = [
            html.Span("Amounts in", className="filter-name"),
            html.Span(_join(currencies), className="filter-fact"),
        ]
        parts.append(html.Div(fact, className="filter"))
    parts.append(_share(link_models(ids, range_, weights)))
    return html.Div(parts, className="filters", role="group", **aria(label="Filters"))


def _join(names: Sequence[str]) -> str:
    return " and ".join([part for part in (", ".join(names[:-1]), names[-1]) if part])


def _share(address: str) -> html.Div:
    """The comparison as it stands, as a link: without it the newest models would be compared where it is opened."""
    target: dict[str, Any] = {"data-address": address}
    button = html.Button("Copy link", id=COPY, type="button", className="button", n_clicks=0, **target)
    return html.Div([button, html.Span(id=COPIED, className="soft small", role="status")], className="filter copy-link")


def _source(comparison: Comparison) -> dict[str, Any]:
    """Where the numbers come from, for what is taken away from the page."""
    names = " against ".join(f"{LETTERS[place]} {model.title}" for place, model in enumerate(comparison.models))
    newest = max(model.window_end for model in comparison.models)
    return {"data-source": f"{names} · as of {write_date(newest)} · Mixline"}


def _lede(comparison: Comparison) -> str:
    models: list[ModelSummary] = comparison.models
    letters = {model.id: LETTERS[place] for place, model in enumerate(models)}
    first = comparison.ranking[0]
    if len(comparison.ranking) > 1 or len(first.models) < 2:
        return f"{len(models)} models of different goals or countries, side by side."
    best, next_ = first.models[0], first.models[1]
    close = best.score - next_.score < 0.05
    words = f"{letters[best.model_id]} ranks first" + (", by little" if close else "")
    return f"{words}. How that is weighed stands below."


def _presets(ids: Sequence[str], range_: str, chosen: str) -> list[tuple[str, str, bool]]:
    return [(name, link_models(ids, range_, key), key == chosen) for key, (name, _) in WEIGHTS.items()]


def _too_few(known: Known[list[ModelRow]]) -> html.Div:
    text = (
        "There is one model so far. Launch another run, or fit newer data, and see here what moved and why."
        if known.value
        else "There is no model yet. Two are needed to compare."
    )
    return states.notice("Nothing to compare yet", text, ("Launch a run", "/runs"))


__all__ = ["HERE", "layout", "read_models", "register"]
