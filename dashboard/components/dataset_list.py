"""The datasets that are there: newest version of each name, with older versions beneath."""

from __future__ import annotations

from collections.abc import Sequence

from dash import dcc, html

from dashboard.figures.format import write_moment, write_span
from mixline.messages import DatasetView


def dataset_list(datasets: Sequence[DatasetView], chosen: str = "") -> html.Div:
    """One line per name. `chosen` is the id of the dataset to point out (the one just saved)."""
    if not datasets:
        return html.Div(
            [
                html.H2("No dataset yet"),
                html.P("Drop a table above: its columns get a suggested role each, you confirm, and it is kept here."),
            ],
            className="panel empty",
        )
    names = latest_first(datasets)
    return html.Div(
        [
            html.H2("Datasets"),
            html.Div(
                html.Table(
                    [
                        html.Thead(
                            html.Tr(
                                [
                                    html.Th("Name"),
                                    html.Th("Rows", className="number"),
                                    html.Th("Window"),
                                    html.Th("Goal"),
                                    html.Th("Channels"),
                                    html.Th(html.Span("Actions", className="visually-hidden")),
                                ]
                            )
                        ),
                        html.Tbody([_row(versions, chosen) for versions in names]),
                    ],
                    className="plain-table",
                ),
                className="table-scroll",
            ),
        ],
        className="panel dataset-list",
    )


def latest_first(datasets: Sequence[DatasetView]) -> list[list[DatasetView]]:
    """Versions by name, newest version first, the name changed last first."""
    names: dict[str, list[DatasetView]] = {}
    for dataset in sorted(datasets, key=lambda d: (d.created_at, d.version), reverse=True):
        names.setdefault(dataset.name, []).append(dataset)
    return [sorted(versions, key=lambda d: d.version, reverse=True) for versions in names.values()]


def launch_address(dataset_id: str) -> str:
    return f"/runs?dataset={dataset_id}"


def _row(versions: Sequence[DatasetView], chosen: str) -> html.Tr:
    newest, *older = versions
    unit = {"day": "days", "week": "weeks", "month": "months"}[newest.interval]
    segments = f", {newest.segment_column}: {channel_words(newest.segments)}" if newest.segments else ""
    history = (
        html.Details(
            [
                html.Summary(f"{len(older)} older version{'s' if len(older) > 1 else ''}"),
                html.Ul(
                    [
                        html.Li(
                            [
                                f"v{d.version}, {write_moment(d.created_at)}, {d.rows:,} rows. ",
                                dcc.Link("Launch a run", href=launch_address(d.id)),
                            ]
                        )
                        for d in older
                    ]
                ),
            ],
            className="older",
        )
        if older
        else None
    )
    return html.Tr(
        [
            html.Td(
                [
                    html.Strong(newest.name),
                    html.Span(f" v{newest.version}", className="soft"),
                    html.Div(f"{newest.filename}, {write_moment(newest.created_at)}", className="soft small"),
                    history,
                ]
            ),
            html.Td(f"{newest.rows:,}", className="number rows"),
            html.Td(
                [write_span(newest.first_date, newest.last_date), html.Div(f"{unit}{segments}", className="soft small")]
            ),
            html.Td([newest.goal, html.Div(f"{newest.goal_kind} {newest.currency}".strip(), className="soft small")]),
            html.Td(channel_words(newest.channels), className="channels"),
            html.Td(dcc.Link("Launch a run", href=launch_address(newest.id), className="button"), className="actions"),
        ],
        className="chosen" if chosen in {d.id for d in versions} else "",
    )


def channel_words(channels: Sequence[str], shown: int = 5) -> str:
    """ "tv, search, social" or "tv, search, social, print, ooh and 5 more"."""
    head = ", ".join(channels[:shown])
    return head if len(channels) <= shown else f"{head} and {len(channels) - shown} more"
