"""One channel's response to its spend."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from dashboard.figures.drawing import Document, Drawing, Look, make_figure, money_axis, outcome_axis
from dashboard.figures.format import RangeLevel, Unit, bounds, write_range
from dashboard.theme import fade
from mixline.messages import Curve

HEIGHT = 320


def draw_curve(curve: Curve, look: Look, interval: str) -> Drawing:
    """Mean with its bands, today's spend with its range, observed spend as a rug, dashed where the data is silent."""
    unit, color = look.unit, look.color(curve.channel)
    split = max(bisect_right(curve.spend, curve.observed_maximum), 1)
    texts = [_hover(curve, i, look, interval) for i in range(len(curve.spend))]
    data: list[Document] = []
    if look.level == 90:
        data += _band(curve.spend, curve.low, curve.high, fade(color, 0.14))
    data += _band(curve.spend, curve.low50, curve.high50, fade(color, 0.24))
    data.append(_line(curve.spend[:split], curve.value[:split], texts[:split], color, "solid"))
    if split < len(curve.spend):
        start = split - 1
        data.append(_line(curve.spend[start:], curve.value[start:], texts[start:], color, "5px,4px"))
    data += [_rug(curve, look), _today(curve, look, interval)]
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
        ),
        yaxis=outcome_axis(
            unit,
            title={"text": f"{unit.outcome_label} per {interval}"},
            rangemode="tozero",
            fixedrange=True,
            nticks=5,
            ticklabelstandoff=6,
            zeroline=False,
        ),
        showlegend=False,
    )
    title = f"{curve.label}: {_note(curve, interval, look)}"
    return Drawing(f"curve-{curve.channel}", title, marginal_words(curve, unit, look.level), figure, HEIGHT)


def marginal_words(curve: Curve, unit: Unit, level: RangeLevel) -> str:
    """What the next unit of money brings, in words."""
    roi = curve.marginal_today
    if unit.conversions:
        return (
            f"The next 1,000 {unit.money_name}s bring {unit.roi(roi.value)} conversions ({unit.roi_range(roi, level)})."
        )
    low, high = bounds(roi, level)
    return f"The next {unit.money_name} brings {unit.money(roi.value)} ({write_range(low, high, unit.currency)})."


def _note(curve: Curve, interval: str, look: Look) -> str:
    today, unit = curve.value_today, look.unit
    gain = f"{unit.outcome(today.value)} ({unit.outcome_range(today, look.level)})"
    return f"{unit.money(curve.spend_today)} a {interval} brings {gain}"


def _hover(curve: Curve, place: int, look: Look, interval: str) -> str:
    unit = look.unit
    low, high = (curve.low, curve.high) if look.level == 90 else (curve.low50, curve.high50)
    text = (
        f"{unit.money(curve.spend[place])} a {interval}"
        f"<br><b>{unit.outcome(curve.value[place])}</b> ({unit.outcome(low[place])} – {unit.outcome(high[place])})"
        f"<br>ROI of the next {'1,000' if unit.conversions else unit.money_name}: {unit.roi(curve.marginal[place])}"
    )
    return text if curve.spend[place] <= curve.observed_maximum else f"{text}<br><i>beyond what was ever spent</i>"


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
    low, high = bounds(curve.value_today, look.level)
    value = curve.value_today.value
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [curve.spend_today],
        "y": [value],
        "marker": {"size": 12, "color": look.tokens.ink, "line": {"width": 2, "color": look.tokens.surface}},
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": [max(high - value, 0)],
            "arrayminus": [max(value - low, 0)],
            "color": look.tokens.ink,
            "thickness": 1.2,
            "width": 5,
        },
        "text": [f"<b>Today</b><br>{_note(curve, interval, look)}"],
        "hovertemplate": "%{text}<extra></extra>",
    }
