"""How the questions and the data of the models compared differ, in words; the place in the specification on pointing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from dash import html

from dashboard.components.compare_table import frame_table, scroll_table
from dashboard.components.compare_units import join_letters
from dashboard.components.composer_tables import ADSTOCK_LABELS
from dashboard.components.mapping_table import KIND_LABELS
from dashboard.figures.compared_ranges import LETTERS
from dashboard.figures.format import write_date, write_number, write_share
from dashboard.labels import write_label
from dashboard.words import write_sentence
from mixline.messages import Comparison, ConfigurationRow, DataDifference

KINDS = {
    "specification": "What is asked",
    "window": "Window",
    "search": "Search",
    "refresh": "Refresh",
    "ranges": "Search ranges",
}
PLACES = {
    "components": "Terms of the baseline",
    "date_column": "Date column",
    "goal.column": "Goal column",
    "goal.currency": "Currency",
    "goal.kind": "Kind of goal",
    "goal.label": "Goal",
    "holiday_country": "Holidays of",
    "intercept": "Base level",
    "refresh.model": "Continues model",
    "refresh.steps": "Periods added",
    "search.batch": "Candidates asked at a time",
    "search.early_stop": "Trials may end early",
    "search.iterations": "Candidates per trial",
    "search.lift_weight": "Weight of lift studies",
    "search.optimizer": "Optimizer",
    "search.rssd_weight": "Weight of distance from spend",
    "search.seed": "Seed",
    "search.trials": "Trials",
    "segment_column": "Country or segment column",
    "segment_value": "Country or segment",
    "validation.folds": "Back-test, forecasts",
    "validation.horizon": "Back-test, periods ahead",
    "validation.leaking": "Hold-out as Robyn has it",
    "validation.train": "Share fitted on",
    "window_end": "Window ends",
    "window_start": "Window starts",
}
PARTS = {
    "adstock": "carry-over",
    "alpha": "steepness (alpha)",
    "gamma": "half-saturation (gamma)",
    "theta": "carry-over (theta)",
    "shape": "carry-over (shape)",
    "scale": "carry-over (scale)",
    "exposure": "exposure column",
    "spend": "spend column",
    "column": "column",
}
SHOWN = 12
LONG = 40  # characters; a longer cell is given more room
SHORT_ID = 12
DIGEST = re.compile(r"[0-9a-f]{64}")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def configuration_panel(comparison: Comparison) -> html.Section:
    """Where the specifications differ. Ranges of the search, which are many, wait behind a click."""
    head = ["Setting", *LETTERS[: len(comparison.models)]]
    rows = _join_parts(comparison.configuration)
    ranges = [row for row in rows if row.kind == "ranges"]
    others = [row for row in rows if row.kind != "ranges"]
    count = len(rows)
    if not count:
        return html.Section(
            [html.H2("Same settings"), html.P("All models ask the same question in the same way.")], className="panel"
        )
    letters = {model.id: LETTERS[place] for place, model in enumerate(comparison.models)}
    title = html.H2("One setting differs" if count == 1 else f"{count} settings differ")
    parts: list[Any] = [title, html.P("Only what is not the same in all models.", className="figure-note")]
    if others:
        lines: list[html.Tr] = []
        for kind, name in KINDS.items():
            found = [row for row in others if row.kind == kind]
            if found:
                span = html.Th(name, scope="rowgroup", colSpan=len(head))
                lines += [html.Tr(span, className="compare-group"), *[_line(row, letters) for row in found]]
        parts.append(frame_table(head, lines))
    if ranges:
        many = "One search range" if len(ranges) == 1 else f"{len(ranges)} search ranges"
        table = frame_table(head, [_line(row, letters) for row in ranges])
        parts.append(html.Details([html.Summary(many), table], className="older"))
    return html.Section(parts, className="panel")


def name_place(path: str) -> str:
    """A place in the specification in words: "media.tv.ranges.alpha" is "TV: steepness (alpha)"."""
    if path in PLACES:
        return PLACES[path]
    head, _, rest = path.partition(".")
    if head == "studies":
        channels, _, start = rest.partition(" ")
        named = " + ".join(write_label(channel) for channel in channels.split("+"))
        return f"Lift study of {named}" + (f", {write_date(date.fromisoformat(start))}" if start else "")
    if head in ("media", "context") and rest:
        name, _, part = rest.partition(".")
        part = part.removeprefix("ranges.")
        return f"{write_label(name)}: {PARTS.get(part, part)}" if part else write_label(name)
    return write_sentence(path.replace("_", " ").replace(".", ", ")).removesuffix(".")


def _join_parts(rows: Sequence[ConfigurationRow]) -> list[ConfigurationRow]:
    """One line for what only some models have, an experiment or a channel, instead of one per setting of it."""
    whole = {row.path.removesuffix(".present") for row in rows if row.path.endswith(".present")}
    joined: dict[str, list[tuple[str, ConfigurationRow]]] = {}
    rest = []
    for row in rows:
        place, _, figure = row.path.rpartition(".")
        if row.kind != "ranges" and (place.startswith("studies.") or place in whole):
            joined.setdefault(place, []).append((figure, row))
        else:
            rest.append(row)
    together = []
    for place, figures in joined.items():
        values = [
            ", ".join(
                words
                for name, row in figures
                if row.values[model] and (words := _part(name, row.values[model], study=place.startswith("studies.")))
            )
            for model in range(len(figures[0][1].values))
        ]
        together.append(figures[0][1].model_copy(update={"path": place, "values": values}))
    return [*rest, *together]


def _line(row: ConfigurationRow, letters: dict[str, str]) -> html.Tr:
    empty = "all data" if row.kind == "window" else "–"
    values = [
        letters.get(value, value[:SHORT_ID]) if DIGEST.fullmatch(value) else _plain(value, row.path) or empty
        for value in row.values
    ]
    return html.Tr(
        [
            html.Td(name_place(row.path), title=row.path),
            *[html.Td(value, className="sentence" if len(value) > LONG else "") for value in values],
        ]
    )


def _part(name: str, text: str, *, study: bool) -> str:
    """One setting of an experiment or a channel in words; nothing where its name says it or it is as for every channel."""
    if name in ("present", "label", "channels", "start") or (name, text) == ("sign", "positive"):
        return ""
    if study:
        written = {"end": "to ", "scope": "", "confidence": "confidence "}.get(name, f"{name} ")
        if name == "confidence":
            return written + write_share(float(text))
        return written + (f"{text} effect" if name == "scope" else _plain(text))
    if name == "adstock":
        return f"carry-over {ADSTOCK_LABELS.get(text, text)}"
    if name == "kind":
        return KIND_LABELS.get(text, text)
    return f"{PARTS.get(name, name.replace('_', ' '))} {_plain(text)}"


def _plain(text: str, path: str = "") -> str:
    """2,185,200 where the specification's short form says 2.1852e+06, 22 Dec 2025 for a day. A seed stays as it was typed."""
    if DAY.fullmatch(text):
        return write_date(date.fromisoformat(text))
    if path.endswith("seed"):
        return text
    try:
        number = float(text)
    except ValueError:
        return text
    return f"{number:,.0f}" if abs(number) >= 1_000 else text


def data_panel(comparison: Comparison) -> html.Section:
    """How the data differ from those of the first model."""
    places = {model.id: place for place, model in enumerate(comparison.models)}
    items = [
        html.Li([html.Strong(f"{LETTERS[places[pair.model_id]]} against A"), " – ", write_data(pair.difference)])
        for pair in comparison.data
    ]
    paired = {pair.model_id for pair in comparison.data}
    apart = [place for model_id, place in places.items() if place and model_id not in paired]
    if apart:
        verb = "is" if len(apart) == 1 else "are"
        text = f"{verb} of another country, goal or currency than A: rows cannot be compared one by one."
        items.append(html.Li([html.Strong(join_letters(apart)), f" {text}"]))
    revised = [
        [
            LETTERS[places[pair.model_id]],
            revision.label,
            str(revision.revised),
            "all of it" if revision.relative is None else write_share(revision.relative),
            f"{write_number(revision.largest, sign=True)} on {write_date(revision.largest_at)}",
        ]
        for pair in comparison.data
        for revision in pair.difference.revisions[:SHOWN]
    ]
    parts: list[Any] = [html.H2("Data"), html.Ul(items, className="plain-list")]
    if revised:
        parts.append(scroll_table(["Model", "Column", "Values revised", "Size of it", "The largest"], revised))
    return html.Section(parts, className="panel")


def write_data(difference: DataDifference) -> str:
    """Rows added and dropped, columns, and revisions, in one or two sentences."""
    parts = []
    if difference.added:
        span = (
            f", {write_date(difference.first_added)} to {write_date(difference.last_added)}"
            if difference.first_added and difference.last_added
            else ""
        )
        parts.append(f"{difference.added} periods added{span}")
    if difference.dropped:
        parts.append(f"{difference.dropped} periods dropped")
    if difference.columns_added:
        parts.append(f"columns added: {', '.join(difference.columns_added)}")
    if difference.columns_dropped:
        parts.append(f"columns dropped: {', '.join(difference.columns_dropped)}")
    count = len(difference.revisions)
    if count:
        parts.append(f"{count} column{' was' if count == 1 else 's were'} revised in periods both have")
    return write_sentence("; ".join(parts)) if parts else "The same data."
