"""Documents about what moved between models. Every figure comes from `mixline.mmm.movement.comparison`; here it is only named."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from mixline.messages import (
    Build,
    BuildTerm,
    Cause,
    ChannelMovement,
    ColumnRevision,
    DataDifference,
    FittedSeries,
    HeadlineChange,
    Moved,
    SpecificationDifference,
)
from mixline.messages import Estimate as EstimateView
from mixline.mmm.estimates import Estimate
from mixline.services.model_views import view_estimate

if TYPE_CHECKING:
    from mixline.mmm.model import Floats, MixModel
    from mixline.mmm.movement import result
    from mixline.mmm.movement.data import DataChange
    from mixline.mmm.movement.specification import Difference


def view_moved(moved: result.Moved) -> Moved:
    return Moved(
        measure=moved.measure,
        before=_estimate(moved.before),
        after=_estimate(moved.after),
        change=_estimate(moved.change),
        relative=moved.relative,
        within_range=moved.within_range,
        causes=[Cause(cause=name, value=value) for name, value in moved.causes.items()],
    )


def view_channel(channel: result.ChannelMovement) -> ChannelMovement:
    return ChannelMovement(
        name=channel.name,
        label=channel.label,
        kind=channel.kind,
        presence=channel.presence,
        spend_before=channel.spend_before,
        spend_after=channel.spend_after,
        figures=[view_moved(moved) for moved in channel.figures.values()],
        main_cause=channel.figures["roi"].main_cause,
        warning=channel.warning,
        words=channel.words,
    )


def view_difference(difference: Difference) -> SpecificationDifference:
    return SpecificationDifference(
        path=difference.path, kind=difference.kind, before=difference.before, after=difference.after
    )


def view_data(change: DataChange) -> DataDifference:
    return DataDifference(
        before_first=change.before[0],
        before_last=change.before[1],
        after_first=change.after[0],
        after_last=change.after[1],
        shared=change.shared,
        added=len(change.added),
        dropped=len(change.dropped),
        first_added=change.added[0] if change.added else None,
        last_added=change.added[-1] if change.added else None,
        columns_added=list(change.columns_added),
        columns_dropped=list(change.columns_dropped),
        revisions=[
            ColumnRevision(
                column=r.column,
                label=r.label,
                revised=r.revised,
                relative=r.relative if math.isfinite(r.relative) else None,
                largest=r.largest,
                largest_at=r.largest_at,
                first=r.first,
                last=r.last,
            )
            for r in change.revisions
        ],
    )


def view_fitted(series: result.FittedSeries) -> FittedSeries:
    return FittedSeries(
        dates=series.dates,
        actual=series.actual.tolist(),
        before=_gaps(series.before),
        after=_gaps(series.after),
        new_from=series.new_from,
    )


def view_build(model: MixModel, model_id: str, title: str) -> Build:
    """A model as a stack of shares."""
    from mixline.mmm.movement.comparison import build_terms

    days = model.window_dates.astype("datetime64[D]").tolist()
    return Build(
        model_id=model_id,
        title=title,
        window_start=days[0],
        window_end=days[-1],
        steps=None if model.spec.refresh is None else model.spec.refresh.steps,
        terms=[
            BuildTerm(name=t.name, label=t.label, group=t.group, share=t.share, contribution=t.contribution)
            for t in build_terms(model)
        ],
    )


NAMES = {
    "incremental": "Incremental outcome per {interval}",
    "blended_roi": "Blended ROI",
    "marginal_roi": "Marginal ROI",
    "spend": "Spend per {interval}",
}


def view_change(measure: str, interval: str, before: float, after: float, within_range: bool | None) -> HeadlineChange:
    """One headline figure's change with its sentence."""
    relative = (after - before) / abs(before) if before else None
    name = NAMES[measure].format(interval=interval)
    if relative is None or abs(relative) < 0.005:
        words = f"{name} is as in the previous model."
    else:
        words = f"{name} {'rose' if relative > 0 else 'fell'} by {abs(relative):.0%} since the previous model"
        words += {True: ", within its range.", False: ", beyond its range.", None: "."}[within_range]
    return HeadlineChange.model_validate(
        {
            "measure": measure,
            "before": before,
            "after": after,
            "difference": after - before,
            "relative": relative,
            "within_range": within_range,
            "words": words,
        }
    )


def _estimate(figure: Estimate | None) -> EstimateView | None:
    return None if figure is None else view_estimate(figure)


def _gaps(values: Floats) -> list[float | None]:
    return [None if np.isnan(value) else float(value) for value in values]
