"""What a page shows when there is nothing to show yet, while it loads, when it failed and when its numbers are old."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from dash import dcc, html

from dashboard import navigation
from dashboard.components.aria import aria
from dashboard.components.inline_error import spell
from dashboard.figures.format import write_moment
from mixline.errors import InputError, MixlineError, NotFoundError, UnavailableError
from mixline.messages import ProgressView

POLL_MILLISECONDS = 2000


def notice(title: str, text: str, *links: tuple[str, str]) -> html.Div:
    """A calm full page with one thought and where to go from here (label, address)."""
    actions = [
        dcc.Link(label, href=href, className="button primary" if place == 0 else "button")
        for place, (label, href) in enumerate(links)
    ]
    return html.Div(
        [html.H1(title), html.P(text), html.Div(actions, className="actions")], className="notice", role="status"
    )


def seeding(progress: ProgressView | None) -> html.Div:
    """The first start: the demo is being fitted. The page asks again until it is there."""
    percent = progress.percent if progress else 0.0
    stage = (progress.stage if progress else "") or "Waiting for a worker"
    left = f" · about {max(1, round(progress.seconds_left))} s left" if progress and progress.seconds_left else ""
    return html.Div(
        [
            html.H1("The demo is being fitted"),
            html.P(
                "Four years of simulated marketing in two countries, fitted here and now. The first results appear by themselves."
            ),
            html.Div(
                html.Div(className="bar", style={"width": f"{min(max(percent, 2), 100):.0f}%"}),
                className="progress-track",
                role="progressbar",
                **aria(valuenow=f"{percent:.0f}", valuemin=0, valuemax=100, label="Progress of the demo"),
            ),
            html.P(f"{stage} · {percent:.0f} %{left}", className="soft"),
            html.Div(dcc.Link("Watch the run", href="/runs", className="button"), className="actions"),
            poll("seeding"),
        ],
        className="notice",
        role="status",
    )


def poll(index: str) -> dcc.Interval:
    """Has the page drawn again every two seconds while it is shown."""
    return dcc.Interval(id={"type": "poll", "index": index}, interval=POLL_MILLISECONDS)


def no_model(path: str = "") -> html.Div:
    """`path` is the page's own, so that it can say what will stand on it."""
    entry = next((entry for entry in navigation.ENTRIES if entry.path == path and entry.shows), None)
    promise = f"{entry.name} shows {entry.shows}. " if entry else ""
    return notice(
        "No model yet",
        f"{promise}For that Mixline needs a table with a date, what you sold and what you spent per channel: "
        "bring one on the Data page, then launch a run.",
        ("Bring data", "/data"),
        ("Launch a run", "/runs"),
    )


def failed(error: MixlineError, path: str) -> html.Div:
    """One sentence, what to quote, a way to try again, and a way out of an address that cannot work."""
    correlation_id = getattr(error, "correlation_id", "")
    if isinstance(error, UnavailableError) and error.where.startswith("http"):
        return _away(error)
    fault = f"{error.what[:1].upper()}{error.what[1:]}"
    fault += f"; got {error.got}" if error.got is not None else ""
    fault += f"; expected {error.expected}" if error.expected else ""
    rest = [html.P(spell(error.action))] if error.action else []
    rest += [html.P(["Where: ", html.Code(error.where)], className="soft")] if error.where else []
    way_out = path if isinstance(error, InputError | NotFoundError) else ""
    return _failure(fault.rstrip(".") + ".", correlation_id, way_out, *rest)


def _away(error: UnavailableError) -> html.Div:
    """A service that does not answer: what still works first, and for whoever can mend it where to look."""
    hint: list[Any] = ["For whoever looks after it: ", html.Code(error.where), " was asked. ", html.Code("make run")]
    hint += [" starts everything on one machine; ", html.Code("MIXLINE_TRAINER"), " is the trainer’s address."]
    return _failure(
        f"{error.what[:1].upper()}{error.what[1:]}.",
        "",
        "",
        html.P(
            "It is the part of Mixline that fits models and keeps them, and this page has not been seen yet. Nothing is lost, "
            "and pages seen before still show their last known results."
        ),
        *([html.P(spell(error.action))] if error.action else []),
        html.P(hint, className="soft small"),
    )


def broken(correlation_id: str) -> html.Div:
    return _failure("This page could not be drawn. Try again; if it stays so, report it.", correlation_id)


def demo_failed() -> html.Div:
    return notice(
        "The demo could not be fitted",
        "The Runs page says why and can try it again. Your own data can be used all the same.",
        ("See what happened", "/runs"),
        ("Bring data", "/data"),
    )


def _failure(sentence: str, correlation_id: str, path: str = "", *rest: html.P) -> html.Div:
    quote = [html.P(["Correlation id ", html.Code(correlation_id)], className="soft")] if correlation_id else []
    way_out = [dcc.Link("Clear the filters", href=path, className="button primary")] if path else []
    look = "button" if path else "button primary"
    retry = html.Button("Try again", id={"type": "retry", "index": "page"}, className=look, n_clicks=0)
    return html.Div(
        [
            html.H1("That did not work"),
            html.P(sentence),
            *rest,
            *quote,
            html.Div([*way_out, retry], className="actions"),
        ],
        className="notice failed",
        role="alert",
    )


def stale(since: datetime) -> html.Div:
    """The trainer is away; what is shown was true then."""
    retry = html.Button("Try again", id={"type": "retry", "index": "stale"}, className="link-button", n_clicks=0)
    return html.Div(
        [
            html.Strong("Last known results. "),
            f"The trainer does not answer; this was true on {write_moment(since)}. ",
            retry,
        ],
        className="banner stale",
        role="status",
    )


def skeleton() -> html.Div:
    """Grey shapes of a page to come."""
    cards = [html.Div(className="bone card-bone") for _ in range(4)]
    return html.Div(
        [
            html.Div(className="bone title-bone"),
            html.Div(cards, className="cards"),
            html.Div(className="bone figure-bone"),
        ],
        className="skeleton",
        **aria(hidden="true"),
    )
