"""Why a channel's return moved: the change taken apart by cause, channel by channel."""

from __future__ import annotations

from dashboard.figures.drawing import Document, Drawing, Look, Table, make_figure, row_height, side_number
from dashboard.figures.format import MINUS
from mixline.messages import ChannelMovement, Moved, Movement
from mixline.messages.compare import CauseName

CAUSES: dict[CauseName, str] = {
    "spend": "Spend and season",
    "new_data": "What new data say",
    "specification": "Other settings",
    "uncertainty": "Uncertainty of the fit",
}


def draw_causes(movement: Movement, look: Look) -> Drawing | None:
    """Stacked parts of each channel's change of ROI; their sum is the change, written at the right. None without any."""
    rows = [(channel, moved) for channel in movement.channels if (moved := roi_of(channel)) is not None]
    if not rows:
        return None
    labels = [channel.label for channel, _ in rows]
    scale = look.unit.roi_scale
    fills = _fills(look)
    traces: list[Document] = []
    for cause, name in CAUSES.items():
        values = [sum(part.value for part in moved.causes if part.cause == cause) * scale for _, moved in rows]
        if not any(abs(value) > 1e-12 for value in values):
            continue
        traces.append(
            {
                "type": "bar",
                "orientation": "h",
                "name": name,
                "x": values,
                "y": labels,
                "marker": fills[cause],
                "hovertemplate": f"<b>%{{y}}</b><br>{name}: %{{x:+.2f}}<extra></extra>",
            }
        )
    changes = [moved.change.value if moved.change else 0.0 for _, moved in rows]
    figure = make_figure(
        look,
        traces,
        barmode="relative",
        bargap=0.42,
        xaxis={
            "showgrid": True,
            "zeroline": True,
            "fixedrange": True,
            "nticks": 6,
            "title": {"text": f"Change of ROI, {look.unit.roi_name}"},
        },
        yaxis={
            "type": "category",
            "categoryorder": "array",
            "categoryarray": list(reversed(labels)),
            "showgrid": False,
            "ticks": "",
            "ticklabelstandoff": 8,
            "fixedrange": True,
        },
        annotations=[
            side_number(label, write_change(change * scale), 62, look)
            for label, change in zip(labels, changes, strict=True)
        ],
        margin={"l": 8, "r": 66, "t": 8, "b": 8},
        legend={"orientation": "h", "x": 0, "y": -0.28 if len(rows) < 5 else -0.16},
        showlegend=True,
    )
    note = "Each bar adds up to the change at the right. What the fit itself leaves open is not a finding."
    return Drawing(
        "causes", _finding(movement), note, figure, row_height(len(rows), 38, 120), "figure_causes", _table(rows, look)
    )


def _table(rows: list[tuple[ChannelMovement, Moved]], look: Look) -> Table:
    """A line per channel: before, after, the change with its 90 % range, and the parts that add up to it."""
    scale, name = look.unit.roi_scale, look.unit.roi_name
    columns = (
        "Channel",
        f"ROI before, {name}",
        f"ROI after, {name}",
        "Change",
        "Change, 5 %",
        "Change, 95 %",
        *CAUSES.values(),
    )
    lines: list[tuple[str | float | None, ...]] = []
    for channel, moved in rows:
        ends = (moved.before.value, moved.after.value) if moved.before and moved.after else (None, None)
        change = (moved.change.value, moved.change.low, moved.change.high) if moved.change else (None, None, None)
        parts = [sum(part.value for part in moved.causes if part.cause == cause) for cause in CAUSES]
        numbers = [None if number is None else number * scale for number in (*ends, *change, *parts)]
        lines.append((channel.label, *numbers))
    return Table(columns, lines)


def roi_of(channel: ChannelMovement) -> Moved | None:
    """The channel's change of ROI where it is in both models and can be taken apart."""
    for figure in channel.figures:
        if figure.measure == "roi" and figure.change is not None and figure.causes:
            return figure
    return None


def write_change(value: float) -> str:
    """+0.21, −1.4, or 0 where two digits would not tell it from nothing."""
    text = f"{abs(value):.2f}"
    if not text.strip("0."):
        return "0"
    return f"{MINUS if value < 0 else '+'}{text}"


def _fills(look: Look) -> dict[CauseName, Document]:
    t = look.tokens
    return {
        "spend": {"color": t.context[1], "cornerradius": 2},
        "new_data": {"color": t.accent, "cornerradius": 2},
        "specification": {"color": t.organic[1], "cornerradius": 2},
        "uncertainty": {
            "color": t.baseline,
            "cornerradius": 2,
            "pattern": {"shape": "/", "fgcolor": t.ink_soft, "size": 5, "solidity": 0.18},
        },
    }


def _finding(movement: Movement) -> str:
    warned = [channel.label for channel in movement.channels if channel.warning]
    line = f"{movement.threshold:.0%}".replace("%", " %")
    if not warned:
        return f"No channel's return moved by more than {line} beyond what its range explains"
    names = warned[0] if len(warned) == 1 else f"{', '.join(warned[:-1])} and {warned[-1]}"
    return f"{names} moved by more than {line}, and the ranges do not explain it"
