"""Forecasts that were made without knowing what came, beside what came."""

from __future__ import annotations

from dashboard.figures.drawing import Document, Drawing, Look, Narrow, Table, make_figure, outcome_axis
from dashboard.figures.format import write_share
from dashboard.theme import fade
from mixline.messages import Backtest

HEIGHT = 300


def draw_backtest(backtest: Backtest, look: Look) -> Drawing:
    """One line with its ranges for each forecast, over what happened and over what a year before would have said."""
    tokens, data = look.tokens, list[Document]()
    for place, fold in enumerate(backtest.folds):
        days = [day.isoformat() for day in fold.dates]
        low, high = (fold.low, fold.high) if look.level == 90 else (fold.low50, fold.high50)
        data += [
            {
                "type": "scatter",
                "mode": "lines",
                "x": [*days, *reversed(days)],
                "y": [*high, *reversed(low)],
                "fill": "toself",
                "fillcolor": fade(tokens.accent, 0.16),
                "line": {"width": 0},
                "hoverinfo": "skip",
                "showlegend": False,
            },
            _line(days, fold.naive, "As a year before", tokens.ink_soft, "dot", 1.2, place == 0, look),
            _line(days, fold.actual, "Actual", fade(tokens.ink_soft, 0.8), "solid", 3, place == 0, look),
            _line(days, fold.expected, "Forecast", tokens.accent, "solid", 1.8, place == 0, look),
        ]
    starts = [fold.dates[0].isoformat() for fold in backtest.folds]
    figure = make_figure(
        look,
        data,
        xaxis={"fixedrange": True, "nticks": 6},
        yaxis=outcome_axis(look.unit, fixedrange=True, nticks=5, zeroline=False),
        showlegend=True,
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        shapes=[
            {"type": "line", "x0": day, "x1": day, "yref": "paper", "y0": 0, "y1": 1, "line": {"color": tokens.line}}
            for day in starts
        ],
        hovermode="x unified",
        margin={"l": 8, "r": 16, "t": 30, "b": 8},
    )
    note = (
        f"{len(backtest.folds)} forecasts of {backtest.horizon} {backtest.interval}s, each made with the {backtest.interval}s "
        f"before it alone. Band: {look.level} % range. Dotted: what the same {backtest.interval}s a year before would have said."
    )
    what = look.unit.outcome_label
    ends = ("5 %", "95 %", "25 %", "75 %")
    table = Table(
        (
            "Forecast",
            "Date",
            f"{what}, actual",
            f"{what}, forecast",
            *(f"Forecast, {end}" for end in ends),
            "A year before",
        ),
        [
            (fold.number, day.isoformat(), *values)
            for fold in backtest.folds
            for day, *values in zip(
                fold.dates,
                fold.actual,
                fold.expected,
                fold.low,
                fold.high,
                fold.low50,
                fold.high50,
                fold.naive,
                strict=True,
            )
        ],
    )
    narrow = Narrow({"xaxis": {"nticks": 3}}, HEIGHT)
    return Drawing("backtest", write_finding(backtest), note, figure, HEIGHT, "figure_backtest", table, narrow)


def write_finding(backtest: Backtest) -> str:
    """How far off the forecasts were, and whether that beats repeating last year."""
    if backtest.error is None:
        return "What the model would have forecast"
    off = f"Forecasts were off by {write_share(backtest.error)}"
    if backtest.skill is None:
        return off
    if backtest.skill >= 0:
        return f"{off}, {write_share(backtest.skill)} less than repeating the year before"
    return f"{off}, {write_share(-backtest.skill)} more than repeating the year before"


def _line(
    days: list[str], values: list[float], name: str, color: str, dash: str, width: float, named: bool, look: Look
) -> Document:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "legendgroup": name,
        "showlegend": named,
        "x": days,
        "y": values,
        "line": {"color": color, "width": width, "dash": dash},
        "text": [look.unit.outcome(value) for value in values],
        "hovertemplate": "%{text}",
    }
