"""A channel's return from model to model: does it stay where it was?"""

from __future__ import annotations

from dashboard.figures.compared_ranges import LETTERS
from dashboard.figures.drawing import Document, Drawing, Look, Table, estimate_cells, estimate_columns, make_figure
from dashboard.figures.format import write_date, write_moment, write_share
from mixline.messages import ChannelStability, Comparison

HEIGHT = 330


def draw_stability(comparison: Comparison, look: Look) -> Drawing:
    """ROI by the end of each model's window, a line per channel.

    Ranges stand in the figures beside it; here they would hide the lines.
    """
    names = _names(comparison)
    traces = [_course(channel, names, look) for channel in comparison.stability if len(channel.points) > 1]
    figure = make_figure(
        look,
        traces,
        xaxis={
            "type": "category",
            "categoryorder": "array",
            "categoryarray": list(names.values()),
            "fixedrange": True,
            "title": {"text": "Models by the end of their window"},
            "showgrid": False,
        },
        yaxis={"fixedrange": True, "rangemode": "tozero", "title": {"text": f"ROI, {look.unit.roi_name}"}},
        showlegend=True,
        legend={"orientation": "h", "x": 0, "y": -0.26},
    )
    note = "Lines join the models compared, the earliest window first. Apart: standard deviation over the mean."
    scale, name = look.unit.roi_scale, look.unit.roi_name
    table = Table(
        (
            "Channel",
            "Window ends",
            "Fitted",
            *estimate_columns("ROI", name),
            *estimate_columns("Share of effect", "%"),
        ),
        [
            (
                channel.label,
                point.window_end.isoformat(),
                write_moment(point.created_at),
                *estimate_cells(point.roi, scale),
                *estimate_cells(point.share_of_effect, 100.0),
            )
            for channel in comparison.stability
            for point in channel.points
        ],
    )
    return Drawing("stability", _finding(comparison), note, figure, HEIGHT, "figure_stability", table)


def _course(channel: ChannelStability, names: dict[str, str], look: Look) -> Document:
    color, unit = look.color(channel.name), look.unit
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": channel.label,
        "x": [names[point.model_id] for point in channel.points],
        "y": [point.roi.value * unit.roi_scale for point in channel.points],
        "line": {"color": color, "width": 2},
        "marker": {"size": 8, "color": color},
        "text": [unit.roi_with_range(point.roi, look.level) for point in channel.points],
        "hovertemplate": f"<b>{channel.label}</b><br>%{{x}}<br>ROI %{{text}}<extra></extra>",
    }


def _names(comparison: Comparison) -> dict[str, str]:
    """The models by id, the earliest window first, each with its letter over the end of its window."""
    order = sorted(enumerate(comparison.models), key=lambda pair: (pair[1].window_end, pair[1].created_at))
    return {model.id: f"{LETTERS[place]}<br>{write_date(model.window_end)}" for place, model in order}


def _finding(comparison: Comparison) -> str:
    known = [channel for channel in comparison.stability if channel.spread is not None]
    if not known:
        return "There is only one model of each channel"
    worst = max(known, key=lambda channel: channel.spread or 0.0)
    best = min(known, key=lambda channel: channel.spread or 0.0)
    if worst is best:
        return f"The return of {worst.label} varies by {write_share(worst.spread or 0.0)} from model to model"
    return (
        f"{best.label} is the steadiest ({write_share(best.spread or 0.0)} apart), "
        f"{worst.label} varies most ({write_share(worst.spread or 0.0)})"
    )
