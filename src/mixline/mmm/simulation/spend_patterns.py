"""How money is really spent: series of spend per week, each pattern a function of a random generator.

Every function returns an array of shape (weeks,), in multiples of the channel's usual weekly spend (mean about 1 while
the channel is on). `simulate` turns weeks into days and multiples into money.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Pattern = Callable[[np.random.Generator, Floats], Floats]

WEEKS_PER_YEAR = 365.25 / 7


def autocorrelated(rng: np.random.Generator, size: int, rho: float, sd: float) -> Floats:
    """AR(1) noise of shape (size,), mean 0, stationary standard deviation `sd`."""
    shocks = rng.normal(0.0, sd * np.sqrt(1.0 - rho * rho), size)
    noise = np.empty(size)
    noise[0] = rng.normal(0.0, sd)
    for t in range(1, size):
        noise[t] = rho * noise[t - 1] + shocks[t]
    return noise


def flighted(rng: np.random.Generator, season: Floats) -> Floats:
    """Bursts of 3-6 weeks with pauses of 2-6 weeks, as television and radio are booked."""
    spend = np.zeros(len(season))
    week = int(rng.integers(0, 4))
    while week < len(season):
        on = int(rng.integers(3, 7))
        level = rng.uniform(0.5, 1.6)
        stop = min(week + on, len(season))
        spend[week:stop] = level * rng.uniform(0.85, 1.15, stop - week)
        week = stop + int(rng.integers(2, 7))
    return spend


def always_on(rng: np.random.Generator, season: Floats) -> Floats:
    """Never off; a budget decided anew every 10-26 weeks, with small weekly swings, as search is run."""
    level = np.empty(len(season))
    week = 0
    while week < len(season):
        stop = min(week + int(rng.integers(10, 27)), len(season))
        level[week:stop] = rng.uniform(0.55, 1.45)
        week = stop
    swings = np.exp(autocorrelated(rng, len(season), 0.4, 0.15))
    return np.asarray(level * swings * (1.0 + 0.15 * season), dtype=np.float64)


def seasonal(rng: np.random.Generator, season: Floats) -> Floats:
    """More money in the strong season, less in the weak one, as print and display follow the sales plan."""
    swings = np.exp(autocorrelated(rng, len(season), 0.3, 0.3))
    return np.asarray(np.clip(1.0 + 0.6 * season, 0.1, None) * swings, dtype=np.float64)


def pulsed(rng: np.random.Generator, season: Floats) -> Floats:
    """A low always-on level with campaigns of 1-3 weeks at two to four times of it, as social is run."""
    spend = 0.5 * np.exp(autocorrelated(rng, len(season), 0.3, 0.2))
    week = int(rng.integers(1, 6))
    while week < len(season):
        stop = min(week + int(rng.integers(1, 4)), len(season))
        spend[week:stop] += rng.uniform(0.8, 2.0)
        week = stop + int(rng.integers(3, 8))
    return np.asarray(spend, dtype=np.float64)


def independent(rng: np.random.Generator, season: Floats) -> Floats:
    """Every week drawn on its own over a wide range, one in eight off: what an experimenter would wish for."""
    spend = rng.uniform(0.15, 1.85, len(season))
    return np.asarray(np.where(rng.random(len(season)) < 0.125, 0.0, spend), dtype=np.float64)


def switched_off(rng: np.random.Generator, spend: Floats, months: int) -> Floats:
    """`spend` with `months` consecutive months at zero, somewhere after the first and before the last quarter."""
    length = round(months * WEEKS_PER_YEAR / 12)
    first, last = len(spend) // 4, max(len(spend) * 3 // 4 - length, len(spend) // 4 + 1)
    start = int(rng.integers(first, last))
    result = spend.copy()
    result[start : start + length] = 0.0
    return result


def alongside(rng: np.random.Generator, partner: Floats) -> Floats:
    """Bought together with `partner`: the same weeks, the same shape, a few percent apart (correlation about 0.98)."""
    return np.asarray(partner * rng.normal(1.0, 0.1, len(partner)).clip(0.6, 1.4), dtype=np.float64)


def led_by_demand(rng: np.random.Generator, demand: Floats) -> Floats:
    """Budget that follows demand (shape (weeks,), standard deviation about 1), as search does when people search more."""
    return np.asarray(np.exp(0.35 * demand + rng.normal(0.0, 0.08, len(demand))), dtype=np.float64)


PATTERNS: Mapping[str, Pattern] = {
    "flighted": flighted,
    "always_on": always_on,
    "seasonal": seasonal,
    "pulsed": pulsed,
    "independent": independent,
}
