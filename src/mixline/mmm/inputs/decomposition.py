"""The baseline taken apart: trend, season, time of month, day of week, holidays and factors, from the outcome alone.

The model and its priors are prophet's (Taylor & Letham 2018, "Forecasting at scale"; the maximum a posteriori of its Stan
program): a piecewise-linear trend with 25 changepoints in the first 80 % of the series under a Laplace prior of scale 0.05,
Fourier seasonality and indicator columns under normal priors of scale 10. Because everything is linear but the noise, the
maximum is found by alternating an exact solve with a closed form for the noise: no Stan, and a few milliseconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from mixline.errors import SpecificationError
from mixline.mmm.specification import Component, Interval
from mixline.mmm.transforms.lasso import solve_lasso

Floats = NDArray[np.float64]
Days = NDArray[np.datetime64]

CHANGEPOINTS = 25
CHANGEPOINT_SHARE = 0.8
CHANGEPOINT_SCALE = 0.05  # Laplace prior of the changes of slope
EFFECT_SCALE = 10.0  # normal prior of seasonal, holiday and factor coefficients
TREND_SCALE = 5.0  # normal prior of slope and offset
NOISE_SCALE = 0.5  # half-normal prior of the noise
SEASONS: Mapping[Component, tuple[float, int]] = {  # period in days, order of the Fourier series
    "season": (365.25, 10),
    "monthly": (30.5, 5),
    "weekday": (7.0, 3),
}
ROUNDS = 500
# Harmonics of the year that can be carried on, by years of history: what was seen once is partly noise, and a half of the
# year never seen is anybody's guess. With all ten, forecasts of half a year from one year are off by a third more.
PROJECTED_ORDER: tuple[tuple[float, int], ...] = ((1.0, 2), (2.0, 4))
YEAR = 365.25
Beyond = Literal["cautious", "slope", "flat"]
Holiday = tuple[date, str]


@dataclass(frozen=True)
class Decomposition:
    """Series of length T in units of the outcome, by component and by regressor; `noise` is the standard deviation left."""

    series: dict[str, Floats]
    noise: float


def decompose(
    dates: Days,
    outcome: Floats,
    interval: Interval,
    components: Sequence[Component],
    country: str = "",
    regressors: Mapping[str, Floats] | None = None,
    *,
    holidays: Iterable[Holiday] | None = None,
    fitted: int | None = None,
    beyond: Beyond = "cautious",
    stiffness: float = 1.0,
) -> Decomposition:
    """Take an outcome apart.

    With nothing but components this is Robyn's first step: season, holidays and trend take along whatever part of the media
    runs with them by chance, and media fitted afterwards come out that much too small (with 20 seasonal columns and 30
    holidays on 208 weeks about a fifth). Media and context given as `regressors` take that bias away.

    Args:
        dates: (T,) first day of each period, rising. outcome: (T,), not all equal. interval: of the dates.
        components: which to return. The trend is always part of the model.
        country: ISO code for `holidays`; read only when "holiday" is asked for and no table is given.
        regressors: by name, columns (T,) or (T, L) such as the one-hot levels of a factor. Their series is the sum over
            the L columns, shifted to a minimum of zero (Robyn's form).
        holidays: (day, name) pairs to use instead of the country's.
        fitted: rows, from the first, that the parts are estimated on; all when not given. Outcomes of later rows are not
            looked at: seasons, holidays and regressors repeat what they did, the trend goes on as `beyond` says. So that
            they can, each holiday then has a column of its own in place of one for every mixture of a period's holidays,
            and a season seen less than twice gets fewer harmonics.
        beyond: "slope" carries the trend on at its last slope, "flat" at its last level, "cautious" at the smallest slope
            among the last one, the mean of the last year and that of the whole history, or flat where they disagree about
            the direction. On simulated companies (13 and 39 weeks ahead) the last slope is best while growth goes on and
            far off after a break, flat the other way round; the cautious one is within 3 % of the better one on steady
            companies and loses a third less than the slope after a break.
        stiffness: how many times tighter than prophet's the prior of the trend's bends is.

    Raises:
        SpecificationError: an unknown country, or a component that the interval cannot show.
    """
    _check(components, interval)
    days = dates.astype("datetime64[D]")
    rows = len(days) if fitted is None else fitted
    blocks: dict[str, Floats] = {}
    beyond_known = rows < len(days)
    for component, (period, order) in SEASONS.items():
        if component in components:
            if component == "season" and beyond_known:
                order = _projected_order(days[:rows], order)
            blocks[component] = _fourier(days, period, order)
    if "holiday" in components:
        table = country_holidays(country, days, interval) if holidays is None else holidays
        blocks["holiday"] = _holiday_columns(days, interval, table, alone=beyond_known)
    factors = {name: _standardised(columns, rows) for name, columns in (regressors or {}).items()}
    trend, effects, noise = _solve(
        _share_of_time(days, rows), outcome[:rows], [*blocks.values(), *factors.values()], stiffness
    )
    if beyond_known and beyond != "slope":
        _carry_on(trend, days, rows, flat=beyond == "flat")
    series: dict[str, Floats] = {"trend": trend} if "trend" in components else {}
    series |= dict(zip(blocks, effects, strict=False))
    for name, effect in zip(factors, effects[len(blocks) :], strict=True):
        series[name] = effect - effect.min()
    order_asked = [c for c in components if c in series] + list(factors)
    return Decomposition({name: series[name] for name in order_asked}, noise)


def country_holidays(country: str, days: Days, interval: Interval) -> list[Holiday]:
    """Public holidays of a country over the years of the data. Raises SpecificationError for a country not known."""
    import holidays as calendars

    first, last = days.min().astype(object), (days.max() + _longest(interval)).astype(object)
    try:
        calendar = calendars.country_holidays(country.upper(), years=range(first.year, last.year + 1))
    except (NotImplementedError, KeyError, AttributeError, TypeError) as error:
        raise SpecificationError(
            "the holidays of this country are not known",
            where="holiday_country",
            got=country,
            expected="a two-letter country code such as DE, FR or US",
            action="Correct the code or leave holiday out of components.",
        ) from error
    return [(day, name) for day in sorted(calendar) for name in sorted(calendar.get_list(day))]


def holiday_labels(days: Days, interval: Interval, table: Iterable[Holiday]) -> dict[np.datetime64, list[str]]:
    """The labels of each period that holds holidays (Robyn 3.12.1, `prophet_decomp`).

    A week starts on the weekday of the first date. Several holidays of a period make one label of their own, "A, B"; only
    where a week straddles a year do the holidays of each year keep a label to themselves.
    """
    gathered: dict[tuple[np.datetime64, int], list[str]] = {}
    start = days.min()
    for day, name in table:
        moment: Any = np.datetime64(day, "D")
        if interval == "week":
            moment = start + (moment - start) // np.timedelta64(7, "D") * np.timedelta64(7, "D")
        elif interval == "month":
            moment = moment.astype("datetime64[M]").astype("datetime64[D]")
        gathered.setdefault((moment, day.year), []).append(name)
    labels: dict[np.datetime64, list[str]] = {}
    for (moment, _), names in sorted(gathered.items(), key=lambda item: item[0]):
        labels.setdefault(moment, []).append(", ".join(names))
    return labels


def _check(components: Sequence[Component], interval: Interval) -> None:
    for component, shortest in (("weekday", ("day",)), ("monthly", ("day", "week"))):
        if component in components and interval not in shortest:
            raise SpecificationError(
                f"data by {interval} cannot show this component",
                where="components",
                got=component,
                expected=f"data by {' or '.join(shortest)}",
                action=f"Leave {component} out of components.",
            )


def _longest(interval: Interval) -> np.timedelta64:
    return np.timedelta64({"day": 1, "week": 7, "month": 31}[interval], "D")


def _share_of_time(days: Days, rows: int) -> Floats:
    """(T,) 0 at the first row, 1 at the last of the fitted ones."""
    age = (days - days.min()).astype(float)
    return np.asarray(age / max(float(age[:rows].max()), 1.0))


def _fourier(days: Days, period: float, order: int) -> Floats:
    """(T, 2 * order) sine and cosine of the days since 1970-01-01."""
    angle = 2.0 * np.pi * days.astype(np.int64)[:, None] / period * np.arange(1, order + 1)
    return np.asarray(np.concatenate([np.sin(angle), np.cos(angle)], axis=1))


def _projected_order(known: Days, order: int) -> int:
    """Harmonics of the season that the known days can speak of beyond themselves."""
    years = float((known.max() - known.min()).astype(int) + 7) / YEAR
    return next((few for limit, few in PROJECTED_ORDER if years < limit), order)


def _carry_on(trend: Floats, days: Days, rows: int, *, flat: bool) -> None:
    """Carry the trend on from its last known row, in place: flat, or with the smallest slope that is beyond dispute."""
    age = (days - days[0]).astype(float)
    slope = 0.0
    if not flat and rows > 1:
        last, year = rows - 1, int(np.searchsorted(age, age[rows - 1] - YEAR))
        slopes = [(trend[last] - trend[row]) / (age[last] - age[row]) for row in (last - 1, min(year, last - 1), 0)]
        if min(slopes) > 0 or max(slopes) < 0:
            slope = min(slopes, key=abs)
    trend[rows:] = trend[rows - 1] + slope * (age[rows:] - age[rows - 1])


def _holiday_columns(days: Days, interval: Interval, table: Iterable[Holiday], *, alone: bool = False) -> Floats:
    """(T, labels) indicators of the labels that occur; `alone`: one column per holiday's name."""
    anchors = days.astype("datetime64[M]").astype("datetime64[D]") if interval == "month" else days
    labels: dict[np.datetime64, list[str]] = {}
    if alone:
        for entry in table:
            for moment, (label,) in holiday_labels(days, interval, [entry]).items():
                labels.setdefault(moment, []).append(label)
    else:
        labels = holiday_labels(days, interval, table)
    marked = [labels.get(day, []) for day in anchors]
    names = sorted({label for found in marked for label in found})
    return np.array([[float(name in found) for name in names] for found in marked]).reshape(len(days), len(names))


def _standardised(columns: Floats, rows: int) -> Floats:
    """(T, L): indicators as they are, other columns at mean 0 and standard deviation 1 of the fitted rows (prophet's "auto").

    A column that does not move in the fitted rows says nothing of later ones, so it stays at 0 there too.
    """
    table = np.asarray(columns, dtype=float).reshape(len(columns), -1)
    indicator = ((table == 0) | (table == 1)).all(0)
    known = table[:rows]
    deviation = known.std(0, ddof=1) if rows > 1 else np.zeros(table.shape[1])
    moves = deviation > 1e-12 * np.abs(known).max(0)
    scaled = np.where(moves, (table - known.mean(0)) / np.where(moves, deviation, 1.0), 0.0)
    return np.asarray(np.where(indicator, table, scaled))


def _changepoints(share: Floats) -> Floats:
    """Evenly among the first 80 % of the rows, the first row left out."""
    rows = int(np.floor(len(share) * CHANGEPOINT_SHARE))
    count = max(min(CHANGEPOINTS, rows - 1), 0)
    return np.asarray(share[np.linspace(0, max(rows - 1, 0), count + 1).round().astype(int)[1:]])


def _solve(
    share: Floats, outcome: Floats, blocks: list[Floats], stiffness: float
) -> tuple[Floats, list[Floats], float]:
    """Trend (T,), the effect (T,) of each block of columns, and the noise, in units of the outcome.

    The outcome may be shorter than the other series: it is what is estimated on.
    """
    rows = len(outcome)
    scale = float(np.abs(outcome).max()) or 1.0
    y = outcome / scale
    every_bend = np.maximum(share[:, None] - _changepoints(share[:rows])[None, :], 0.0)
    every_smooth = np.column_stack([share, np.ones_like(share), *blocks])
    bends, smooth = every_bend[:rows], every_smooth[:rows]
    prior = np.full(smooth.shape[1], 1.0 / EFFECT_SCALE**2)
    prior[:2] = 1.0 / TREND_SCALE**2
    gram, cross, square = smooth.T @ smooth, smooth.T @ bends, bends.T @ bends
    right, bend_right = smooth.T @ y, bends.T @ y
    variance = max(float(np.var(y)), 1e-8)
    delta = np.zeros(bends.shape[1])
    for _ in range(ROUNDS):
        hessian = gram + variance * np.diag(prior)
        inner = np.linalg.solve(hessian, np.column_stack([right, cross]))
        quadratic = square - cross.T @ inner[:, 1:]
        delta = solve_lasso(
            quadratic, bend_right - cross.T @ inner[:, 0], variance * stiffness / CHANGEPOINT_SCALE, delta
        )
        beta = inner[:, 0] - inner[:, 1:] @ delta
        rest = y - smooth @ beta - bends @ delta
        # Root of the derivative by the noise of: n log(s) + SSE / (2 s^2) + s^2 / (2 * NOISE_SCALE^2).
        n, weight = len(y), 1.0 / NOISE_SCALE**2
        found = (np.sqrt(n * n + 4.0 * weight * float(rest @ rest)) - n) / (2.0 * weight)
        found = max(float(found), 1e-8)
        done = abs(found - variance) <= 1e-10 * variance
        variance = found
        if done:
            break
    trend = (every_smooth[:, :2] @ beta[:2] + every_bend @ delta) * scale
    ends = np.cumsum([2, *(block.shape[1] for block in blocks)])
    effects = [every_smooth[:, a:b] @ beta[a:b] * scale for a, b in pairwise(ends)]
    return trend, effects, float(np.sqrt(variance)) * scale
