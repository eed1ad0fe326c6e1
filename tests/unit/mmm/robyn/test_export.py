"""Files in the form of Robyn: the same bytes every time, and read back to the same numbers."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mixline.mmm import response
from mixline.mmm.model import MixModel
from mixline.mmm.robyn.export import chosen_terms, export_robyn, model_id, robyn_names
from mixline.mmm.robyn.model_import import import_robyn
from mixline.mmm.specification import Context, Range, Study, Validation
from tests.builders import make_model

CLOSE = 1e-9
TABLES = (
    "pareto_hyperparameters", "pareto_aggregated", "pareto_alldecomp_matrix", "pareto_media_transform_matrix",
)  # fmt: skip


def document_of(files: dict[str, bytes], model: MixModel) -> bytes:
    return files[f"RobynModel-{model_id(model)}.json"]


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode())))


def require_same_draw(back: MixModel, model: MixModel) -> None:
    own = model.draws.chosen
    for name in ("adstock", "alpha", "inflexion", "beta", "coefficients", "intercept"):
        wanted, got = getattr(model.draws, name)[own], getattr(back.draws, name)[0]
        np.testing.assert_allclose(got, wanted, rtol=CLOSE, atol=1e-15, err_msg=name)
    for name in ("outcome", "spend", "media", "other"):
        np.testing.assert_allclose(getattr(back.series, name), getattr(model.series, name), rtol=CLOSE, err_msg=name)
    assert (back.series.window, back.series.train) == (model.series.window, model.series.train)
    assert (back.media_names, back.other_names, back.other_groups) == (
        model.media_names, model.other_names, model.other_groups)  # fmt: skip
    for mine, theirs in zip(chosen_terms(model), chosen_terms(back), strict=True):
        assert (theirs.name, theirs.total) == (mine.name, pytest.approx(mine.total, rel=CLOSE))


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 4), st.integers(0, 2), st.sampled_from(["day", "week", "month"]))
def test_what_is_exported_reads_back_to_the_chosen_draw(seed: int, paid: int, organic: int, interval: Any) -> None:
    model = make_model(paid=paid, organic=organic, draws=5, seed=seed, interval=interval)
    files = export_robyn(model)
    assert files == export_robyn(model)
    found = import_robyn(document_of(files, model))
    require_same_draw(found.model, model)
    assert "robyn-components" not in {f.code for f in found.findings}
    assert [m.adstock for m in found.model.spec.media] == [m.adstock for m in model.spec.media]
    assert [m.label for m in found.model.spec.media] == [m.label for m in model.spec.media]
    assert found.model.spec.goal == model.spec.goal


def test_exposure_spaces_studies_and_the_split_survive() -> None:
    model = make_model(draws=3, kind="conversions")
    first = replace(
        model.spec.media[0], name="Paid search", spend="search cost", exposure="search clicks", kind="search"
    )
    study = Study(("Paid search",), *(d.astype(object) for d in model.series.dates[[20, 30]]), 500.0, 90.0, 0.9)
    context = Context("shelf price", "price (EUR)", sign="negative", label="Price")
    spec = replace(
        model.spec, media=(first, *model.spec.media[1:]), context=(context,), studies=(study,),
        validation=Validation(Range(0.6, 0.9)),
    )  # fmt: skip
    names = ("Paid search", *model.media_names[1:])
    candidates = {k.replace("channel_0:", "Paid search:"): v for k, v in model.candidates.items()}
    media = model.series.media.copy()
    start, stop = model.series.window
    media[:, 0] = np.roll(media[:, 0], 1)
    media[:, 0] *= model.series.spend[start:stop, 0].sum() / media[start:stop, 0].sum()
    model = replace(
        model, spec=spec, media_names=names, other_names=("trend", "season", "shelf price"), candidates=candidates,
        series=replace(model.series, media=media), facts={**model.facts, "cost_per_exposure": {"Paid search": 0.37}},
    )  # fmt: skip
    assert robyn_names(model).variable["Paid search"] == "search_clicks"
    back = import_robyn(document_of(export_robyn(model), model)).model
    require_same_draw(back, model)
    assert back.spec.studies == spec.studies
    assert back.spec.validation.leaking is False
    assert back.spec.media[0].kind == "search"
    assert back.spec.context[0].sign == "negative"
    assert back.facts["cost_per_exposure"]["Paid search"] == pytest.approx(0.37, rel=CLOSE)


def test_an_imported_model_keeps_its_id_and_numbers() -> None:
    model = make_model(draws=4)
    once = import_robyn(document_of(export_robyn(model), model)).model
    again = import_robyn(document_of(export_robyn(once), once)).model
    assert model_id(again) == model_id(once) == model_id(model)
    require_same_draw(again, once)


def test_the_terms_add_up_in_every_table() -> None:
    model = make_model(paid=3, organic=2)
    files = export_robyn(model)
    assert set(files) == {f"RobynModel-{model_id(model)}.json", "model_summary.json"} | {
        f"{t}.{e}" for t in TABLES for e in ("csv", "parquet")
    }
    matrix = rows_of(files["pareto_alldecomp_matrix.csv"])
    aggregated = [r for r in rows_of(files["pareto_aggregated.csv"]) if r["coef"] != "NA"]
    for row in matrix:
        parts = [float(v) for k, v in row.items() if k not in ("ds", "dep_var", "depVarHat", "solID")]
        assert sum(parts) == pytest.approx(float(row["depVarHat"]), rel=CLOSE)
    for row in aggregated:
        column = "intercept" if row["rn"] == "(Intercept)" else row["rn"]
        total = sum(float(r[column]) for r in matrix)
        assert total == pytest.approx(float(row["xDecompAgg"]), rel=CLOSE)
        if row["total_spend"] != "NA":
            assert float(row["roi_total"]) * float(row["total_spend"]) == pytest.approx(total, rel=CLOSE)
    assert sum(float(r["xDecompPerc"]) for r in aggregated) == pytest.approx(1.0, rel=CLOSE)
    assert {r["type"] for r in rows_of(files["pareto_media_transform_matrix.csv"])} == {
        "rawSpend", "rawMedia", "adstockedMedia", "saturatedMedia", "decompMedia"}  # fmt: skip


@pytest.mark.parametrize("name", TABLES)
def test_csv_and_parquet_hold_the_same(name: str) -> None:
    files = export_robyn(make_model(organic=1))
    table = pq.read_table(io.BytesIO(files[f"{name}.parquet"])).to_pylist()
    plain = rows_of(files[f"{name}.csv"])
    assert len(table) == len(plain) > 0
    for typed, text in zip(table, plain, strict=True):
        assert list(typed) == list(text)
        for key, value in typed.items():
            assert text[key] == ("NA" if value is None else repr(value) if isinstance(value, float) else str(value))


def test_the_summary_holds_the_figures_of_the_pages() -> None:
    model = make_model(paid=3)
    summary = json.loads(export_robyn(model)["model_summary.json"])
    assert summary["totals"]["incremental"]["value"] == response.totals(model).incremental.value
    for shown, channel in zip(summary["channels"], response.channel_results(model), strict=True):
        assert shown["roi"]["value"] == channel.roi.value
        assert shown["roi"]["low"] == channel.roi.low
    assert summary["specification"] == model.spec.id


def test_the_chosen_candidate_is_in_the_tables_even_off_the_front() -> None:
    model = make_model()
    front = np.arange(1, len(model.candidates["trial"]) + 1)[::-1].copy()
    rows = rows_of(export_robyn(replace(model, candidates={**model.candidates, "front": front}))[
        "pareto_hyperparameters.csv"])  # fmt: skip
    assert model_id(model) in [r["solID"] for r in rows]
