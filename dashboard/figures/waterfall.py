"""From the baseline to the whole outcome, term by term."""

from __future__ import annotations

from dataclasses import dataclass, replace

from dashboard.figures.drawing import (
    Document,
    Drawing,
    Look,
    Narrow,
    Table,
    estimate_cells,
    estimate_columns,
    labels_axis,
    make_figure,
    names_above,
    row_height,
    side_number,
)
from dashboard.figures.format import bounds, write_share
from mixline.messages import Estimate, ModelSummary, TermSummary

NUMBERS_WIDTH = 118  # pixels at the right for the numbers
CUT_ABOVE = 0.5  # of the axis: below this everything is drawn from zero
CUT_SHOWN = 0.3  # how much of a cut bar is drawn, in widths of all that follows it
WITHOUT_MEDIA = "Without marketing"


@dataclass(frozen=True)
class Step:
    label: str
    value: float
    color: str
    estimate: Estimate | None = None
    detail: str = ""  # what it is made of, for who points at it


def draw_waterfall(summary: ModelSummary, look: Look, *, most: int | None = None) -> Drawing:
    """Horizontal steps that end exactly at the modelled outcome: the sum of all terms.

    With more paid channels than `most` the smallest are one step, where there is no room for each.
    """
    steps = fold_steps(list_steps(summary, look), summary, look, most)
    total = sum(step.value for step in steps)
    labels = [step.label for step in steps] + ["Modelled total"]
    starts, place = [], 0.0
    for step in steps:
        starts.append(place)
        place += step.value
    unit = look.unit
    bars: Document = {
        "type": "bar",
        "orientation": "h",
        "y": labels,
        "base": [*starts, 0.0],
        "x": [step.value for step in steps] + [total],
        "marker": {"color": [step.color for step in steps] + [look.tokens.context[1]], "cornerradius": 3},
        "width": 0.62,
        "hovertext": [_hover(step, total, look) for step in steps]
        + [f"<b>Modelled total</b><br>{unit.outcome(total)}"],
        "hovertemplate": "%{hovertext}<extra></extra>",
        "showlegend": False,
        "cliponaxis": False,
    }
    left, right = find_extent(steps, starts, total)
    values = [step.value for step in steps] + [total]
    figure = make_figure(
        look,
        [bars, *_ranges(steps, starts, look)],
        # The numbers stand at the right; ticks would say them twice, and could not be read on a cut axis.
        xaxis={"range": [left, right], "visible": False, "fixedrange": True},
        yaxis=labels_axis(labels),
        bargap=0.3,
        annotations=[_number(label, value, total, look) for label, value in zip(labels, values, strict=True)]
        + ([_cut(label, left, right, look) for label in (labels[0], labels[-1])] if left > 0 else []),
        margin={"l": 8, "r": NUMBERS_WIDTH, "t": 8, "b": 8},
    )
    note, height = _note(look, cut=left > 0), row_height(len(labels), 34)
    return Drawing(
        "waterfall",
        _finding(summary, look),
        note,
        figure,
        height,
        "figure_waterfall",
        _table(steps, total, look),
        _narrow(labels, values, total, look, [left, right]),
    )


def _narrow(labels: list[str], values: list[float], total: float, look: Look, ends: list[float]) -> Narrow:
    rows = [
        (label, look.unit.outcome(value), write_share(value / total) if total else "")
        for label, value in zip(labels, values, strict=True)
    ]
    cuts = [_cut(label, ends[0], ends[1], look) for label in (labels[0], labels[-1])] if ends[0] > 0 else []
    return replace(names_above(rows, look, more=cuts, rest=12), data={0: {"width": 0.36}})


def _table(steps: list[Step], total: float, look: Look) -> Table:
    """The steps with their ranges, and their sum."""
    unknown = (None,) * 4
    rows: list[tuple[str | float | None, ...]] = [
        (
            step.label,
            *(estimate_cells(step.estimate) if step.estimate else (step.value, *unknown)),
            step.value / total if total else None,
        )
        for step in steps
    ]
    rows.append(("Modelled total", total, *unknown, 1.0 if total else None))
    return Table(("Step", *estimate_columns(look.unit.outcome_label), "Share of the modelled total"), rows)


def find_extent(steps: list[Step], starts: list[float], total: float) -> tuple[float, float]:
    """The part of the axis that is drawn.

    From zero, unless what there would be without marketing takes most of the width: then the long bars are cut, visibly, so
    that the channels can be told apart.
    """
    places = [place for start, step in zip(starts, steps, strict=True) for place in (start, start + step.value)]
    places += [bounds(s.estimate, 90)[1] + start for s, start in zip(steps, starts, strict=True) if s.estimate]
    right = max(total, *places)
    lowest = min([total, *starts[1:], *places[1:]]) if len(steps) > 1 else 0.0
    if lowest > CUT_ABOVE * right:
        return lowest - CUT_SHOWN * (right - lowest), right + 0.02 * (right - lowest)
    return min(0.0, *places) * 1.05, right * 1.03


def _cut(label: str, left: float, right: float, look: Look) -> Document:
    """Two strokes across a bar whose beginning is not drawn."""
    return {
        "x": left + 0.07 * (right - left),
        "y": label,
        "text": "<b>//</b>",
        "showarrow": False,
        "font": {"size": 15, "color": look.tokens.surface},
    }


def list_steps(summary: ModelSummary, look: Look) -> list[Step]:
    """What there would be without media (baseline and context), organic media, then paid channels, the largest first.

    Baseline and context are one step: a price index takes away what the baseline had too much, and neither means anything
    by itself. The Contribution page shows them apart, over time.
    """
    steps = []
    rest = [term for term in summary.terms if term.group in ("baseline", "context")]
    if rest:
        parts = "<br>".join(f"{term.label} {look.unit.outcome(term.contribution.value)}" for term in rest)
        value = sum(term.contribution.value for term in rest)
        steps.append(Step(WITHOUT_MEDIA, value, look.tokens.baseline, detail=parts))
    organic = [term for term in summary.terms if term.group == "organic"]
    steps += [_step(term, look.tokens.organic[i % 3]) for i, term in enumerate(organic)]
    paid = sorted((t for t in summary.terms if t.group == "paid"), key=lambda term: -term.contribution.value)
    return steps + [_step(term, look.color(term.name)) for term in paid]


def fold_steps(steps: list[Step], summary: ModelSummary, look: Look, most: int | None) -> list[Step]:
    """The smallest paid channels as one step. Its range is not known: ranges of parts do not add up."""
    paid = sum(term.group == "paid" for term in summary.terms)
    if most is None or paid <= most:
        return steps
    kept, rest = steps[: len(steps) - paid + most - 1], steps[len(steps) - paid + most - 1 :]
    parts = "<br>".join(f"{step.label} {look.unit.outcome(step.value)}" for step in rest)
    return [*kept, Step(f"{len(rest)} others", sum(step.value for step in rest), look.tokens.ink_soft, detail=parts)]


def _step(term: TermSummary, color: str) -> Step:
    return Step(term.label, term.contribution.value, color, term.contribution)


def _ranges(steps: list[Step], starts: list[float], look: Look) -> list[Document]:
    """A whisker at the end of each step whose range is known."""
    known = [(s, start) for s, start in zip(steps, starts, strict=True) if s.estimate is not None]
    ends, above, below = [], [], []
    for step, start in known:
        assert step.estimate is not None  # noqa: S101 -- filtered above
        low, high = bounds(step.estimate, look.level)
        ends.append(start + step.value)
        above.append(max(high - step.value, 0.0))
        below.append(max(step.value - low, 0.0))
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "x": ends,
            "y": [step.label for step, _ in known],
            "marker": {"size": 1, "color": look.tokens.ink},
            "error_x": {
                "type": "data",
                "symmetric": False,
                "array": above,
                "arrayminus": below,
                "color": look.tokens.ink,
                "thickness": 1.2,
                "width": 4,
            },
            "hoverinfo": "skip",
            "showlegend": False,
        }
    ]


def _number(label: str, value: float, total: float, look: Look) -> Document:
    share = write_share(value / total) if total else ""
    return side_number(label, look.unit.outcome(value), NUMBERS_WIDTH, look, share)


def _hover(step: Step, total: float, look: Look) -> str:
    text = f"<b>{step.label}</b><br>{look.unit.outcome(step.value)}"
    if step.estimate is not None:
        text += f"<br>{look.level} % range {look.unit.outcome_range(step.estimate, look.level)}"
    if step.detail:
        text += f"<br>{step.detail}"
    return text + (f"<br>{write_share(step.value / total)} of the modelled total" if total else "")


def _finding(summary: ModelSummary, look: Look) -> str:
    unit = look.unit
    paid = [term for term in summary.terms if term.group == "paid"]
    noun = f" {unit.outcome_name}" if unit.conversions else ""
    brought = (
        f"Paid marketing brought {unit.outcome(summary.incremental.value)} of {unit.outcome(summary.outcome)}{noun}"
    )
    if not paid:
        return brought
    if len(paid) == 1:
        return f"{brought}, all through {paid[0].label}"
    largest = max(paid, key=lambda term: term.contribution.value)
    return f"{brought}; {largest.label} the most with {unit.outcome(largest.contribution.value)}"


def _note(look: Look, cut: bool) -> str:
    long_bars = " The two longest bars are cut (//)." if cut else ""
    return (
        f"{look.unit.outcome_label} over the modelled period. The steps add up to the modelled total; "
        f"whiskers are {look.level} % ranges.{long_bars}"
    )
