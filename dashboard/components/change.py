"""What changed since the model before this one, in a line under each number."""

from __future__ import annotations

from dash import html

from dashboard.client import TrainerClient
from dashboard.components.panels import keep_together
from dashboard.components.terms import term
from dashboard.figures.format import Unit, write_date, write_share
from mixline.errors import MixlineError
from mixline.messages import Change, HeadlineChange

SMALL = 0.005  # of the earlier figure: not worth a word


def read_change(client: TrainerClient, model_id: str) -> Change | None:
    """Nothing where there is no earlier model, or where the trainer cannot say."""
    try:
        change = client.read_change(model_id)
    except MixlineError:
        return None
    return change if change.previous is not None and change.changes else None


def change_line(change: Change | None, measure: str, unit: Unit, interval: str) -> html.Div | None:
    """The line for one number; nothing without an earlier model. It says whether the ranges leave room for no change."""
    found = None if change is None else next((c for c in change.changes if c.measure == measure), None)
    if change is None or change.previous is None or found is None:
        return None
    return html.Div(
        [
            keep_together(write_change(found, unit, interval)),
            " ",
            term("since the last model", "change"),
            f" of {write_date(change.previous.created_at)}" + write_chance_of_none(found),
        ],
        className="change",
    )


def write_change(change: HeadlineChange, unit: Unit, interval: str) -> str:
    """+€12k a week (+4 %), or that nothing moved."""
    if change.relative is not None and abs(change.relative) < SMALL:
        return "No change"
    share = "" if change.relative is None else f" ({_sign(change.relative)}{write_share(abs(change.relative))})"
    if measure_is_money(change.measure):
        write = unit.money if change.measure == "spend" else unit.outcome
        return f"{write(change.difference, sign=True)} a {interval}{share}"
    return f"{_sign(change.difference)}{unit.roi(abs(change.difference))}{share}"


def write_chance_of_none(change: HeadlineChange) -> str:
    if change.relative is not None and abs(change.relative) < SMALL:
        return ""
    return {True: ": may be chance", False: ": more than chance", None: ""}[change.within_range]


def measure_is_money(measure: str) -> bool:
    return measure in ("incremental", "spend")


def _sign(value: float) -> str:
    return "−" if value < 0 else "+"
