"""Seeded worlds whose truth is known.

`simulate("realistic", seed=1)` gives a table as a company would have it, a specification that fits it, and the truth. The
same world and seed give the same bytes. Nothing here uses the engine.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mixline.errors import InputError
from mixline.mmm.simulation.spend_patterns import (
    PATTERNS,
    WEEKS_PER_YEAR,
    alongside,
    autocorrelated,
    led_by_demand,
    switched_off,
)
from mixline.mmm.simulation.truth import ChannelTruth, Truth, carry_over, saturate
from mixline.mmm.simulation.worlds import WORLDS, ChannelRecipe, Overrides, Recipe, choose_recipe
from mixline.mmm.specification import Component, Context, Goal, Interval, Media, ModelSpec

Floats = NDArray[np.float64]

FIRST_MONDAY = date(2022, 1, 3)
CURRENCY = "EUR"
LOWEST_ROI, HIGHEST_ROI = 0.5, 6.0
MARKETING_SHARES = (0.17, 0.32)  # of revenue; chance picks within
EVENTS = ("none", "store_opening", "loyalty_week")
ORGANIC_SHARE = 0.012  # of the baseline, brought by the newsletter


@dataclass(frozen=True)
class World:
    """A table, the specification that fits it, and what is true in it."""

    frame: pd.DataFrame
    spec: ModelSpec
    truth: Truth


def simulate(
    world: str,
    seed: int = 1,
    *,
    weeks: int | None = None,
    interval: Interval | None = None,
    channels: int | None = None,
    country: str | None = None,
) -> World:
    """One world.

    Args:
        world: a name in `WORLDS`.
        seed: another seed gives another company in the same kind of world.
        weeks: 26-1040; `interval` "week" or "day"; `channels` 3-12; `country` an ISO code known to `holidays`.

    Raises:
        InputError: for an unknown world or a size out of range.
    """
    return build(world, choose_recipe(world, Overrides(weeks, interval, channels, country)), seed)


def build(world: str, recipe: Recipe, seed: int) -> World:
    """The world of a recipe. `world` names it and takes part in the seed."""
    if not 0 <= seed < 2**31:
        raise InputError("the seed is out of range", got=seed, expected="0 to 2^31 - 1")
    rng = np.random.default_rng([seed, zlib.crc32(f"{world}/{recipe.country}".encode())])
    days = _dates(recipe)
    season = _season(rng, days)
    demand = autocorrelated(rng, recipe.weeks, 0.85, 1.0)
    columns: dict[str, object] = {"date": days.astype("datetime64[s]")}

    plans: dict[str, Floats] = {}
    paid = [_channel(rng, recipe, c, plans, season, demand, columns) for c in recipe.channels]
    share = rng.uniform(*MARKETING_SHARES)
    bought = sum(float(c.contribution.sum()) for c in paid)
    base = bought * (1.0 - share) / share / len(days)

    organic = [_newsletter(rng, recipe, base, len(days), columns)] if recipe.organic else []
    terms = {"base": np.full(len(days), base), "trend": _trend(recipe, base, len(days))}
    terms["season"] = base * recipe.season * season
    if recipe.interval == "day":
        terms["weekday"] = base * _weekdays(rng, days)
    terms["holiday"] = base * recipe.holidays * _holiday_lifts(rng, recipe, days)
    terms |= _context(rng, recipe, base, days, columns)
    if recipe.hidden_demand:
        terms["hidden_demand"] = base * recipe.hidden_demand * _spread(demand, recipe)
    terms |= _disturbances(rng, recipe, base, bought / len(days), len(days))

    explained = sum((c.contribution for c in (*paid, *organic)), start=np.zeros(len(days)))
    explained = explained + sum(terms.values(), start=np.zeros(len(days)))
    outcome = np.asarray(np.round(np.clip(explained, 0.05 * base, None)), dtype=np.float64)
    terms["noise"] = terms["noise"] + outcome - explained  # whole euros: what rounding moved is noise
    frame = pd.DataFrame({"date": columns.pop("date"), "revenue": outcome, **columns})
    truth = Truth(
        world, seed, recipe.interval, recipe.country, CURRENCY, days, outcome, (*paid, *organic), terms
    )  # fmt: skip
    return World(frame, _specification(recipe, truth, frame), truth)


# --- time -------------------------------------------------------------------------------------------------------------


def _dates(recipe: Recipe) -> NDArray[np.datetime64]:
    step = 1 if recipe.interval == "day" else 7
    count = recipe.weeks * 7 // step
    first = np.datetime64(FIRST_MONDAY.isoformat(), "D")
    return np.asarray(first + np.arange(count) * step)


def _spread(weekly: Floats, recipe: Recipe) -> Floats:
    """A weekly series at the recipe's interval: each day has its week's value."""
    return np.repeat(weekly, 7) if recipe.interval == "day" else weekly


def _season(rng: np.random.Generator, days: NDArray[np.datetime64]) -> Floats:
    """Yearly season within about -1..1: a strong end of the year, a smaller spring, a quiet summer."""
    angle = 2.0 * np.pi * (days - np.datetime64("2022-01-01")).astype(float) / 365.25
    peak = rng.uniform(-0.25, 0.25)
    wave = (
        np.cos(angle + peak) + 0.45 * np.cos(2.0 * (angle - 0.4 + peak)) + 0.2 * np.cos(3.0 * angle + rng.uniform(0, 6))
    )
    return np.asarray(wave / 1.65, dtype=np.float64)


def _trend(recipe: Recipe, base: float, periods: int) -> Floats:
    """Growth from zero; after a break the level falls and growth turns."""
    years = np.arange(periods) / (365.25 if recipe.interval == "day" else WEEKS_PER_YEAR)
    trend = base * recipe.growth * years
    if recipe.breaks:
        start = int(0.6 * periods)
        trend[start:] = trend[start] - base * recipe.breaks - base * recipe.growth * (years[start:] - years[start])
    return np.asarray(trend, dtype=np.float64)


def _weekdays(rng: np.random.Generator, days: NDArray[np.datetime64]) -> Floats:
    """Weekday effects with mean zero, as a share of the baseline: Saturday strong, Sunday weak."""
    profile = np.array([0.02, -0.03, -0.04, 0.0, 0.08, 0.14, -0.17]) + rng.normal(0.0, 0.01, 7)
    profile -= profile.mean()
    weekday = (days.astype("datetime64[D]").astype(int) + 3) % 7  # 1970-01-01 was a Thursday
    return np.asarray(profile[weekday], dtype=np.float64)


def _holiday_lifts(rng: np.random.Generator, recipe: Recipe, days: NDArray[np.datetime64]) -> Floats:
    """Lift of each period's public holidays, in multiples of the recipe's holiday effect; the same every year by name."""
    import holidays

    first, last = days[0].astype(object), days[-1].astype(object) + timedelta(days=6)
    years = range(first.year, last.year + 1)
    calendar = holidays.country_holidays(recipe.country, years=years, language="en_US")
    names = sorted({name for day in calendar for name in calendar.get_list(day)})
    # Shops earn before a feast and close on it: most names lift a little, the end of the year lifts a lot.
    lifts = {name: float(rng.normal(0.6, 0.6)) for name in names}
    for name in names:
        if "christmas" in name.lower():
            lifts[name] += 1.2
    step = 1 if recipe.interval == "day" else 7
    result = np.zeros(len(days))
    for day in sorted(calendar):
        row = (day - first).days // step
        if 0 <= row < len(days):
            result[row] += sum(lifts[name] for name in calendar.get_list(day))
    return result


# --- media ------------------------------------------------------------------------------------------------------------


def _channel(
    rng: np.random.Generator,
    recipe: Recipe,
    channel: ChannelRecipe,
    plans: dict[str, Floats],
    season: Floats,
    demand: Floats,
    columns: dict[str, object],
) -> ChannelTruth:
    """Draw the spend, count the exposure, set the effect so that the ROI is the recipe's times chance."""
    weekly_season = season[:: 7 if recipe.interval == "day" else 1]
    if channel.bought_with:
        plan = alongside(rng, plans[channel.bought_with])
    elif channel.follows_demand:
        plan = led_by_demand(rng, demand)
    else:
        plan = PATTERNS[channel.pattern](rng, weekly_season)
    if channel.months_off:
        plan = switched_off(rng, plan, channel.months_off)
    plans[channel.name] = plan

    spend = channel.weekly_spend * recipe.market * _spread(plan, recipe)
    if recipe.interval == "day":
        spend = spend / 7.0 * rng.normal(1.0, 0.12, len(spend)).clip(0.5, 1.5)
    spend = np.round(spend, 2)
    columns[f"{channel.name}_spend"] = spend
    media = spend
    if channel.exposure:
        cost = channel.cost * np.exp(rng.normal(0.0, 0.06, len(spend)))
        exposure = np.round(spend / cost, 1 if channel.cost > 10 else 0)
        columns[f"{channel.name}_{channel.exposure}"] = exposure
        media = exposure * (spend.sum() / exposure.sum())

    adstock, parameters = channel.adstock, (channel.carryover, channel.scale)
    if adstock == "geometric":
        theta = float(np.clip(channel.carryover + rng.normal(0.0, 0.05), 0.0, 0.8))
        parameters = (theta ** (1.0 / 7.0) if recipe.interval == "day" else theta, 0.0)
    adstocked = carry_over(media, adstock, parameters)
    alpha = channel.alpha * float(np.exp(rng.normal(0.0, 0.08)))
    inflexion = channel.gamma * float(np.exp(rng.normal(0.0, 0.1))) * float(adstocked.max())
    roi = float(np.clip(channel.roi * np.exp(rng.normal(0.0, recipe.spread)), LOWEST_ROI, HIGHEST_ROI))
    if channel.name in recipe.without_effect:
        roi = 0.0
    beta = roi * float(spend.sum() / saturate(adstocked, alpha, inflexion).sum())
    return ChannelTruth(
        channel.name, channel.kind, True, adstock, parameters, alpha, inflexion, beta, spend, media
    )  # fmt: skip


def _newsletter(
    rng: np.random.Generator, recipe: Recipe, base: float, periods: int, columns: dict[str, object]
) -> ChannelTruth:
    """Organic media: sends grow with the list, two or three mailings a month are large."""
    weeks = np.arange(recipe.weeks)
    sends = (
        40_000 * recipe.market * (1.0 + 0.002 * weeks) * rng.choice([0.4, 1.0, 1.8], recipe.weeks, p=[0.3, 0.45, 0.25])
    )
    daily = recipe.interval == "day"
    media = np.round(_spread(sends * np.exp(rng.normal(0.0, 0.1, recipe.weeks)), recipe) / (7.0 if daily else 1.0))
    columns["newsletter_sends"] = media
    parameters = (0.2 ** (1.0 / 7.0) if daily else 0.2, 0.0)
    adstocked = carry_over(media, "geometric", parameters)
    inflexion = 0.5 * float(adstocked.max())
    beta = ORGANIC_SHARE * base * periods / float(saturate(adstocked, 1.0, inflexion).sum())
    zero = np.zeros(periods)
    return ChannelTruth(
        "newsletter", "email", False, "geometric", parameters, 1.0, inflexion, beta, zero, media
    )  # fmt: skip


# --- everything else --------------------------------------------------------------------------------------------------


def _context(
    rng: np.random.Generator, recipe: Recipe, base: float, days: NDArray[np.datetime64], columns: dict[str, object]
) -> dict[str, Floats]:
    """Prices, competitors, promotions and events. Indices act by their distance from their own mean."""
    terms: dict[str, Floats] = {}
    weeks = recipe.weeks
    for name in recipe.context:
        if name == "price_index":
            weekly = 100.0 + autocorrelated(rng, weeks, 0.9, 2.5) + 0.01 * np.arange(weeks)
            effect = -0.012  # of the baseline per point
        elif name == "competitor_index":
            weekly = 100.0 + autocorrelated(rng, weeks, 0.7, 8.0)
            effect = -0.0025
        elif name == "promotion":
            weekly = np.zeros(weeks)
            starts = np.sort(rng.choice(weeks, size=max(2, weeks // 13), replace=False))
            for start in starts:
                weekly[start : start + int(rng.integers(1, 3))] = rng.choice([0.1, 0.15, 0.2])
            effect = 0.5  # a 10 % promotion lifts the baseline by 5 %
        else:
            levels = np.zeros(weeks, dtype=np.int64)
            chosen = rng.choice(weeks, size=max(4, weeks // 20), replace=False)
            levels[chosen] = rng.integers(1, len(EVENTS), len(chosen))
            lifts = np.array([0.0, 0.06, 0.04])
            columns[name] = np.array(EVENTS, dtype=object)[_spread(levels.astype(float), recipe).astype(int)]
            terms[name] = base * _spread(lifts[levels], recipe)
            continue
        values = np.round(_spread(weekly, recipe), 2)
        columns[name] = values
        centre = 0.0 if name == "promotion" else float(values.mean())
        terms[name] = np.asarray(base * effect * (values - centre), dtype=np.float64)
    return terms


def _disturbances(
    rng: np.random.Generator, recipe: Recipe, base: float, paid: float, periods: int
) -> dict[str, Floats]:
    """AR(1) noise, and the outliers of a world that has them."""
    revenue = base + paid
    noise = autocorrelated(rng, periods, recipe.noise_rho, recipe.noise * revenue)
    if not recipe.outliers:
        return {"noise": noise}
    jumps = np.zeros(periods)
    rows = rng.choice(np.arange(4, periods - 4), size=recipe.outliers, replace=False)
    jumps[rows] = revenue / 3.0 * np.where(np.arange(recipe.outliers) % 2 == 0, 1.0, -1.0)
    return {"outliers": jumps, "noise": noise}


def _specification(recipe: Recipe, truth: Truth, frame: pd.DataFrame) -> ModelSpec:
    """The specification a good analyst would write. It does not know the truth's parameters."""
    exposures = {c.name: f"{c.name}_{c.exposure}" if c.exposure else None for c in recipe.channels}
    media = [
        Media(c.name, spend=f"{c.name}_spend", exposure=exposures[c.name], kind=c.kind, adstock=c.adstock)
        for c in truth.paid
    ]
    if recipe.organic:
        media.append(Media("newsletter", exposure="newsletter_sends", kind="email"))
    context = tuple(Context(name, name, factor=name == "event") for name in recipe.context)
    components: tuple[Component, ...] = ("trend", "season", "holiday")
    if recipe.interval == "day":
        components = ("trend", "season", "weekday", "holiday")
    return ModelSpec(
        goal=Goal("revenue", "revenue", "Revenue", CURRENCY),
        date_column="date",
        media=tuple(media),
        context=context,
        components=components,
        holiday_country=recipe.country,
    )


__all__ = ["WORLDS", "World", "build", "simulate"]
