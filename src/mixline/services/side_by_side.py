"""Several models in one table: channels, configuration, and the course of ROI over their windows."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean, pstdev
from typing import TYPE_CHECKING

from mixline.messages import (
    ChannelStability,
    ChannelSummary,
    ComparedChannel,
    ConfigurationRow,
    Estimate,
    ModelSummary,
    StabilityPoint,
)
from mixline.services.ranking import relative_spread

if TYPE_CHECKING:
    from mixline.mmm.model import MixModel


def compare_channels(models: Sequence[ModelSummary]) -> list[ComparedChannel]:
    """Every channel of any model with its figures in each; the most spent on first. Money is per period."""
    rows = []
    for name in _names(models):
        found = [_channel(model, name) for model in models]
        known = next(channel for channel in found if channel is not None)
        periods = [model.periods for model in models]
        rows.append(
            ComparedChannel(
                name=name,
                label=known.label,
                kind=known.kind,
                spend=[None if c is None else c.spend / n for c, n in zip(found, periods, strict=True)],
                share_of_spend=[None if c is None else c.share_of_spend for c in found],
                share_of_effect=[None if c is None else c.share_of_effect for c in found],
                roi=[None if c is None else c.roi for c in found],
                marginal_roi=[None if c is None else c.marginal_roi for c in found],
                contribution=[
                    None if c is None else _per_period(c.contribution, n) for c, n in zip(found, periods, strict=True)
                ],
            )
        )
    return sorted(rows, key=lambda row: -max(spend or 0.0 for spend in row.spend))


def compare_configuration(models: Sequence[MixModel]) -> list[ConfigurationRow]:
    """Every place where the specifications are not all alike; what changes the question first."""
    from mixline.mmm.movement.specification import kind_of, places_of

    places = [places_of(model.spec, model.interval) for model in models]
    rows = []
    for path in sorted(set().union(*places)):
        values = [place.get(path, "") for place in places]
        if len(set(values)) > 1:
            rows.append(ConfigurationRow(path=path, kind=kind_of(path), values=values))
    return sorted(rows, key=lambda row: row.kind != "specification")


def compare_stability(models: Sequence[ModelSummary]) -> list[ChannelStability]:
    """Each channel's ROI and share over the models of one goal and segment, by the end of their windows.

    Where several goals or segments are compared, those of which there are most models: a return in another country, or of
    another goal, has not moved.
    """
    groups: dict[tuple[str, str, str], list[ModelSummary]] = {}
    for model in models:
        groups.setdefault((model.goal, model.segment, model.currency), []).append(model)
    models = max(groups.values(), key=len)
    ordered = sorted(models, key=lambda model: (model.window_end, model.created_at))
    found = []
    for name in _names(models):
        points, label = [], name
        for model in ordered:
            channel = _channel(model, name)
            if channel is not None:
                label = channel.label
                points.append(
                    StabilityPoint(
                        model_id=model.id,
                        window_end=model.window_end,
                        created_at=model.created_at,
                        roi=channel.roi,
                        share_of_effect=channel.share_of_effect,
                        within=relative_spread(channel.roi),
                    )
                )
        found.append(ChannelStability(name=name, label=label, spread=_spread(points), points=points))
    return found


def _spread(points: Sequence[StabilityPoint]) -> float | None:
    values = [point.roi.value for point in points]
    if len(values) < 2 or fmean(values) == 0:
        return None
    return pstdev(values) / abs(fmean(values))


def _names(models: Sequence[ModelSummary]) -> list[str]:
    return list(dict.fromkeys(channel.name for model in models for channel in model.channels))


def _channel(model: ModelSummary, name: str) -> ChannelSummary | None:
    return next((channel for channel in model.channels if channel.name == name), None)


def _per_period(total: Estimate, periods: int) -> Estimate:
    return Estimate(**{key: value / periods for key, value in total.model_dump().items()})
