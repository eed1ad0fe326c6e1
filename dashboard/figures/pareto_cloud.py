"""Every candidate the model keeps of its search: error against distance of effect from spend."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.figures.drawing import Document, Drawing, Look, Table, make_figure
from dashboard.figures.families import color_of, mark_of
from dashboard.figures.format import write_share
from dashboard.theme import fade
from mixline.messages import Candidates, ClusterView

NAME = "candidates"
HEIGHT = 400
SHOWN = 0.93  # of the candidates, by error and by distance: the few far off would squeeze all others into a corner
ENTRY = 106  # pixels of a name in the legend: two stand side by side on a telephone


def draw_cloud(candidates: Candidates, look: Look, picked: int | None, *, families: bool = False) -> Drawing:
    """Grey: tried. Coloured: near-optimal. Line: the first Pareto front. Star: the model. Ring: the one looked at.

    With `families` the good candidates are coloured and marked by the story they tell instead.
    """
    errors, tokens = candidates.error or candidates.nrmse, look.tokens
    rows = range(len(errors))
    near = [row for row in rows if candidates.near_optimal and candidates.near_optimal[row]]
    front = sorted((row for row in rows if candidates.front[row] == 1), key=lambda row: (errors[row], row))
    close = {*near, *front}
    others = [row for row in rows if row not in close]
    data = [
        _points(candidates, errors, others, "Tried", fade(tokens.ink_soft, 0.34), 4),
        _line(candidates, errors, front, look),
    ]
    if families and candidates.clusters:
        data += [_family(candidates, errors, family, look) for family in candidates.clusters]
    else:
        ahead = [row for row in front if row not in set(near)]
        data += [
            _points(candidates, errors, near, "Near-optimal", fade(tokens.accent, 0.62), 6),
            _points(candidates, errors, ahead, "First front", tokens.accent, 5),
        ]
    if picked is not None and picked != candidates.chosen:
        data.append(_mark(candidates, errors, picked, "The one looked at", "circle-open", 17, look))
    data.append(_mark(candidates, errors, candidates.chosen, "The model", "star", 18, look))
    named = [row for row in (candidates.chosen, picked) if row is not None]
    figure = make_figure(
        look,
        data,
        xaxis={
            "title": {"text": "Error (NRMSE), lower is better"},
            "range": _range(errors, named),
            "zeroline": False,
            "showgrid": True,
            "fixedrange": True,
            "nticks": 7,
        },
        yaxis={
            "title": {"text": "Effect to spend (DECOMP.RSSD)"},
            "range": _range(candidates.rssd, named),
            "zeroline": False,
            "fixedrange": True,
            "nticks": 6,
        },
        showlegend=True,
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "entrywidth": ENTRY},
        margin={"l": 8, "r": 16, "t": 34, "b": 8},
    )
    table = list_candidates(candidates, look)
    return Drawing(NAME, _finding(candidates, errors), _note(candidates), figure, HEIGHT, "figure_candidates", table)


def list_candidates(candidates: Candidates, look: Look) -> Table:
    """A line per candidate the model keeps, with what each channel returns in it."""
    errors, near, families = candidates.error or candidates.nrmse, candidates.near_optimal, candidates.cluster
    columns = [
        "Trial",
        "Candidate",
        "Error (NRMSE)",
        "Effect to spend (DECOMP.RSSD)",
        "Front",
        "Near-optimal",
        "Family",
    ]
    columns += [f"ROI of {returns.label}, {look.unit.roi_name}" for returns in candidates.channels]
    rows: list[tuple[str | float | None, ...]] = [
        (
            candidates.trial[row],
            candidates.iteration[row],
            error,
            candidates.rssd[row],
            candidates.front[row],
            ("yes" if near[row] else "no") if near else "",
            (families[row] if families[row] > 0 else "") if families else "",
            *(returns.roi[row] * look.unit.roi_scale for returns in candidates.channels),
        )
        for row, error in enumerate(errors)
    ]
    return Table((*columns, "Shown"), [(*r, "yes" if row == candidates.chosen else "") for row, r in enumerate(rows)])


def name_candidate(candidates: Candidates, row: int) -> str:
    return f"Trial {candidates.trial[row]}, candidate {candidates.iteration[row]:,}"


def write_against_best(candidates: Candidates, row: int) -> str:
    """A candidate's error against the lowest one."""
    errors = candidates.error or candidates.nrmse
    worse = errors[row] / min(errors) - 1.0
    return "has the lowest error" if worse < 0.0005 else f"is {write_share(worse)} above the lowest error"


def _finding(candidates: Candidates, errors: Sequence[float]) -> str:
    count = sum(candidates.near_optimal)
    lead = f"The model {write_against_best(candidates, candidates.chosen)}"
    if count < 2 or not candidates.near_optimal[candidates.chosen]:
        return lead
    return f"{lead}, one of {count:,} near-optimal candidates"


def _note(candidates: Candidates) -> str:
    kept = f"{len(candidates.trial):,}"
    of = f"{kept} of {candidates.evaluated:,} candidates" if candidates.evaluated else f"{kept} candidates"
    return f"{of} of the search. Star: the model. Point at one to see what it is, click it to look closer."


def _points(
    candidates: Candidates, errors: Sequence[float], rows: Sequence[int], name: str, color: str, size: int
) -> Document:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": [round(errors[row], 6) for row in rows],
        "y": [round(candidates.rssd[row], 5) for row in rows],
        "customdata": [[row, candidates.trial[row], candidates.iteration[row], candidates.front[row]] for row in rows],
        "marker": {"size": size, "color": color},
        "hovertemplate": (
            "<b>Trial %{customdata[1]}, candidate %{customdata[2]:,}</b><br>Error %{x:.4f}<br>"
            f"Distance of effect from spend %{{y:.3f}}<br>{name}, front %{{customdata[3]}}<extra></extra>"
        ),
        "showlegend": bool(rows),
    }


def _family(candidates: Candidates, errors: Sequence[float], family: ClusterView, look: Look) -> Document:
    rows = [row for row, number in enumerate(candidates.cluster) if number == family.number]
    points = _points(candidates, errors, rows, f"Family {family.number} ({family.size:,})", "", 7)
    points["marker"] |= {"color": fade(color_of(family.number, look), 0.78), "symbol": mark_of(family.number)}
    return points


def _mark(
    candidates: Candidates, errors: Sequence[float], row: int, name: str, symbol: str, size: int, look: Look
) -> Document:
    point = _points(candidates, errors, [row], name, look.tokens.ink, size)
    edge = look.tokens.surface if symbol == "star" else look.tokens.ink
    point["marker"] |= {"symbol": symbol, "line": {"width": 1.5, "color": edge}}
    return point | {"cliponaxis": False}


def _line(candidates: Candidates, errors: Sequence[float], front: Sequence[int], look: Look) -> Document:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [errors[row] for row in front],
        "y": [candidates.rssd[row] for row in front],
        "line": {"color": look.tokens.accent, "width": 1.4, "shape": "hv"},
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _range(values: Sequence[float], named: Sequence[int]) -> list[float]:
    """From the lowest to where nearly all are, never leaving out what is named."""
    ordered = sorted(values)
    low = min(ordered[0], *(values[row] for row in named))
    high = max(ordered[int((len(ordered) - 1) * SHOWN)], *(values[row] for row in named))
    room = (high - low) * 0.04 or 0.01
    return [low - room, high + room]
