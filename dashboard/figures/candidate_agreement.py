"""Whether candidates that explain the data about equally well tell the same story: each one's ROI, channel by channel."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.figures.drawing import (
    Document,
    Drawing,
    Look,
    Table,
    estimate_cells,
    estimate_columns,
    make_figure,
    row_height,
    side_number,
)
from dashboard.figures.format import bounds, join_ends
from dashboard.theme import fade
from mixline.messages import CandidateReturns, Candidates, ChannelSummary, ModelSummary

MOST_DOTS = 140  # in a row; more cannot be told apart
GOLDEN = 0.6180339887  # its multiples spread evenly: dots of a row do not lie on each other
MIDDLE = (0.05, 0.95)
MOST_ROOM = 1.8  # times what the candidates take


def draw_agreement(candidates: Candidates, summary: ModelSummary, look: Look) -> Drawing:
    """A dot for each near-optimal candidate, beneath them the model's figure on its range, a star for the one chosen.

    Channels by how far their candidates lie apart, the closest on top.
    """
    near = near_rows(candidates)
    channels = {channel.name: channel for channel in summary.channels}
    spreads = {returns.channel: spread_of(returns, near) for returns in candidates.channels}
    rows = sorted((r for r in candidates.channels if r.channel in channels), key=lambda r: _width(spreads[r.channel]))
    scale, unit = look.unit.roi_scale, look.unit
    data: list[Document] = []
    for place, returns in enumerate(rows):
        channel, height = channels[returns.channel], len(rows) - 1 - place
        data += [
            _range(channel, height, look),
            _figure(channel, height, look),
            _dots(candidates, returns, near, height, channel, look),
            _star(candidates, returns, height, channel, look),
        ]
    ends = [end * scale for r in rows for end in spreads[r.channel]]
    ends += [value * scale for r in rows for value in (r.roi[candidates.chosen], channels[r.channel].roi.value)]
    low, high = min(0.0, *ends), max(*ends, 0.0 if unit.conversions else 1.15)
    # The ranges are seen whole, unless one of them would press all candidates into a corner.
    high = max(high, min(max(bounds(channels[r.channel].roi, look.level)[1] for r in rows) * scale, MOST_ROOM * high))
    labels = [channels[r.channel].label for r in rows]
    numbers = []
    for place, returns in enumerate(rows):
        first, last = spreads[returns.channel]
        text = side_number("", unit.roi(first), 92, look, f"– {unit.roi(last)}")
        numbers.append(text | {"y": len(rows) - 1 - place})
    figure = make_figure(
        look,
        data,
        xaxis={
            "range": [low * 1.04, high * 1.06],
            "title": {"text": f"ROI, {unit.roi_name}"},
            "showgrid": True,
            "zeroline": False,
            "fixedrange": True,
            "nticks": 7,
        },
        yaxis={
            "tickvals": list(range(len(rows) - 1, -1, -1)),
            "ticktext": labels,
            "range": [-0.6, len(rows) - 0.4],
            "showgrid": False,
            "zeroline": False,
            "ticks": "",
            "ticklabelstandoff": 8,
            "fixedrange": True,
        },
        annotations=numbers,
        showlegend=False,
        margin={"l": 8, "r": 92, "t": 8, "b": 8},
    )
    note = (
        f"A dot for each of {len(near):,} near-optimal candidates, nine tenths of them between the two numbers. "
        f"Star: the chosen one, as the search found it. Line and diamond beneath: what the model says, with its {look.level} % "
        "range; it also counts lift studies and the doubt that a search leaves out."
    )
    table = Table(
        (
            "Channel",
            f"Candidates from, {unit.roi_name}",
            f"Candidates to, {unit.roi_name}",
            f"The candidate chosen, as the search found it, {unit.roi_name}",
            *estimate_columns("The model", unit.roi_name),
        ),
        [
            (
                channels[r.channel].label,
                *(end * scale for end in spreads[r.channel]),
                r.roi[candidates.chosen] * scale,
                *estimate_cells(channels[r.channel].roi, scale),
            )
            for r in rows
        ],
    )
    title, height = _finding(rows, spreads, channels, look), row_height(len(rows), 44)
    return Drawing("agreement", title, note, figure, height, "figure_agreement", table)


def near_rows(candidates: Candidates) -> list[int]:
    """The near-optimal candidates; the first front of a model that does not know them."""
    near = [row for row, close in enumerate(candidates.near_optimal) if close]
    return near or [row for row, front in enumerate(candidates.front) if front == 1]


def spread_of(returns: CandidateReturns, rows: Sequence[int]) -> tuple[float, float]:
    """Between which ROIs nine tenths of the candidates lie."""
    values = sorted(returns.roi[row] for row in rows)
    low, high = (values[round((len(values) - 1) * share)] for share in MIDDLE)
    return low, high


def _width(spread: tuple[float, float]) -> float:
    """Distance of the ends, as a share of their middle."""
    middle = (spread[0] + spread[1]) / 2
    return (spread[1] - spread[0]) / middle if middle > 0 else float("inf")


def _finding(
    rows: Sequence[CandidateReturns],
    spreads: dict[str, tuple[float, float]],
    channels: dict[str, ChannelSummary],
    look: Look,
) -> str:
    def tell(returns: CandidateReturns) -> str:
        low, high = spreads[returns.channel]
        return f"{channels[returns.channel].label} ({join_ends(look.unit.roi(low), look.unit.roi(high))})"

    if len(rows) < 2:
        return f"Candidates put {tell(rows[0])}" if rows else "No channel to compare"
    return f"Good candidates agree most on {tell(rows[0])} and least on {tell(rows[-1])}"


def _dots(
    candidates: Candidates,
    returns: CandidateReturns,
    near: Sequence[int],
    height: int,
    channel: ChannelSummary,
    look: Look,
) -> Document:
    step = max(1, -(-len(near) // MOST_DOTS))
    rows = sorted(near, key=lambda row: returns.roi[row])[::step]
    scale = look.unit.roi_scale
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [returns.roi[row] * scale for row in rows],
        "y": [height + ((place * GOLDEN) % 1 - 0.5) * 0.46 for place in range(len(rows))],
        "customdata": [[row, candidates.trial[row], candidates.iteration[row]] for row in rows],
        "marker": {"size": 5, "color": fade(look.color(returns.channel), 0.5)},
        "hovertemplate": (
            f"<b>{channel.label}</b>: ROI %{{x:.2f}}<br>Trial %{{customdata[1]}}, candidate %{{customdata[2]:,}}"
            "<extra></extra>"
        ),
    }


def _range(channel: ChannelSummary, height: int, look: Look) -> Document:
    low, high = bounds(channel.roi, look.level)
    scale = look.unit.roi_scale
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [low * scale, high * scale],
        "y": [height - 0.36, height - 0.36],
        "line": {"color": look.color(channel.name), "width": 3},
        "hoverinfo": "skip",
    }


def _figure(channel: ChannelSummary, height: int, look: Look) -> Document:
    """What every other page shows of the channel."""
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [channel.roi.value * look.unit.roi_scale],
        "y": [height - 0.36],
        "marker": {
            "symbol": "diamond",
            "size": 9,
            "color": look.color(channel.name),
            "line": {"width": 1.5, "color": look.tokens.surface},
        },
        "hovertemplate": (
            f"<b>{channel.label}</b>: ROI {look.unit.roi_with_range(channel.roi, look.level)} in the model<extra></extra>"
        ),
        "cliponaxis": False,
    }


def _star(
    candidates: Candidates, returns: CandidateReturns, height: int, channel: ChannelSummary, look: Look
) -> Document:
    value = returns.roi[candidates.chosen]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [value * look.unit.roi_scale],
        "y": [height],
        "marker": {
            "symbol": "star",
            "size": 13,
            "color": look.tokens.ink,
            "line": {"width": 1.5, "color": look.tokens.surface},
        },
        "hovertemplate": (
            f"<b>{channel.label}</b>: ROI {look.unit.roi(value)} in the candidate chosen, as the search found it<extra></extra>"
        ),
        "cliponaxis": False,
    }
