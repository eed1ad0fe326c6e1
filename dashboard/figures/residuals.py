"""What the model leaves unexplained: where, when, and whether there is a pattern in it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date

from dashboard.figures.drawing import Document, Drawing, Look, Table, make_figure, outcome_axis
from dashboard.figures.format import write_date, write_share
from dashboard.theme import fade
from mixline.messages import Contributions, ModelSummary

WIDE, SMALL = 300, 260
LAGS = {"day": 28, "week": 26, "month": 18}
SLIGHT = 0.25  # of autocorrelation: a sixteenth of an error is told by the other
LARGE = 2.5  # standard deviations: about one period in eighty lies beyond by chance


def residuals_of(document: Contributions) -> list[float]:
    """Actual minus fitted, period by period."""
    return [actual - fitted for actual, fitted in zip(document.actual, document.fitted, strict=True)]


def autocorrelation(values: Sequence[float], lags: int) -> list[float]:
    """Correlation of a series with itself 1 to `lags` periods before (Box and Jenkins): sum e(t) e(t-k) / sum e(t)^2."""
    mean = sum(values) / len(values)
    centred = [value - mean for value in values]
    size = sum(value * value for value in centred)
    if size == 0:
        return [0.0] * lags
    return [sum(a * b for a, b in zip(centred[lag:], centred, strict=False)) / size for lag in range(1, lags + 1)]


def draw_actual(document: Contributions, summary: ModelSummary, look: Look) -> Drawing:
    """What happened against what the model says, with the held-out periods marked."""
    tokens, dates = look.tokens, document.dates
    data: list[Document] = [
        _line(dates, document.actual, "Actual", fade(tokens.ink_soft, 0.75), 3, look),
        _line(dates, document.fitted, "Model", tokens.accent, 1.8, look),
    ]
    shapes, annotations = _held_out(dates, summary, look)
    figure = make_figure(
        look,
        data,
        xaxis={"fixedrange": True, "nticks": 5},
        yaxis=outcome_axis(look.unit, fixedrange=True, nticks=5, zeroline=False),
        showlegend=True,
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        shapes=shapes,
        annotations=annotations,
        hovermode="x unified",
        margin={"l": 8, "r": 16, "t": 30, "b": 8},
    )
    title = f"In a typical {summary.interval} the model is off by {write_share(summary.fit.mape)}"
    note = "Grey: what happened. Coloured: the model."
    return Drawing("actual", title, note, figure, WIDE, "figure_actual", list_errors(document, look))


def list_errors(document: Contributions, look: Look) -> Table:
    """What happened, what the model says, and the difference, period by period."""
    what = look.unit.outcome_label
    values = zip(document.dates, document.actual, document.fitted, residuals_of(document), strict=True)
    columns = ("Date", f"{what}, actual", f"{what}, model", f"{what}, actual minus model")
    return Table(columns, [(day.isoformat(), *rest) for day, *rest in values])


def draw_over_time(document: Contributions, summary: ModelSummary, look: Look) -> Drawing:
    """Each period's error; those beyond chance stand out."""
    values = residuals_of(document)
    deviation = _deviation(values)
    far = [place for place, value in enumerate(values) if deviation and abs(value) > LARGE * deviation]
    tokens = look.tokens
    data: list[Document] = [
        {
            "type": "bar",
            "x": [day.isoformat() for day in document.dates],
            "y": values,
            "marker": {
                "color": [tokens.bad if abs(v) > LARGE * deviation else fade(tokens.ink_soft, 0.6) for v in values],
                "line": {"width": 0},
            },
            "text": [
                f"<b>{write_date(day)}</b><br>{look.unit.outcome(value, sign=True)}"
                for day, value in zip(document.dates, values, strict=True)
            ],
            "textposition": "none",
            "hovertemplate": "%{text}<extra></extra>",
        }
    ]
    shapes, annotations = _held_out(document.dates, summary, look)
    figure = make_figure(
        look,
        data,
        xaxis={"fixedrange": True, "nticks": 5},
        yaxis=outcome_axis(look.unit, title={"text": "Actual minus model"}, fixedrange=True, nticks=5),
        shapes=shapes,
        annotations=annotations,
        bargap=0.15,
        showlegend=False,
    )
    if not far:
        title = f"No {summary.interval} stands out"
    else:
        worst = max(far, key=lambda place: abs(values[place]))
        what = f"{len(far)} {summary.interval}s stand" if len(far) > 1 else f"One {summary.interval} stands"
        title = f"{what} out, most of all {write_date(document.dates[worst])}"
    note = f"Above the line the model said too little. Red: more than {LARGE:g} standard deviations."
    return Drawing("residuals", title, note, figure, SMALL, "figure_residuals", list_errors(document, look))


def draw_against_fitted(document: Contributions, look: Look) -> Drawing:
    """Error by size of the fit: a funnel would mean that large periods are known less well."""
    values = residuals_of(document)
    tokens = look.tokens
    figure = make_figure(
        look,
        [
            {
                "type": "scatter",
                "mode": "markers",
                "x": document.fitted,
                "y": values,
                "marker": {"size": 6, "color": fade(tokens.accent, 0.5)},
                "text": [
                    f"<b>{write_date(day)}</b><br>Model {look.unit.outcome(fitted)}, off by {look.unit.outcome(value, sign=True)}"
                    for day, fitted, value in zip(document.dates, document.fitted, values, strict=True)
                ],
                "hovertemplate": "%{text}<extra></extra>",
            }
        ],
        xaxis=outcome_axis(
            look.unit, title={"text": "What the model says"}, fixedrange=True, nticks=6, zeroline=False, showgrid=False
        ),
        yaxis=outcome_axis(look.unit, title={"text": "Actual minus model"}, fixedrange=True, nticks=5),
        showlegend=False,
    )
    ratio = scale_ratio(document.fitted, values)
    if ratio > 1.6:
        title = f"Errors are {ratio:.1f} times as large in the strong periods"
    elif ratio < 1 / 1.6:
        title = f"Errors are {1 / ratio:.1f} times as large in the weak periods"
    else:
        title = "Errors are about as large in strong and in weak periods"
    note = "Each dot is a period. A funnel would be a warning."
    return Drawing("residual-size", title, note, figure, SMALL, "figure_residual_size", list_errors(document, look))


def draw_autocorrelation(document: Contributions, summary: ModelSummary, look: Look) -> Drawing:
    """Whether an error tells something of the next ones, with the bounds of chance."""
    values = residuals_of(document)
    lags = max(1, min(LAGS[summary.interval], len(values) // 3))
    found, bound = autocorrelation(values, lags), 1.96 / math.sqrt(len(values))
    tokens = look.tokens
    beyond = [lag for lag, value in enumerate(found, 1) if abs(value) > bound]
    bounds = [
        {
            "type": "line",
            "xref": "paper",
            "x0": 0,
            "x1": 1,
            "y0": end,
            "y1": end,
            "line": {"color": tokens.ink_soft, "width": 1, "dash": "dot"},
        }
        for end in (-bound, bound)
    ]
    figure = make_figure(
        look,
        [
            {
                "type": "bar",
                "x": list(range(1, lags + 1)),
                "y": found,
                "width": 0.35,
                "marker": {
                    "color": [tokens.bad if abs(v) > bound else fade(tokens.ink_soft, 0.7) for v in found],
                    "line": {"width": 0},
                },
                "hovertemplate": f"%{{x}} {summary.interval}s apart: %{{y:.2f}}<extra></extra>",
            }
        ],
        xaxis={"title": {"text": f"{summary.interval.capitalize()}s apart"}, "fixedrange": True, "nticks": 10},
        yaxis={
            "title": {"text": "Autocorrelation"},
            "range": [min(-0.45, min(found) * 1.1), max(0.45, max(found) * 1.1)],
            "fixedrange": True,
            "nticks": 5,
        },
        shapes=bounds,
        showlegend=False,
    )
    note = f"Dotted: the bounds of chance (95 %). Durbin-Watson {summary.fit.durbin_watson:.2f}; 2 is no pattern."
    table = Table((f"{summary.interval.capitalize()}s apart", "Autocorrelation"), list(enumerate(found, 1)))
    title = _pattern(found, beyond, lags, summary.interval)
    return Drawing("autocorrelation", title, note, figure, SMALL, "figure_autocorrelation", table)


def scale_ratio(fitted: Sequence[float], values: Sequence[float]) -> float:
    """Mean size of the errors in the upper half of the fit against the lower half."""
    order = sorted(range(len(fitted)), key=lambda place: fitted[place])
    half = len(order) // 2
    low = sum(abs(values[place]) for place in order[:half]) / max(half, 1)
    high = sum(abs(values[place]) for place in order[-half:]) / max(half, 1) if half else 0.0
    return high / low if low > 0 else 1.0


def _pattern(found: Sequence[float], beyond: Sequence[int], lags: int, interval: str) -> str:
    strongest = max(range(1, lags + 1), key=lambda lag: abs(found[lag - 1]))
    if len(beyond) <= max(1, round(0.05 * lags)) and abs(found[strongest - 1]) < SLIGHT:
        return "Errors have no pattern over time"
    if abs(found[strongest - 1]) < SLIGHT:
        return "Errors have hardly any pattern over time"
    if strongest == 1 and found[0] > 0:
        return f"Errors of neighbouring {interval}s resemble each other"
    kind = "resemble each other" if found[strongest - 1] > 0 else "are opposed"
    return (
        f"Errors {strongest} {interval}s apart {kind}"
        if strongest > 1
        else f"Errors of neighbouring {interval}s {kind}"
    )


def _deviation(values: Sequence[float]) -> float:
    mean = sum(values) / len(values)
    return math.sqrt(sum((value - mean) ** 2 for value in values) / len(values))


def _line(dates: Sequence[date], values: list[float], name: str, color: str, width: float, look: Look) -> Document:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": [day.isoformat() for day in dates],
        "y": values,
        "line": {"color": color, "width": width},
        "text": [look.unit.outcome(value) for value in values],
        "hovertemplate": "%{text}",
    }


def _held_out(dates: Sequence[date], summary: ModelSummary, look: Look) -> tuple[list[Document], list[Document]]:
    """A wash behind the periods the model was not fitted on."""
    train = summary.train_periods
    if train is None or train >= len(dates):
        return [], []
    wash = {
        "type": "rect",
        "xref": "x",
        "yref": "paper",
        "x0": dates[train].isoformat(),
        "x1": dates[-1].isoformat(),
        "y0": 0,
        "y1": 1,
        "fillcolor": fade(look.tokens.ink_soft, 0.1),
        "line": {"width": 0},
        "layer": "below",
    }
    label = {
        "xref": "x",
        "yref": "paper",
        "x": dates[-1].isoformat(),
        "y": 1,
        "xanchor": "right",
        "yanchor": "top",
        "text": "not seen by the fit",
        "showarrow": False,
        "font": {"size": 11, "color": look.tokens.ink_soft},
    }
    return [wash], [label]
