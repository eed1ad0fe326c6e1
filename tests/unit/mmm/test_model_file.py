"""Model files: the same bytes, nothing lost, nothing trusted."""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mixline.errors import InputError, IntegrityError, MixlineError
from mixline.mmm import response
from mixline.mmm.model import MixModel
from mixline.mmm.model_file import DOCUMENT, TABLES, read_model, write_model
from mixline.mmm.specification import canonical_json
from tests.builders import make_model


def assert_equal(a: MixModel, b: MixModel) -> None:
    for part in ("series", "draws"):
        for field in fields(getattr(a, part)):
            one, other = getattr(getattr(a, part), field.name), getattr(getattr(b, part), field.name)
            np.testing.assert_array_equal(one, other)
            if isinstance(one, np.ndarray):
                assert one.dtype == other.dtype
    assert list(a.candidates) == list(b.candidates)
    for name, column in a.candidates.items():
        np.testing.assert_array_equal(column, b.candidates[name])
    for name in ("spec", "media_names", "other_names", "other_groups", "interval", "reason", "facts"):
        assert getattr(a, name) == getattr(b, name)
    assert str(a.metrics) == str(b.metrics)


@settings(max_examples=15, deadline=None)
@given(
    st.builds(
        make_model,
        periods=st.integers(20, 50),
        paid=st.integers(1, 3),
        organic=st.integers(0, 1),
        draws=st.integers(1, 9),
        seed=st.integers(0, 999),
        interval=st.sampled_from(["day", "week", "month"]),
    )
)
def test_reading_gives_back_an_equal_model_and_writing_the_same_bytes(model: MixModel) -> None:
    files = write_model(model)
    again = read_model(files)
    assert_equal(model, again)
    assert write_model(again) == files
    assert write_model(model) == files


def test_figures_are_the_same_to_the_last_bit() -> None:
    model = make_model(draws=20)
    assert response.channel_results(read_model(write_model(model))) == response.channel_results(model)


def test_odd_but_legal_contents_survive() -> None:
    model = make_model(
        metrics={"nrmse_validation": float("nan"), "rssd": float("inf")}, facts={"nested": {"a": [1, None]}}
    )
    model = replace(model, candidates=model.candidates | {"note": np.array(["ä", "b"] * 3, dtype=object)})
    assert_equal(model, read_model(write_model(model)))


def test_read_arrays_cannot_be_changed() -> None:
    model = read_model(write_model(make_model()))
    with pytest.raises(ValueError, match="read-only"):
        model.draws.beta[0, 0] = 1.0


@pytest.mark.parametrize("name", [DOCUMENT, *TABLES])
def test_a_missing_or_garbled_file_is_one_sentence(name: str) -> None:
    files = write_model(make_model())
    with pytest.raises(IntegrityError, match="missing"):
        read_model({k: v for k, v in files.items() if k != name})
    for bad in (b"", b"\x80\x04garbage", files[name][: len(files[name]) // 2]):
        with pytest.raises(IntegrityError) as caught:
            read_model(files | {name: bad})
        assert caught.value.where == name


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("version", "1"),
        ("version", 0),
        ("spec_id", "0" * 64),
        ("media_names", ["a"]),
        ("media_names", "abc"),
        ("other_names", ["trend"]),
        ("other_groups", ["x", "y", "z"]),
        ("interval", "hour"),
        ("window", [0, 10_000]),
        ("window", [5]),
        ("window", None),
        ("train", -1),
        ("train", "all"),
        ("periods", 3),
        ("draws", 10**9),
        ("chosen", 99),
        ("chosen", True),
        ("metrics", {"r2": "much"}),
        ("metrics", []),
        ("spec", {}),
        ("spec", None),
    ],
)
def test_a_document_that_contradicts_its_tables_is_refused(field: str, value: Any) -> None:
    files = write_model(make_model())
    document = json.loads(files[DOCUMENT])
    document[field] = value
    with pytest.raises(MixlineError):
        read_model(files | {DOCUMENT: json.dumps(document).encode()})


def test_tables_of_another_model_are_refused() -> None:
    files, others = write_model(make_model()), write_model(make_model(paid=3, draws=7, periods=61))
    for name in TABLES[:2]:
        with pytest.raises(IntegrityError):
            read_model(files | {name: others[name]})


def test_numbers_that_are_not_finite_are_refused() -> None:
    model = make_model()
    beta = model.draws.beta.copy()
    beta[0, 0] = np.nan
    with pytest.raises(IntegrityError, match="finite"):
        read_model(write_model(replace(model, draws=replace(model.draws, beta=beta))))


def test_a_newer_or_foreign_file_says_what_to_do() -> None:
    files = write_model(make_model())
    newer = json.loads(files[DOCUMENT]) | {"version": 99}
    with pytest.raises(InputError, match="Update Mixline"):
        read_model(files | {DOCUMENT: json.dumps(newer).encode()})
    with pytest.raises(InputError, match="not a model"):
        read_model(files | {DOCUMENT: b'{"a": 1}'})


def test_model_of_a_release_whose_specification_knew_fewer_fields_is_read() -> None:
    model = make_model()
    files = write_model(model)
    document = json.loads(files[DOCUMENT])
    del document["spec"]["search"]["rssd_weight"]
    document["spec_id"] = hashlib.sha256(canonical_json(document["spec"])).hexdigest()
    assert_equal(read_model(files | {DOCUMENT: json.dumps(document).encode()}), model)
    document["spec"]["search"]["seed"] += 1
    with pytest.raises(IntegrityError, match="not the one the model was fitted with"):
        read_model(files | {DOCUMENT: json.dumps(document).encode()})
