"""What is true in a simulated world, and what follows from it.

The formulas are written here a second time on purpose: an engine is judged against this truth, so the truth must not be
computed by the engine. Adstock and Hill saturation are those of Robyn 3.12.1 (Jin et al. 2017, "Bayesian methods for media
mix modeling with carryover and shape effects", for the ideas).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def carry_over(x: Floats, adstock: str, parameters: tuple[float, float]) -> Floats:
    """Adstocked series of shape (T,).

    geometric (theta, 0): a_t = x_t + theta a_{t-1}. weibull_cdf and weibull_pdf (shape, scale): causal convolution with
    the cumulative product of survivals, or with the density scaled to 0-1; scale is a share of the length of the series.
    """
    if adstock == "geometric":
        theta = parameters[0]
        result = np.empty_like(x)
        carried = 0.0
        for t, value in enumerate(x):
            carried = value + theta * carried
            result[t] = carried
        return result
    shape, scale = parameters
    lags = np.arange(len(x), dtype=np.float64)
    width = float(np.round(1.0 + (len(x) - 1) * scale))
    if adstock == "weibull_cdf":
        kernel = np.cumprod(np.exp(-((lags / width) ** shape)))
    else:
        z = (lags + 1.0) / width
        density = shape / width * z ** (shape - 1.0) * np.exp(-(z**shape))
        kernel = (density - density.min()) / (density.max() - density.min())
    return np.asarray(np.convolve(x, kernel)[: len(x)], dtype=np.float64)


def saturate(adstocked: Floats, alpha: float, inflexion: float) -> Floats:
    """Hill: z^alpha / (z^alpha + inflexion^alpha), element by element."""
    powered = np.asarray(adstocked, dtype=np.float64) ** alpha
    return np.asarray(powered / (powered + inflexion**alpha), dtype=np.float64)


@dataclass(frozen=True)
class ChannelTruth:
    """One channel. Series have shape (T,); `media` is what works: spend, or exposure scaled to its cost."""

    name: str
    kind: str
    paid: bool
    adstock: str
    parameters: tuple[float, float]
    alpha: float
    inflexion: float
    beta: float  # outcome at full saturation, per period
    spend: Floats
    media: Floats

    @property
    def adstocked(self) -> Floats:
        return carry_over(self.media, self.adstock, self.parameters)

    @property
    def contribution(self) -> Floats:
        """Outcome per period, shape (T,)."""
        return np.asarray(self.beta * saturate(self.adstocked, self.alpha, self.inflexion), dtype=np.float64)

    @property
    def roi(self) -> float:
        """Contribution of the whole series for its spend."""
        return float(self.contribution.sum() / self.spend.sum())

    @property
    def marginal_roi(self) -> float:
        """Outcome of the next euro when every period's spend rises by the same share (derivative of Hill, exact)."""
        z = self.adstocked
        saturated = saturate(z, self.alpha, self.inflexion)
        # d/df of hill(f z) at f = 1 is alpha s (1 - s): no division by z, so periods without media are no special case.
        return float(self.beta * np.sum(self.alpha * saturated * (1.0 - saturated)) / self.spend.sum())

    def response(self, factors: Floats) -> Floats:
        """Total contribution of the series when every spend is multiplied by each of `factors`, shape (len(factors),)."""
        scaled = np.outer(factors, self.adstocked)
        return np.asarray(self.beta * saturate(scaled, self.alpha, self.inflexion).sum(axis=1), dtype=np.float64)

    def curve(self, points: int = 41, highest: float = 2.0) -> tuple[Floats, Floats]:
        """Mean spend and mean contribution per period from no spend to `highest` times today's."""
        factors = np.linspace(0.0, highest, points)
        return factors * self.spend.mean(), self.response(factors) / len(self.spend)


@dataclass(frozen=True)
class BestPlan:
    """The same total spend, shared out so that the outcome is highest, the flighting of every channel as it was."""

    spend: Mapping[str, float]  # total of the series
    contribution: Mapping[str, float]
    lowest: float  # bounds as multiples of today's spend
    highest: float
    uplift: float  # outcome gained over today's plan


@dataclass(frozen=True)
class Truth:
    """A world's truth. `contributions` of all channels plus all `terms` add up to the outcome of every period exactly."""

    world: str
    seed: int
    interval: str
    country: str
    currency: str
    dates: NDArray[np.datetime64]
    outcome: Floats
    channels: tuple[ChannelTruth, ...]
    terms: Mapping[str, Floats]  # base, trend, season, holiday, context columns, hidden terms, noise

    @property
    def paid(self) -> tuple[ChannelTruth, ...]:
        return tuple(c for c in self.channels if c.paid)

    def channel(self, name: str) -> ChannelTruth:
        return next(c for c in self.channels if c.name == name)

    @property
    def contributions(self) -> dict[str, Floats]:
        """Outcome per period of every channel, each of shape (T,)."""
        return {c.name: c.contribution for c in self.channels}

    @property
    def roi(self) -> dict[str, float]:
        return {c.name: c.roi for c in self.paid}

    @property
    def marginal_roi(self) -> dict[str, float]:
        return {c.name: c.marginal_roi for c in self.paid}

    @property
    def marketing_share(self) -> float:
        """Share of the outcome that paid media brought."""
        return float(sum(c.contribution.sum() for c in self.paid) / self.outcome.sum())

    def best_plan(self, lowest: float = 0.5, highest: float = 2.0) -> BestPlan:
        """The best split of the same budget, each channel within `lowest` to `highest` times today's spend."""
        from mixline.mmm.planning.best_plan import share_out

        today = np.array([c.spend.sum() for c in self.paid])
        spend = share_out([c.response for c in self.paid], today, lowest, highest)
        outcome = {
            c.name: float(c.response(np.array([s / c.spend.sum()]))[0]) for c, s in zip(self.paid, spend, strict=True)
        }
        gained = sum(outcome.values()) - sum(float(c.contribution.sum()) for c in self.paid)
        names = [c.name for c in self.paid]
        return BestPlan(dict(zip(names, map(float, spend), strict=True)), outcome, lowest, highest, gained)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types, ten significant digits: what `truth.json` holds."""
        plan = self.best_plan()
        return {
            "world": self.world,
            "seed": self.seed,
            "interval": self.interval,
            "country": self.country,
            "currency": self.currency,
            "periods": len(self.dates),
            "outcome": _plain(self.outcome.sum()),
            "marketing_share": _plain(self.marketing_share),
            "channels": [_channel_document(c) for c in self.channels],
            "terms": {name: _plain(values.sum()) for name, values in self.terms.items()},
            "best_plan": {
                "bounds": [plan.lowest, plan.highest],
                "spend": {k: _plain(v) for k, v in plan.spend.items()},
                "contribution": {k: _plain(v) for k, v in plan.contribution.items()},
                "uplift": _plain(plan.uplift),
            },
            "per_period": {
                "date": [str(d) for d in self.dates.astype("datetime64[D]")],
                **{name: _plain(values, 2) for name, values in self.contributions.items()},
                **{name: _plain(values, 2) for name, values in self.terms.items()},
            },
        }


def _channel_document(channel: ChannelTruth) -> dict[str, Any]:
    document: dict[str, Any] = {
        "name": channel.name,
        "kind": channel.kind,
        "paid": channel.paid,
        "adstock": channel.adstock,
        "parameters": [_plain(p) for p in channel.parameters],
        "alpha": _plain(channel.alpha),
        "inflexion": _plain(channel.inflexion),
        "beta": _plain(channel.beta),
        "contribution": _plain(channel.contribution.sum()),
    }
    if channel.paid:
        spend, outcome = channel.curve()
        document |= {
            "spend": _plain(channel.spend.sum()),
            "roi": _plain(channel.roi),
            "marginal_roi": _plain(channel.marginal_roi),
            "curve": {"spend": _plain(spend, 2), "contribution": _plain(outcome, 2)},
        }
    return document


def _plain(value: Any, decimals: int | None = None) -> Any:
    if isinstance(value, np.ndarray):
        return [round(float(v), decimals or 0) + 0.0 for v in value]
    return float(f"{float(value):.10g}")
