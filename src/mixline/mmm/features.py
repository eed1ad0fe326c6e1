"""From a table and a specification to the arrays the search works on, with every check on the way.

Order of events (Robyn 3.12.1, `robyn_inputs` and `robyn_engineering`): columns present, segment kept, dates sorted and
regular, numbers usable, window found, exposure scaled into money, components split off, limits and ranges set.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mixline.errors import DataError, SpecificationError
from mixline.mmm.adstock import adstock, adstock_named
from mixline.mmm.calendar import detect_interval, read_dates, window_rows
from mixline.mmm.defaults import ranges_for
from mixline.mmm.model import Floats
from mixline.mmm.ridge import LIMITS_OF_SIGN, lambda_range
from mixline.mmm.saturation import hill, inflexion_point
from mixline.mmm.search_result import Prepared
from mixline.mmm.specification import Interval, ModelSpec, Range, require_columns

FEWEST_ROWS = 26  # half a year of weeks: below it a season cannot be told from a trend
MOST_LEVELS = 10  # levels of a factor; the rarer ones are pooled, as Robyn does
LOOSE_EXPOSURE = 0.8  # R squared of spend on exposure below which exposure tells another story than spend (Robyn)
SMALLEST_LAMBDA = 1e-6  # of the largest. Robyn stops at 1e-4, which still shrinks well-measured channels by a tenth


def prepare(spec: ModelSpec, frame: pd.DataFrame) -> Prepared:
    """Check a table against a specification and turn it into arrays.

    Raises:
        SpecificationError: a named column is missing, the window misses the data, an adstock is unknown.
        DataError: a column holds text, gaps, infinities or negative media; dates repeat, have gaps or are too few; a
            channel never runs in the window; the outcome never changes.
    """
    repeated = sorted({str(c) for c in frame.columns[frame.columns.duplicated()]} & set(spec.columns))
    if repeated:
        raise DataError("a column name appears twice", got=", ".join(repeated), action="Rename one of them.")
    require_columns(spec, [str(c) for c in frame.columns])
    for medium in spec.media:
        adstock_named(medium.adstock)
    table = _segment(spec, frame)
    dates = read_dates(table[spec.date_column], spec.date_column)
    order = np.argsort(dates, kind="stable")
    dates, table = dates[order], table.iloc[order]
    interval = detect_interval(dates, spec.date_column)
    if len(dates) < FEWEST_ROWS:
        raise DataError(
            "there are too few rows for a model",
            got=f"{len(dates)} rows",
            expected=f"at least {FEWEST_ROWS}",
            action="Add history; two years of weeks are advised.",
        )
    notes: list[str] = []
    start, stop = window_rows(spec, dates, notes)
    if stop - start < FEWEST_ROWS:
        raise SpecificationError(
            "the window is too short for a model",
            where="window",
            got=f"{stop - start} rows",
            expected=f"at least {FEWEST_ROWS}",
            action="Widen the window.",
        )
    outcome = numbers(table, spec.goal.column)
    if np.ptp(outcome[start:stop]) == 0:
        raise DataError("the outcome never changes in the window", where=f"column {spec.goal.column}")
    spend, media, cost = _media(spec, table, (start, stop), notes)
    ranges = tuple(ranges_for(m, interval) for m in spec.ordered_media)
    other, names, groups, low, high = _other_terms(
        spec, table, dates, outcome, interval, (start, stop), _proxies(spec, media, ranges), notes
    )
    limits = [LIMITS_OF_SIGN[m.sign] for m in spec.ordered_media]
    return Prepared(
        spec=spec,
        interval=interval,
        dates=dates,
        outcome=outcome,
        spend=spend,
        media=media,
        other=other,
        window=(start, stop),
        media_names=tuple(m.name for m in spec.ordered_media),
        other_names=tuple(names),
        other_groups=tuple(groups),
        low=np.array(low + [a for a, _ in limits]),
        high=np.array(high + [b for _, b in limits]),
        ranges=ranges,
        lambdas=lambda_range(np.column_stack([other, media]), outcome, smallest=SMALLEST_LAMBDA),
        cost=cost,
        notes=tuple(notes),
    )


def numbers(table: pd.DataFrame, column: str, *, negative: bool = True) -> Floats:
    """A column as (T,) floats. Raises DataError for text, empty cells, infinities and, unless allowed, negative values."""
    raw = table[column]
    values = pd.to_numeric(raw, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    place = f"column {column}"
    missing = raw.isna().to_numpy()
    text = np.isnan(values) & ~missing
    if text.any():
        raise DataError(
            "a cell holds text",
            where=place,
            got=str(raw.to_numpy()[text][0]),
            expected="numbers",
            action="Correct the cell.",
        )
    if missing.any():
        raise DataError(
            "cells are empty",
            where=place,
            got=f"{int(missing.sum())} of {len(values)} rows",
            expected="a number in every row",
            action="Fill them: 0 for media that did not run.",
        )
    if np.isinf(values).any():
        raise DataError("a cell is infinite", where=place, expected="finite numbers", action="Correct the cell.")
    if not negative and (values < 0).any():
        raise DataError(
            "a cell is negative",
            where=place,
            got=float(values.min()),
            expected="0 or more",
            action="Correct the sign, or book the refund in its own column.",
        )
    return values


def _segment(spec: ModelSpec, frame: pd.DataFrame) -> pd.DataFrame:
    if not spec.segment_column:
        return frame
    present = frame[spec.segment_column].astype(str)
    kept = frame[present == str(spec.segment_value)]
    if kept.empty:
        raise SpecificationError(
            "no row has this value",
            where=f"segment {spec.segment_column}",
            got=spec.segment_value,
            expected="one of " + ", ".join(sorted(present.unique())[:12]),
        )
    return kept


def _media(
    spec: ModelSpec, table: pd.DataFrame, window: tuple[int, int], notes: list[str]
) -> tuple[Floats, Floats, Floats]:
    """Spend (T, P), modelled input (T, M) and money per exposure (P,) of the window."""
    inside = slice(*window)
    spends, inputs, costs = [], [], []
    for medium in spec.ordered_media:
        place = f"channel {medium.name}"
        spend = None if medium.spend is None else numbers(table, medium.spend, negative=False)
        exposure = None if medium.exposure is None else numbers(table, medium.exposure, negative=False)
        for column, values in ((medium.spend, spend), (medium.exposure, exposure)):
            if values is not None and not values[inside].any():
                raise DataError(
                    f"the column {column} is zero in the whole window",
                    where=place,
                    expected="at least some periods above 0",
                    action="Leave the channel out or choose another window.",
                )
        series = exposure if exposure is not None else spend
        if series is None:
            continue  # Media demands one of the two
        if np.ptp(series) == 0:
            raise DataError(
                "the channel is the same in every period, so its effect cannot be told from the baseline",
                where=place,
                got=float(series[0]),
                action="Leave it out.",
            )
        cost = 1.0
        if spend is not None:
            if exposure is not None and medium.exposure != medium.spend:
                cost = float(spend[inside].sum() / exposure[inside].sum())
                series = exposure * cost
                explained = _r_squared(spend[inside], series[inside])
                if explained < LOOSE_EXPOSURE:
                    notes.append(
                        f"{medium.name}: {medium.exposure} explains only {explained:.0%} of {medium.spend}; "
                        "ROI mixes the effect of exposure with its price."
                    )
            spends.append(spend)
            costs.append(cost)
        inputs.append(series)
    return np.column_stack(spends), np.column_stack(inputs), np.array(costs)


def _r_squared(spend: Floats, scaled: Floats) -> float:
    total = float(((spend - spend.mean()) ** 2).sum())
    return max(0.0, 1.0 - float(((spend - scaled) ** 2).sum()) / total) if total > 0 else 1.0


def _other_terms(
    spec: ModelSpec,
    table: pd.DataFrame,
    dates: NDArray[np.datetime64],
    outcome: Floats,
    interval: Interval,
    window: tuple[int, int],
    proxies: dict[str, Floats],
    notes: list[str],
) -> tuple[Floats, list[str], list[str], list[float], list[float]]:
    """Components and context: values (T, K), names, groups and limits.

    The components are estimated with context and media beside them. Robyn (and prophet on the bare outcome) lets the
    season and the trend take what media brought in season and while growing: on the simulator's clean worlds that alone
    is 15 % of a channel's contribution, against 2 % in this way.
    """
    levels = {c.name: _one_hot(table[c.column]) for c in spec.context if c.factor}
    columns: list[tuple[str, str, Floats, tuple[float, float]]] = []
    factors: dict[str, Floats] = {}
    if spec.components:
        from mixline.mmm.decomposition import decompose

        beside: dict[str, Floats] = {
            f"context {c.name}": numbers(table, c.column) for c in spec.context if not c.factor
        }
        beside |= {f"factor {name}": np.column_stack(list(x.values())) for name, x in levels.items() if x}
        parts = decompose(dates, outcome, interval, spec.components, spec.holiday_country, beside | proxies).series
        # A component is in outcome units already, so a share of it below zero would turn it upside down.
        columns += [
            (name, "component", np.asarray(parts[name], dtype=float), (0.0, np.inf)) for name in spec.components
        ]
        factors = {name: np.asarray(parts[f"factor {name}"], dtype=float) for name, x in levels.items() if x}
    for context in spec.context:
        limits = LIMITS_OF_SIGN[context.sign]
        if not context.factor:
            columns.append((context.name, "context", numbers(table, context.column), limits))
        elif context.name in factors:
            columns.append((context.name, "context", factors[context.name], limits))
        else:
            columns += [
                (f"{context.name} {level}", "context", values, limits) for level, values in levels[context.name].items()
            ]
    kept = []
    for column in columns:
        # The comparison leaves out what is constant but for rounding.
        inside = column[2][slice(*window)]
        if np.ptp(inside) <= 1e-12 * max(float(np.abs(inside).max()), 1e-300):
            notes.append(f"{column[0]} never changes in the window and was left out.")
        else:
            kept.append(column)
    values = np.column_stack([c[2] for c in kept]) if kept else np.zeros((len(dates), 0))
    return values, [c[0] for c in kept], [c[1] for c in kept], [c[3][0] for c in kept], [c[3][1] for c in kept]


def _proxies(spec: ModelSpec, media: Floats, ranges: tuple[dict[str, Range], ...]) -> dict[str, Floats]:
    """Every medium (T,) as it would act with the middle of its ranges: close enough to keep it out of the components."""
    found = {}
    for m, medium in enumerate(spec.ordered_media):
        middle = {name: (r.low + r.high) / 2 for name, r in ranges[m].items()}
        own = [middle[name] for name in adstock_named(medium.adstock).parameters]
        level = adstock(media[:, m], medium.adstock, *own)
        found[f"media {medium.name}"] = hill(level, middle["alpha"], inflexion_point(level, middle["gamma"]))
    return found


def _one_hot(values: pd.Series) -> dict[str, Floats]:
    """0/1 columns for all levels but the most frequent one, which is the reference; rare levels beyond ten are pooled."""
    if values.isna().any():
        raise DataError(
            "cells are empty",
            where=f"column {values.name}",
            got=f"{int(values.isna().sum())} rows",
            expected="a level in every row",
        )
    text = values.astype(str)
    counts = sorted(text.value_counts().items(), key=lambda item: (-item[1], str(item[0])))
    named = [str(level) for level, _ in counts[:MOST_LEVELS]]
    levels = text.to_numpy(dtype=object)
    columns: dict[str, Floats] = {level: (levels == level).astype(float) for level in sorted(named[1:])}
    if len(counts) > MOST_LEVELS:
        columns["other levels"] = (~np.isin(levels.astype(str), named)).astype(float)
    return columns
