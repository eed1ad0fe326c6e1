"""What each model says the outcome was made of: one stacked bar per model, in shares."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.figures.drawing import Document, Drawing, Look, Narrow, Table, make_figure, row_height
from dashboard.figures.format import write_share
from dashboard.figures.waterfall import WITHOUT_MEDIA
from mixline.messages import Build, BuildTerm

LABELLED = 0.055  # a share from which on its number stands in the bar
ENTRY = 112  # pixels of a name in the legend
ENTRY_NARROW, LINE = 92, 19  # the same on a telephone, where two stand side by side, and the height of a line of them


def draw_builds(
    builds: Sequence[Build], names: Sequence[str], look: Look, units: Sequence[str] = (), short: Sequence[str] = ()
) -> Drawing:
    """`names` stand at the bars, the first on top, or what is `short` for them. Shares below zero stand left of it.

    `units` is what each model counts; all count what the figure's look says where none is given.
    """
    units = units or [look.unit.outcome_label] * len(builds)
    builds = [_without_media(build) for build in builds]
    terms: dict[str, BuildTerm] = {}
    for build in builds:
        for term in build.terms:
            terms.setdefault(term.name, term)
    order = sorted(terms.values(), key=lambda term: ("baseline", "context", "organic", "paid").index(term.group))
    traces = [_layer(term, place, builds, names, look) for place, term in enumerate(order)]
    figure = make_figure(
        look,
        traces,
        barmode="relative",
        bargap=0.38,
        uniformtext={"mode": "hide", "minsize": 10},
        xaxis={"ticksuffix": " %", "showgrid": True, "fixedrange": True, "nticks": 5, "zeroline": True},
        yaxis={
            "type": "category",
            "categoryorder": "array",
            "categoryarray": list(reversed(names)),
            **({"tickvals": list(names), "ticktext": [f"<b>{text}</b>" for text in short]} if short else {}),
            "showgrid": False,
            "ticks": "",
            "ticklabelstandoff": 8,
            "fixedrange": True,
        },
        showlegend=True,
        legend={"orientation": "h", "x": 0, "y": -0.3 if len(builds) < 4 else -0.2, "entrywidth": ENTRY},
    )
    note = "Shares of the modelled outcome. Without marketing: base level, trend, season, holidays and context."
    table = Table(
        ("Model", "What", "Share of the modelled outcome, %", "Per period", "Counted in"),
        [
            (name, term.label, term.share * 100, term.contribution, unit)
            for name, unit, build in zip(names, units, builds, strict=True)
            for term in build.terms
        ],
    )
    lines = -(-len(traces) // 2)  # two names stand side by side on a telephone
    narrow = Narrow(
        {
            "legend": {
                "orientation": "h",
                "x": 0,
                "y": 0,
                "yref": "container",
                "yanchor": "bottom",
                "entrywidth": ENTRY_NARROW,
                "font": {"size": 11},
            },
            "margin": {"b": lines * LINE + 34},
        },
        max(row_height(len(builds), 46, 60 + lines * LINE), 2 * (lines + 1) * LINE),
    )
    height = row_height(len(builds), 46, 130)
    return Drawing("builds", _finding(builds), note, figure, height, "figure_builds", table, narrow)


def _without_media(build: Build) -> Build:
    """Baseline and context as one: a price index takes away what the baseline had too much, and neither means anything alone."""
    rest = [term for term in build.terms if term.group in ("baseline", "context")]
    media = [term for term in build.terms if term.group not in ("baseline", "context")]
    if not rest:
        return build
    together = BuildTerm(
        name="without-media",
        label=WITHOUT_MEDIA,
        group="baseline",
        share=sum(term.share for term in rest),
        contribution=sum(term.contribution for term in rest),
    )
    return build.model_copy(update={"terms": [together, *media]})


def _layer(term: BuildTerm, place: int, builds: Sequence[Build], names: Sequence[str], look: Look) -> Document:
    shares = [next((t.share for t in build.terms if t.name == term.name), 0.0) for build in builds]
    return {
        "type": "bar",
        "orientation": "h",
        "name": term.label,
        "x": [share * 100 for share in shares],
        "y": list(names),
        "marker": {"color": _color(term, place, look), "line": {"width": 1, "color": look.tokens.surface}},
        "text": [write_share(share) if share >= LABELLED else "" for share in shares],
        "textposition": "inside",
        "insidetextanchor": "middle",
        "textangle": 0,
        "hovertemplate": f"<b>{term.label}</b><br>%{{y}}: %{{x:.1f}} %<extra></extra>",
    }


def _color(term: BuildTerm, place: int, look: Look) -> str:
    if term.group == "paid":
        return look.color(term.name)
    if term.group == "baseline":
        return look.tokens.baseline
    palette = look.tokens.organic if term.group == "organic" else look.tokens.context
    return palette[place % len(palette)]


def _finding(builds: Sequence[Build]) -> str:
    paid = [sum(term.share for term in build.terms if term.group == "paid") for build in builds]
    low, high = min(paid), max(paid)
    if write_share(low) == write_share(high):
        return f"Paid marketing is {write_share(low)} of the modelled outcome in every model"
    return f"Paid marketing is {write_share(low)} to {write_share(high)} of the modelled outcome, by model"
