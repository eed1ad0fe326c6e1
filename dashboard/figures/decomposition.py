"""What the outcome was made of, over time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from dashboard.figures.drawing import BESIDE_LETTERS, Document, Drawing, Look, Narrow, Table, make_figure, outcome_axis
from dashboard.figures.format import join_ends, shorten, write_date, write_share
from dashboard.figures.placing import spread
from mixline.messages import Contributions, TermSeries

# How the browser writes a date when pointed at: the same as `write_period`, without sending it for each bar.
WHEN = {"day": "%{x|%-d %b %Y}", "week": "Week of %{x|%-d %b %Y}", "month": "%{x|%B %Y}", "quarter": "Q%{x|%q %Y}"}
CONTEXT_SHOWN = 4  # more terms than this are added up: the figure is about marketing
NAMED = 3
HEIGHT = 480
NAMES_WIDTH = 104  # pixels at the right for the names of the parts, at least
LETTER = 7.0  # pixels of a letter of theirs
LEGEND_LETTERS = 36  # of a name in the legend that narrow screens have
NAME_APART = 16.5  # pixels from one name to the next
DRAWN = 0.86  # of the height is the plot itself
Parts = Literal["all", "media"]
NARROW = Narrow(  # names at the right would leave the bars half of the width
    {
        "annotations": [],
        "showlegend": True,
        "legend": {
            "orientation": "h",
            "x": 0,
            "y": -0.09,
            "yanchor": "top",
            "itemclick": False,
            "itemdoubleclick": False,
        },
        "yaxis": {"title": {"text": ""}},
        "margin": {"l": 2, "r": 6, "t": 8, "b": 8},
    },
    height=560,
)
STEADY = 0.5  # of its largest: context that never falls below this is a level, not a movement


@dataclass(frozen=True)
class Layer:
    label: str
    color: str
    value: list[float]
    low: list[float] | None = None
    high: list[float] | None = None
    media: bool = False


def draw_decomposition(
    contributions: Contributions, look: Look, steady: frozenset[str] = frozenset(), parts: Parts = "all"
) -> Drawing:
    """Stacked bars, baseline at the bottom, what takes away below zero; the actual outcome as a line on top.

    `parts` "media" leaves out what is not media, so that the channels can be told apart over time.
    """
    when = WHEN[contributions.period]
    dates = [day.isoformat() for day in contributions.dates]
    layers = list_layers(contributions, look, steady)
    if parts == "media":
        layers = [layer for layer in layers if layer.media]
    data: list[Document] = [_bars(layer, dates, when, look) for layer in layers]
    if parts == "all":
        data.append(_actual(contributions, dates, when, look))
    figure = make_figure(
        look,
        data,
        barmode="relative",
        bargap=0 if len(dates) > 60 else 0.14,
        xaxis={"type": "date", "fixedrange": True, "ticks": "", "showgrid": False, "ticklabelstandoff": 8},
        yaxis=outcome_axis(look.unit, fixedrange=True, nticks=6, range=find_range(layers, contributions, parts)),
        showlegend=False,
        annotations=_names(layers, contributions, parts, look),
        margin={"l": 8, "r": names_width(layers), "t": 12, "b": 8},
    )
    note = _note(contributions, look, steady, parts)
    table = _table(contributions, look)
    return Drawing(
        "decomposition", _finding(contributions), note, figure, HEIGHT, "figure_decomposition", table, NARROW
    )


def find_range(layers: list[Layer], contributions: Contributions, parts: Parts) -> list[float]:
    """From the deepest that is taken away to the highest that is reached. Zero is always in it."""
    count = len(contributions.dates)
    above = [sum(max(layer.value[i], 0.0) for layer in layers) for i in range(count)]
    below = [sum(min(layer.value[i], 0.0) for layer in layers) for i in range(count)]
    top = max([0.0, *above, *(contributions.actual if parts == "all" else [])])
    return [min([0.0, *below]) * 1.05, top * 1.04 or 1.0]


def _note(contributions: Contributions, look: Look, steady: frozenset[str], parts: Parts) -> str:
    folded = [term.label for term in contributions.terms if term.name in steady]
    weeks = look.interval == "week" and contributions.period in ("month", "quarter")
    counted = f" Weeks count in the {contributions.period} they start in." if weeks else ""
    what = f"{look.unit.outcome_label} per {contributions.period}."
    if parts == "media":
        return f"{what} What media brought, without all else.{counted} Point at a part for its 90 % range."
    inside = f" The baseline includes {_list(folded)}." if folded else ""
    return (
        f"{what} Parts add up to the modelled outcome; what takes away is below zero. Line: actual.{inside}{counted} "
        "Point at a part for its 90 % range."
    )


def _actual(contributions: Contributions, dates: list[str], when: str, look: Look) -> Document:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": "Actual",
        "x": dates,
        "y": contributions.actual,
        "line": {"color": look.tokens.ink, "width": 1.6, "shape": "linear"},
        "text": [
            f"Actual {look.unit.outcome(actual)}<br>Modelled {look.unit.outcome(fitted)}"
            for actual, fitted in zip(contributions.actual, contributions.fitted, strict=True)
        ],
        "hovertemplate": f"<b>{when}</b><br>%{{text}}<extra></extra>",
    }


def names_width(layers: list[Layer]) -> int:
    """Pixels at the right for the names, no longer than they are written there."""
    return max([NAMES_WIDTH, *(26 + round(min(len(layer.label), BESIDE_LETTERS) * LETTER) for layer in layers)])


def _names(layers: list[Layer], contributions: Contributions, parts: Parts, look: Look) -> list[Document]:
    """The name of each part at the right, beside its last bar as far as there is room: no legend to look up."""
    if not contributions.dates:
        return []
    low, high = find_range(layers, contributions, parts)
    per_pixel = (high - low) / (HEIGHT * DRAWN)
    wanted: list[tuple[float, Layer]] = []
    above = below = 0.0
    for layer in layers:
        value = layer.value[-1]
        start = above if value >= 0 else below
        wanted.append((start + value / 2, layer))
        above, below = above + max(value, 0.0), below + min(value, 0.0)
    wanted.sort(key=lambda pair: pair[0])
    places = spread([place for place, _ in wanted], NAME_APART * per_pixel)
    over = max(places[-1] - high, 0.0) if places else 0.0
    return [
        {
            "xref": "paper",
            "x": 1,
            "xanchor": "left",
            "xshift": 8,
            "yref": "y",
            "y": place - over,
            "text": f"<span style='color:{layer.color}'>■</span> {shorten(layer.label, BESIDE_LETTERS)}",
            "align": "left",
            "showarrow": False,
            "font": {"size": 12, "color": look.tokens.ink},
        }
        for place, (_, layer) in zip(places, wanted, strict=True)
    ]


def _table(contributions: Contributions, look: Look) -> Table:
    """Every term apart, also those drawn as one."""
    columns = ["Date", "Actual", "Modelled"]
    for term in contributions.terms:
        columns += [term.label, f"{term.label}, 5 %", f"{term.label}, 95 %"]
    series = [contributions.actual, contributions.fitted]
    for term in contributions.terms:
        series += [term.value, term.low, term.high]
    days = [day.isoformat() for day in contributions.dates]
    rows: list[tuple[str | float | None, ...]] = [(day, *values) for day, *values in zip(days, *series, strict=True)]
    return Table(tuple(columns), rows)


def list_steady(finest: Contributions) -> frozenset[str]:
    """Context that is always there and hardly moves, such as a price index: a part of the level in all but name.

    Drawn by itself it would be one huge block below zero under an equally huge baseline. Decided on the finest periods, so
    that months and quarters show the same parts.
    """
    steady = set()
    for term in finest.terms:
        size = [abs(value) for value in term.value]
        if term.group == "context" and size and min(size) > STEADY * max(size):
            steady.add(term.name)
    return frozenset(steady)


def list_layers(contributions: Contributions, look: Look, steady: frozenset[str] = frozenset()) -> list[Layer]:
    """From the bottom up: baseline (its parts added), context, organic media, paid channels in their fixed order."""
    terms = contributions.terms
    layers = []
    baseline = [term for term in terms if term.group == "baseline" or term.name in steady]
    if baseline:
        layers.append(Layer("Baseline", look.tokens.baseline, _add(baseline)))
    context = [term for term in terms if term.group == "context" and term.name not in steady]
    if len(context) > CONTEXT_SHOWN:
        layers.append(Layer("Context", look.tokens.context[0], _add(context)))
    else:
        layers += [_layer(term, look.tokens.context[i]) for i, term in enumerate(context)]
    organic = [term for term in terms if term.group == "organic"]
    layers += [_layer(term, look.tokens.organic[i % len(look.tokens.organic)]) for i, term in enumerate(organic)]
    order = {name: place for place, name in enumerate(look.colors)}
    paid = sorted((t for t in terms if t.group == "paid"), key=lambda term: order.get(term.name, len(order)))
    return layers + [_layer(term, look.color(term.name)) for term in paid]


def write_period(day: date, period: str) -> str:
    """week of 3 Jan 2022, Jan 2022, Q1 2022."""
    if period == "quarter":
        return f"Q{(day.month - 1) // 3 + 1} {day.year}"
    if period == "month":
        return f"{day:%B %Y}"
    return f"Week of {write_date(day)}" if period == "week" else write_date(day)


def _add(terms: list[TermSeries]) -> list[float]:
    return [sum(values) for values in zip(*(term.value for term in terms), strict=True)]


def _layer(term: TermSeries, color: str) -> Layer:
    return Layer(term.label, color, term.value, term.low, term.high, term.group in ("organic", "paid"))


def _bars(layer: Layer, dates: list[str], when: str, look: Look) -> Document:
    write = look.unit.outcome
    if layer.low is None or layer.high is None:
        texts = [write(value) for value in layer.value]
    else:
        texts = [
            f"{write(value)} ({join_ends(write(low), write(high))})"
            for value, low, high in zip(layer.value, layer.low, layer.high, strict=True)
        ]
    return {
        "type": "bar",
        "name": shorten(layer.label, LEGEND_LETTERS),
        "x": dates,
        "y": layer.value,
        "marker": {"color": layer.color, "line": {"width": 0}},
        "hovertext": texts,
        "hovertemplate": f"<b>{layer.label}</b><br>{when}<br>%{{hovertext}}<extra></extra>",
    }


def _list(names: list[str]) -> str:
    shown = names if len(names) <= NAMED else [*names[: NAMED - 1], f"{len(names) - NAMED + 1} more"]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def _finding(contributions: Contributions) -> str:
    """The period in which marketing carried the most."""
    paid = [term for term in contributions.terms if term.group == "paid"]
    shares = [
        sum(term.value[i] for term in paid) / fitted if fitted > 0 else 0.0
        for i, fitted in enumerate(contributions.fitted)
    ]
    if not shares:
        return "What the outcome was made of"
    whole = sum(sum(term.value) for term in paid) / max(sum(contributions.fitted), 1e-12)
    peak = max(range(len(shares)), key=shares.__getitem__)
    at = write_period(contributions.dates[peak], contributions.period)
    at = at[:1].lower() + at[1:] if at.startswith("Week") else at
    return (
        f"Paid marketing carried {write_share(whole)} of the modelled total, and the most in {_the(at)} with "
        f"{write_share(shares[peak])}"
    )


def _the(at: str) -> str:
    return f"the {at}" if at.startswith("week") else at
