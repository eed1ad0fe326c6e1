"""Many runs from a CSV file: get the template, look at what each row is, launch the ones that are right."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from dash import Dash, Input, Output, State, dcc, html, no_update
from dash.exceptions import PreventUpdate
from flask import Response

from dashboard.client import current_client
from dashboard.components.aria import aria
from dashboard.components.inline_error import inline_error, inline_sentence
from dashboard.components.run_words import takes_words
from mixline.errors import MixlineError
from mixline.messages import BatchPreview, BatchRequest, BatchResult, BatchRow

TEMPLATE_PATH = "/runs/template.csv"
STATE_WORDS = {"ready": "Ready", "same": "Twice in the file", "known": "Run already", "wrong": "To be mended"}
TAGS = {"ready": "state-succeeded", "same": "warning", "known": "", "wrong": "error"}
BYTES_MOST = 200_000
BYTES_SENT = 5_000_000


def batch_panel() -> html.Details:
    """Closed until somebody wants it."""
    return html.Details(
        [
            html.Summary("Many runs from a file"),
            html.P(
                [
                    "A CSV file with a row for each run. ",
                    html.A("Download the template", href=TEMPLATE_PATH, download="runs.csv"),
                    ", fill it in, and drop it here. Nothing is launched before you have seen what each row is.",
                ],
                className="soft",
            ),
            dcc.Upload(
                html.Div([html.Strong("Choose a CSV file"), html.Span(" or drop it here", className="soft")]),
                id="batch-file",
                max_size=BYTES_SENT,  # what is refused in the browser is refused without a word
                className="batch-drop",
            ),
            html.Div(id="batch-preview", **aria(live="polite")),
            dcc.Store(id="batch-content"),
            html.Div(
                html.Button("Launch", id="batch-launch", className="button primary", n_clicks=0, disabled=True),
                className="form-actions",
                id="batch-actions",
                hidden=True,
            ),
            html.Div(id="batch-message", **aria(live="polite")),
        ],
        className="panel batch-panel",
    )


def register(app: Dash) -> None:
    """Wire the panel and the address of the template."""
    app.callback(
        Output("batch-preview", "children"),
        Output("batch-content", "data"),
        Output("batch-launch", "children"),
        Output("batch-launch", "disabled"),
        Output("batch-actions", "hidden"),
        Output("batch-message", "children"),
        Output("batch-file", "contents"),  # emptied, so that the same file can be dropped again
        Input("batch-file", "contents"),
        State("batch-file", "filename"),
        prevent_initial_call=True,
    )(take_file)
    app.callback(
        Output("batch-message", "children", allow_duplicate=True),
        Output("batch-preview", "children", allow_duplicate=True),
        Output("batch-actions", "hidden", allow_duplicate=True),
        Output("runs-tick", "disabled", allow_duplicate=True),
        Input("batch-launch", "n_clicks"),
        State("batch-content", "data"),
        prevent_initial_call=True,
        running=[(Output("batch-launch", "disabled"), True, False)],
    )(launch)
    app.server.add_url_rule(TEMPLATE_PATH, "runs_template", download)


def take_file(contents: str | None, filename: str | None) -> tuple[Any, ...]:
    """What each row of a file that was dropped is; the drop area is free for the next one, be it the same."""
    return *preview(contents, filename), None


def preview(contents: str | None, filename: str | None) -> tuple[Any, ...]:
    """What each row of the file is."""
    if not contents:
        raise PreventUpdate
    try:
        content = base64.b64decode(contents.partition(",")[2], validate=True)
        if len(content) > BYTES_MOST:
            return None, None, "Launch", True, True, inline_sentence(_too_large(filename, len(content)))
        text = content.decode("utf-8-sig")
        found = current_client().post(BatchPreview, "/v1/batches/preview", BatchRequest(content=text))
    except (binascii.Error, UnicodeDecodeError, ValueError):
        sentence = f"{filename or 'The file'} is no text in UTF-8, or it is empty. Save it as CSV (UTF-8)."
        return None, None, "Launch", True, True, inline_sentence(sentence)
    except MixlineError as error:
        return None, None, "Launch", True, True, inline_error(error)
    label = "Launch one run" if found.ready == 1 else f"Launch {found.ready} runs"
    return preview_table(found, filename or "the file"), text, label, not found.ready, not found.ready, None


def _too_large(filename: str | None, size: int) -> str:
    most = f"{BYTES_MOST // 1000} KB"
    size_words = f"{filename or 'The file'} has {size / 1000:,.0f} KB; a file of runs has at most {most}"
    return f"{size_words}. A table of data goes in on the Data page."


def preview_table(found: BatchPreview, filename: str) -> html.Div:
    """The rows of a file, each with what it is and why."""
    left = len(found.rows) - found.ready
    summary = f"{filename}: {found.ready} of {len(found.rows)} rows are ready"
    takes = f" · {takes_words(found.takes)}" if found.ready else ""
    head = html.Tr([html.Th(name) for name in ("Line", "State", "Dataset", "Country", "Search", "What to know")])
    return html.Div(
        [
            html.P([html.Strong(summary), html.Span(takes, className="soft")]),
            html.P("The others are left out.", className="soft small") if left and found.ready else None,
            html.Div(
                html.Table(
                    [html.Thead(head), html.Tbody([_row(row) for row in found.rows])],
                    className="plain-table batch-table",
                ),
                className="table-scroll",
                role="region",
                tabIndex=0,
                **aria(label="Rows of the file"),
            ),
        ]
    )


def _row(row: BatchRow) -> html.Tr:
    words: Any = " ".join(row.problems)
    if row.state == "same":
        words = f"The same run as line {row.same_as}."
    elif row.state == "known" and row.run_id:
        words = dcc.Link("This very run is there", href=f"/runs?run={row.run_id}")
    elif row.takes:
        words = takes_words(row.takes)
    tag = html.Span(STATE_WORDS[row.state], className=f"tag {TAGS[row.state]}")
    cells = [str(row.line), tag, row.dataset, row.segment or "–", row.size or "–", words]
    return html.Tr([html.Td(cell) for cell in cells], className=f"batch-{row.state}")


def launch(clicks: int | None, content: str | None) -> tuple[Any, ...]:
    """Launch the rows that are ready."""
    if not clicks or not content:
        raise PreventUpdate
    try:
        result = current_client().post(BatchResult, "/v1/batches", BatchRequest(content=content))
    except MixlineError as error:
        return inline_error(error), no_update, no_update, False
    count = len(result.launched)
    left = f" {result.left_out} rows were left out." if result.left_out else ""
    said = html.P(f"{'One run is' if count == 1 else f'{count} runs are'} launched.{left}", role="status")
    return said, None, True, False


def download() -> Response:
    """The template, filled with the newest datasets."""
    try:
        text = current_client().read_text("/v1/batches/template")
    except MixlineError as error:
        return Response(str(error), status=error.status, mimetype="text/plain")
    response = Response(text.encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="runs.csv"'
    return response
