"""A specification made for one segment or dataset, carried over to another.

The draft of the place it goes to says what there is; the specification says how people want it. What the place lacks is left
out, what somebody left out on purpose stays out, and what is new there comes in with its defaults. Each difference is a note.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Protocol, TypeVar

from mixline.mmm.specification import Component, Context, Media, ModelSpec, Study


class Named(Protocol):
    @property
    def name(self) -> str: ...


T = TypeVar("T", bound=Named)


def adapt(
    spec: ModelSpec, draft: ModelSpec, *, left_out: Collection[str], first: date, last: date
) -> tuple[ModelSpec, list[str]]:
    """`spec` as it can be where `draft` was made.

    Args:
        left_out: names of media and context of the place `spec` was made for that it does not hold.
        first, last: the days the data begins and ends.

    Returns:
        The specification and what could not be carried over, a sentence each.
    """
    notes: list[str] = []
    place = draft.segment_value or "this dataset"
    media = _merge(spec.media, draft.media, left_out, _medium, f"{place} has no such channel", notes)
    context = _merge(spec.context, draft.context, left_out, _context, f"{place} has no such column", notes)
    components, country = _components(spec, draft, notes)
    start, end = spec.window_start, spec.window_end
    if (start and not first <= start <= last) or (end and not first <= end <= last):
        notes.append(f"The window {start or first} to {end or last} lies outside this data; the whole of it is used.")
        start = end = None
    same = spec.segment_value == draft.segment_value
    return replace(
        draft,
        goal=spec.goal if spec.goal.column == draft.goal.column else draft.goal,
        media=media,
        context=context,
        components=components,
        holiday_country=country,
        window_start=start,
        window_end=end,
        intercept=spec.intercept,
        penalty_factors=spec.penalty_factors,
        validation=spec.validation,
        search=spec.search,
        studies=_studies(spec.studies, media, same, notes),
    ), notes


def names_of(spec: ModelSpec) -> set[str]:
    """Names of all media and context."""
    return {m.name for m in spec.media} | {c.name for c in spec.context}


def _merge(
    wanted: Sequence[T],
    there: Sequence[T],
    left_out: Collection[str],
    carry: Callable[[T, T], T],
    missing: str,
    notes: list[str],
) -> tuple[T, ...]:
    by_name: Mapping[str, T] = {item.name: item for item in wanted}
    kept = []
    for item in there:
        if item.name in by_name:
            kept.append(carry(by_name[item.name], item))
        elif item.name not in left_out:
            kept.append(item)
            notes.append(f"{item.name} is new here and has its defaults.")
    lost = [item.name for item in wanted if item.name not in {other.name for other in there}]
    notes += [f"{name} is left out: {missing}." for name in lost]
    return tuple(kept)


def _medium(wanted: Media, there: Media) -> Media:
    exposure = there.exposure if wanted.exposure is not None or there.spend is None else None
    return replace(
        there,
        exposure=exposure,
        kind=wanted.kind,
        adstock=wanted.adstock,
        sign=wanted.sign,
        label=wanted.label,
        ranges=wanted.ranges,
    )


def _context(wanted: Context, there: Context) -> Context:
    return replace(there, sign=wanted.sign, factor=wanted.factor, label=wanted.label)


def _components(spec: ModelSpec, draft: ModelSpec, notes: list[str]) -> tuple[tuple[Component, ...], str]:
    """The components asked for; holidays are those of the place, where it has a country of its own."""
    same = spec.segment_value == draft.segment_value
    country = spec.holiday_country if same else draft.holiday_country or spec.holiday_country
    if "holiday" not in spec.components:
        return spec.components, country
    if not country:
        notes.append("Holidays are left out: no country is known here.")
        return tuple(c for c in spec.components if c != "holiday"), ""
    return spec.components, country


def _studies(studies: Sequence[Study], media: Sequence[Media], same: bool, notes: list[str]) -> tuple[Study, ...]:
    """A lift study speaks of the place it was made in, and of channels that are modelled."""
    if studies and not same:
        notes.append("Lift studies are left out: they were made elsewhere.")
        return ()
    names = {m.name for m in media}
    kept = tuple(study for study in studies if set(study.channels) <= names)
    if len(kept) < len(studies):
        notes.append("Lift studies of channels that are not modelled here are left out.")
    return kept


def summarise(document: Mapping[str, Any]) -> str:
    """A specification document in a line: what it is about and how large its search is."""
    search = document.get("search", {})
    parts = [f"{len(document.get('media', []))} channels"]
    if document.get("window_start") or document.get("window_end"):
        parts.append(f"{document.get('window_start') or 'start'} to {document.get('window_end') or 'end'}")
    if document.get("studies"):
        parts.append(f"{len(document['studies'])} lift studies")
    parts.append(f"{search.get('trials', 0)} × {search.get('iterations', 0):,} candidates")
    return ", ".join(parts)
