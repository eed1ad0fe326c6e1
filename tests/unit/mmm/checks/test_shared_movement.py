from __future__ import annotations

from dataclasses import replace

import numpy as np

from mixline.mmm.checks.findings import Finding, Reading
from mixline.mmm.checks.shared_movement import SharedMovementCheck
from mixline.mmm.model import MixModel
from tests.builders import make_model


def _found(model: MixModel) -> list[Finding]:
    return list(SharedMovementCheck().run(Reading(model)))


def _trading() -> MixModel:
    """Two channels of one shape of effect and unlike spend, whose draws give to one what they take from the other."""
    model = make_model(draws=40)
    draws, series = model.draws, model.series
    media = series.media.copy()
    media[:, 1] = media[:, 0]
    alpha, inflexion, adstock, beta = (a.copy() for a in (draws.alpha, draws.inflexion, draws.adstock, draws.beta))
    for values in (alpha, inflexion, adstock):
        values[:] = values[:1]
        values[:, 1] = values[:, 0]
    shift = np.linspace(-0.5, 0.5, len(draws))
    beta[:] = beta[:1]
    beta[:, 0], beta[:, 1] = 100 * (1 + shift), 100 * (1 - shift)
    forms = tuple(replace(m, adstock="geometric") for m in model.spec.media)
    changed = replace(draws, alpha=alpha, inflexion=inflexion, adstock=adstock, beta=beta)
    return replace(model, spec=replace(model.spec, media=forms), series=replace(series, media=media), draws=changed)


def test_a_pair_whose_draws_trade_is_named_unless_its_spend_says_so_already() -> None:
    model = _trading()
    assert not [f for f in _found(model) if f.severity == "warning"]  # the same spend: another check's finding
    found = list(SharedMovementCheck(alike=2.0).run(Reading(model)))
    pairs = [f.columns for f in found if f.severity == "warning"]
    assert model.media_names[:2] in pairs


def test_a_channel_that_trades_with_the_season_is_named() -> None:
    model = _trading()
    series, draws = model.series, model.draws
    start, stop = series.window
    other, coefficients = series.other.copy(), draws.coefficients.copy()
    from mixline.mmm.media_effects import effect_over_time

    effect = effect_over_time(model, 0)
    other[start:stop, 0] = effect.mean(0)
    coefficients[:, 0] = 1.0 - (draws.beta[:, 0] / draws.beta[:, 0].mean() - 1.0)
    traded = replace(model, series=replace(series, other=other), draws=replace(draws, coefficients=coefficients))
    assert (model.media_names[0], model.other_names[0]) in [f.columns for f in _found(traded)]


def test_draws_that_do_not_differ_have_nothing_to_trade() -> None:
    model = make_model(draws=6)
    draws = model.draws
    same = {
        name: np.repeat(getattr(draws, name)[:1], len(draws), axis=0)
        for name in ("adstock", "alpha", "inflexion", "beta", "coefficients")
    }
    assert _found(replace(model, draws=replace(draws, **same))) == []
