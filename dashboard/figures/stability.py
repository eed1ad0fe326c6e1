"""A channel's return from model to model: does it stay where it was?"""

from __future__ import annotations

from dashboard.figures.compared_ranges import LETTERS
from dashboard.figures.drawing import Document, Drawing, Look, Table, estimate_cells, estimate_columns, make_figure
from dashboard.figures.format import bounds, write_date, write_moment, write_share
from dashboard.theme import fade
from mixline.messages import ChannelStability, Comparison

HEIGHT = 400
ROOM = 0.62  # of the way from one model to the next is for the channels' ranges, side by side


def draw_stability(comparison: Comparison, look: Look) -> Drawing:
    """ROI by the end of each model's window: a line per channel, its range at every model.

    Channels stand a little apart at each model, or one range would hide the next.
    """
    names = _names(comparison)
    shown = [channel for channel in comparison.stability if len(channel.points) > 1]
    traces = [_course(channel, place, len(shown), names, look) for place, channel in enumerate(shown)]
    highest = max((point.roi.value for channel in shown for point in channel.points), default=1.0)
    ends = [bounds(point.roi, look.level) for channel in shown for point in channel.points]
    # One very uncertain channel must not press all others to the floor.
    top = min(max((high for _, high in ends), default=1.0), 2.2 * highest) * look.unit.roi_scale
    low = min(0.0, *(low for low, _ in ends)) * look.unit.roi_scale if ends else 0.0
    figure = make_figure(
        look,
        traces,
        xaxis={
            "tickvals": list(range(len(names))),
            "ticktext": list(names.values()),
            "range": [-0.5, len(names) - 0.5],
            "fixedrange": True,
            "title": {"text": "Models by the end of their window"},
            "showgrid": False,
            "zeroline": False,
        },
        yaxis={
            "fixedrange": True,
            "range": [low * 1.05, top * 1.05],
            "title": {"text": f"ROI, {look.unit.roi_name}"},
            "nticks": 6,
        },
        showlegend=True,
        legend={"orientation": "h", "x": 0, "y": -0.26},
    )
    note = (
        f"The earliest window first; upright lines are {look.level} % ranges. "
        "Apart: standard deviation from model to model, over the mean."
    )
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


def _course(channel: ChannelStability, place: int, count: int, names: dict[str, str], look: Look) -> Document:
    color, unit = look.color(channel.name), look.unit
    order = list(names)
    beside = (place - (count - 1) / 2) * ROOM / max(count, 1)
    scale = unit.roi_scale
    values = [point.roi.value * scale for point in channel.points]
    ends = [bounds(point.roi, look.level) for point in channel.points]
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": channel.label,
        "x": [order.index(point.model_id) + beside for point in channel.points],
        "y": values,
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": [high * scale - value for value, (_, high) in zip(values, ends, strict=True)],
            "arrayminus": [value - low * scale for value, (low, _) in zip(values, ends, strict=True)],
            "color": color,
            "thickness": 1.4,
            "width": 0,
        },
        "line": {"color": fade(color, 0.55), "width": 1.6},
        "marker": {"size": 8, "color": color},
        "text": [
            f"{names[point.model_id].replace('<br>', ', to ')}<br>ROI {unit.roi_with_range(point.roi, look.level)}"
            for point in channel.points
        ],
        "hovertemplate": f"<b>{channel.label}</b>, %{{text}}<extra></extra>",
    }


def _names(comparison: Comparison) -> dict[str, str]:
    """The models that are followed by id, the earliest window first, each with its letter over the end of its window."""
    followed = {point.model_id for channel in comparison.stability for point in channel.points}
    models = [(place, model) for place, model in enumerate(comparison.models) if model.id in followed]
    order = sorted(models, key=lambda pair: (pair[1].window_end, pair[1].created_at))
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
