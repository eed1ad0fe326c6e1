"""How the data of one model differ from another's: periods added and dropped, and values that were revised since."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np

from mixline.mmm.model import Floats, MixModel

EQUAL = 1e-7  # relative: what scaling exposure into money and back may cost


@dataclass(frozen=True)
class Revision:
    """A column that changed in periods both data sets have. `relative`: sum of absolute changes over that of earlier values
    (infinite where those are all zero); `largest` is the change of one period, signed.
    """

    column: str
    label: str
    revised: int
    relative: float
    largest: float
    largest_at: date
    first: date
    last: date


@dataclass(frozen=True)
class DataChange:
    """All rows of both models' data, by date. Columns are those the specifications read."""

    before: tuple[date, date]
    after: tuple[date, date]
    shared: int
    added: tuple[date, ...]
    dropped: tuple[date, ...]
    columns_added: tuple[str, ...]
    columns_dropped: tuple[str, ...]
    revisions: tuple[Revision, ...]  # the largest first

    @property
    def same(self) -> bool:
        return not (self.added or self.dropped or self.revisions)


def compare_data(before: MixModel, after: MixModel) -> DataChange:
    """Compare what two models were fitted on. Needs the models only: they hold their data."""
    one, two = (model.series.dates.astype("datetime64[D]") for model in (before, after))
    shared, left, right = np.intersect1d(one, two, return_indices=True)
    columns, others = dict(_columns(before)), dict(_columns(after))
    revisions = []
    for column, (label, values) in columns.items():
        if column in others and len(shared):
            found = _revision(column, label, shared, values[left], others[column][1][right])
            revisions += [found] if found else []
    read, now = before.spec.columns, after.spec.columns
    return DataChange(
        before=_ends(one),
        after=_ends(two),
        shared=len(shared),
        added=tuple(np.setdiff1d(two, one).tolist()),
        dropped=tuple(np.setdiff1d(one, two).tolist()),
        columns_added=tuple(c for c in now if c not in read),
        columns_dropped=tuple(c for c in read if c not in now),
        revisions=tuple(sorted(revisions, key=lambda r: -r.relative)),
    )


def _columns(model: MixModel) -> Iterator[tuple[str, tuple[str, Floats]]]:
    """(column, (label, values)) of every raw column a model holds; factors and components are no raw columns."""
    spec, series = model.spec, model.series
    yield spec.goal.column, (spec.goal.label or spec.goal.column, series.outcome)
    costs = model.facts.get("cost_per_exposure", {})
    for m, medium in enumerate(spec.ordered_media):
        label = medium.label or medium.name
        if medium.spend is not None:
            yield medium.spend, (f"{label}: spend", series.spend[:, m])
        if medium.exposure is not None and medium.exposure != medium.spend:
            cost = float(costs.get(medium.name, 1.0)) if medium.paid else 1.0
            yield medium.exposure, (f"{label}: exposure", series.media[:, m] / (cost or 1.0))
    for context in spec.context:
        if not context.factor and context.name in model.other_names:
            values = series.other[:, model.other_names.index(context.name)]
            yield context.column, (context.label or context.name, values)


def _revision(column: str, label: str, days: np.ndarray, before: Floats, after: Floats) -> Revision | None:
    change = after - before
    moved = np.abs(change) > EQUAL * np.maximum(np.abs(before), np.abs(after))
    if not moved.any():
        return None
    where = days[moved]
    size = float(np.abs(before).sum())
    at = int(np.argmax(np.where(moved, np.abs(change), 0.0)))
    return Revision(
        column=column,
        label=label,
        revised=int(moved.sum()),
        relative=float(np.abs(change[moved]).sum()) / size if size > 0 else float("inf"),
        largest=float(change[at]),
        largest_at=days[at].astype(object),
        first=where[0].astype(object),
        last=where[-1].astype(object),
    )


def _ends(days: np.ndarray) -> tuple[date, date]:
    return days[0].astype(object), days[-1].astype(object)
