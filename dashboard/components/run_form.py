"""The form that launches runs: which data, which countries, how thorough, with what settings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html

from dashboard.components.aria import aria
from dashboard.components.composer_panel import settings_bar
from dashboard.components.run_words import cost_words, read_tags, time_words
from dashboard.components.typed_field import TypedField
from mixline.messages import DatasetView, Preset, RunRequest, SavedSettingsView, SizeEstimate

DEFAULT_SEED = 123
DEFAULT_PRESET: Preset = "standard"


def run_form(
    datasets: Sequence[DatasetView],
    sizes: Sequence[SizeEstimate],
    saved: Sequence[SavedSettingsView],
    *,
    chosen: str,
    segment: str = "",
    settings: str = "",
    preset: str = "",
    composing: bool = False,
    seed: str | None = None,
    key: str,
) -> html.Div:
    """The whole form.

    Args:
        datasets: newest first; not empty.
        chosen: id of the dataset to start with; the newest one when it is not among them.
        segment: the one to start with. settings: id of the saved settings to start from.
        preset: the named size of the run looked at, which the next one starts from; of any other size, the standard one.
        composing: whether the composer is open; the size of the search is then among its settings.
        seed: of the settings to start from; None for the default.
        key: what makes a second press of the button the same launch.
    """
    current = next((d for d in datasets if d.id == chosen), datasets[0])
    return html.Div(
        [
            html.H2("Launch a run"),
            html.Div(
                _field(
                    "run-dataset",
                    "Dataset",
                    dbc.Select(
                        id="run-dataset",
                        options=[{"value": d.id, "label": f"{d.name} v{d.version}"} for d in datasets],
                        value=current.id,
                    ),
                ),
                className="form-row",
            ),
            html.Fieldset(
                [
                    html.Legend("Countries or segments, one run each"),
                    dbc.Checklist(
                        id="run-segments",
                        options=segment_options(current),
                        value=first_segments(current, segment),
                        inline=True,
                        className="chip-choice",
                    ),
                    html.Button("All of them", id="run-segments-all", className="link-button small", n_clicks=0),
                ],
                id="run-segment-field",
                className="segments",
                hidden=not current.segments,
            ),
            html.Fieldset(
                [
                    html.Legend("How thorough"),
                    dbc.RadioItems(
                        id="run-preset",
                        options=preset_options(sizes),
                        value=preset if preset in {size.name for size in sizes} else DEFAULT_PRESET,
                        className="preset-cards",
                        inputClassName="preset-input",
                        labelClassName="preset-card",
                    ),
                ],
                id="run-preset-field",
                className="presets",
                hidden=composing,
            ),
            settings_bar(saved, chosen=settings, shown=composing),
            _advanced(seed or str(DEFAULT_SEED)),
            html.Div(id="run-takes", className="run-takes", **aria(live="polite")),
            html.Div(
                html.Button("Launch run", id="run-launch", className="button primary", n_clicks=0),
                className="form-actions",
            ),
            html.Div(id="run-message", **aria(live="polite")),
            dcc.Store(id="run-key", data=key),
        ],
        className="panel run-form",
    )


def _advanced(seed: str) -> html.Details:
    return html.Details(
        [
            html.Summary("Advanced"),
            html.Div(
                [
                    _field(
                        "run-seed",
                        "Seed",
                        TypedField("run-seed", value=seed, inputMode="numeric", maxLength=20),
                        "The same data and seed give the same result, byte for byte.",
                    ),
                    _field(
                        "run-tags",
                        "Tags",
                        TypedField("run-tags", placeholder="week=32; final"),
                        "Names, with a number where there is one, to find the run again.",
                    ),
                    dbc.Checkbox(
                        id="run-again", label="Compute again, even when this very run has succeeded", value=False
                    ),
                ],
                className="advanced-fields",
            ),
        ],
        className="advanced",
    )


def _field(control_id: str, label: str, control: Any, note: str = "") -> html.Div:
    words = html.Span(note, className="soft small") if note else None
    return html.Div([html.Label(label, htmlFor=control_id), control, words], className="field")


def segment_options(dataset: DatasetView) -> list[dict[str, str]]:
    return [{"value": segment, "label": segment} for segment in dataset.segments]


def first_segments(dataset: DatasetView, segment: str = "") -> list[str]:
    """One segment to start with: the one named, else the first."""
    return [segment] if segment in dataset.segments else dataset.segments[:1]


def preset_options(sizes: Sequence[SizeEstimate]) -> list[dict[str, Any]]:
    """The named sizes with how long they will take and what they cost, where that is known."""
    return [{"value": size.name, "label": _preset_label(size)} for size in sizes]


def _preset_label(size: SizeEstimate) -> html.Div:
    takes = size.takes
    cost = f", {cost_words(takes.cost, takes.currency)}" if takes.cost is not None else ""
    return html.Div(
        [
            html.Strong(size.name.capitalize()),
            html.Span(f"{size.trials} × {size.iterations:,} candidates, {time_words(takes)}{cost}", className="size"),
            html.Span(size.purpose, className="soft"),
        ]
    )


def build_requests(
    dataset: DatasetView,
    segments: Sequence[str],
    preset: Preset,
    seed: int,
    *,
    document: dict[str, Any] | None = None,
    again: bool = False,
    tags: str = "",
) -> list[RunRequest]:
    """One request per segment (one for a table without any).

    Args:
        document: the specification the composer holds; it keeps its own size, and is adapted to each segment.

    Raises:
        ValueError: the seed is out of range, or a tag is none (pydantic's ValidationError is one).
    """
    chosen = [segment for segment in dataset.segments if segment in segments] if dataset.segments else [""]
    shared: dict[str, Any] = {"dataset_id": dataset.id, "seed": seed, "again": again}
    if tags.strip():
        shared["tags"] = read_tags(tags)
    shared |= {"specification": document, "adapt": True} if document else {"preset": preset}
    return [RunRequest(segment=segment, **shared) for segment in chosen]
