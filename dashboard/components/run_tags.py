"""The tags of the run looked at."""

from __future__ import annotations

from typing import Any

from dash import Dash, Input, Output, State, dcc, html
from dash.exceptions import PreventUpdate
from pydantic import ValidationError

from dashboard.client import current_client
from dashboard.components.aria import aria
from dashboard.components.inline_error import inline_error, inline_sentence
from dashboard.components.run_words import read_tags, tag_words
from dashboard.components.typed_field import TypedField
from mixline.errors import MixlineError
from mixline.messages import RunTags, RunView


def tag_bar(run: RunView) -> html.Div:
    """Outside of the card, which is drawn anew every second while somebody types here."""
    return html.Div(
        [
            html.Label("Tags of this run", htmlFor="tags-value"),
            TypedField("tags-value", value=tag_words(run.tags), maxLength=300, placeholder="week=32; final"),
            html.Button("Save tags", id="tags-save", className="button", n_clicks=0),
            html.Div(id="tags-message", **aria(live="polite")),
            dcc.Store(id="tags-run", data=run.id),
        ],
        className="keep-bar tag-bar",
    )


def no_tag(text: str) -> str:
    """What is wrong with tags that cannot be read."""
    return (
        f'"{text.strip()}" cannot be read as tags. A tag is a name that begins with a letter, or such a name and a number with a '
        'point: "week=32; budget=1.5; final".'
    )


def register(app: Dash) -> None:
    app.callback(
        Output("tags-message", "children"),
        Output("runs-tick", "disabled", allow_duplicate=True),
        Input("tags-save", "n_clicks"),
        State("tags-value", "value"),
        State("tags-run", "data"),
        prevent_initial_call=True,
    )(save_tags)


def save_tags(clicks: int | None, text: str | None, run_id: str) -> tuple[Any, bool]:
    """Give the run these tags and no others; the card and the table follow at the next tick."""
    if not clicks:
        raise PreventUpdate
    try:
        request = RunTags(tags=read_tags(text or ""))
        saved = current_client().post(RunView, f"/v1/mmm/runs/{run_id}/tags", request)
    except (ValueError, ValidationError):
        return inline_sentence(no_tag(text or "")), False
    except MixlineError as error:
        return inline_error(error), False
    return html.Span("Saved." if saved.tags else "Saved without tags.", className="soft small"), False
