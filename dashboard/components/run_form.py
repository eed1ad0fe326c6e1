"""The form that launches a run: which data, which country, how thorough."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html

from dashboard.components.aria import aria
from dashboard.components.run_estimate import estimate_time
from mixline.messages import DatasetView, Preset, PresetView, RunRequest, RunView

ALL_SEGMENTS = "*"
DEFAULT_SEED = 123
DEFAULT_PRESET: Preset = "standard"


def run_form(
    datasets: Sequence[DatasetView],
    presets: Sequence[PresetView],
    runs: Sequence[RunView],
    *,
    chosen: str,
    key: str,
) -> html.Div:
    """The whole form.

    Args:
        datasets: newest first; not empty.
        chosen: id of the dataset to start with; the newest one when it is not among them.
        key: what makes a second press of the button the same launch.
    """
    current = next((d for d in datasets if d.id == chosen), datasets[0])
    return html.Div(
        [
            html.H2("Launch a run"),
            html.Div(
                [
                    _field(
                        "run-dataset",
                        "Dataset",
                        dbc.Select(
                            id="run-dataset",
                            options=[{"value": d.id, "label": f"{d.name} v{d.version}"} for d in datasets],
                            value=current.id,
                        ),
                    ),
                    html.Div(
                        _field(
                            "run-segment",
                            "Country or segment",
                            dbc.Select(
                                id="run-segment", options=segment_options(current), value=first_segment(current)
                            ),
                        ),
                        id="run-segment-field",
                        hidden=not current.segments,
                    ),
                ],
                className="form-row",
            ),
            html.Fieldset(
                [
                    html.Legend("How thorough"),
                    dbc.RadioItems(
                        id="run-preset",
                        options=preset_options(presets, runs, current.id),
                        value=DEFAULT_PRESET,
                        className="preset-cards",
                        inputClassName="preset-input",
                        labelClassName="preset-card",
                    ),
                ],
                className="presets",
            ),
            html.Details(
                [
                    html.Summary("Advanced"),
                    html.Div(
                        [
                            _field(
                                "run-seed",
                                "Seed",
                                dcc.Input(
                                    id="run-seed", type="number", value=DEFAULT_SEED, min=0, max=2**31 - 1, step=1
                                ),
                                "The same data and seed give the same result, byte for byte.",
                            ),
                            dbc.Checkbox(
                                id="run-again",
                                label="Compute again, even when this very run has succeeded",
                                value=False,
                            ),
                        ],
                        className="advanced-fields",
                    ),
                ],
                className="advanced",
            ),
            html.Div(
                html.Button("Launch run", id="run-launch", className="button primary", n_clicks=0),
                className="form-actions",
            ),
            html.Div(id="run-message", **aria(live="polite")),
            dcc.Store(id="run-key", data=key),
        ],
        className="panel run-form",
    )


def _field(control_id: str, label: str, control: Any, note: str = "") -> html.Div:
    words = html.Span(note, className="soft small") if note else None
    return html.Div([html.Label(label, htmlFor=control_id), control, words], className="field")


def segment_options(dataset: DatasetView) -> list[dict[str, str]]:
    """The segments of a dataset, and all of them when there are several."""
    options = [{"value": segment, "label": segment} for segment in dataset.segments]
    if len(options) > 1:
        options.append({"value": ALL_SEGMENTS, "label": f"All {len(options)}, one run each"})
    return options or [{"value": "", "label": "The whole table"}]


def first_segment(dataset: DatasetView) -> str:
    return dataset.segments[0] if dataset.segments else ""


def preset_options(presets: Sequence[PresetView], runs: Sequence[RunView], dataset_id: str) -> list[dict[str, Any]]:
    """The presets with their size and, where runs have been measured here, how long they will take."""
    return [{"value": preset.name, "label": _preset_label(preset, runs, dataset_id)} for preset in presets]


def _preset_label(preset: PresetView, runs: Sequence[RunView], dataset_id: str) -> html.Div:
    estimate = estimate_time(runs, dataset_id, preset.trials * preset.iterations)
    time = estimate.words if estimate else "time not measured here yet"
    return html.Div(
        [
            html.Strong(preset.name.capitalize()),
            html.Span(f"{preset.trials} × {preset.iterations:,} candidates, {time}", className="size"),
            html.Span(preset.purpose, className="soft"),
        ]
    )


def build_requests(
    dataset: DatasetView, segment: str, preset: Preset, seed: int, *, again: bool = False
) -> list[RunRequest]:
    """One request per run: one, or one for each segment.

    Raises:
        pydantic.ValidationError: the seed is out of range.
    """
    segments = dataset.segments if segment == ALL_SEGMENTS else [segment]
    return [RunRequest(dataset_id=dataset.id, preset=preset, segment=one, seed=seed, again=again) for one in segments]
