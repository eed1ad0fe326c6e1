"""Actual outcome with the fits of an earlier and a later model, the new periods shaded."""

from __future__ import annotations

from datetime import date

from dashboard.figures.drawing import Document, Drawing, Look, Table, make_figure, outcome_axis
from dashboard.figures.format import write_date
from mixline.messages import FittedSeries, Movement

HEIGHT = 380


def draw_before_after(movement: Movement, look: Look) -> Drawing:
    """Points for what happened, a thin line for the earlier fit, a strong one for the later."""
    series, t = movement.fitted, look.tokens
    traces: list[Document] = [
        {
            "type": "scatter",
            "mode": "markers",
            "name": "Actual",
            "x": series.dates,
            "y": series.actual,
            "marker": {"size": 4, "color": t.ink_soft},
            "text": [look.unit.outcome(value) for value in series.actual],
            "hovertemplate": "%{x|%-d %b %Y}<br>actual %{text}<extra></extra>",
        },
        _line("Earlier model", series.dates, series.before, t.context[0], 2.5, "dot", look),
        _line("Later model", series.dates, series.after, t.accent, 1.8, "solid", look),
    ]
    shapes, annotations = _new_periods(series, look)
    figure = make_figure(
        look,
        traces,
        xaxis={"fixedrange": True, "showgrid": False},
        yaxis=outcome_axis(look.unit, range=_room(series), fixedrange=True, zeroline=False, nticks=5),
        shapes=shapes,
        annotations=annotations,
        showlegend=True,
        legend={"orientation": "h", "x": 0, "y": -0.16},
        margin={"l": 8, "r": 16, "t": 22, "b": 8},
    )
    note = f"{look.unit.outcome_label} per {movement.interval}. The axis does not begin at nought."
    what = look.unit.outcome_label
    table = Table(
        (movement.interval.capitalize(), f"Actual, {what}", f"Earlier model, {what}", f"Later model, {what}"),
        [
            (day.isoformat(), actual, before, after)
            for day, actual, before, after in zip(series.dates, series.actual, series.before, series.after, strict=True)
        ],
    )
    return Drawing("before-after", _finding(movement), note, figure, HEIGHT, "figure_before_after", table)


def _line(
    name: str, dates: list[date], values: list[float | None], color: str, width: float, dash: str, look: Look
) -> Document:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": dates,
        "y": values,
        "line": {"color": color, "width": width, "dash": dash},
        "connectgaps": False,
        "text": ["" if value is None else look.unit.outcome(value) for value in values],
        "hovertemplate": f"%{{x|%-d %b %Y}}<br>{name.lower()} %{{text}}<extra></extra>",
    }


def _room(series: FittedSeries) -> list[float]:
    """From a little below the least to a little above the most: two fits that differ by a hundredth must be told apart."""
    values = [value for line in (series.actual, series.before, series.after) for value in line if value is not None]
    low, high = min(values), max(values)
    room = (high - low) * 0.06 or abs(high) * 0.05 or 1.0
    return [low - room, high + room]


def _new_periods(series: FittedSeries, look: Look) -> tuple[list[Document], list[Document]]:
    if series.new_from is None:
        return [], []
    band: Document = {
        "type": "rect",
        "xref": "x",
        "yref": "paper",
        "x0": series.new_from,
        "x1": series.dates[-1],
        "y0": 0,
        "y1": 1,
        "fillcolor": look.tokens.accent,
        "opacity": 0.09,
        "line": {"width": 0},
        "layer": "below",
    }
    label: Document = {
        "xref": "x",
        "yref": "paper",
        "x": series.new_from,
        "y": 1,
        "text": "new",
        "showarrow": False,
        "xanchor": "left",
        "yanchor": "bottom",
        "font": {"size": 11, "color": look.tokens.ink_soft},
    }
    return [band], [label]


def _finding(movement: Movement) -> str:
    new = movement.fitted.new_from
    if new is None:
        return "Both models explain the same periods"
    added = movement.data.added
    return f"The later model has seen {added} {movement.interval}{'' if added == 1 else 's'} more, from {write_date(new)} on"
