"""One channel's response to its spend."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from dashboard.figures.drawing import (
    Document,
    Drawing,
    Look,
    Table,
    estimate_columns,
    make_figure,
    money_axis,
    outcome_axis,
)
from dashboard.figures.format import RangeLevel, Unit, bounds, join_ends, write_share
from dashboard.theme import fade
from mixline.messages import Curve, Estimate

HEIGHT = 400
SPLIT = (0.36, 0.22)  # of the height: where the curve begins, and where what the next unit of money brings ends
BEYOND = "beyond what was ever spent for a quarter of a year"
NEAR = 0.02  # of today's spend: an optimum as near as this is today's spend


def draw_curve(curve: Curve, look: Look, interval: str, optimum: float | None = None) -> Drawing:
    """Mean with its bands, today's spend with its range, the optimum, observed spend as a rug, dashed where the data is
    silent. Below: what the next unit of money brings at each level of spend.

    `optimum` is the channel's spend per period when today's total is spread best; None when it is not known.
    """
    unit, color = look.unit, look.color(curve.channel)
    split = max(bisect_right(curve.spend, curve.observed_maximum), 1)
    texts = [_hover(curve, i, look, interval) for i in range(len(curve.spend))]
    data: list[Document] = []
    if look.level == 90:
        data += _band(curve.spend, curve.low, curve.high, fade(color, 0.14))
    data += _band(curve.spend, curve.low50, curve.high50, fade(color, 0.24))
    slopes = [slope * unit.roi_scale for slope in curve.marginal]
    data += _dashed_after(split, curve.spend, curve.value, texts, color)
    data += [{**line, "yaxis": "y2"} for line in _dashed_after(split, curve.spend, slopes, texts, color)]
    data += [_rug(curve, look), _today(curve, look, interval), _today_slope(curve, look)]
    best = None if optimum is None or optimum > curve.spend[-1] else optimum
    if best is not None:
        data.append(_optimum(curve, best, look, interval))
    annotations = _names(curve, best, look)
    figure = make_figure(
        look,
        data,
        xaxis=money_axis(
            unit,
            title={"text": f"{unit.spend_label} per {interval}"},
            range=[0, max(curve.spend[-1], curve.spend_today) * 1.015],
            showgrid=False,
            zeroline=False,
            ticklabelstandoff=6,
            fixedrange=True,
            nticks=6,
            anchor="y2",
        ),
        yaxis=outcome_axis(
            unit,
            title={"text": f"{unit.outcome_label} per {interval}"},
            rangemode="tozero",
            fixedrange=True,
            nticks=5,
            ticklabelstandoff=6,
            zeroline=False,
            domain=[SPLIT[0], 1],
        ),
        yaxis2={
            "domain": [0, SPLIT[1]],
            "range": [0, find_top(curve, slopes, unit)],
            "title": {"text": "Next 1,000" if unit.conversions else f"Next {unit.money_name}"},
            "fixedrange": True,
            "nticks": 3,
            "ticklabelstandoff": 6,
            "zeroline": False,
        },
        shapes=[] if unit.conversions else [_break_even(look)],
        annotations=annotations,
        showlegend=False,
    )
    title = f"{curve.label}: {_note(curve, interval, look)}"
    note = marginal_words(curve, unit, look.level)
    table = _table(curve, look, interval)
    return Drawing(f"curve-{curve.channel}", title, note, figure, HEIGHT, "figure_curve", table)


def optimum_words(curve: Curve, optimum: float | None, unit: Unit, interval: str) -> str:
    """Where the channel's spend should go, today's total being as it is."""
    if optimum is None:
        return ""
    if curve.spend_today <= 0 or abs(optimum / curve.spend_today - 1) <= NEAR:
        return "today's spend is where it should be"
    move = optimum / curve.spend_today - 1
    return (
        f"{unit.money(optimum)} a {interval}, {write_share(abs(move))} {'more' if move > 0 else 'less'} than today, "
        "when today's total is spread best"
    )


def value_at(curve: Curve, spend: float) -> float:
    """The curve between its points."""
    place = min(max(bisect_left(curve.spend, spend), 1), len(curve.spend) - 1)
    x0, x1 = curve.spend[place - 1], curve.spend[place]
    y0, y1 = curve.value[place - 1], curve.value[place]
    return y0 + (y1 - y0) * (spend - x0) / (x1 - x0) if x1 > x0 else y1


def find_top(curve: Curve, slopes: list[float], unit: Unit) -> float:
    """The first unit of money can bring very much more than any other; the axis is for those that are really spent."""
    low = curve.observed_spend[0] if curve.observed_spend else curve.spend_today
    usual = [
        slope for spend, slope in zip(curve.spend, slopes, strict=True) if spend >= min(low, curve.spend_today) / 2
    ]
    return max([*usual, 0.0 if unit.conversions else 1.2]) * 1.1 or 1.0


def marginal_words(curve: Curve, unit: Unit, level: RangeLevel) -> str:
    """What the next unit of money brings, in words."""
    roi = curve.marginal_today
    if unit.conversions:
        return (
            f"The next 1,000 {unit.moneys_name} bring {unit.roi(roi.value)} conversions ({unit.roi_range(roi, level)})."
        )
    low, high = bounds(roi, level)
    return f"The next {unit.money_name} brings {unit.each(roi.value)} ({join_ends(unit.each(low), unit.each(high))})."


def _note(curve: Curve, interval: str, look: Look) -> str:
    today, unit = curve.value_today, look.unit
    gain = f"{unit.outcome(today.value)} ({unit.outcome_range(today, look.level)})"
    return f"{unit.money(curve.spend_today)} a {interval} brings {gain}"


def _hover(curve: Curve, place: int, look: Look, interval: str) -> str:
    unit = look.unit
    low, high = (curve.low, curve.high) if look.level == 90 else (curve.low50, curve.high50)
    text = (
        f"{unit.money(curve.spend[place])} a {interval}"
        f"<br><b>{unit.outcome(curve.value[place])}</b> ({join_ends(unit.outcome(low[place]), unit.outcome(high[place]))})"
        f"<br>ROI of the next {'1,000' if unit.conversions else unit.money_name}: {unit.roi(curve.marginal[place])}"
    )
    return text if curve.spend[place] <= curve.observed_maximum else f"{text}<br><i>{BEYOND}</i>"


def _band(x: list[float], low: list[float], high: list[float], fill: str) -> list[Document]:
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "x": [*x, *reversed(x)],
            "y": [*high, *reversed(low)],
            "fill": "toself",
            "fillcolor": fill,
            "line": {"width": 0},
            "hoverinfo": "skip",
        }
    ]


def _dashed_after(split: int, x: list[float], y: list[float], texts: list[str], color: str) -> list[Document]:
    """A line that is dashed from the point `split` on: beyond what was ever spent for a quarter."""
    lines = [_line(x[:split], y[:split], texts[:split], color, "solid")]
    if split < len(x):
        start = split - 1
        lines.append(_line(x[start:], y[start:], texts[start:], color, "5px,4px"))
    return lines


def _line(x: list[float], y: list[float], texts: list[str], color: str, dash: str) -> Document:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": x,
        "y": y,
        "line": {"color": color, "width": 2.6, "dash": dash},
        "text": texts,
        "hovertemplate": "%{text}<extra></extra>",
    }


def _rug(curve: Curve, look: Look) -> Document:
    """Each period's spend as a tick on the axis; the few beyond the drawing are left out."""
    shown = curve.observed_spend[: bisect_left(curve.observed_spend, curve.spend[-1] * 1.001)]
    return {
        "name": "Observed",
        "type": "scatter",
        "mode": "markers",
        "x": shown,
        "y": [0] * len(shown),
        "marker": {
            "symbol": "line-ns-open",
            "size": 8,
            "color": fade(look.tokens.ink_soft, 0.45),
            "line": {"width": 1, "color": fade(look.tokens.ink_soft, 0.45)},
        },
        "hoverinfo": "skip",
        "cliponaxis": False,
    }


def _today(curve: Curve, look: Look, interval: str) -> Document:
    """What today's spend brings, with its range."""
    return _dot("Today", curve, curve.value_today, 1.0, 12, _note(curve, interval, look), look)


def _today_slope(curve: Curve, look: Look) -> Document:
    """What the next unit of money brings today, with its range."""
    words = marginal_words(curve, look.unit, look.level)
    dot = _dot("Today, of the next", curve, curve.marginal_today, look.unit.roi_scale, 9, words, look)
    return dot | {"yaxis": "y2"}


def _dot(name: str, curve: Curve, estimate: Estimate, scale: float, size: int, words: str, look: Look) -> Document:
    """A dot at today's spend with its range."""
    low, high = (end * scale for end in bounds(estimate, look.level))
    value = estimate.value * scale
    return {
        "name": name,
        "type": "scatter",
        "mode": "markers",
        "x": [curve.spend_today],
        "y": [value],
        "marker": {"size": size, "color": look.tokens.ink, "line": {"width": 2, "color": look.tokens.surface}},
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": [max(high - value, 0)],
            "arrayminus": [max(value - low, 0)],
            "color": look.tokens.ink,
            "thickness": 1.2,
            "width": round(size * 0.42),
        },
        "text": [f"<b>Today</b><br>{words}"],
        "hovertemplate": "%{text}<extra></extra>",
    }


def _optimum(curve: Curve, spend: float, look: Look, interval: str) -> Document:
    """A hollow diamond where the spend would be if today's total were spread best."""
    value = value_at(curve, spend)
    return {
        "name": "Optimum",
        "type": "scatter",
        "mode": "markers",
        "x": [spend],
        "y": [value],
        "marker": {
            "size": 13,
            "symbol": "diamond",
            "color": look.tokens.surface,
            "line": {"width": 2.4, "color": look.tokens.ink},
        },
        "text": [f"<b>Optimum</b><br>{optimum_words(curve, spend, look.unit, interval)}"],
        "hovertemplate": "%{text}<extra></extra>",
    }


def _names(curve: Curve, best: float | None, look: Look) -> list[Document]:
    """What the marks are, beside them: the left one's name above the curve, the right one's below, where there is room."""
    marks = [(curve.spend_today, curve.value_today.value, "today")]
    if best is not None:
        marks.append((best, value_at(curve, best), "optimum"))
    marks.sort(key=lambda mark: mark[0])
    above = len(marks) > 1
    found = []
    for place, (x, y, words) in enumerate(marks):
        left = above and place == 0
        found.append(
            {
                "x": x,
                "y": y,
                "text": words,
                "xanchor": "right" if left else "left",
                "yanchor": "bottom" if left else "top",
                "xshift": -7 if left else 7,
                "yshift": 3 if left else -3,
                "showarrow": False,
                "font": {"size": 12, "color": look.tokens.ink},
            }
        )
    return found


def _break_even(look: Look) -> Document:
    return {
        "type": "line",
        "xref": "paper",
        "x0": 0,
        "x1": 1,
        "yref": "y2",
        "y0": 1,
        "y1": 1,
        "line": {"color": look.tokens.ink_soft, "width": 1, "dash": "dot"},
        "layer": "below",
    }


def _table(curve: Curve, look: Look, interval: str) -> Table:
    unit = look.unit
    outcome = estimate_columns(f"{unit.outcome_label} per {interval}")
    series = (curve.spend, curve.value, curve.low, curve.high, curve.low50, curve.high50)
    slopes = [slope * unit.roi_scale for slope in curve.marginal]
    rows: list[tuple[str | float | None, ...]] = [
        (*values, "yes" if values[0] <= curve.observed_maximum else "no")
        for values in zip(*series, slopes, strict=True)
    ]
    columns = (f"{unit.spend_label} per {interval}", *outcome, f"ROI of the next, {unit.roi_name}", "Ever spent")
    return Table(columns, rows)
