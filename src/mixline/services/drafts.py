"""The specification a dataset begins with: its own draft, or another one's settings carried over to it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from threading import Lock
from typing import TYPE_CHECKING, Any

from mixline.errors import InputError, SpecificationError
from mixline.messages import (
    AdstockView,
    ChannelDefaults,
    KindDefaults,
    RangeView,
    SizeEstimate,
    SpecificationDraft,
)
from mixline.services.context import Services
from mixline.services.datasets import load_frame, read_mapping
from mixline.services.estimates import estimate_cost, read_measured
from mixline.state.datasets import Dataset

if TYPE_CHECKING:
    import pandas as pd

    from mixline.mmm.specification import Interval, ModelSpec, Range

DRAFTS_KEPT = 256
_drafts: OrderedDict[tuple[str, str], ModelSpec] = OrderedDict()
_drafts_lock = Lock()
SPECIFICATION, LEFT_OUT = "specification", "left_out"  # fields of stored settings


def read_draft(
    services: Services, dataset_id: str, *, segment: str = "", settings_id: str = "", run_id: str = ""
) -> SpecificationDraft:
    """A specification to start from, and what there is to choose from.

    Args:
        segment: the first one where the dataset has some and none is named.
        settings_id: saved settings to carry over. run_id: a run whose specification to carry over.

    Raises:
        NotFoundError: no such dataset, settings or run.
        SpecificationError, DataError, InputError: no such segment; a dataset no model can be made of.
    """
    from mixline.mmm.specification import LIMITS

    if settings_id and run_id:
        raise InputError("name saved settings or a run, not both", where="settings and run", action="Leave one out.")
    dataset = services.datasets.get(dataset_id)
    segments = list(dataset.view["segments"])
    if segment and segments and segment not in segments:
        raise SpecificationError(
            "there is no such segment", where="segment", got=segment, expected="one of " + ", ".join(segments[:12])
        )
    segment = segment or (segments[0] if segments else "")
    draft = draft_of(services, dataset, segment)
    spec, notes = draft, list[str]()
    if settings_id or run_id:
        known = services.saved_settings.get(settings_id).document if settings_id else run_settings(services, run_id)
        spec, notes = carry_over(known, draft, dataset)
    interval = dataset.view["interval"]
    return SpecificationDraft(
        dataset_id=dataset.id,
        segment=segment,
        interval=interval,
        first_date=date.fromisoformat(dataset.view["first_date"]),
        last_date=date.fromisoformat(dataset.view["last_date"]),
        specification=spec.to_dict(),
        channels=_channels(draft, interval),
        context=draft.to_dict()["context"],
        kinds=_kinds(interval),
        adstocks=_adstocks(),
        limits={name: RangeView(low=low, high=high) for name, (low, high) in LIMITS.items()},
        components=_components(interval),
        sizes=_sizes(services, dataset_id),
        notes=notes,
    )


def draft_of(services: Services, dataset: Dataset, segment: str) -> ModelSpec:
    """The specification the dataset's mapping makes. Raises SpecificationError, DataError.

    A dataset never changes, so neither does its draft: the last ones are kept, because checking many segments while somebody
    types asks for each of them again and again.
    """
    key = (dataset.id, segment)
    with _drafts_lock:
        known = _drafts.get(key)
    if known is None:
        known = _make_draft(dataset, load_frame(services, dataset), segment)
        with _drafts_lock:
            _drafts[key] = known
            while len(_drafts) > DRAFTS_KEPT:
                _drafts.popitem(last=False)
    return known


def _make_draft(dataset: Dataset, frame: pd.DataFrame, segment: str) -> ModelSpec:
    from mixline.data.mapping import draft_spec

    mapping = read_mapping(dataset)
    return draft_spec(
        frame,
        mapping.columns,
        goal_kind=mapping.goal_kind,
        currency=mapping.currency,
        holiday_country=mapping.holiday_country or country_of(segment),
        segment_value=segment,
    )


def country_of(segment: str) -> str:
    """A segment that is a country brings that country's holidays, unless the dataset names one for all."""
    import holidays

    return segment if segment in holidays.list_supported_countries() else ""


def store_settings(services: Services, dataset: Dataset, document: Mapping[str, Any]) -> dict[str, Any]:
    """A specification with what it leaves out of its dataset: what `carry_over` needs.

    Raises:
        SpecificationError: the document is not a specification.
    """
    from mixline.mmm.recipes.document import read_document
    from mixline.services.adapting import names_of

    spec = read_document(document)
    draft = draft_of(services, dataset, spec.segment_value)
    return {SPECIFICATION: spec.to_dict(), LEFT_OUT: sorted(names_of(draft) - names_of(spec))}


def run_settings(services: Services, run_id: str) -> dict[str, Any]:
    """A run's specification as settings. Raises NotFoundError."""
    run = services.runs.get(run_id)
    document = services.specifications.get(run.specification_id).document
    return store_settings(services, services.datasets.get(run.dataset_id), document)


def carry_over(known: Mapping[str, Any], draft: ModelSpec, dataset: Dataset) -> tuple[ModelSpec, list[str]]:
    """Stored settings for the place `draft` was made at, with what had to be left out."""
    from mixline.mmm.recipes.document import read_document
    from mixline.services.adapting import adapt

    first, last = (date.fromisoformat(dataset.view[name]) for name in ("first_date", "last_date"))
    spec = read_document(known[SPECIFICATION])
    return adapt(spec, draft, left_out=known[LEFT_OUT], first=first, last=last)


def carry_to_segment(
    services: Services, dataset: Dataset, spec: ModelSpec, segment: str
) -> tuple[ModelSpec, list[str]]:
    """A specification for another segment of its dataset; for its own it stays as it is, byte for byte."""
    if not segment or segment == spec.segment_value:
        return spec, []
    column = str(dataset.view["segment_column"])
    if not column:
        raise InputError("the dataset has no segments", where="segment", got=segment, action="Leave the segment empty.")
    if not spec.segment_value:
        spec = replace(spec, segment_column=column, segment_value=str(dataset.view["segments"][0]))
    known = store_settings(services, dataset, spec.to_dict())
    return carry_over(known, draft_of(services, dataset, segment), dataset)


def _channels(draft: ModelSpec, interval: Interval) -> list[ChannelDefaults]:
    from mixline.mmm.recipes.defaults import KINDS, ranges_for

    return [
        ChannelDefaults(
            name=medium.name,
            label=medium.label or medium.name,
            paid=medium.paid,
            kind=medium.kind,
            spend=medium.spend,
            exposure=medium.exposure,
            ranges={name: _range(value) for name, value in ranges_for(medium, interval).items()},
            reason=KINDS[medium.kind].reason,
        )
        for medium in draft.ordered_media
    ]


def _kinds(interval: Interval) -> list[KindDefaults]:
    from mixline.mmm.recipes.defaults import KINDS, theta_range

    return [
        KindDefaults(kind=name, theta=_range(theta_range(name, interval)), reason=default.reason)
        for name, default in KINDS.items()
    ]


def _adstocks() -> list[AdstockView]:
    from mixline.mmm.recipes.defaults import ranges_for
    from mixline.mmm.specification import Media
    from mixline.mmm.transforms.adstock import ADSTOCKS

    views = []
    for name, form in ADSTOCKS.items():
        ranges = ranges_for(Media("any", "any", adstock=name))
        fixed = {key: _range(value) for key, value in ranges.items() if key != "theta"}
        views.append(AdstockView(name=name, parameters=list(form.parameters), ranges=fixed))
    return views


def _components(interval: str) -> list[str]:
    """Those that can be told apart at this interval: weeks have no weekdays, months no days of the month."""
    from mixline.mmm.specification import COMPONENTS

    without = {"day": (), "week": ("weekday",), "month": ("weekday", "monthly")}[interval]
    return [name for name in COMPONENTS if name not in without]


def _sizes(services: Services, dataset_id: str) -> list[SizeEstimate]:
    from mixline.services.runs import list_presets

    measured = read_measured(services)
    return [
        SizeEstimate(
            **preset.model_dump(),
            takes=estimate_cost(services, measured, dataset_id, preset.trials * preset.iterations),
        )
        for preset in list_presets()
    ]


def _range(value: Range) -> RangeView:
    return RangeView(low=value.low, high=value.high)
