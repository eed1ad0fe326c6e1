"""What moved from an earlier to a later model, channel by channel, in figures and in words."""

from __future__ import annotations

from typing import Any

from dash import html

from dashboard.components.compare_table import frame_table
from dashboard.components.panels import panel
from dashboard.components.stacked import stack_cell
from dashboard.figures.before_after import draw_before_after
from dashboard.figures.causes import CAUSES, draw_causes, roi_of, write_change
from dashboard.figures.drawing import Look
from dashboard.figures.format import write_share
from dashboard.words import write_sentence
from mixline.messages import ChannelMovement, Movement

PRESENCE = {"added": "only in the later model", "removed": "only in the earlier model"}


def movement_banner(movement: Movement) -> html.Section:
    """The headline, and what to do about what moved without an explanation."""
    warned = any(channel.warning for channel in movement.channels)
    findings = [
        html.Li([html.Strong(write_sentence(f.title)), " ", write_sentence(f.detail or f.action)])
        for f in movement.findings
    ]
    parts: list[Any] = [html.H2(write_sentence(movement.headline))]
    if findings:
        parts.append(html.Ul(findings, className="plain-list"))
    return html.Section(parts, className=f"banner {'care' if warned else 'trust'}")


def movement_panels(movement: Movement, look: Look) -> list[Any]:
    """Causes, fits, and the table of channels."""
    causes = draw_causes(movement, look)
    fits = panel(draw_before_after(movement, look))
    first = html.Div([panel(causes), fits], className="grid-2") if causes else fits
    return [first, _channels(movement, look)]


def _channels(movement: Movement, look: Look) -> html.Section:
    head = ["Channel", "ROI before", "ROI after", "Change", "Mostly because of", "In words"]
    rows = [
        html.Tr(
            [
                stack_cell(
                    cell,
                    "" if place in (0, 5) else head[place],
                    "nowrap" if place < 4 else "sentence" if place == 5 else "",
                )
                for place, cell in enumerate(_cells(channel, look))
            ]
        )
        for channel in movement.channels
    ]
    line = write_share(movement.threshold)
    return html.Section(
        [
            html.H2("What moved, channel by channel"),
            html.P(
                f"Marked where ROI moved by more than {line} and the change's range does not hold zero.",
                className="figure-note",
            ),
            frame_table(head, rows, stacked=True),
        ],
        className="panel",
    )


def _cells(channel: ChannelMovement, look: Look) -> list[Any]:
    unit, figure = look.unit, roi_of(channel)
    mark = [html.Span("Look", className="tag warning")] if channel.warning else []
    name = html.Span([html.Span(className="swatch", style={"background": look.color(channel.name)}), channel.label])
    if figure is None or figure.before is None or figure.after is None or figure.change is None:
        return [name, "–", "–", PRESENCE.get(channel.presence, "–"), "–", write_sentence(channel.words)]
    share = "" if figure.relative is None else f" ({'+' if figure.relative > 0 else ''}{write_share(figure.relative)})"
    return [
        name,
        unit.roi_with_range(figure.before, look.level),
        unit.roi_with_range(figure.after, look.level),
        html.Span([f"{write_change(figure.change.value * unit.roi_scale)}{share} ", *mark]),
        CAUSES[channel.main_cause] if channel.main_cause else "–",
        write_sentence(channel.words),
    ]
