"""One candidate beside the one the model stands on: each channel's ROI in both, as the search found them; and as models."""

from __future__ import annotations

from dashboard.figures.drawing import (
    Document,
    Drawing,
    Look,
    Table,
    estimate_cells,
    estimate_columns,
    labels_axis,
    make_figure,
    row_height,
    side_number,
)
from dashboard.figures.format import bounds
from mixline.messages import Candidates, ChannelSummary, ModelSummary


def draw_candidate(candidates: Candidates, row: int, summary: ModelSummary, look: Look) -> Drawing:
    """A star where the chosen candidate puts a channel, a ring where this one does; channels as in the data set.

    Both as the search found them: like with like. What each says as a model is `draw_as_models`.
    """
    labels = {channel.name: channel.label for channel in summary.channels}
    known = [returns for returns in candidates.channels if returns.channel in labels]
    scale, unit = look.unit.roi_scale, look.unit
    names = [labels[returns.channel] for returns in known]
    now = [returns.roi[candidates.chosen] * scale for returns in known]
    here = [returns.roi[row] * scale for returns in known]
    data: list[Document] = [
        {
            "type": "scatter",
            "mode": "lines",
            "x": [a, b],
            "y": [name, name],
            "line": {"color": look.color(returns.channel), "width": 3},
            "hoverinfo": "skip",
            "showlegend": False,
        }
        for returns, name, a, b in zip(known, names, now, here, strict=True)
    ]
    marks = ((now, "star", "the chosen candidate", 13, 0), (here, "circle-open", "this candidate", 12, 2))
    for values, symbol, what, size, line in marks:
        data.append(
            {
                "type": "scatter",
                "mode": "markers",
                "x": values,
                "y": names,
                "marker": {"symbol": symbol, "size": size, "color": look.tokens.ink, "line": {"width": line}},
                "hovertemplate": f"<b>%{{y}}</b>: ROI %{{x:.2f}} in {what}<extra></extra>",
                "showlegend": False,
                "cliponaxis": False,
            }
        )
    top = max([*now, *here, 0.0 if unit.conversions else 1.0])
    figure = make_figure(
        look,
        data,
        xaxis={
            "range": [min(0.0, *now, *here) * 1.05, top * 1.08],
            "title": {"text": f"ROI, {unit.roi_name}"},
            "showgrid": True,
            "zeroline": False,
            "fixedrange": True,
            "nticks": 6,
        },
        yaxis=labels_axis(names),
        annotations=[
            side_number(name, unit.roi(b / scale), 108, look, f"chosen {unit.roi(a / scale)}")
            for name, a, b in zip(names, now, here, strict=True)
        ],
        margin={"l": 8, "r": 108, "t": 8, "b": 8},
    )
    table = Table(
        ("Channel", f"ROI in the chosen candidate, {unit.roi_name}", f"ROI in this candidate, {unit.roi_name}"),
        list(zip(names, now, here, strict=True)),
    )
    note = "Ring: this candidate. Star: the one chosen. Both as the search found them."
    return Drawing("candidate", "", note, figure, row_height(len(names)), "figure_candidate", table)


def write_difference(candidates: Candidates, row: int, summary: ModelSummary, look: Look) -> str:
    """Where the candidate differs most from the model, in one sentence."""
    labels = {channel.name: channel.label for channel in summary.channels}
    changes = [
        (returns.roi[row] - returns.roi[candidates.chosen], returns)
        for returns in candidates.channels
        if returns.channel in labels
    ]
    if not changes:
        return ""
    change, most = max(changes, key=lambda item: abs(item[0]))
    before, after = look.unit.roi(most.roi[candidates.chosen]), look.unit.roi(most.roi[row])
    if before == after:
        return "Its returns are those of the chosen one."
    way = "rises" if change > 0 else "falls"
    return f"Its largest difference: the ROI of {labels[most.channel]} {way} from {before} to {after}."


def draw_as_models(now: ModelSummary, then: ModelSummary, look: Look) -> Drawing:
    """What the page's model says of each channel, and what the candidate would say if it were the model; with ranges.

    Channels as in the data set; the upper mark of a row is today's. A channel that only one of them has is left out.
    """
    others = {channel.name: channel for channel in then.channels}
    pairs = [(channel, others[channel.name]) for channel in now.channels if channel.name in others]
    scale, unit = look.unit.roi_scale, look.unit
    data: list[Document] = []
    for place, pair in enumerate(pairs):
        for shift, channel, filled in ((0.17, pair[0], False), (-0.17, pair[1], True)):
            data += _as_model(channel, shift - place, look, filled=filled)
    ends = [end * scale for pair in pairs for channel in pair for end in bounds(channel.roi, look.level)]
    figure = make_figure(
        look,
        data,
        xaxis={
            "range": [min(0.0, *ends) * 1.04, max(*ends, 0.0 if unit.conversions else 1.1) * 1.05],
            "title": {"text": f"ROI, {unit.roi_name}"},
            "showgrid": True,
            "zeroline": False,
            "fixedrange": True,
            "nticks": 6,
        },
        yaxis={
            "tickvals": [-place for place in range(len(pairs))],
            "ticktext": [before.label for before, _ in pairs],
            "range": [-len(pairs) + 0.4, 0.6],
            "showgrid": False,
            "zeroline": False,
            "ticks": "",
            "ticklabelstandoff": 8,
            "fixedrange": True,
        },
        annotations=[
            side_number("", unit.roi(after.roi.value), 100, look, f"now {unit.roi(before.roi.value)}") | {"y": -place}
            for place, (before, after) in enumerate(pairs)
        ],
        showlegend=False,
        margin={"l": 8, "r": 100, "t": 8, "b": 8},
    )
    note = (
        f"Hollow, above: the model now. Filled, below: this candidate as the model. Lines: {look.level} % ranges; the "
        "candidate's leave out the doubt about carry-over and saturation."
    )
    table = Table(
        (
            "Channel",
            *estimate_columns("ROI in the model now", unit.roi_name),
            *estimate_columns("ROI with this candidate as the model", unit.roi_name),
        ),
        [
            (before.label, *estimate_cells(before.roi, scale), *estimate_cells(after.roi, scale))
            for before, after in pairs
        ],
    )
    title, height = _as_models_finding(pairs, look), row_height(len(pairs), 44)
    return Drawing("candidate-as-model", title, note, figure, height, "figure_candidate_as_model", table)


def _as_model(channel: ChannelSummary, y: float, look: Look, *, filled: bool) -> list[Document]:
    scale, color = look.unit.roi_scale, look.color(channel.name)
    low, high = bounds(channel.roi, look.level)
    what = "this candidate as the model" if filled else "the model now"
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "x": [low * scale, high * scale],
            "y": [y, y],
            "line": {"color": color, "width": 3},
            "opacity": 0.8 if filled else 0.45,
            "hoverinfo": "skip",
        },
        {
            "type": "scatter",
            "mode": "markers",
            "x": [channel.roi.value * scale],
            "y": [y],
            "marker": {
                "size": 11,
                "symbol": "circle",
                "color": color if filled else look.tokens.surface,
                "line": {"width": 2, "color": look.tokens.surface if filled else color},
            },
            "hovertemplate": (
                f"<b>{channel.label}</b>: ROI {look.unit.roi_with_range(channel.roi, look.level)} in {what}<extra></extra>"
            ),
            "cliponaxis": False,
        },
    ]


def _as_models_finding(pairs: list[tuple[ChannelSummary, ChannelSummary]], look: Look) -> str:
    """The channel that would move most in money, with both figures."""
    write = look.unit.roi
    moved = [pair for pair in pairs if write(pair[0].roi.value) != write(pair[1].roi.value)]
    if not moved:
        return "As the model it would say the same of every channel"
    before, after = max(moved, key=lambda pair: abs(pair[1].contribution.value - pair[0].contribution.value))
    return f"As the model it would put the ROI of {before.label} at {write(after.roi.value)}, now {write(before.roi.value)}"
