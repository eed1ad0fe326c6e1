"""Hand-made parts for tests: a small fitted model whose every number is known, without running a search.

from tests.builders import make_model
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from mixline.mmm.model import Draws, MixModel, Series
from mixline.mmm.specification import Context, Goal, Interval, Media, ModelSpec
from mixline.mmm.transforms.adstock import adstock
from mixline.mmm.transforms.saturation import hill

STEPS = {"day": "timedelta64[D]", "week": "timedelta64[W]", "month": "timedelta64[M]"}


def make_model(
    periods: int = 60,
    paid: int = 2,
    organic: int = 1,
    draws: int = 12,
    *,
    seed: int = 0,
    lead: int = 8,
    interval: Interval = "week",
    kind: str = "revenue",
    noise: float = 40.0,
    equal_weights: bool = False,
    adstocks: tuple[str, ...] = ("geometric", "weibull_cdf", "weibull_pdf"),
    **changes: Any,
) -> MixModel:
    """A model of `periods` rows whose window starts at row `lead`. The outcome is draw 0's fit plus noise.

    Channels are named channel_0, channel_1 ... (paid) and organic_0 ...; their adstocks alternate through `adstocks`.
    Half of the draws share hyperparameters with another draw, as a bootstrap's do. `changes` replace fields of the model.
    """
    rng = np.random.default_rng(seed)
    count = paid + organic
    media = tuple(
        Media(
            name=f"channel_{m}" if m < paid else f"organic_{m - paid}",
            spend=f"spend_{m}" if m < paid else None,
            exposure=None if m < paid else f"visits_{m}",
            adstock=adstocks[m % len(adstocks)],
            label=f"Channel {m}" if m == 0 else "",
        )
        for m in range(count)
    )
    spec = ModelSpec(
        goal=Goal("revenue", kind=kind, currency="EUR" if kind == "revenue" else ""),  # type: ignore[arg-type]
        date_column="date",
        media=media,
        context=(Context("price", "price"),),
        components=("trend", "season"),
    )
    flights = rng.random((periods, count)) < 0.7
    spend = np.where(flights, rng.gamma(4.0, 25.0, (periods, count)), 0.0)
    spend[lead] = 100.0  # every channel has something to scale
    t = np.arange(periods)
    other = np.column_stack([500 + 2.0 * t, 80 * np.sin(t / 8.3), rng.normal(10, 2, periods)])

    distinct = max(1, (draws + 1) // 2)
    candidate = np.arange(draws) % distinct
    first, second = rng.uniform(0.1, 0.7, (distinct, count)), rng.uniform(0.01, 0.1, (distinct, count))
    for m, channel in enumerate(media):
        if channel.adstock == "geometric":
            second[:, m] = 0.0
        else:
            first[:, m] = rng.uniform(0.5, 3.0, distinct)
    alpha = rng.uniform(0.6, 2.5, (distinct, count))
    inflexion = rng.uniform(60.0, 200.0, (distinct, count))
    weights = np.full(draws, 1.0 / draws) if equal_weights else rng.dirichlet(np.full(draws, 3.0))
    parameters = Draws(
        weights=weights,
        adstock=np.stack([first, second], axis=2)[candidate],
        alpha=alpha[candidate],
        inflexion=inflexion[candidate],
        beta=rng.uniform(50.0, 400.0, (draws, count)),
        coefficients=np.column_stack([rng.uniform(0.5, 1.0, (draws, 2)), rng.uniform(-4, 0, (draws, 1))]),
        intercept=rng.uniform(100.0, 300.0, draws),
        candidate=candidate.astype(np.int64),
        chosen=0,
    )
    outcome = parameters.intercept[0] + other @ parameters.coefficients[0]
    for m, channel in enumerate(media):
        level = adstock(spend[:, m], channel.adstock, first[0, m], second[0, m])
        outcome = outcome + parameters.beta[0, m] * hill(level, alpha[0, m], inflexion[0, m])
    dates = (np.datetime64("2022-01-03" if interval != "month" else "2022-01", "D" if interval != "month" else "M")
             + np.arange(periods).astype(STEPS[interval])).astype("datetime64[D]")  # fmt: skip
    model = MixModel(
        spec=spec,
        series=Series(
            dates=dates,
            outcome=outcome + rng.normal(0.0, noise, periods),
            spend=spend[:, :paid].copy(),
            media=spend,
            other=other,
            window=(lead, periods),
            train=periods - lead - 5,
        ),
        draws=parameters,
        media_names=tuple(m.name for m in media),
        other_names=("trend", "season", "price"),
        other_groups=("component", "component", "context"),
        interval=interval,
        candidates={
            "trial": np.arange(distinct) % 2,
            "iteration": np.arange(distinct),
            "nrmse": rng.uniform(0.05, 0.1, distinct),
            "rssd": rng.uniform(0.1, 0.4, distinct),
            "front": np.ones(distinct, dtype=np.int64),
        },
        metrics={"nrmse_train": 0.06, "nrmse_validation": 0.08, "r2_train": 0.9, "r2_validation": 0.8, "rssd": 0.2},
        reason="It has the smallest error.",
        facts={"seed": seed, "converged": True},
    )
    return replace(model, **changes)
