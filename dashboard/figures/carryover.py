"""How much of each channel's effect comes at once and how much later."""

from __future__ import annotations

from dataclasses import replace

from dashboard.figures.drawing import Document, Drawing, Look, Table, labels_axis, make_figure, names_above, row_height
from dashboard.figures.format import write_periods, write_share
from dashboard.theme import fade, ink_on
from mixline.messages import ModelSummary

THIN: Document = {"width": 0.4}  # a bar under its name
NAMES = {"day": "day", "week": "week", "month": "month"}


def draw_carryover(summary: ModelSummary, look: Look) -> Drawing:
    """One bar per channel to 100 %: full colour in the same period, faded later. The longest working first."""
    channels = sorted(summary.channels, key=lambda channel: channel.immediate_share)
    labels = [channel.label for channel in channels]
    colors = [look.color(channel.name) for channel in channels]
    period = NAMES.get(summary.interval, "period")
    halves = [write_periods(channel.half_life_periods, summary.interval) for channel in channels]
    now = [channel.immediate_share * 100 for channel in channels]

    def bars(name: str, values: list[float], fills: list[str], inks: list[str]) -> Document:
        return {
            "type": "bar",
            "orientation": "h",
            "name": name,
            "y": labels,
            "x": values,
            "marker": {"color": fills},
            "width": 0.58,
            "text": [write_share(value / 100) if value >= 12 else "" for value in values],
            "textposition": "inside",
            "insidetextanchor": "middle",
            "textfont": {"color": inks, "size": 12},
            "customdata": halves,
            "hovertemplate": f"<b>%{{y}}</b><br>{name}: %{{x:.0f}} %<br>Half of the effect after %{{customdata}}<extra></extra>",
            "showlegend": False,
        }

    figure = make_figure(
        look,
        [
            bars(f"In the same {period}", now, colors, [ink_on(color) for color in colors]),
            bars(
                "Later",
                [100 - value for value in now],
                [fade(color, 0.28) for color in colors],
                [look.tokens.ink] * len(colors),
            ),
        ],
        barmode="stack",
        xaxis={
            "range": [0, 100],
            "tickvals": [0, 25, 50, 75, 100],
            "ticktext": ["0", "25 %", "50 %", "75 %", "100 %"],
            "fixedrange": True,
            "zeroline": False,
            "title": {"text": "Share of the channel's effect"},
        },
        yaxis=labels_axis(labels),
        margin={"l": 8, "r": 28, "t": 8, "b": 8},
    )
    longest = channels[0]
    later = f"{write_share(1 - longest.immediate_share)} of its effect comes later"
    title = f"{longest.label} works longest after the spend: {later}"
    if len(channels) == 1:
        title = f"{longest.label} works beyond the {period} of the spend: {later}"
    narrow = replace(names_above([(label, "", "") for label in labels], look), data={0: THIN, 1: THIN})
    note = f"Full colour: effect in the same {period} as the spend. Faded: effect in later {period}s."
    table = Table(
        ("Channel", "Immediate share", "Carry-over share", f"Half-life, {period}s"),
        [(c.label, c.immediate_share, 1 - c.immediate_share, c.half_life_periods) for c in channels],
    )
    return Drawing("carryover", title, note, figure, row_height(len(labels)), "figure_carryover", table, narrow)
