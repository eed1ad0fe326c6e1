"""Models against each other: what moved since the previous one and why, and several side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from sqlalchemy import select

from mixline.errors import ConflictError, InputError, NotFoundError
from mixline.messages import Build, Change, Comparison, HeadlineChange, ModelRow, Movement, PairedData
from mixline.messages.compare import Criterion
from mixline.services import comparison_views as views
from mixline.services.context import Services
from mixline.services.datasets import load_frame
from mixline.services.model_views import unit_of, view_finding
from mixline.services.models import get_row, get_summary, load_model
from mixline.services.ranking import rank, read_weights
from mixline.services.side_by_side import compare_channels, compare_configuration, compare_stability
from mixline.state.models import Model
from mixline.state.tables import datasets, models

if TYPE_CHECKING:
    from mixline.mmm.model import MixModel

FEWEST, MOST = 2, 5


def previous(services: Services, model_id: str) -> Change:
    """What changed since the previous model, for headline figures; no changes where there is none.

    Raises:
        NotFoundError: no such model.
    """
    from mixline.mmm.movement.comparison import compare_totals

    row = services.models.get(model_id)
    found = find_previous(services, model_id)
    if found is None:
        return Change(model_id=model_id, previous=None)
    before, after = load_model(services, found), load_model(services, model_id)
    refresh = after.spec.refresh is not None and after.spec.refresh.model == found
    try:
        totals = compare_totals(before, after)
    except ConflictError:  # another currency or interval: there is a previous model, and nothing to compare
        return Change(model_id=row.id, previous=get_row(services, found), refresh=refresh)
    changes: list[HeadlineChange] = []
    for measure, name in (("contribution", "incremental"), ("roi", "blended_roi"), ("marginal_roi", "marginal_roi")):
        moved = totals[measure]  # type: ignore[index]
        if moved.before is not None and moved.after is not None:
            changes.append(
                views.view_change(name, after.interval, moved.before.value, moved.after.value, moved.within_range)
            )
    changes.append(views.view_change("spend", after.interval, _spend(before), _spend(after), None))
    return Change(model_id=row.id, previous=get_row(services, found), refresh=refresh, changes=changes)


def find_previous(services: Services, model_id: str) -> str | None:
    """The model that one continues, else the latest earlier one of the same dataset name, segment and goal.

    Raises:
        NotFoundError: no such model.
    """
    row = services.models.get(model_id)
    continued = _continued(services, row)
    name = select(datasets.c.name).where(datasets.c.id == row.dataset_id).scalar_subquery()
    statement = (
        select(models.c.id)
        .join(datasets, datasets.c.id == models.c.dataset_id)
        .where(datasets.c.name == name, models.c.segment == row.segment, models.c.goal == row.goal)
        .where(models.c.created_at < row.created_at, models.c.id != model_id)
        .order_by(models.c.created_at.desc(), models.c.id)
        .limit(1)
    )
    with services.state.read() as connection:
        if continued and connection.execute(select(models.c.id).where(models.c.id == continued)).first():
            return continued
        found = connection.execute(statement).scalar()
    return None if found is None else str(found)


def get_movement(services: Services, model_id: str, against: str | None = None) -> Movement:
    """What moved since the previous model, or since the one named, and why.

    Raises:
        NotFoundError: no such model, or there is no previous one.
        ConflictError: the models explain different things.
    """
    from mixline.mmm.movement.comparison import compare_models

    row = services.models.get(model_id)
    earlier = against or find_previous(services, model_id)
    if earlier is None:
        raise NotFoundError(
            "there is no earlier model to compare with",
            where=f"model {model_id[:12]}",
            expected="an earlier model of the same data set, segment and goal",
            action="Refresh the model on newer data, or name a model to compare with.",
        )
    if earlier == model_id:
        raise InputError("a model cannot be compared with itself", where="against", got=earlier)
    before, after = load_model(services, earlier), load_model(services, model_id)
    frame = load_frame(services, services.datasets.get(row.dataset_id))
    moved = compare_models(before, after, frame)
    refresh = after.spec.refresh is not None and after.spec.refresh.model == earlier
    return Movement(
        before=get_row(services, earlier),
        after=get_row(services, model_id),
        refresh=refresh,
        interval=after.interval,
        currency=after.spec.goal.currency,
        unit=unit_of(after),
        threshold=moved.threshold,
        headline=moved.headline,
        totals=[views.view_moved(figure) for figure in moved.totals.values()],
        channels=[views.view_channel(channel) for channel in moved.channels],
        specification=[views.view_difference(difference) for difference in moved.specification],
        data=views.view_data(moved.data),
        fitted=views.view_fitted(moved.fitted),
        builds=_builds(services, after, earlier, model_id) if refresh else _two(services, earlier, model_id),
        findings=[view_finding(finding) for finding in moved.findings],
    )


def compare(
    services: Services, ids: Sequence[str], weights: Mapping[Criterion, float | None] | None = None
) -> Comparison:
    """Two to five models side by side, in the order given.

    Args:
        weights: of the ranking's criteria; `mixline.services.ranking.WEIGHTS` where none is given.

    Raises:
        InputError: too few, too many or repeated models; all weights zero. NotFoundError: no such model.
    """
    from mixline.mmm.movement.data import compare_data

    if not FEWEST <= len(ids) <= MOST or len(set(ids)) < len(ids):
        raise InputError(
            "the models to compare are not usable",
            where="models",
            got=f"{len(ids)} ids, {len(set(ids))} of them different",
            expected=f"{FEWEST} to {MOST} different models",
        )
    chosen = read_weights(weights or {})
    loaded = [load_model(services, model_id) for model_id in ids]
    summaries = [get_summary(services, model_id) for model_id in ids]
    first = loaded[0]
    return Comparison(
        models=summaries,
        channels=compare_channels(summaries),
        configuration=compare_configuration(loaded),
        data=[
            PairedData(model_id=model_id, difference=views.view_data(compare_data(first, model)))
            for model_id, model in zip(ids[1:], loaded[1:], strict=True)
            if _rows_alike(model, first)
        ],
        weights=chosen,
        ranking=rank(summaries, chosen),
        stability=compare_stability(summaries),
        builds=[
            views.view_build(model, model_id, summary.title)
            for model_id, model, summary in zip(ids, loaded, summaries, strict=True)
        ],
        notes=_notes(loaded),
    )


def _rows_alike(one: MixModel, other: MixModel) -> bool:
    """Whether rows can be compared one by one: of another country, goal or currency every row would be a revision."""
    (left, first), (right, second) = ((m.spec.segment_value, m.spec.goal) for m in (one, other))
    return (left, first.column, first.currency) == (right, second.column, second.currency)


def _continued(services: Services, row: Model) -> str | None:
    """The model that a refresh names as the one it continues."""
    try:
        document = services.specifications.get(row.specification_id).document
    except NotFoundError:
        return None
    refresh = document.get("refresh")
    return str(refresh["model"]) if refresh else None


def _builds(services: Services, model: MixModel, earlier: str, model_id: str) -> list[Build]:
    """The chain of a refreshed model, oldest first; builds that are no longer kept are left out."""
    chain = () if model.spec.refresh is None else model.spec.refresh.chain
    return [build for known in (*chain, earlier, model_id) for build in _build(services, known)]


def _two(services: Services, earlier: str, model_id: str) -> list[Build]:
    return [build for known in (earlier, model_id) for build in _build(services, known)]


def _build(services: Services, model_id: str) -> list[Build]:
    try:
        row: ModelRow = get_row(services, model_id)
    except NotFoundError:
        return []
    return [views.view_build(load_model(services, model_id), model_id, row.title)]


def _spend(model: MixModel) -> float:
    start, stop = model.series.window
    return float(model.series.spend[start:stop].sum(1).mean())


def _notes(loaded: Sequence[MixModel]) -> list[str]:
    """What to know before reading the table across."""
    found = []
    kinds = {model.spec.goal.kind for model in loaded}
    if len({model.spec.goal.currency for model in loaded if model.spec.goal.currency}) > 1:
        found.append("The models count in different currencies: compare ROI and shares, not money.")
    if len(kinds) > 1:
        found.append(
            "Some models count money and some conversions: their returns are not the same thing, their shares are."
        )
    if len({(model.spec.goal.column, model.spec.segment_value) for model in loaded}) > 1:
        found.append("The models explain different goals or segments: each of those has a ranking of its own.")
    if len({tuple(model.window_dates[[0, -1]].tolist()) for model in loaded}) > 1:
        found.append("The windows differ: compare contribution and spend per period, not their totals.")
    if len({model.interval for model in loaded}) > 1:
        found.append("The models' periods differ in length: compare ROI and shares, not figures per period.")
    return found
