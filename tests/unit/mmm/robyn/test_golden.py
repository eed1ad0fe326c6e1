"""Our figures against those recorded from Robyn 3.12.1 (tests/fixtures/robyn says what and how)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from mixline.mmm.fitting import candidate_fit
from mixline.mmm.search import candidate_space
from mixline.mmm.search.candidate_space import Points
from mixline.mmm.search.pareto import error_score, fronts
from mixline.mmm.search.result import Candidates, Prepared
from mixline.mmm.specification import Range, Refresh, Validation
from mixline.mmm.transforms.adstock import adstock, immediate
from mixline.mmm.transforms.losses import r_squared, split_rows
from mixline.mmm.transforms.ridge import GLMNET_THRESHOLD, lambda_range, ridge
from mixline.mmm.transforms.saturation import hill, inflexion_point, split
from tests.unit.mmm.robyn.recorded import CLOSE, MEDIA, MODELS, OTHER, demo, form_of, read


def limits(values: list[Any]) -> np.ndarray[Any, Any]:
    return np.array([float(v.replace("Inf", "inf")) if isinstance(v, str) else float(v) for v in values])


def recorded(
    name: str, *, threshold: float = GLMNET_THRESHOLD, prepared: Prepared | None = None
) -> tuple[dict[str, Any], Prepared, Candidates]:
    model = MODELS[name]
    form = form_of(name)
    prepared = prepared or demo(form)
    hyper = model["hyper"]
    first, second = ("thetas", None) if form == "geometric" else ("shapes", "scales")
    rows = prepared.window_rows
    train, validation = split_rows(rows, float(hyper.get("train_size", 1)))
    points = Points(
        adstock=np.array([[[hyper[f"{n}_{first}"], hyper[f"{n}_{second}"] if second else 0.0] for n in MEDIA]]),
        alpha=np.array([[hyper[f"{n}_alphas"] for n in MEDIA]]),
        gamma=np.array([[hyper[f"{n}_gammas"] for n in MEDIA]]),
        ridge=np.array([float(model["ridge"])]),
        penalty=np.ones((1, len(prepared.low))),
        train=np.array([train]),
        ends=np.array([[validation, rows]]),
    )
    penalty = "nozeropenalty" not in name
    return model, prepared, candidate_space.evaluate(prepared, points, threshold=threshold, zero_penalty=penalty)


@pytest.mark.parametrize("case", read("transformations.json")["geometric"], ids=lambda c: f"theta {c['theta']}")
def test_geometric_adstock(case: dict[str, Any]) -> None:
    np.testing.assert_allclose(adstock(case["x"], "geometric", case["theta"]), case["x_decayed"], rtol=CLOSE)


@pytest.mark.parametrize(
    "case", read("transformations.json")["weibull"], ids=lambda c: f"{c['type']} {c['shape']} {c['scale']}"
)
def test_weibull_adstock_and_its_immediate_part(case: dict[str, Any]) -> None:
    name, tiny = f"weibull_{case['type']}", 1e-9 * max(case["x"])
    carried = adstock(case["x"], name, case["shape"], case["scale"])
    np.testing.assert_allclose(carried, case["x_decayed"], rtol=CLOSE, atol=tiny)
    own = immediate(case["x"], name, case["shape"], case["scale"])
    np.testing.assert_allclose(own, case["x_imme"], rtol=CLOSE, atol=tiny)


def test_weibull_adstock_of_a_long_series() -> None:
    table = read("transformations.json")
    for case in table["weibull_tv"]:
        carried = adstock(table["tv_S"], f"weibull_{case['type']}", case["shape"], case["scale"])
        np.testing.assert_allclose(carried, case["x_decayed"], rtol=CLOSE, atol=1e-9)


def test_hill_saturation() -> None:
    table = read("transformations.json")
    for case in table["hill"]:
        half = inflexion_point(table["hill_x"], case["gamma"])
        assert half == pytest.approx(case["inflexion"], rel=CLOSE)
        np.testing.assert_allclose(hill(table["hill_x"], case["alpha"], half), case["x_saturated"], rtol=CLOSE)
        np.testing.assert_allclose(hill(case["x_marginal"], case["alpha"], half), case["marginal"], rtol=CLOSE)


@pytest.mark.parametrize("case", read("ridge.json")["cases"], ids=lambda c: f"{c['name']} {c['thresh']:g}")
def test_ridge_is_glmnet(case: dict[str, Any]) -> None:
    table = read("ridge.json")
    fit = ridge(
        table["X"],
        table["y"],
        case["lambda"],
        low=limits(case["lower"]),
        high=limits(case["upper"]),
        factors=case["penalty_factor"],
        rule="free" if case["intercept"] else "none",
        threshold=case["thresh"],
    )
    np.testing.assert_allclose([fit.intercept, *fit.coefficients], case["coef"], rtol=CLOSE, atol=1e-12)


@pytest.mark.parametrize(
    "case", [c for c in read("ridge.json")["cases"] if c["thresh"] < 1e-10], ids=lambda c: str(c["name"])
)
def test_exact_ridge_is_where_glmnet_goes(case: dict[str, Any]) -> None:
    """Not closer than 2e-6: glmnet's tightest threshold, 1e-14, ends at steps of 1e-7, many without intercept."""
    table = read("ridge.json")
    x = np.array(table["X"])
    fit = ridge(x, table["y"], case["lambda"], low=limits(case["lower"]), high=limits(case["upper"]),
                factors=case["penalty_factor"], rule="free" if case["intercept"] else "none")  # fmt: skip
    deviation, spread = x.std(0), np.std(table["y"])
    assert fit.intercept == pytest.approx(case["coef"][0], abs=2e-6 * spread)
    np.testing.assert_allclose(fit.coefficients * deviation, case["coef"][1:] * deviation, atol=2e-6 * spread)


def test_intercept_below_zero_is_left_out() -> None:
    table = read("ridge.json")
    refit = table["refit"]
    y = np.array(table["y"]) - 40
    assert ridge(table["X"], y, 1.0, rule="non_negative").intercept == 0.0
    assert not ridge(table["X"], y, 1.0, rule="non_negative").has_intercept
    assert refit["non_negative"]["df_int"] == 0


def test_lambda_range() -> None:
    table, prepared = read("models.json")["lambda"], demo("geometric")
    assert prepared.lambdas[1] == pytest.approx(table["lambda_max_used"], rel=CLOSE)
    assert prepared.lambdas[0] == pytest.approx(table["lambda_min"], rel=CLOSE)
    ridge_table = read("ridge.json")
    largest = lambda_range(ridge_table["X"], ridge_table["y"])[1]
    assert largest == pytest.approx(0.1 * ridge_table["lambda_first"], rel=CLOSE)


@pytest.mark.parametrize("name", MODELS)
def test_losses_and_decomposition_of_recorded_models(name: str) -> None:
    model, _, found = recorded(name)
    assert found.nrmse[0] == pytest.approx(model["nrmse_train"], rel=CLOSE)
    assert found.rssd[0] == pytest.approx(model["decomp_rssd"], rel=CLOSE)
    if model["nrmse_val"] != "NA":
        assert found.nrmse_validation[0] == pytest.approx(model["nrmse_val"], rel=CLOSE)
        assert found.nrmse_test[0] == pytest.approx(model["nrmse_test"], rel=CLOSE)
    terms = dict(zip(model["terms"]["rn"], model["terms"]["coef"], strict=True))
    got = {"(Intercept)": found.intercept[0]}
    got |= dict(zip(OTHER, found.coefficients[0], strict=True)) | dict(zip(MEDIA, found.beta[0], strict=True))
    assert {k: got[k] for k in terms} == pytest.approx(terms, rel=CLOSE, abs=1e-9)
    totals = dict(zip(model["terms"]["rn"], model["terms"]["xDecompAgg"], strict=True))
    contributions = dict(zip(MEDIA, found.contribution[0], strict=True))
    assert contributions == pytest.approx({k: totals[k] for k in MEDIA}, rel=CLOSE, abs=1e-6)
    for m, medium in enumerate(MEDIA):
        assert found.inflexion[0, m] == pytest.approx(model["inflexions"][f"{medium}_inflexion"], rel=CLOSE)


@pytest.mark.parametrize("name", MODELS)
def test_immediate_and_carry_over_of_recorded_models(name: str) -> None:
    model, prepared, found = recorded(name)
    start, stop = prepared.window
    form = prepared.spec.media[0].adstock
    carry = model["carry"]
    expected = {(r, t): v for r, t, v in zip(carry["rn"], carry["type"], carry["response"], strict=True)}
    for m, medium in enumerate(MEDIA):
        first, second = found.adstock[0, m]
        level = adstock(prepared.media[:, m], form, first, second)[start:stop]
        own = immediate(prepared.media[:, m], form, first, second)[start:stop]
        at_once, carried = split(level, own, found.alpha[0, m], found.inflexion[0, m])
        beta = found.beta[0, m]
        # Sums of many small parts: an absolute floor for parts that are nothing but rounding.
        assert beta * at_once.sum() == pytest.approx(expected[medium, "Immediate"], rel=CLOSE, abs=1e-4)
        assert beta * carried.sum() == pytest.approx(expected[medium, "Carryover"], rel=CLOSE, abs=1e-4)


def test_fitted_series_of_a_recorded_model() -> None:
    model, prepared, found = recorded("best_nrmse")
    fitted = candidate_fit(prepared, found, 0)
    np.testing.assert_allclose(fitted, model["fitted"], rtol=CLOSE)
    assert r_squared(prepared.outcome[slice(*prepared.window)], fitted) > model["rsq_train"]  # that one is adjusted


def test_the_exact_ridge_fits_better_than_the_recorded_one() -> None:
    model, _, found = recorded("best_nrmse", threshold=0.0)
    # Known to the five digits the method gives of it; that it is the optimum is tested in transforms/test_ridge.
    assert found.nrmse[0] == pytest.approx(0.050335, abs=5e-7)
    assert found.nrmse[0] < model["nrmse_train"]


def test_fronts_of_the_recorded_search() -> None:
    table = read("pareto.json")
    run = table["run500"]
    np.testing.assert_array_equal(fronts(run["nrmse"], run["rssd"]), run["front"])
    ties = table["ties"]["out"]
    np.testing.assert_array_equal(fronts(ties["x"], ties["y"]), ties["pareto_front"])


@pytest.mark.parametrize(("name", "balance"), [("balance_111", (1, 1, 1)), ("balance_1_2_1", (1, 2, 1))])
def test_error_scores_of_the_recorded_search(name: str, balance: tuple[int, int, int]) -> None:
    table = read("pareto.json")
    run = table["run500"]
    losses = np.column_stack([run["nrmse"], run["rssd"], np.zeros(len(run["nrmse"]))])
    np.testing.assert_allclose(error_score(losses, balance), table["scores"][name], rtol=CLOSE)


def test_without_leak_held_out_periods_do_not_move_the_fit() -> None:
    _, prepared, _ = recorded("first")
    prepared = replace(prepared, spec=replace(prepared.spec, validation=Validation(train=Range(0.7, 0.7))))
    start, _ = prepared.window
    rows = prepared.window_rows
    train, validation = split_rows(rows, 0.7)
    media = prepared.media.copy()
    media[start + train :] *= 3
    points = Points(
        adstock=np.full((1, 6, 2), 0.3),
        alpha=np.full((1, 6), 1.2),
        gamma=np.full((1, 6), 0.5),
        ridge=np.array([1e4]),
        penalty=np.ones((1, 11)),
        train=np.array([train]),
        ends=np.array([[validation, rows]]),
    )
    before = candidate_space.evaluate(prepared, points)
    after = candidate_space.evaluate(replace(prepared, media=media), points)
    np.testing.assert_array_equal(before.beta, after.beta)
    np.testing.assert_array_equal(before.inflexion, after.inflexion)


@pytest.mark.parametrize("name", ["first", "best_rssd", "best_nrmse_nozeropenalty"])
def test_refresh_loss_against_recorded_decompositions(name: str) -> None:
    """A recorded model as the refresh of each other one: the loss by Robyn's formula from Robyn's own shares."""
    model, prepared, _ = recorded(name)

    def shares(of: dict[str, Any]) -> dict[str, float]:
        totals = dict(zip(of["terms"]["rn"], of["terms"]["xDecompAgg"], strict=True))
        whole = sum(totals.values())
        return {"intercept" if n == "(Intercept)" else n: v / whole for n, v in totals.items()}

    own = shares(model)
    for other in ("best_nrmse", "worst_nrmse", name):
        before = shares(MODELS[other])
        spec = replace(prepared.spec, refresh=Refresh(other, 13, before))
        _, _, found = recorded(name, prepared=replace(prepared, spec=spec))
        gaps = {n: (own[n] - before[n]) ** 2 for n in own}
        media = np.sqrt(np.mean([gaps[n] for n in MEDIA[:5]]))
        rest = np.sqrt(np.mean([gap for n, gap in gaps.items() if n not in MEDIA[:5]]))
        expected = media + rest / (1 - 13 / prepared.window_rows)
        # A model is at no distance from itself: shares to 15 digits, so an absolute floor of 1e-9.
        assert found.rssd[0] == pytest.approx(expected, rel=CLOSE, abs=1e-9), other
