"""The composer: everything a run can be told, in sections, each with its defaults and what is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html

from dashboard.components.aria import aria
from dashboard.components.composer_document import SECTIONS
from dashboard.components.composer_fields import COMPONENT_LABELS, FIELDS, Options, draw_field, look_up
from dashboard.components.composer_tables import (
    CHANNELS,
    CONTEXT,
    STUDIES,
    channel_grid,
    context_grid,
    new_study,
    study_grid,
)
from dashboard.components.run_words import time_words
from dashboard.components.typed_field import TypedField
from mixline.messages import SavedSettingsView, SpecificationDraft

TAB, PANE, BADGE = "composer-tab", "composer-pane", "composer-badge"
TAKES_BELOW = "run-takes-below"
REST, DRAFT, SIZE = "composer-rest", "composer-draft", "composer-size"
MEND, MARKS = "composer-mend", "composer-marks"
DEFAULTS = "none"  # a browser shows an empty value as no choice at all
LEDES = {
    "goal": "What is explained, and over which days.",
    "channels": "Which media are modelled, how long they carry over, and what is searched for each. "
    "Grey ranges are the defaults of the kind of channel; type another one, such as 0.2 to 0.6, or empty it again.",
    "context": "What else moves the goal: trend, season, holidays, prices, competitors, events.",
    "holdout": "How the model is put to the test: periods it is not fitted on, and forecasts made from the past.",
    "studies": "Experiments that measured what a channel brought. The search stays near them, and the model says how near.",
    "search": "How much is tried, and what counts as good.",
}


def composer_panel(draft: SpecificationDraft) -> html.Section:
    """The panel for a dataset. Nothing in it needs to be touched: it opens with what a plain launch would do."""
    tabs = [
        html.Button(
            [html.Span(name), html.Span(id={"type": BADGE, "section": key}, className="composer-badge")],
            id={"type": TAB, "section": key},
            className="composer-tab chosen" if key == "goal" else "composer-tab",
            n_clicks=0,
            **aria(pressed="true" if key == "goal" else "false"),
        )
        for key, name in SECTIONS.items()
    ]
    panes = [
        html.Section(
            [html.H3(SECTIONS[key]), html.P(LEDES[key], className="soft"), *_content(key, draft)],
            id={"type": PANE, "section": key},
            className="composer-pane",
            hidden=key != "goal",
            **aria(label=SECTIONS[key]),
        )
        for key in SECTIONS
    ]
    return html.Section(
        [
            html.Div(
                [
                    html.H2("Settings"),
                    html.Button("Close and use the defaults", id="composer-close", className="link-button", n_clicks=0),
                ],
                className="panel-head",
            ),
            _notes(draft.notes),
            html.Div(
                [html.Div(tabs, className="composer-tabs", role="group", **aria(label="Sections")), html.Div(panes)],
                className="composer-body",
            ),
            html.Div(id={"type": REST, "index": 0}, **aria(live="polite")),
            dcc.Store(id={"type": DRAFT, "index": 0}, data=draft.model_dump(mode="json")),
        ],
        className="panel composer",
        **aria(label="Settings of the run"),
    )


def _content(section: str, draft: SpecificationDraft) -> list[Any]:
    if section == "channels":
        return [channel_grid(draft), mend(CHANNELS)]
    if section == "studies":
        return [
            study_grid(draft),
            mend(STUDIES),
            html.P("Channels: " + ", ".join(c.label or c.name for c in draft.channels) + ".", className="small soft"),
            html.Div(
                [
                    html.Button("Add a study", id="study-add", className="button", n_clicks=0),
                    html.Button("Remove the ticked", id="study-remove", className="button", n_clicks=0),
                    dcc.Store(id="study-blank", data=new_study(draft)),
                ],
                className="form-actions",
            ),
        ]
    fields = html.Div(
        [
            draw_field(
                field,
                look_up(draft.specification, field.path),
                options=_components(draft) if field.path == "components" else None,
                placeholder=_placeholder(field.path, draft),
            )
            for field in FIELDS
            if field.section == section
        ],
        className="form-row composer-fields",
    )
    if section == "search":
        return [_sizes(draft), fields]
    if section != "context":
        return [fields]
    grid = (
        html.Div([context_grid(draft), mend(CONTEXT)])
        if draft.context
        else html.P("This dataset has no columns of context or events; the Data page says what each column is.")
    )
    return [fields, html.H4("Context, factors and events"), grid]


def mend(table: str) -> html.Div:
    """Below a table: what is to be mended in it, in words; in the table its rows are marked."""
    words = html.Div(id={"type": MEND, "table": table}, className="field-error mend", **aria(live="polite"))
    return html.Div([words, dcc.Store(id={"type": MARKS, "table": table})])


def _sizes(draft: SpecificationDraft) -> html.Div:
    """The named sizes: a press fills in trials and candidates."""
    return html.Div(
        [
            html.Button(
                [html.Strong(size.name.capitalize()), html.Span(f"{size.trials} × {size.iterations:,}")],
                id={"type": SIZE, "name": size.name},
                className="size-chip",
                title=f"{size.purpose} {time_words(size.takes)}",
                n_clicks=0,
            )
            for size in draft.sizes
        ],
        className="size-chips",
        role="group",
        **aria(label="Named sizes"),
    )


def _components(draft: SpecificationDraft) -> Options:
    return [(name, COMPONENT_LABELS[name]) for name in draft.components]


def _placeholder(path: str, draft: SpecificationDraft) -> str:
    return {
        "window_start": f"{draft.first_date}, the first day",
        "window_end": f"{draft.last_date}, the last day",
        "validation.train.low": "all of it",
        "validation.train.high": "all of it",
    }.get(path, "")


def _notes(notes: Sequence[str]) -> html.Div | None:
    if not notes:
        return None
    return html.Div(
        [html.Strong("Carried over, with differences"), html.Ul([html.Li(note) for note in notes])],
        className="banner care",
        role="status",
    )


def settings_bar(saved: Sequence[SavedSettingsView], *, chosen: str = "", shown: bool = False) -> html.Div:
    """The way into the composer: start from saved settings, or open what a plain launch would do."""
    return html.Div(
        [
            html.Div(
                [
                    html.Label("Start from", htmlFor="composer-settings"),
                    dbc.Select(id="composer-settings", options=settings_options(saved), value=chosen or DEFAULTS),
                ],
                className="field",
            ),
            html.Button(
                "Close settings" if shown else "Change settings",
                id="composer-open",
                className="button",
                n_clicks=0,
                **aria(controls="composer-place", expanded=str(shown).lower()),
            ),
        ],
        className="settings-bar",
    )


def settings_options(saved: Sequence[SavedSettingsView]) -> list[dict[str, str]]:
    """Saved settings to choose from, the dataset's own defaults first."""
    return [{"value": DEFAULTS, "label": "The defaults of this dataset"}] + [
        {"value": one.id, "label": f"{one.name} ({one.summary})"} for one in saved
    ]


def keep_bar(*, shown: bool = False) -> html.Div:
    """Below the composer: keeping the settings under a name, what a launch will take, and launching."""
    return html.Div(
        [
            html.Div(
                [
                    html.Div(id=TAKES_BELOW, className="run-takes"),
                    html.Div(
                        [
                            html.Label("Keep these settings as", htmlFor="settings-name", className="visually-hidden"),
                            TypedField("settings-name", maxLength=60, placeholder="Keep these settings as …"),
                            html.Button("Save settings", id="settings-save", className="button", n_clicks=0),
                            html.Button(
                                "Forget the chosen ones", id="settings-forget", className="link-button", n_clicks=0
                            ),
                        ],
                        className="keep-bar",
                    ),
                    html.Button(
                        "Launch with these settings", id="run-launch-composed", className="button primary", n_clicks=0
                    ),
                ],
                className="keep-line",
            ),
            html.Span(id="settings-message", className="soft small", **aria(live="polite")),
            html.Div(id="run-message-below", **aria(live="polite")),
        ],
        id="keep-bar",
        className="panel keep-panel",
        hidden=not shown,
    )
