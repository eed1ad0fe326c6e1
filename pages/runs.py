"""Launch runs, watch them, direct the queue, and find runs again.

The address holds the dataset to start with (`?dataset=`), the run to look at (`?run=`), the run whose settings to start from
(`?clone=`) or saved settings (`?settings=`). Everything shown comes from the server at each tick, so a reload in the middle of
a run loses nothing; the page asks only while something is active.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from dash import ALL, Dash, Input, Output, State, dcc, html, no_update
from dash.exceptions import PreventUpdate

from dashboard.client import Known, TrainerClient, current_client
from dashboard.components import composer_wiring, run_actions, run_batch, run_log, run_queue, run_tags, states
from dashboard.components.aria import aria
from dashboard.components.composer_fields import read_number
from dashboard.components.composer_panel import composer_panel, keep_bar
from dashboard.components.composer_reading import HELD, read_composed
from dashboard.components.composer_wiring import list_settings, read_draft, say_refusal, seed_of
from dashboard.components.inline_error import inline_error, inline_sentence
from dashboard.components.run_actions import cancel_question
from dashboard.components.run_form import build_requests, first_segments, preset_options, run_form, segment_options
from dashboard.components.run_history import history_grid, history_rows
from dashboard.components.run_live import find_run, live_cards
from dashboard.components.run_log import LOG, PLACE, live_lines, log_panel, read_events
from dashboard.components.run_progress import ACTIVE
from dashboard.components.run_queue import QUEUE, pause_note, queue_panel, read_queue
from dashboard.components.typed_field import TypedField
from dashboard.figures.format import write_moment
from dashboard.layout import LOCATION
from mixline.errors import InputError, MixlineError, NotFoundError
from mixline.messages import DatasetView, Preset, RunView, SizeEstimate, SpecificationDraft

TICK = "runs-tick"
TICK_MILLISECONDS = 1000
LIVE = "runs-live"
HISTORY = "runs-history"
FOCUS = "runs-focus"
FILTER = "runs-filter"


def layout(
    run: str = "", dataset: str = "", known: str = "", clone: str = "", settings: str = "", **_query: str
) -> html.Div:
    """The page for an address."""
    client = current_client()
    datasets = client.list_datasets()
    if not datasets.value:
        return html.Div(
            states.notice(
                "No dataset to fit yet",
                "A run needs a dataset. Bring a table, confirm what its columns are, and come back.",
                ("Bring data", "/data"),
            ),
            className="page",
        )
    runs = client.list_runs()
    newest = sorted(datasets.value, key=lambda d: d.created_at, reverse=True)
    focus = find_run(client, runs.value, run)
    copied = find_run(client, runs.value, clone)
    start = copied or focus
    current = _choose(newest, dataset or (start.dataset_id if start else ""))
    unmeasured = _unmeasured(client)  # read while the trainer answers, so that the page is there when it does not
    draft, trouble = _draft(client, current, start.segment if start else "", clone if copied else "", settings)
    composing = bool(draft and (copied or settings) and not trouble)
    queue = _queue(client, runs.value)
    active = any(r.job.state in ACTIVE for r in runs.value)
    form = run_form(
        newest,
        draft.sizes if draft else unmeasured,
        _saved(client),
        chosen=current.id,
        segment=draft.segment if draft else "",
        settings=settings if composing else "",
        preset=start.preset if start else "",
        composing=composing,
        seed=seed_of(draft) if draft and composing else None,
        key=secrets.token_hex(16),
    )
    return html.Div(
        [
            _header(),
            html.Div(
                [
                    form,
                    html.Div(
                        [
                            html.Div(id="runs-stale", children=_stale_line(runs)),
                            html.Div(trouble, id="runs-trouble"),
                            *_not_there(newest, dataset, (run, focus), (clone, copied)),
                            html.Div(id="runs-message", **aria(live="polite")),
                            _known_already(focus) if known and focus else None,
                            html.Div([html.Div(queue, id=QUEUE), pause_note()], className="panel queue-panel"),
                            html.Div(live_cards(client, runs.value, focus)[0], id=LIVE, className="run-cards"),
                            run_tags.tag_bar(focus) if focus else None,
                            log_panel(focus, read_events(client, focus)) if focus else None,
                        ],
                        className="runs-live",
                    ),
                ],
                className="runs-top",
            ),
            html.Div(
                composer_panel(draft) if composing and draft else None, id="composer-place", className="composer-place"
            ),
            keep_bar(shown=composing),
            run_batch.batch_panel(),
            _history(runs.value),
            dcc.Interval(id=TICK, interval=TICK_MILLISECONDS, disabled=not active),
            dcc.Store(id=FOCUS, data=run),
            dcc.Store(id="cancel-target"),
            cancel_question(),
        ],
        className="page runs-page",
    )


def _header() -> html.Div:
    lede = "A run fits a model to a dataset. It goes on when you close this page."
    return html.Div(html.Div([html.H1("Runs"), html.P(lede, className="lede")]), className="page-header")


def _history(runs: Sequence[RunView]) -> html.Div:
    """All runs, to be narrowed down by their tags."""
    nothing = html.P("Nothing has been run yet.", className="soft")
    table = history_grid(history_rows(runs), grid_id=HISTORY) if runs else nothing
    find = html.Div(
        [
            html.Label("Only runs tagged", htmlFor=FILTER, className="soft small"),
            TypedField(FILTER, placeholder="week >= 32", maxLength=80),
        ],
        className="history-filter",
    )
    head = html.Div([html.H2("History"), find if runs else None], className="panel-head")
    return html.Div(
        [head, html.Div(id="filter-message", **aria(live="polite")), table], className="panel history-panel"
    )


def _choose(datasets: Sequence[DatasetView], wanted: str) -> DatasetView:
    return next((dataset for dataset in datasets if dataset.id == wanted), datasets[0])


def _not_there(datasets: Sequence[DatasetView], dataset: str, *runs: tuple[str, RunView | None]) -> list[html.Div]:
    """A link that is old or mistyped says so; the page is there all the same."""
    gone = ["a run"] if any(wanted and not found for wanted, found in runs) else []
    gone += ["a dataset"] if dataset and all(one.id != dataset for one in datasets) else []
    return [_gone(gone)] if gone else []


def _gone(gone: Sequence[str]) -> html.Div:
    sentence = f"The link names {' and '.join(gone)} that cannot be found here. What is here is listed on this page."
    return html.Div(sentence, className="banner", role="status")


def _draft(
    client: TrainerClient, dataset: DatasetView, segment: str, clone: str, settings: str
) -> tuple[SpecificationDraft | None, Any]:
    """The specification to start from; without one the page still lists and launches."""
    wanted = segment if segment in dataset.segments else ""
    try:
        return read_draft(client, dataset.id, segment=wanted, run=clone, settings="" if clone else settings), None
    except (InputError, NotFoundError) as error:
        if not settings or clone:
            return None, inline_error(error)
        return _draft(client, dataset, segment, "", "")[0], _gone(["saved settings"])
    except MixlineError as error:
        return None, inline_error(error)


def _unmeasured(client: TrainerClient) -> list[SizeEstimate]:
    """The named sizes while nothing can be said of their time: they change with the release only and are remembered."""
    unknown = {"seconds": None, "bound": "unknown", "core_seconds": None, "cost": None, "currency": ""}
    return [
        SizeEstimate.model_validate(
            {**one.model_dump(), "takes": {**unknown, "candidates": one.trials * one.iterations}}
        )
        for one in client.list_presets()
    ]


def _saved(client: TrainerClient) -> list[Any]:
    try:
        return list_settings(client)
    except MixlineError:
        return []


def _queue(client: TrainerClient, runs: Sequence[RunView]) -> list[Any]:
    """What the queue's panel shows."""
    try:
        return queue_panel(read_queue(client), runs)
    except MixlineError as error:
        return [inline_error(error)]


def _stale_line(runs: Known[list[RunView]]) -> html.Div | None:
    if not runs.stale:
        return None
    return html.Div(
        f"The trainer does not answer. This was true on {write_moment(runs.at)}; asking again every second.",
        className="banner stale",
        role="status",
    )


def _known_already(run: RunView) -> html.Div:
    return html.Div(
        [
            html.Div(
                [
                    html.Strong("This very run is there already. "),
                    "The same data, specification and seed give the same result, so nothing was computed again. "
                    "To do it all the same, tick the box under Advanced.",
                ]
            )
        ],
        className="banner",
        role="status",
        id="run-known",
    )


def register(app: Dash) -> None:
    """Wire the page."""
    for part in (composer_wiring, run_actions, run_queue, run_tags, run_log, run_batch):
        part.register(app)
    app.callback(
        Output("run-segments", "options"),
        Output("run-segments", "value"),
        Output("run-segment-field", "hidden"),
        Output("run-preset", "options"),
        Output("runs-trouble", "children"),
        Input("run-dataset", "value"),
        prevent_initial_call=True,
    )(choose_dataset)
    app.callback(
        Output("run-segments", "value", allow_duplicate=True),
        Input("run-segments-all", "n_clicks"),
        State("run-segments", "options"),
        prevent_initial_call=True,
    )(choose_all)
    app.callback(
        Output(LOCATION, "search", allow_duplicate=True),
        Output("run-message", "children"),
        Output("run-message-below", "children"),
        Input("run-launch", "n_clicks"),
        Input("run-launch-composed", "n_clicks"),
        State("run-dataset", "value"),
        State("run-segments", "value"),
        State("run-preset", "value"),
        State("run-seed", "value"),
        State("run-again", "value"),
        State("run-tags", "value"),
        State("run-key", "data"),
        *HELD,
        prevent_initial_call=True,
        running=[
            (Output("run-launch", "disabled"), True, False),
            (Output("run-launch-composed", "disabled"), True, False),
        ],
    )(launch_shown)
    app.callback(
        Output(LIVE, "children"),
        Output(HISTORY, "rowData"),
        Output(TICK, "disabled"),
        Output("runs-stale", "children"),
        Output(QUEUE, "children"),
        Output({"type": LOG, "index": ALL}, "children"),
        Output("run-preset", "options", allow_duplicate=True),
        Input(TICK, "n_intervals"),
        State(FOCUS, "data"),
        State("run-dataset", "value"),
        State(FILTER, "value"),
        State({"type": PLACE, "index": ALL}, "data"),
        prevent_initial_call=True,
        # Asked again while an answer is under way, Dash would drop that answer: on a slow line none would ever be shown.
        running=[(Output(TICK, "max_intervals"), 0, -1)],
    )(tick)
    app.callback(
        Output(HISTORY, "rowData", allow_duplicate=True),
        Output("filter-message", "children"),
        Input(FILTER, "value"),
        prevent_initial_call=True,
    )(filter_history)


def choose_dataset(dataset_id: str) -> tuple[Any, ...]:
    """The segments and the estimates of another dataset."""
    client = current_client()
    dataset = client.read_dataset(dataset_id)
    draft, trouble = _draft(client, dataset, "", "", "")
    sizes = preset_options(draft.sizes) if draft else no_update
    return segment_options(dataset), first_segments(dataset), not dataset.segments, sizes, trouble


def choose_all(clicks: int | None, options: list[dict[str, str]]) -> list[str]:
    """Every segment."""
    if not clicks:
        raise PreventUpdate
    return [option["value"] for option in options]


def launch_shown(
    clicks: int,
    composed: int,
    dataset_id: str,
    segments: list[str] | None,
    preset: Preset,
    seed: str | int | None,
    again: bool | None,
    tags: str | None,
    key: str,
    *held: Any,
) -> tuple[Any, Any, Any]:
    """Launch what stands on the page at this moment."""
    shown = read_composed(*held)
    document = shown.document if shown else None
    return launch(clicks, composed, dataset_id, segments, preset, seed, again, tags, document, key)


def launch(
    clicks: int,
    composed: int,
    dataset_id: str,
    segments: list[str] | None,
    preset: Preset,
    seed: str | int | None,
    again: bool | None,
    tags: str | None,
    document: dict[str, Any] | None,
    key: str,
) -> tuple[Any, Any, Any]:
    """Launch one run, or one per segment, and look at the first. A second press with the same key is the same launch."""
    if not clicks and not composed:
        raise PreventUpdate
    client = current_client()
    start = read_number(seed)
    if not isinstance(start, int) or not 0 <= start < 2**31:
        got = "nothing" if start is None else start
        return refuse(inline_sentence(f"The seed is a whole number from 0 to 2,147,483,647; got {got}."))
    try:
        requests = build_requests(
            client.read_dataset(dataset_id),
            segments or [],
            preset,
            start,
            document=document,
            again=bool(again),
            tags=tags or "",
        )
        if not requests:
            return refuse(inline_sentence("Choose at least one country or segment."))
        launched = [client.launch_run(request, key=f"{key}-{place}") for place, request in enumerate(requests)]
    except ValueError:
        return refuse(inline_sentence(run_tags.no_tag(tags or "")))
    except MixlineError as error:
        return refuse(say_refusal(client, error, dataset_id, segments or [], document))
    first = next((run for run in launched if run.job.state in ACTIVE), launched[0])
    there = "&known=1" if all(run.job.state == "succeeded" for run in launched) else ""
    return f"?run={first.id}{there}", None, None


def refuse(sentence: Any) -> tuple[Any, Any, Any]:
    """Nothing was launched: the sentence stands at both buttons."""
    return no_update, sentence, sentence


def tick(_n: int, focus_id: str, dataset_id: str, tag: str | None, places: list[dict[str, Any]]) -> tuple[Any, ...]:
    """Ask the server what is true now. Stops asking when nothing is active any more; the estimates then know one more run."""
    client = current_client()
    try:
        runs = client.list_runs()
        cards, events = live_cards(client, runs.value, find_run(client, runs.value, focus_id))
    except MixlineError as error:
        same = [no_update] * len(places)
        return no_update, no_update, False, inline_error(error), no_update, same, no_update
    done = not runs.stale and not any(run.job.state in ACTIVE for run in runs.value)
    sizes = choose_dataset(dataset_id)[3] if done else no_update
    rows = no_update if tag else history_rows(runs.value)
    queue = _queue(client, runs.value)
    logs = [live_lines(events, place) for place in places]
    return cards, rows, done, _stale_line(runs), queue, logs, sizes


def filter_history(tag: str | None) -> tuple[Any, Any]:
    """The runs with a tag; all of them without one."""
    client = current_client()
    try:
        runs = client.get(list[RunView], "/v1/mmm/runs", tag=(tag or "").strip(), limit=200)
    except InputError as error:
        return no_update, inline_sentence(f'"{tag}" is no filter by tag. {error.action}')
    except MixlineError as error:
        return no_update, inline_error(error)
    found = f"{len(runs)} found." if tag and tag.strip() else None
    return history_rows(runs), html.Span(found, className="soft small") if found else None
