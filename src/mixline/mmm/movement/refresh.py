"""A refresh: new periods on an existing model, searched near what it knew.

The method is Robyn's (3.12.1, `robyn_refresh`): the window moves on by the new periods, every searched parameter stays near
the earlier model's value, and candidates are compared with the earlier decomposition (`mixline.mmm.search.refresh_loss`) in place
of shares of spend. Three things are ours.

- **Bounds.** Robyn allows the chosen candidate's value plus and minus `freedom` of the first build's range. A model here is
  many draws: bounds around one of them would take back the doubt about memory and saturation that the earlier ranges held.
  "draws", the default, takes Robyn's bounds and lets them reach as far as nine tenths of the earlier draws do.
- **The ridge weight** is searched over its whole range: it has no bounds in a specification.
- **Objectives.** Robyn weights the error with 0 and the distance from the earlier model with 1, and the lowest distance wins.
  Here both count alike unless `robyn_weights` asks for Robyn's; the candidate is chosen by its error in either case
  (`mixline.mmm.ensemble.selection`), so that a refresh follows the data and says what moved.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, get_args

import numpy as np
import pandas as pd

from mixline.errors import DataError, SpecificationError
from mixline.mmm.inputs.calendar import Days, read_dates
from mixline.mmm.model import MixModel
from mixline.mmm.movement.refresh_values import chosen_parameters, drawn_parameters, drawn_range
from mixline.mmm.recipes.defaults import ranges_for
from mixline.mmm.search.refresh_loss import shares_of_model
from mixline.mmm.specification import LIMITS, Media, ModelSpec, Range, Refresh, require_columns

Bounds = Literal["draws", "robyn", "whole"]
TRIALS, ITERATIONS = 3, 1000  # Robyn's: the ranges are small
ROBYN_WEIGHT = 1e9  # beside a weight of 1 for the error, which then decides nothing
OPEN = 1e-6  # how near a fixed value may come to an end that is not allowed itself


@dataclass(frozen=True)
class NewRows:
    """What data bring to a model. Rows are those of the model's segment, by date."""

    dates: Days
    start: int  # the new window, first and last row
    end: int
    steps: int
    available: int


def refresh_spec(
    model: MixModel,
    frame: pd.DataFrame,
    *,
    steps: int | None = None,
    freedom: float | None = None,
    bounds: Bounds = "draws",
    keep_start: bool = False,
    robyn_weights: bool = False,
    trials: int = TRIALS,
    iterations: int = ITERATIONS,
    model_id: str = "",
) -> ModelSpec:
    """The specification that continues a model on data with newer periods; fit it as any other.

    Args:
        frame: the earlier data with new rows at their end; all of it, as carry-over begins before the window.
        steps: periods to add; all that are new when not given.
        freedom: half width of the bounds as a share of the first build's ranges; steps over the window's length when not
            given, which is Robyn's.
        bounds: "robyn" around the chosen candidate, "draws" as far as the draws lie, too, "whole" the first build's ranges.
        keep_start: let the window grow. Robyn moves both of its ends.
        robyn_weights: search by the distance from the earlier model alone.
        model_id: of `model`, for the chain.

    Raises:
        DataError: the data have no new periods, or not the ones of the window.
        SpecificationError: steps or freedom are out of range; columns are missing.
        ConflictError: the model does not hold what a refresh starts from.
    """
    if bounds not in get_args(Bounds):
        raise SpecificationError("unknown bounds", where="bounds", got=bounds, expected=", ".join(get_args(Bounds)))
    rows = find_new_rows(model, frame, steps=steps, keep_start=keep_start)
    start, stop = model.series.window
    free = rows.steps / (stop - start) if freedom is None else float(freedom)
    if not 0.0 < free <= 1.0:
        raise SpecificationError(
            "the freedom is out of range", where="freedom", got=free, expected="above 0, at most 1"
        )
    spec, earlier = model.spec, model.spec.refresh
    limits = {} if earlier is None else dict(earlier.limits)
    places = {medium.name: m for m, medium in enumerate(spec.ordered_media)}
    media = []
    for medium in spec.media:
        ranges = {}
        for parameter, usual in ranges_for(medium, model.interval).items():
            limit = limits.setdefault(f"{medium.name}:{parameter}", usual)
            ranges[parameter] = _bounds(model, places[medium.name], parameter, limit, free, bounds)
        media.append(_with_ranges(medium, ranges))
    validation = spec.validation
    if validation.train is not None and not validation.train.fixed:
        limit = limits.setdefault("train", validation.train)
        share = (model.series.train - 0.5) / max(stop - start - 1, 1)
        validation = replace(validation, train=around(share, limit, free))
    weight = ROBYN_WEIGHT if robyn_weights else spec.search.rssd_weight
    return replace(
        spec,
        media=tuple(media),
        validation=validation,
        window_start=_day(rows.dates[rows.start]),
        window_end=_day(rows.dates[rows.end]),
        # An experiment of weeks that left the window cannot be compared with any more.
        studies=tuple(study for study in spec.studies if study.start >= _day(rows.dates[rows.start])),
        search=replace(spec.search, trials=trials, iterations=iterations, rssd_weight=weight),
        refresh=Refresh(
            model=model_id or spec.id,
            steps=rows.steps,
            shares=shares_of_model(model),
            chain=() if earlier is None else (*earlier.chain, earlier.model),
            limits=limits,
        ),
    )


def find_new_rows(
    model: MixModel, frame: pd.DataFrame, *, steps: int | None = None, keep_start: bool = False
) -> NewRows:
    """The periods after a model's window, and the window a refresh by `steps` of them has.

    Raises:
        DataError: there are no new periods, or the data lack the window's own.
        SpecificationError: more steps than there are new periods, or as many as the window is long; a column is missing.
    """
    spec = model.spec
    require_columns(spec, [str(c) for c in frame.columns])
    table = frame
    if spec.segment_column:
        table = frame[frame[spec.segment_column].astype(str) == str(spec.segment_value)]
    dates = np.sort(read_dates(table[spec.date_column], spec.date_column))
    inside = model.window_dates.astype("datetime64[D]")
    missing = inside[~np.isin(inside, dates)]
    if len(missing):
        raise DataError(
            "the data do not hold the periods of the earlier model's window",
            where=f"column {spec.date_column}",
            got=f"{missing[0]} and {len(missing) - 1} more missing" if len(missing) > 1 else f"{missing[0]} missing",
            expected=f"every period from {inside[0]} to {inside[-1]}, and newer ones",
            action="Give the whole history with the new rows at its end.",
        )
    first, last = (int(np.searchsorted(dates, day)) for day in (inside[0], inside[-1]))
    available = len(dates) - 1 - last
    if available < 1:
        raise DataError(
            "there are no new periods",
            where=f"column {spec.date_column}",
            got=f"data up to {dates[-1]}",
            expected=f"periods after {inside[-1]}, where the earlier model's window ends",
            action="Add the newer rows to the data.",
        )
    wanted = available if steps is None else steps
    if not 1 <= wanted <= available:
        raise SpecificationError(
            "the steps are out of range", where="steps", got=wanted, expected=f"1 to {available}, the new periods"
        )
    if wanted >= len(inside):
        raise SpecificationError(
            "nothing of the earlier window would be left",
            where="steps",
            got=f"{wanted} of {len(inside)} periods",
            expected=f"fewer than {len(inside)}",
            action="Fit a new model, or add fewer periods at a time.",
        )
    return NewRows(dates, first if keep_start else first + wanted, last + wanted, wanted, available)


def around(centre: float, limit: Range, freedom: float, *, wider: tuple[float, float] | None = None) -> Range:
    """Robyn's bounds: `freedom` of the first build's range on either side of the earlier value, within that range.

    `wider` is held as well, where it is given. A value outside the range gives the nearest end.
    """
    centre = min(max(centre, limit.low), limit.high)
    half = (limit.high - limit.low) * freedom
    low, high = centre - half, centre + half
    if wider is not None:
        low, high = min(low, wider[0]), max(high, wider[1])
    return Range(max(low, limit.low), min(high, limit.high))


def around_fixed(value: float, parameter: str, freedom: float) -> Range:
    """Robyn's bounds of a value that was fixed: times 1 -+ freedom, within what is legal for the parameter."""
    low, high = LIMITS[parameter]
    # theta = 1 never ends, alpha = 0 and gamma = 0 are no curve; the other ends are allowed.
    if parameter in ("alpha", "gamma"):
        low += OPEN
    if parameter in ("theta", "alpha", "shape"):
        high -= OPEN
    return Range(min(max(value * (1 - freedom), low), high), max(min(value * (1 + freedom), high), low))


def _bounds(model: MixModel, m: int, parameter: str, limit: Range, freedom: float, bounds: Bounds) -> Range:
    if bounds == "whole":
        return limit
    centre = chosen_parameters(model, m)[parameter]
    if limit.fixed:
        return around_fixed(limit.low, parameter, freedom)
    drawn = drawn_range(model, drawn_parameters(model, m)[parameter]) if bounds == "draws" else None
    return around(centre, limit, freedom, wider=drawn)


def _with_ranges(medium: Media, ranges: dict[str, Range]) -> Media:
    """Parameters of another adstock keep their ranges: the search does not look at them."""
    return replace(medium, ranges={**medium.ranges, **ranges})


def _day(value: np.datetime64) -> date:
    day: date = value.astype("datetime64[D]").astype(object)
    return day


def chain_facts(spec: ModelSpec) -> dict[str, object]:
    """What a refreshed model's facts say of its chain: {"refresh": root, previous, steps, build}; empty for a first build."""
    if spec.refresh is None:
        return {}
    chain = (*spec.refresh.chain, spec.refresh.model)
    return {
        "refresh": {
            "root": chain[0],
            "previous": spec.refresh.model,
            "steps": spec.refresh.steps,
            "build": len(chain) + 1,
        }
    }
