"""Every input of the method, from the specification to the fitted figures: signs, intercept, penalties, media, factors."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from mixline.errors import InputError
from mixline.mmm.fitting import fit
from mixline.mmm.inputs.features import prepare
from mixline.mmm.model import MixModel
from mixline.mmm.response import channel_results, contributions
from mixline.mmm.simulation.simulate import simulate
from mixline.mmm.specification import Context, Goal, Media, ModelSpec, Range, Search

ROWS = 90
NOISE = np.random.default_rng(8)


def frame() -> pd.DataFrame:
    """Ninety weeks: one channel helps, one hurts; a price hurts; a strike is a word; visits are organic."""
    tv, push, visits, price = (NOISE.gamma(2.0, 50.0, ROWS) for _ in range(4))
    strike = np.where(np.arange(ROWS) % 30 == 7, "strike", np.where(np.arange(ROWS) % 11 == 3, "fair", "none"))
    sales = (
        2000 + 4 * np.sqrt(tv) * 10 - 2 * push + 0.5 * visits - 3 * price - 300 * (strike == "strike")
        + 200 * (strike == "fair") + NOISE.normal(0, 10, ROWS)
    )  # fmt: skip
    dates = pd.date_range("2023-01-02", periods=ROWS, freq="W-MON")
    columns = {"date": dates, "sales": sales, "tv": tv, "push": push, "visits": visits, "price": price}
    return pd.DataFrame(columns | {"event": strike})


FRAME = frame()


def fitted(*context: Context, push: str = "either", data: pd.DataFrame = FRAME, **changes: Any) -> MixModel:
    media = (Media("tv", "tv"), Media("push", "push", sign=push), Media("visits", exposure="visits"))  # type: ignore[arg-type]
    spec = ModelSpec(
        Goal("sales"), "date", media, context=context, components=(), search=Search(trials=1, iterations=60)
    )
    return fit(replace(spec, **changes), data)


def coefficients(model: MixModel, name: str) -> np.ndarray:
    return model.draws.coefficients[:, model.other_names.index(name)]


@pytest.mark.parametrize("sign", ["positive", "negative", "either"])
def test_signs_of_context_bound_every_draw(sign: str) -> None:
    found = coefficients(fitted(Context("price", "price", sign=sign)), "price")  # type: ignore[arg-type]
    if sign == "positive":
        assert (found >= 0).all()
        assert np.median(found) == 0  # a price that hurts cannot help
    else:
        assert (found < 0).all()


@pytest.mark.parametrize("sign", ["positive", "negative", "either"])
def test_signs_of_media_bound_every_draw(sign: str) -> None:
    model = fitted(Context("price", "price"), push=sign)
    beta = model.draws.beta[:, 1]
    if sign == "positive":
        assert (beta >= 0).all()
    else:
        assert np.median(beta) < 0
        assert channel_results(model)[1].contribution.value < 0
    if sign == "negative":
        assert (beta <= 0).all()


def test_intercept_rules() -> None:
    lower = FRAME.assign(sales=FRAME["sales"] - 5000)
    assert (fitted(data=lower, intercept="free").draws.intercept < 0).any()
    assert (fitted(data=lower, intercept="non_negative").draws.intercept >= 0).all()
    assert (fitted(intercept="none").draws.intercept == 0).all()


def test_penalty_factors_are_searched_for_every_column() -> None:
    model = fitted(Context("price", "price"), penalty_factors=True)
    searched = [model.candidates[f"penalty:{j}"] for j in range(4)]
    assert all(np.ptp(column) > 0.1 for column in searched)
    assert all(((column >= 0) & (column <= 1)).all() for column in searched)


@pytest.mark.parametrize("components", [(), ("trend",)])
def test_a_factor_of_words_is_split_into_its_levels_or_into_one_series(components: tuple[str, ...]) -> None:
    model = fitted(Context("event", "event", factor=True), Context("price", "price"), components=components)
    terms = {t.name: t.series.value for t in contributions(model).terms}
    shown = sum(value for name, value in terms.items() if name.startswith("event"))
    strike = (FRAME["event"] == "strike").to_numpy()
    fair = (FRAME["event"] == "fair").to_numpy()
    assert shown[strike].mean() < shown[~strike & ~fair].mean() < shown[fair].mean()


def test_organic_media_have_an_effect_and_no_money() -> None:
    model = fitted(Context("price", "price"))
    assert model.paid_names == ("tv", "push")
    visits = next(t for t in contributions(model).terms if t.name == "visits")
    assert visits.group == "organic"
    assert visits.total.value > 0


def test_a_fixed_value_is_kept_and_a_range_is_searched() -> None:
    media = (
        Media("tv", "tv", ranges={"theta": Range(0.4, 0.4), "alpha": Range(1.0, 2.0)}),
        Media("push", "push"),
    )
    spec = ModelSpec(Goal("sales"), "date", media, components=(), search=Search(trials=1, iterations=40))
    model = fit(spec, FRAME)
    assert (model.draws.adstock[:, 0, 0] == 0.4).all()
    assert ((model.draws.alpha[:, 0] >= 1.0) & (model.draws.alpha[:, 0] <= 2.0)).all()
    assert np.ptp(model.draws.alpha[:, 0]) > 0


def test_a_window_inside_the_data_is_fitted_with_carry_in_from_before() -> None:
    model = fitted(Context("price", "price"), window_start=date(2023, 3, 6), window_end=date(2024, 6, 3))
    assert (str(model.window_dates[0]), str(model.window_dates[-1])) == ("2023-03-06", "2024-06-03")
    assert model.series.window[0] == 9
    assert len(model.series.dates) == ROWS


def test_one_segment_of_several_is_modelled_on_its_own_rows() -> None:
    two = pd.concat([FRAME.assign(land="DE"), FRAME.assign(land="FR", sales=FRAME["sales"] * 2)])
    spec = ModelSpec(
        Goal("sales"), "date", (Media("tv", "tv"), Media("push", "push")), components=(),
        segment_column="land", segment_value="FR",
    )  # fmt: skip
    np.testing.assert_allclose(prepare(spec, two).outcome, FRAME["sales"] * 2)
    with pytest.raises(InputError, match="no row has this value"):
        prepare(replace(spec, segment_value="IT"), two)


@pytest.mark.parametrize("country", ["DE", "US", "BR", "JP"])
def test_holidays_of_countries_are_a_component(country: str) -> None:
    world = simulate("clean", seed=1)
    prepared = prepare(
        replace(world.spec, components=("trend", "season", "holiday"), holiday_country=country), world.frame
    )
    assert prepared.other_names[:3] == ("trend", "season", "holiday")
    assert np.ptp(prepared.other[:, 2]) > 0
