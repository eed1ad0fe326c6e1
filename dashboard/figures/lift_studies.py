"""Experiments beside the model: what was measured, and what the model says of the same weeks."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.figures.drawing import (
    Drawing,
    Look,
    Table,
    estimate_cells,
    estimate_columns,
    labels_axis,
    make_figure,
    outcome_axis,
    row_height,
)
from dashboard.figures.format import bounds, write_date
from dashboard.figures.ranges import draw_ranges
from mixline.messages import Calibration, CalibrationStudy


def draw_studies(calibration: Calibration, look: Look) -> Drawing:
    """Two dots with ranges per study: the experiment and the model; a third, what the data alone would say, where known."""
    labels: list[str] = []
    estimates, colors, texts = [], [], []
    tokens, unit = look.tokens, look.unit
    for place, study in enumerate(calibration.studies, 1):
        rows = [("Measured", study.measured, tokens.ink), ("Model", study.predicted, _color(study, look))]
        if study.alone is not None:
            rows.append(("Without it", study.alone, tokens.ink_soft))
        for what, estimate, color in rows:
            labels.append(_label(place, study, what))
            estimates.append(estimate)
            colors.append(color)
            texts.append(
                f"<b>{' + '.join(study.labels)}</b>, {write_date(study.start)} – {write_date(study.end)}<br>{what}: "
                f"{unit.outcome(estimate.value)} ({unit.outcome_range(estimate, look.level)})"
            )
    ends = [end for estimate in estimates for end in bounds(estimate, look.level)]
    room = (max(*ends, 0.0) - min(*ends, 0.0)) * 0.03 or 1.0
    reach = [min(0.0, min(ends) - room), max(0.0, max(ends) + room)]  # every range is seen to its end
    figure = make_figure(
        look,
        draw_ranges(labels, estimates, colors, texts, look),
        xaxis=outcome_axis(unit, range=reach, showgrid=True, fixedrange=True, zeroline=True, nticks=6),
        yaxis=labels_axis(labels),
        margin={"l": 8, "r": 16, "t": 8, "b": 8},
    )
    note = f"{unit.outcome_label} over each experiment, with {look.level} % ranges. " + (
        "Grey: what the data say without the experiment." if any(s.alone for s in calibration.studies) else ""
    )
    height = row_height(max(len(labels), 5), 30)
    table = Table(
        ("What", *estimate_columns(unit.outcome_label)),
        [(label, *estimate_cells(estimate)) for label, estimate in zip(labels, estimates, strict=True)],
    )
    title = write_finding(calibration.studies)
    return Drawing("lift-studies", title, note.strip(), figure, height, "figure_studies", table)


def write_finding(studies: Sequence[CalibrationStudy]) -> str:
    """How many experiments the model agrees with."""
    agree, count = sum(study.agrees for study in studies), len(studies)
    if count == 1:
        return "The model agrees with the experiment" if agree else "The model does not agree with the experiment"
    if agree == count:
        return (
            "The model agrees with both experiments" if count == 2 else f"The model agrees with all {count} experiments"
        )
    return f"The model agrees with {'none' if agree == 0 else agree} of {count} experiments"


def _label(place: int, study: CalibrationStudy, what: str) -> str:
    name = " + ".join(study.labels)
    return f"{place}. {name}: {what.lower()}" if what == "Measured" else f"{place}. {what.lower()}"


def _color(study: CalibrationStudy, look: Look) -> str:
    return look.color(study.channels[0]) if len(study.channels) == 1 else look.tokens.accent
