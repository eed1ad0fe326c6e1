"""What the composer does: it opens, asks the engine while one types, keeps settings, and says what a launch will take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import ALL, ClientsideFunction, Dash, Input, Output, State, ctx, html, no_update
from dash.exceptions import PreventUpdate
from pydantic import ValidationError

from dashboard.client import TrainerClient, current_client
from dashboard.components import composer_tables as tables
from dashboard.components.composer_document import (
    count_by_section,
    split_problems,
    write_placed,
)
from dashboard.components.composer_fields import ERROR, read_number, write_number
from dashboard.components.composer_panel import (
    BADGE,
    DEFAULTS,
    MARKS,
    MEND,
    PANE,
    REST,
    SIZE,
    TAB,
    TAKES_BELOW,
    composer_panel,
    settings_options,
)
from dashboard.components.composer_reading import DRAFTS, FIELDS, GRIDS, HELD, read_composed
from dashboard.components.inline_error import inline_error, inline_sentence
from dashboard.components.run_words import takes_words
from mixline.errors import InputError, MixlineError
from mixline.messages import (
    SavedSettingsView,
    SettingsRequest,
    SpecificationCheck,
    SpecificationDraft,
    SpecificationRequest,
)

PLACE, TAKES = "composer-place", "run-takes"


def register(app: Dash) -> None:
    """Wire the composer."""
    app.callback(
        Output(PLACE, "children"),
        Output("run-preset-field", "hidden"),
        Output("keep-bar", "hidden"),
        Output("composer-open", "children"),
        Output("composer-open", "aria-expanded"),
        Output("composer-settings", "value"),
        Output("run-seed", "value"),
        Input("composer-open", "n_clicks"),
        Input("composer-settings", "value"),
        Input("run-dataset", "value"),
        State("run-segments", "value"),
        State("run-preset", "value"),
        State(PLACE, "children"),
        prevent_initial_call=True,
    )(open_composer)
    app.callback(
        Output("composer-open", "n_clicks"),
        Input("composer-close", "n_clicks"),
        State("composer-open", "n_clicks"),
        prevent_initial_call=True,
    )(close_composer)
    app.clientside_callback(
        ClientsideFunction("composer", "open_section"),
        Output({"type": TAB, "section": ALL}, "className"),
        Output({"type": TAB, "section": ALL}, "aria-pressed"),
        Output({"type": PANE, "section": ALL}, "hidden"),
        Input({"type": TAB, "section": ALL}, "n_clicks"),
        State({"type": TAB, "section": ALL}, "id"),
        prevent_initial_call=True,
    )
    app.callback(
        Output({"type": ERROR, "path": ALL}, "children"),
        Output({"type": BADGE, "section": ALL}, "children"),
        Output({"type": MARKS, "table": ALL}, "data"),
        Output({"type": REST, "index": ALL}, "children"),
        Output({"type": MEND, "table": ALL}, "children"),
        Output(TAKES, "children"),
        Output(TAKES_BELOW, "children"),
        Input(FIELDS, "value"),
        Input(GRIDS, "cellValueChanged"),
        Input(GRIDS, "rowData"),
        Input(DRAFTS, "data"),
        Input("run-segments", "value"),
        Input("run-preset", "value"),
        Input("run-seed", "value"),
        State("run-dataset", "value"),
        State(FIELDS, "id"),
        State(GRIDS, "id"),
    )(assess)
    app.clientside_callback(
        ClientsideFunction("composer", "mark_rows"),
        Input({"type": MARKS, "table": ALL}, "data"),
        State({"type": MARKS, "table": ALL}, "id"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("composer", "fill_size"),
        Output(FIELDS, "value"),
        Input({"type": SIZE, "name": ALL}, "n_clicks"),
        State(FIELDS, "id"),
        State(DRAFTS, "data"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("composer", "change_studies"),
        Output({"type": tables.GRID, "table": tables.STUDIES}, "rowData"),
        Input("study-add", "n_clicks"),
        Input("study-remove", "n_clicks"),
        State("study-blank", "data"),
        State({"type": tables.GRID, "table": tables.STUDIES}, "rowData"),
        State({"type": tables.GRID, "table": tables.STUDIES}, "selectedRows"),
        prevent_initial_call=True,
    )
    app.callback(
        Output("composer-settings", "options"),
        Output("settings-message", "children"),
        Input("settings-save", "n_clicks"),
        Input("settings-forget", "n_clicks"),
        State("settings-name", "value"),
        State("composer-settings", "value"),
        State("run-dataset", "value"),
        State("run-segments", "value"),
        *HELD,
        prevent_initial_call=True,
    )(keep_settings)


def read_draft(client: TrainerClient, dataset_id: str, **query: str) -> SpecificationDraft:
    """A specification to start from."""
    return client.get(SpecificationDraft, f"/v1/datasets/{dataset_id}/specification", **query)


def list_settings(client: TrainerClient) -> list[SavedSettingsView]:
    return client.get(list[SavedSettingsView], "/v1/settings")


def open_composer(
    _clicks: int,
    settings: str,
    dataset_id: str,
    segments: Sequence[str] | None,
    preset: str | None,
    shown: Any,
) -> tuple[Any, ...]:
    """Open it, close it, or draw it anew for another dataset or other settings."""
    if ctx.triggered_id == "composer-open" and shown:
        return None, False, True, "Change settings", "false", DEFAULTS, no_update
    if ctx.triggered_id != "composer-open" and not shown and settings in (None, DEFAULTS):
        raise PreventUpdate
    try:
        draft = read_draft(
            current_client(),
            dataset_id,
            segment=(segments or [""])[0] if ctx.triggered_id != "run-dataset" else "",
            settings="" if settings in (None, DEFAULTS) else settings,
        )
    except MixlineError as error:
        return inline_error(error), False, True, "Change settings", "false", no_update, no_update
    if settings in (None, DEFAULTS):
        return *opened(with_size(draft, preset)), no_update, no_update
    return *opened(draft), no_update, seed_of(draft)


def opened(draft: SpecificationDraft) -> tuple[Any, ...]:
    """The page's parts while the composer is open."""
    return composer_panel(draft), True, False, "Close settings", "true"


def seed_of(draft: SpecificationDraft) -> str | None:
    """The seed of settings that were kept or copied, as the form shows it."""
    return write_number(draft.specification["search"].get("seed"))


def with_size(draft: SpecificationDraft, preset: str | None) -> SpecificationDraft:
    """The draft with the search of a named size."""
    size = next((one for one in draft.sizes if one.name == preset), None)
    if size is None:
        return draft
    search = {**draft.specification["search"], "trials": size.trials, "iterations": size.iterations}
    return draft.model_copy(update={"specification": {**draft.specification, "search": search}})


def close_composer(clicks: int | None, opened_before: int) -> int:
    """The same as a second press of the button that opened it."""
    if not clicks:
        raise PreventUpdate
    return opened_before + 1


def assess(
    values: list[Any],
    _changed: list[Any],
    rows: list[list[tables.Row] | None],
    drafts: list[Any],
    segments: list[str] | None,
    preset: str | None,
    seed: str | int | None,
    dataset_id: str,
    fields: list[dict[str, str]],
    grids: list[dict[str, str]],
) -> tuple[Any, ...]:
    """Ask the engine about what stands here now, and put each problem beside its field."""
    client = current_client()
    paths = [key["path"] for key in fields]
    nothing: list[Any] = [[None] * len(ctx.outputs_list[place]) for place in range(5)]
    nothing[2] = [no_update] * len(ctx.outputs_list[2])
    composed = read_composed(values, fields, rows, grids, drafts, seed)
    try:
        if composed:
            draft, document = composed.draft, composed.document
        else:
            draft = with_size(read_draft(client, dataset_id, segment=(segments or [""])[0]), preset)
            search = {**draft.specification["search"], "seed": read_number(seed)}
            document = {**draft.specification, "search": search}
        check = client.post(
            SpecificationCheck,
            "/v1/specifications/check",
            SpecificationRequest(dataset_id=draft.dataset_id, segments=segments or [], specification=document),
        )
    except MixlineError as error:
        return *nothing, inline_error(error), inline_error(error)
    if not composed:
        return *nothing, write_takes(check, document), write_takes(check, document)
    by_table = composed.rows
    by_field, by_entry, rest = split_problems(check.problems, paths)
    counts = count_by_section(check.problems)
    used = {name: [row["name"] for row in by_table.get(name, []) if row.get("use", True)] for name in by_entry}
    return (
        [by_field.get(slot["id"]["path"]) for slot in ctx.outputs_list[0]],
        [counts.get(slot["id"]["section"]) or None for slot in ctx.outputs_list[1]],
        [
            tables.name_problems(used[slot["id"]["table"]], by_entry[slot["id"]["table"]])
            for slot in ctx.outputs_list[2]
        ],
        [_write_rest([write_placed(problem, document) for problem in rest], check.notes) for _ in ctx.outputs_list[3]],
        [_write_mend(by_table, used, by_entry, slot["id"]["table"]) for slot in ctx.outputs_list[4]],
        write_takes(check, document),
        write_takes(check, document),
    )


def _write_mend(
    rows: Mapping[str, list[tables.Row]],
    used: Mapping[str, list[str]],
    problems: Mapping[str, Mapping[int, str]],
    name: str,
) -> Any:
    lines = tables.list_problems(rows.get(name, []), used[name], problems[name])
    return html.Ul([html.Li(line) for line in lines]) if lines else None


def _write_rest(problems: Sequence[str], notes: Sequence[str]) -> Any:
    parts: list[Any] = [inline_sentence(problem) for problem in problems]
    if notes:
        parts.append(html.Ul([html.Li(note) for note in notes], className="composer-notes soft small"))
    return parts


def say_refusal(
    client: TrainerClient,
    error: MixlineError,
    dataset_id: str,
    segments: Sequence[str],
    document: Mapping[str, Any] | None,
) -> Any:
    """Why what was composed is not taken, with the places as they are called on the page."""
    if document is None or error.status != InputError.status:
        return inline_error(error)
    request = SpecificationRequest(dataset_id=dataset_id, segments=list(segments), specification=dict(document))
    try:
        check = client.post(SpecificationCheck, "/v1/specifications/check", request)
    except MixlineError:
        return inline_error(error)
    return (
        html.P(write_takes(check, document), className="error-line", role="alert")
        if check.problems
        else inline_error(error)
    )


def write_takes(check: SpecificationCheck, document: Mapping[str, Any]) -> Any:
    """What a launch will take, or how much is to be mended first."""
    if not check.ok:
        count = len(check.problems)
        things = "One thing is" if count == 1 else f"{count} things are"
        first = write_placed(check.problems[0], document) if check.problems else ""
        return [html.Strong(f"{things} to be mended first."), html.Span(f" {first}", className="soft")]
    runs = f"{len(check.runs)} runs" if len(check.runs) != 1 else "One run"
    line: list[Any] = [html.Strong(runs), html.Span(f" · {takes_words(check.takes)}")]
    there = sum(plan.state == "succeeded" for plan in check.runs)
    if there:
        known = "It has" if len(check.runs) == 1 else f"{there} of them {'has' if there == 1 else 'have'}"
        line.append(html.Span(f" {known} succeeded before and will not be computed again.", className="soft"))
    under_way = sum(plan.state in ("queued", "running") for plan in check.runs)
    if under_way:
        known = "It is" if len(check.runs) == 1 else f"{under_way} of them {'is' if under_way == 1 else 'are'}"
        line.append(html.Span(f" {known} in the queue or at work already.", className="soft"))
    return line


def _no_name(name: str | None) -> str:
    got = f'"{name.strip()}"' if name and name.strip() else "nothing"
    return f"Settings are kept under a name of 1 to 60 letters, digits, spaces, dots and dashes; got {got}."


def keep_settings(
    _save: int, _forget: int, name: str | None, chosen: str, dataset_id: str, segments: list[str] | None, *held: Any
) -> tuple[Any, Any]:
    """Keep what is in the composer under a name, or forget the settings that were chosen."""
    client, composed = current_client(), None
    try:
        if ctx.triggered_id == "settings-forget":
            if chosen in (None, DEFAULTS):
                return no_update, "Choose saved settings first."
            gone = client.post(SavedSettingsView, f"/v1/settings/{chosen}/forget")
            return settings_options(list_settings(client)), f"{gone.name} is forgotten; its runs stay."
        composed = read_composed(*held)
        if composed is None:
            return no_update, "Open the settings first."
        request = SettingsRequest(name=(name or "").strip(), dataset_id=dataset_id, specification=composed.document)
        saved = client.post(SavedSettingsView, "/v1/settings", request)
    except ValidationError:
        return no_update, _no_name(name)
    except MixlineError as error:
        return no_update, say_refusal(
            client, error, dataset_id, segments or [], composed.document if composed else None
        )
    return settings_options(list_settings(client)), f"Saved as {saved.name}."
