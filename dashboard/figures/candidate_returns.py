"""One candidate beside the model: each channel's ROI in both."""

from __future__ import annotations

from dashboard.figures.drawing import Document, Drawing, Look, Table, labels_axis, make_figure, row_height, side_number
from mixline.messages import Candidates, ModelSummary


def draw_candidate(candidates: Candidates, row: int, summary: ModelSummary, look: Look) -> Drawing:
    """A star where the candidate shown puts a channel, a ring where this one does; channels as in the data set."""
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
    marks = ((now, "star", "the model", 13, 0), (here, "circle-open", "this candidate", 12, 2))
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
            side_number(name, unit.roi(b / scale), 96, look, f"now {unit.roi(a / scale)}")
            for name, a, b in zip(names, now, here, strict=True)
        ],
        margin={"l": 8, "r": 96, "t": 8, "b": 8},
    )
    table = Table(
        ("Channel", f"ROI in the model, {unit.roi_name}", f"ROI in this candidate, {unit.roi_name}"),
        list(zip(names, now, here, strict=True)),
    )
    note = "Ring: this candidate. Star: the model."
    return Drawing("candidate", "", note, figure, row_height(len(names)), "figure_agreement", table)


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
        return "Its returns are those of the model."
    return (
        f"Its largest difference: {labels[most.channel]} {'gains' if change > 0 else 'falls'} from {before} to {after}."
    )
