"""A model exported by Robyn: every number of it that is right comes through, and nothing in the file is trusted."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mixline.errors import DataError, SpecificationError
from mixline.mmm import response
from mixline.mmm.checks.review import review
from mixline.mmm.model_file import read_model, write_model
from mixline.mmm.robyn.document import read_document
from mixline.mmm.robyn.model_import import RobynImport, import_robyn
from mixline.mmm.transforms.losses import adjusted_r_squared

FIXTURES = Path(__file__).resolve().parents[3] / "fixtures" / "robyn"
EXAMPLE = (FIXTURES / "RobynModel-example.json").read_bytes()
FILE: dict[str, Any] = json.loads(EXAMPLE)
DEMO = json.loads((FIXTURES / "demo_data.json").read_text())
TERMS = {row["variable"]: row for row in FILE["ExportedModel"]["summary"]}
PAID = ("tv_S", "ooh_S", "print_S", "facebook_I", "search_clicks_P")
CLOSE = 1e-9
Change = Callable[[dict[str, Any]], Any]


@cache
def imported() -> RobynImport:
    return import_robyn(EXAMPLE)


def matrix() -> pd.DataFrame:
    """The model's rows of pareto_alldecomp_matrix.csv, made of Robyn's recorded model input and the coefficients."""
    start, stop = DEMO["window"]
    columns = {"ds": DEMO["dates"][start:stop]}
    for name in ("trend", "season", "holiday", "events"):
        columns[name] = np.array(DEMO["columns"][name][start:stop]) * TERMS[name]["coef"]
    return pd.DataFrame(columns | {"solID": "1_1773_1"})


def changed(change: Change) -> bytes:
    document = deepcopy(FILE)
    change(document)
    return json.dumps(document).encode()


def test_contributions_are_those_of_the_file() -> None:
    terms = {t.name: t for t in response.contributions(imported().model).terms}
    for name, row in TERMS.items():
        term = terms["intercept" if name == "(Intercept)" else name]
        assert term.total.value == pytest.approx(row["decompAgg"], rel=CLOSE, abs=1e-6)
        assert term.share == pytest.approx(row["decompPer"], rel=CLOSE, abs=1e-12)


def test_coefficients_lambda_and_hyperparameters_are_those_of_the_file() -> None:
    model = imported().model
    assert model.draws.intercept[0] == TERMS["(Intercept)"]["coef"]
    got = dict(zip(model.other_names, model.draws.coefficients[0], strict=True))
    got |= dict(zip(model.media_names, model.draws.beta[0], strict=True))
    assert got == {name: row["coef"] for name, row in TERMS.items() if name != "(Intercept)"}
    values = FILE["ExportedModel"]["hyper_values"]
    assert model.metrics["ridge"] == values["lambda"][0]
    for m, name in enumerate(model.media_names):
        assert model.draws.alpha[0, m] == values[f"{name}_alphas"][0]
        assert model.draws.adstock[0, m, 0] == values[f"{name}_thetas"][0]
    assert model.metrics["rssd"] == pytest.approx(FILE["ExportedModel"]["errors"][0]["decomp.rssd"], rel=CLOSE)


def test_roi_is_contribution_over_the_money_of_the_window() -> None:
    # roi_total of Robyn's pareto_aggregated; the "performance" of its JSON divides by the money of all rows.
    spend = {name: sum(DEMO["spend"][c][slice(*DEMO["window"])]) for name, c in zip(PAID, DEMO["spend"], strict=True)}
    for channel in response.channel_results(imported().model):
        assert channel.roi.value == pytest.approx(TERMS[channel.name]["decompAgg"] / spend[channel.name], rel=CLOSE)
    told = {f.columns[0] for f in imported().findings if f.code == "robyn-performance"}
    assert told == set(PAID)


def test_with_robyns_own_series_the_fit_is_robyns() -> None:
    found = import_robyn(EXAMPLE, decomposition=matrix())
    errors = FILE["ExportedModel"]["errors"][0]
    assert found.model.metrics["nrmse_train"] == pytest.approx(errors["nrmse_train"], rel=CLOSE)
    start, stop = found.model.series.window
    fitted, actual = response.fitted_values(found.model), found.model.series.outcome[start:stop]
    adjusted = adjusted_r_squared(actual, fitted, rows=stop - start, terms=11, intercept=False)
    assert adjusted == pytest.approx(errors["rsq_train"], rel=CLOSE)
    assert {f.code for f in found.findings}.isdisjoint({"robyn-components", "robyn-fit"})


def test_without_them_the_fit_is_close_and_it_is_said() -> None:
    found = imported()
    # Trend, season and holidays are estimated anew here: prophet's own optimiser stops elsewhere (docs/robyn.md).
    assert found.model.metrics["nrmse_train"] == pytest.approx(0.050764663664, rel=0.002)
    assert {"robyn-components", "robyn-fit", "robyn-one-model"} <= {f.code for f in found.findings}
    assert all(f.title and f.detail and f.action for f in found.findings)


def test_the_specification_says_what_robyn_was_told() -> None:
    spec = imported().model.spec
    assert [m.name for m in spec.paid] == list(PAID)
    assert (spec.media[3].spend, spec.media[3].exposure) == ("facebook_S", "facebook_I")
    assert (spec.media[0].ranges["theta"].low, spec.media[0].ranges["theta"].high) == (0.3, 0.8)
    assert [(c.name, c.factor, c.sign) for c in spec.context] == [
        ("competitor_sales_B", False, "either"), ("events", True, "either")]  # fmt: skip
    assert (str(spec.window_start), str(spec.window_end)) == ("2016-01-04", "2018-12-31")
    assert (spec.search.trials, spec.search.iterations, spec.search.seed) == (1, 2000, 123)
    assert (spec.intercept, spec.holiday_country, spec.components) == (
        "non_negative", "DE", ("trend", "season", "holiday"))  # fmt: skip


def test_lift_studies_come_along() -> None:
    table = json.loads((FIXTURES / "calibration.json").read_text())["studies"]
    by_row = [dict(zip(table, row, strict=True)) for row in zip(*table.values(), strict=True)]
    for form in (table, by_row):
        found = import_robyn(changed(lambda d, f=form: d["InputCollect"].update(calibration_input=f)))
        studies = found.model.spec.studies
        assert studies[0].channels == ("facebook_I",)
        assert studies[2].channels == ("facebook_I", "search_clicks_P")
        assert [s.scope for s in studies] == table["calibration_scope"]


def test_the_model_can_be_kept_and_reviewed() -> None:
    model = imported().model
    kept = write_model(model)
    assert write_model(read_model(kept)) == kept
    verdict = review(model)
    assert verdict.verdict == "care"
    assert "imported" in {finding.code for finding in verdict.findings}
    assert response.curves(model)[0].value_today.value > 0


def test_rows_in_any_order_give_the_same_model() -> None:
    shuffled = pd.DataFrame(FILE["Extras"]["raw_data"]).sample(frac=1.0, random_state=3)
    again = import_robyn(EXAMPLE, shuffled)
    assert write_model(again.model) == write_model(imported().model)


def test_other_data_is_refused() -> None:
    frame = pd.DataFrame(FILE["Extras"]["raw_data"])
    with pytest.raises(DataError, match="does not hold the model's window"):
        import_robyn(EXAMPLE, frame.iloc[:100])
    with pytest.raises(DataError, match="contribution in the file"):
        import_robyn(EXAMPLE, frame.assign(tv_S=frame["tv_S"].to_numpy()[::-1]))
    with pytest.raises(DataError, match="contribution in the file"):
        import_robyn(EXAMPLE, frame.assign(competitor_sales_B=frame["competitor_sales_B"] * 2))
    with pytest.raises(DataError, match="no such column"):
        import_robyn(EXAMPLE, frame.rename(columns={"DATE": "day"}))
    with pytest.raises(SpecificationError, match="no such column"):
        import_robyn(EXAMPLE, frame.drop(columns="tv_S"))
    with pytest.raises(DataError, match="no raw data"):
        import_robyn(changed(lambda d: d.pop("Extras")))


def test_a_matrix_of_another_model_is_refused() -> None:
    for wrong, words in (
        (matrix().assign(solID="1_1_1"), "does not hold the window"),
        (matrix().iloc[1:], "does not hold the window"),
        (matrix().drop(columns="trend"), "lacks columns"),
        (matrix().assign(trend=lambda t: t["trend"] * 1.5), "another model"),
    ):
        with pytest.raises(DataError, match=words):
            import_robyn(EXAMPLE, decomposition=wrong)


def test_a_table_of_holidays_is_used_and_checked() -> None:
    days = pd.DataFrame({"ds": ["2016-12-25", "2017-12-25"], "holiday": "Christmas", "country": "DE", "year": 2016})
    model = import_robyn(EXAMPLE, holidays=days).model
    holiday = model.series.other[:, model.other_names.index("holiday")]
    assert np.count_nonzero(np.abs(holiday) > 1.0) == len(holiday) or np.count_nonzero(holiday) <= 2
    for wrong in (days.assign(country="US"), days.drop(columns="holiday")):
        with pytest.raises(DataError, match="table of holidays"):
            import_robyn(EXAMPLE, holidays=wrong)


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d.pop("InputCollect"),
        lambda d: d.update(ModelsCollect=[1]),
        lambda d: d["InputCollect"].pop("dep_var"),
        lambda d: d["InputCollect"].update(dep_var=[1]),
        lambda d: d["InputCollect"].update(dep_var_type=["clicks"]),
        lambda d: d["InputCollect"].update(paid_media_vars=["tv_S"]),
        lambda d: d["InputCollect"].update(paid_media_signs=["up"] * 5),
        lambda d: d["InputCollect"].update(adstock=["exponential"]),
        lambda d: d["InputCollect"].update(adstock=[]),
        lambda d: d["InputCollect"].update(prophet_vars=["trend", "moon"]),
        lambda d: d["InputCollect"].update(prophet_country=["Atlantis"]),
        lambda d: d["InputCollect"].update(factor_vars=["weather"]),
        lambda d: d["InputCollect"].update(window_start=["soon"]),
        lambda d: d["InputCollect"].update(rollingWindowLength=[15.7]),
        lambda d: d["InputCollect"].update(paid_media_vars=["tv_S", "tv_S", "print_S", "facebook_I", "search_clicks_P"]),
        lambda d: d["InputCollect"].update(calibration_input=[{"channel": "tv_S"}]),
        lambda d: d["InputCollect"].update(calibration_input={"channel": ["a", "b"], "liftAbs": [1]}),
        lambda d: d["ExportedModel"].pop("hyper_values"),
        lambda d: d["ExportedModel"].update(summary=[]),
        lambda d: d["ExportedModel"].update(summary="none"),
        lambda d: d["ExportedModel"]["summary"].pop(),
        lambda d: d["ExportedModel"]["summary"][1].update(variable="season"),
        lambda d: d["ExportedModel"]["summary"][6].update(coef="NA"),
        lambda d: d["ExportedModel"]["summary"][6].update(coef=True),
        lambda d: d["ExportedModel"]["summary"][6].update(coef=10**400),
        lambda d: d["ExportedModel"]["summary"][1].update(decompAgg=1e308),
        lambda d: d["ExportedModel"]["summary"][1].update(coef=1e-308),
        lambda d: d["ExportedModel"]["hyper_values"].pop("tv_S_thetas"),
        lambda d: d["ExportedModel"]["hyper_values"].update(tv_S_thetas=[1.0]),
        lambda d: d["ExportedModel"]["hyper_values"].update(tv_S_alphas=[-1.0]),
        lambda d: d["ExportedModel"]["hyper_updated"].update(tv_S_alphas=[1, 2, 3]),
        lambda d: d["ExportedModel"]["hyper_updated"].update(tv_S_alphas=[2, 1]),
        lambda d: d["ModelsCollect"].update(trials=[0]),
        lambda d: d["ModelsCollect"].update(seed=["x"]),
        lambda d: d["Extras"].update(raw_data=[{"DATE": {"deep": 1}}]),
        lambda d: d["Extras"].update(raw_data=[1, 2]),
        lambda d: d["Extras"].update(dt_mod=[{"ds": "2016-01-04"}]),
    ],
)  # fmt: skip
def test_a_malformed_file_is_one_sentence(change: Change) -> None:
    with pytest.raises((SpecificationError, DataError)) as caught:
        import_robyn(changed(change))
    assert caught.value.sentence.endswith(".")


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 100_000, b'{"InputCollect": NaN}', b'{"a":' + b"9" * 5000 + b"}"],
)
def test_what_is_not_a_model_is_refused(content: bytes) -> None:
    with pytest.raises(SpecificationError, match="Robyn model"):
        read_document(content)


PLAIN = st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5)
JUNK = st.recursive(
    PLAIN,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)
PLACES = [(part, key) for part in ("InputCollect", "ModelsCollect", "ExportedModel") for key in FILE[part]]


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(PLACES), JUNK)
def test_any_value_anywhere_is_read_or_refused_in_a_sentence(place: tuple[str, str], junk: Any) -> None:
    document = {**FILE, place[0]: {**FILE[place[0]], place[1]: junk}}
    with suppress(SpecificationError):
        assert read_document(json.dumps(document).encode()).model
