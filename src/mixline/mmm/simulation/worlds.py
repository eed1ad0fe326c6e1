"""The simulator's worlds, as data: which channels, how they work, what else moves the outcome.

Figures are those of a mid-sized European retailer: 1-5 million EUR a week, channels of 5-200 thousand EUR a week that
bring 0.5-6 EUR each euro, marketing 15-35 % of revenue.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from mixline.errors import InputError
from mixline.mmm.specification import Interval


@dataclass(frozen=True)
class ChannelRecipe:
    """One channel before chance has acted. Adstock per week; Hill's half-saturation as a share of the highest adstock."""

    name: str
    kind: str
    pattern: str  # a name in spend_patterns.PATTERNS
    weekly_spend: float  # EUR while on
    roi: float
    carryover: float = 0.2  # geometric theta; for Weibull the shape
    scale: float = 0.0  # Weibull scale, as a share of the series
    adstock: str = "geometric"
    alpha: float = 1.2
    gamma: float = 0.5
    exposure: str = ""  # what is counted besides money: grps, clicks, impressions, views
    cost: float = 0.0  # EUR of one of these
    months_off: int = 0
    bought_with: str = ""  # a channel earlier in the list whose plan it follows
    follows_demand: bool = False


CATALOGUE: tuple[ChannelRecipe, ...] = (
    ChannelRecipe("tv", "tv", "flighted", 150_000, 1.8, 0.55, alpha=1.6, gamma=0.45, exposure="grps", cost=650),
    ChannelRecipe(
        "search", "search", "always_on", 55_000, 3.2, 0.1, alpha=0.9, gamma=0.6, exposure="clicks", cost=0.62
    ),
    ChannelRecipe("social", "social", "pulsed", 42_000, 2.1, 0.2, alpha=1.1, exposure="impressions", cost=0.0065),
    ChannelRecipe("display", "display", "seasonal", 28_000, 1.1, 0.25, exposure="impressions", cost=0.0028),
    ChannelRecipe("video", "video", "pulsed", 38_000, 1.7, 0.35, alpha=1.3, exposure="views", cost=0.021),
    ChannelRecipe("ooh", "ooh", "flighted", 48_000, 1.3, 0.3, alpha=1.4, months_off=7),
    ChannelRecipe("radio", "radio", "flighted", 24_000, 2.6, 0.3, alpha=1.2, gamma=0.4),
    ChannelRecipe("affiliate", "affiliate", "always_on", 18_000, 4.4, 0.05, alpha=0.8, gamma=0.7),
    ChannelRecipe("print", "print", "seasonal", 32_000, 0.9, 1.2, scale=0.01, adstock="weibull_cdf"),
    ChannelRecipe("direct_mail", "print", "flighted", 26_000, 1.9, 2.0, scale=0.012, adstock="weibull_pdf"),
    ChannelRecipe("retargeting", "display", "always_on", 12_000, 2.4, 0.1, exposure="impressions", cost=0.0041),
    ChannelRecipe("podcast", "radio", "pulsed", 9_000, 3.0, 0.35, months_off=5),
)
_BY_NAME = {c.name: c for c in CATALOGUE}


def _pick(*names: str) -> tuple[ChannelRecipe, ...]:
    return tuple(_BY_NAME[name] for name in names)


@dataclass(frozen=True)
class Recipe:
    """A world before chance has acted. Shares are of the mean weekly baseline unless a comment says otherwise."""

    about: str
    channels: tuple[ChannelRecipe, ...]
    weeks: int = 208
    interval: Interval = "week"
    country: str = "DE"
    market: float = 1.0  # size of the market: multiplies every spend and with it everything else
    noise: float = 0.03  # standard deviation, share of mean revenue
    noise_rho: float = 0.3
    season: float = 0.12
    growth: float = 0.05  # of the trend, a year
    holidays: float = 0.05
    organic: bool = True
    context: tuple[str, ...] = ("price_index", "competitor_index", "promotion", "event")
    hidden_demand: float = 0.0  # unobserved demand that moves the outcome
    breaks: float = 0.0  # level lost at 60 % of the series
    outliers: int = 0  # periods with an unexplained jump of a third of revenue
    without_effect: tuple[str, ...] = ()
    spread: float = 0.25  # how far chance moves each channel's ROI from the recipe (standard deviation of the log)


_EIGHT = _pick("tv", "search", "social", "display", "video", "ooh", "radio", "affiliate")
_PLAIN = tuple(
    replace(c, pattern="independent", months_off=0, exposure="", alpha=1.2, gamma=0.5, weekly_spend=w)
    for c, w in zip(_pick("tv", "search", "social", "radio"), (90_000, 60_000, 70_000, 50_000), strict=True)
)

WORLDS: Mapping[str, Recipe] = {
    "clean": Recipe(
        "Four channels spent independently, 1 % noise: an engine that fails here is wrong.",
        _PLAIN,
        noise=0.01,
        noise_rho=0.0,
        organic=False,
        context=("price_index",),
    ),
    "realistic": Recipe("Eight channels planned as people plan, organic media, prices, promotions, 3 % noise.", _EIGHT),
    "collinear": Recipe(
        "Video is bought with TV and display with social: the data cannot tell them apart.",
        (
            *_pick("tv", "search", "social"),
            replace(_BY_NAME["video"], bought_with="tv"),
            replace(_BY_NAME["display"], bought_with="social"),
            _BY_NAME["affiliate"],
        ),
    ),
    "short": Recipe("The realistic world with two years of data.", _EIGHT, weeks=104),
    "confounded": Recipe(
        "Search spend follows a demand nobody recorded, so it looks better than it is.",
        (_BY_NAME["tv"], replace(_BY_NAME["search"], follows_demand=True), *_pick("social", "display", "radio")),
        hidden_demand=0.10,
    ),
    "trend-break": Recipe(
        "A fifth of the baseline is lost at 60 % of the series, and growth turns.",
        _pick("tv", "search", "social", "display", "radio"),
        breaks=0.2,
    ),
    "outliers": Recipe(
        "Six weeks with an unexplained jump of a third of revenue, up or down.",
        _pick("tv", "search", "social", "display", "radio"),
        outliers=6,
    ),
    "no-effect": Recipe(
        "Display is paid for and does nothing.",
        _pick("tv", "search", "social", "display", "radio"),
        without_effect=("display",),
    ),
}


@dataclass(frozen=True)
class Overrides:
    """What a caller may change about a world."""

    weeks: int | None = None
    interval: Interval | None = None
    channels: int | None = None
    country: str | None = None


def choose_recipe(world: str, overrides: Overrides | None = None) -> Recipe:
    """The recipe of `world` with the overrides applied. Raises InputError for an unknown world or a size out of range."""
    if world not in WORLDS:
        raise InputError("unknown world", got=world, expected=", ".join(WORLDS))
    recipe = WORLDS[world]
    overrides = overrides or Overrides()
    if overrides.weeks is not None:
        if not 26 <= overrides.weeks <= 1_040:
            raise InputError("the number of weeks is out of range", got=overrides.weeks, expected="26 to 1040")
        recipe = replace(recipe, weeks=overrides.weeks)
    if overrides.interval is not None:
        if overrides.interval not in ("day", "week"):
            raise InputError("worlds are weekly or daily", got=overrides.interval, expected="week or day")
        recipe = replace(recipe, interval=overrides.interval)
    if overrides.country is not None:
        recipe = replace(recipe, country=overrides.country)
    if overrides.channels is not None:
        recipe = replace(recipe, channels=_resize(recipe.channels, overrides.channels))
    return recipe


def _resize(channels: tuple[ChannelRecipe, ...], count: int) -> tuple[ChannelRecipe, ...]:
    """The first `count` channels, filled up from the catalogue."""
    if not 3 <= count <= len(CATALOGUE):
        raise InputError("the number of channels is out of range", got=count, expected=f"3 to {len(CATALOGUE)}")
    present = {c.name for c in channels}
    return (*channels, *(c for c in CATALOGUE if c.name not in present))[:count]
