"""From confirmed column roles to a model specification."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Literal

import numpy as np
import pandas as pd

from mixline.data.column_facts import describe, numbers
from mixline.data.periods import read_periods
from mixline.data.role_rules import COUNTRY_WORDS, channel_label, channel_stem, split_name
from mixline.errors import DataError, SpecificationError
from mixline.messages import ColumnChoice, ColumnSuggestion, Role
from mixline.mmm.specification import COMPONENTS, Component, Context, Goal, Media, ModelSpec, Search

DAYS_FOR_SEASON = 360  # less than a year of data cannot show a yearly season


def choices_from(suggestions: Iterable[ColumnSuggestion]) -> list[ColumnChoice]:
    """The suggestions as if a person had confirmed every one of them."""
    return [ColumnChoice(name=s.name, role=s.role, channel=s.channel, kind=s.kind) for s in suggestions]


def draft_spec(
    frame: pd.DataFrame,
    choices: Sequence[ColumnChoice],
    *,
    goal_kind: Literal["revenue", "conversions"] = "revenue",
    currency: str = "",
    holiday_country: str = "",
    segment_value: str = "",
    search: Search | None = None,
) -> ModelSpec:
    """A specification of the confirmed columns; adstock and ranges are left to the engine's defaults by kind of channel.

    Columns that never change within the segment are left out: a channel that never ran there, a price that never moved.
    A segment that is itself a country (column country, value FR) brings its own holidays; else `holiday_country` does.
    Without a country the holiday component is left out, with less than a year of data the season.

    Args:
        frame: the whole table, read by `read_table`.
        choices: what a person confirmed; columns without a choice are ignored.
        segment_value: which rows of the segment column to model; may be empty when the column has one value.

    Raises:
        DataError: without exactly one date and one goal column, or where spend and exposure do not pair.
        SpecificationError: for a segment that is not there, or when nothing paid is left.
    """
    by_role = columns_by_role(choices)
    date, goal = only_column(by_role, "date"), only_column(by_role, "goal")
    segment = only_column(by_role, "segment") if by_role.get("segment") else ""
    rows, value = select_segment(frame, segment, segment_value)
    holiday_country = _country_named(segment, value) or holiday_country
    components = _components(rows[date], holiday_country)
    names = _Names(components)
    return ModelSpec(
        goal=Goal(goal, goal_kind, channel_label(goal), currency),
        date_column=date,
        media=_media(rows, choices, names),
        context=_context(rows, choices, names),
        components=components,
        holiday_country=holiday_country if "holiday" in components else "",
        segment_column=segment,
        segment_value=value,
        search=search or Search(),
    )


def columns_by_role(choices: Iterable[ColumnChoice]) -> dict[Role, list[str]]:
    """Column names of each role, in the order of the choices."""
    result: dict[Role, list[str]] = {}
    for choice in choices:
        result.setdefault(choice.role, []).append(choice.name)
    return result


def only_column(by_role: dict[Role, list[str]], role: Role) -> str:
    """The one column of a role. Raises DataError for none or several."""
    found = by_role.get(role, [])
    if len(found) == 1:
        return found[0]
    named = {"date": "date column", "goal": "goal column", "segment": "segment column"}.get(role, role)
    if not found:
        raise DataError(f"there is no {named}", expected="exactly one", action=f"Give one column the role {role}.")
    raise DataError(
        f"there are several {named}s",
        got=", ".join(found),
        expected="exactly one",
        action=f"Keep the role {role} for one of them and ignore the others.",
    )


def select_segment(frame: pd.DataFrame, segment: str, value: str) -> tuple[pd.DataFrame, str]:
    """The rows of one segment and its value; the whole table when there is no segment column."""
    if not segment:
        if value:
            raise SpecificationError(
                "a segment is named, but no column has the role segment", got=value, action="Choose the column first."
            )
        return frame, ""
    texts = frame[segment].astype("str")
    values = sorted(texts.unique())
    if not value and len(values) == 1:
        return frame, values[0]
    if not value:
        raise SpecificationError(
            f"the table holds several values of {segment}",
            where="segment",
            expected="one of " + ", ".join(values[:12]) + (", ..." if len(values) > 12 else ""),
            action="Choose the one to model.",
        )
    if value not in values:
        raise SpecificationError(
            "there is no such segment",
            where=segment,
            got=value,
            expected="one of " + ", ".join(values[:12]) + (", ..." if len(values) > 12 else ""),
        )
    return frame[texts == value], value


def pair_media(
    choices: Sequence[ColumnChoice],
) -> tuple[dict[str, tuple[ColumnChoice, str | None]], list[ColumnChoice]]:
    """Paid channels, channel -> (spend choice, exposure column or None), and the organic choices.

    Raises:
        DataError: for two spend or two exposure columns of a channel, or an exposure of no paid channel.
    """
    paid: dict[str, tuple[ColumnChoice, str | None]] = {}
    for choice in choices:
        if choice.role != "spend":
            continue
        name = channel_of(choice)
        if name in paid:
            raise DataError(
                f"channel {name} has two spend columns",
                got=f"{paid[name][0].name}, {choice.name}",
                expected="one",
                action="Give them different channel names, or ignore one.",
            )
        paid[name] = (choice, None)
    for choice in choices:
        if choice.role != "exposure":
            continue
        name = channel_of(choice)
        if name not in paid:
            raise DataError(
                "an exposure column belongs to no channel with spend",
                where=f"column {choice.name}",
                got=name,
                expected="one of " + ", ".join(paid) if paid else "a channel with a spend column",
                action="Correct its channel, or give it the role organic.",
            )
        spend, taken = paid[name]
        if taken is not None:
            raise DataError(
                f"channel {name} has two exposure columns",
                got=f"{taken}, {choice.name}",
                expected="at most one",
                action="Ignore the one that says less about what people saw.",
            )
        paid[name] = (spend, choice.name)
    return paid, [c for c in choices if c.role == "organic"]


def channel_of(choice: ColumnChoice) -> str:
    """The channel's name: what the person wrote, else what the column's name says."""
    return choice.channel.strip() or channel_stem(choice.name) or choice.name


class _Names:
    """Term names: usable characters only, each once."""

    def __init__(self, taken: Iterable[str]) -> None:
        self.taken = {*taken, *COMPONENTS}

    def claim(self, wanted: str) -> str:
        clean = re.sub(r"[^A-Za-z0-9_ .&+()/-]+", "", wanted).strip()[:72]
        clean = clean if re.match(r"[A-Za-z0-9_]", clean) else f"term_{clean}".rstrip("_")
        name, count = clean, 1
        while name in self.taken:
            count += 1
            name = f"{clean}_{count}"
        self.taken.add(name)
        return name


def _country_named(segment: str, value: str) -> str:
    """The country code a segment's value is, empty if the column is no country or its holidays are not known."""
    if not set(split_name(segment)) & COUNTRY_WORDS or not re.fullmatch(r"[A-Z]{2}", value):
        return ""
    import holidays

    return value if value in holidays.list_supported_countries(include_aliases=True) else ""


def _components(dates: pd.Series, country: str) -> tuple[Component, ...]:
    periods = read_periods(dates) if pd.api.types.is_datetime64_any_dtype(dates.dtype) else None
    components: list[Component] = ["trend"]
    if periods is None or (periods.last - periods.first).days >= DAYS_FOR_SEASON:
        components.append("season")
    if periods is not None and periods.interval == "day":
        components.append("weekday")
    if country:
        components.append("holiday")
    return tuple(components)


def _media(rows: pd.DataFrame, choices: Sequence[ColumnChoice], names: _Names) -> tuple[Media, ...]:
    paid, organic = pair_media(choices)
    media = []
    for channel, (spend, exposure) in paid.items():
        if not _ever(rows[spend.name]):
            continue
        seen = exposure if exposure is not None and _ever(rows[exposure]) else None
        media.append(
            Media(
                names.claim(channel), spend.name, seen, kind=spend.kind, label=channel_label(channel.replace(" ", "_"))
            )
        )
    for choice in organic:
        if _ever(rows[choice.name]):
            channel = channel_of(choice)
            label = channel_label(channel.replace(" ", "_"))
            media.append(Media(names.claim(channel), None, choice.name, kind=choice.kind, label=label))
    return tuple(media)


def _context(rows: pd.DataFrame, choices: Sequence[ColumnChoice], names: _Names) -> tuple[Context, ...]:
    context = []
    for choice in choices:
        if choice.role not in ("context", "factor") or rows[choice.name].nunique(dropna=False) < 2:
            continue
        factor = choice.role == "factor" or not describe(rows[choice.name]).numeric
        context.append(Context(names.claim(choice.name), choice.name, factor=factor, label=_words(choice.name)))
    return tuple(context)


def _ever(values: pd.Series) -> bool:
    """Whether the channel was on in any period."""
    return bool((np.nan_to_num(numbers(values)) > 0).any())


def _words(name: str) -> str:
    label = re.sub(r"[_\s]+", " ", name).strip()
    return label[:1].upper() + label[1:]
