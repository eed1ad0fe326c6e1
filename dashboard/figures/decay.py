"""How each channel's effect fades, period by period after the spend."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.figures.drawing import Document, Drawing, Look, make_figure
from dashboard.figures.format import write_periods, write_share, write_share_range
from dashboard.theme import fade
from mixline.messages import Decay, ModelSummary

HEIGHT = 320
BANDS = 4  # with more channels than this their bands would be one grey field; ranges are then in what pointing says


def draw_decay(decays: Sequence[Decay], summary: ModelSummary, look: Look) -> Drawing:
    """One line per channel: the share of its effect that comes in each period after the spend. Names stand in the legend, the
    longest working first.
    """
    labels = {channel.name: channel.label for channel in summary.channels}
    half = {channel.name: channel.half_life_periods for channel in summary.channels}
    ordered = sorted(decays, key=lambda decay: -half.get(decay.channel, 0.0))
    data: list[Document] = []
    for decay in ordered:
        color, ages = look.color(decay.channel), list(range(len(decay.value)))
        low, high = (decay.low, decay.high) if look.level == 90 else (decay.low50, decay.high50)
        if len(ordered) <= BANDS:
            data.append(_band(ages, [a * 100 for a in low], [b * 100 for b in high], fade(color, 0.14)))
        label = labels.get(decay.channel, decay.label)
        data.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": label,
                "x": ages,
                "y": [share * 100 for share in decay.value],
                "line": {"color": color, "width": 2.2},
                "marker": {"size": 4, "color": color},
                "text": [
                    f"{write_share(share)} ({write_share_range(a, b)})"
                    for share, a, b in zip(decay.value, low, high, strict=True)
                ],
                "hovertemplate": f"<b>{label}</b><br>%{{x}} {summary.interval}s after the spend: %{{text}}<extra></extra>",
            }
        )
    figure = make_figure(
        look,
        data,
        xaxis={
            "title": {"text": f"{summary.interval.capitalize()}s after the spend"},
            "fixedrange": True,
            "zeroline": False,
            "nticks": 7,
        },
        yaxis={
            "title": {"text": f"Share of effect in that {summary.interval}"},
            "ticksuffix": " %",
            "rangemode": "tozero",
            "fixedrange": True,
            "nticks": 5,
            "zeroline": False,
        },
        showlegend=True,
        legend={"orientation": "v", "x": 1, "xanchor": "right", "y": 1, "yanchor": "top", "font": {"size": 11}},
    )
    note = f"The adstock: the share of a channel's effect that comes in each {summary.interval}, before saturation."
    return Drawing("decay", _finding(ordered, labels, half, summary.interval), note, figure, HEIGHT, "figure_decay")


def _band(ages: list[int], low: list[float], high: list[float], fill: str) -> Document:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [*ages, *reversed(ages)],
        "y": [*high, *reversed(low)],
        "fill": "toself",
        "fillcolor": fill,
        "line": {"width": 0},
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _finding(ordered: Sequence[Decay], labels: dict[str, str], half: dict[str, float], interval: str) -> str:
    if not ordered:
        return "No channel carries over"
    longest = ordered[0].channel
    label = labels.get(longest, ordered[0].label)
    if half.get(longest, 0.0) < 0.25:
        return f"Every channel works in the {interval} of the spend"
    return f"{label} fades slowest: half is gone after {write_periods(half[longest], interval)}"
