"""Documents: what is read is what was written, and what is wrong is named by its path."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mixline.errors import SpecificationError
from mixline.mmm.recipes.defaults import KINDS
from mixline.mmm.recipes.document import read_document, read_yaml, write_yaml
from mixline.mmm.specification import (
    LIMITS,
    Context,
    Goal,
    Media,
    ModelSpec,
    Range,
    Search,
    Study,
    Validation,
    canonical_json,
)

NAMES = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_ .&+()/-]{0,20}", fullmatch=True)
COLUMNS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30).filter(str.strip)
SIGNS = st.sampled_from(["positive", "negative", "either"])
NUMBERS = st.floats(allow_nan=False, allow_infinity=False, width=64)


def ranges_of(key: str) -> st.SearchStrategy[Range]:
    low, high = LIMITS[key]
    return st.tuples(st.floats(low, high), st.floats(low, high)).map(lambda ends: Range(min(ends), max(ends)))


MEDIA = st.builds(
    Media,
    name=NAMES,
    spend=COLUMNS,
    exposure=st.none() | COLUMNS,
    kind=st.sampled_from(sorted(KINDS)),
    adstock=st.sampled_from(["geometric", "weibull_cdf", "weibull_pdf"]),
    sign=SIGNS,
    label=st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    ranges=st.fixed_dictionaries({}, optional={key: ranges_of(key) for key in LIMITS}),
)


@st.composite
def specifications(draw: st.DrawFn) -> ModelSpec:
    media = draw(st.lists(MEDIA, min_size=1, max_size=4, unique_by=lambda m: m.name))
    taken = {m.name for m in media} | {"trend", "holiday"}
    context = draw(
        st.lists(st.builds(Context, name=NAMES, column=COLUMNS, sign=SIGNS, factor=st.booleans()), max_size=3)
    )
    context = [c for i, c in enumerate(context) if c.name not in taken | {x.name for x in context[:i]}]
    effect = draw(NUMBERS.filter(bool))
    study = Study((media[0].name,), date(2020, 1, 6), date(2020, 2, 3), effect, draw(NUMBERS), 0.9)
    return ModelSpec(
        goal=Goal(draw(COLUMNS), draw(st.sampled_from(["revenue", "conversions"])), currency="EUR"),
        date_column=draw(COLUMNS),
        media=tuple(media),
        context=tuple(context),
        components=("trend", "holiday"),
        holiday_country="DE",
        segment_column=draw(st.just("") | COLUMNS),
        segment_value=draw(st.sampled_from(["", "no", "DE", "1", "1e3", "null", "2020-01-01"])),
        window_start=draw(st.none() | st.dates(date(2000, 1, 1), date(2010, 1, 1))),
        window_end=draw(st.none() | st.dates(date(2011, 1, 1), date(2020, 1, 1))),
        validation=Validation(draw(st.none() | st.just(Range(0.5, 0.8)))),
        search=Search(seed=draw(st.integers(0, 2**31 - 1)), rssd_weight=draw(st.floats(0, 2))),
        studies=draw(st.sampled_from([(), (study,)])),
    )


@settings(deadline=None)
@given(specifications())
def test_yaml_and_json_read_back_to_an_equal_specification(spec: ModelSpec) -> None:
    for again in (read_yaml(write_yaml(spec)), read_document(spec.to_dict()), ModelSpec.from_dict(spec.to_dict())):
        assert again == spec
        assert again.id == spec.id
        assert canonical_json(again.to_dict()) == canonical_json(spec.to_dict())


def document(**changes: Any) -> dict[str, Any]:
    base: dict[str, Any] = {
        "goal": {"column": "revenue"},
        "date_column": "week",
        "media": [{"name": "tv", "spend": "tv_spend"}, {"name": "search", "spend": "search_spend"}],
        "components": ["trend"],
    }
    return base | changes


def test_a_short_document_gets_the_defaults() -> None:
    spec = read_document(document())
    assert spec.search == Search()
    assert [m.kind for m in spec.media] == ["other", "other"]


def test_one_number_fixes_a_range_whatever_its_type() -> None:
    channel = {
        "name": "tv",
        "spend": "tv_spend",
        "ranges": {"alpha": 1, "gamma": {"low": 0, "high": 1}, "theta": [0, 0.5]},
    }
    media = read_document(document(media=[channel])).media[0]
    assert media.ranges == {"alpha": Range(1, 1), "gamma": Range(0, 1), "theta": Range(0, 0.5)}


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"goal": {"column": 3}}, "goal.column"),
        ({"goal": {"colum": "x"}}, "goal.colum"),
        ({"goal": {}}, "goal.column"),
        ({"goal": {"column": "x", "kind": "sales"}}, "goal.kind"),
        ({"goal": None}, "goal"),
        ({"date_column": ""}, "date_column"),
        ({"media": {"tv": {}}}, "media"),
        ({"media": [{"name": "tv"}]}, "media[0]"),
        ({"media": [{"name": "tv", "spend": "a", "kind": "fax"}]}, "media[0].kind"),
        ({"media": [{"name": "tv", "spend": "a", "adstock": "cubic"}]}, "media[0].adstock"),
        ({"media": [{"name": "tv", "spend": "a", "ranges": {"theta": [0.5, 0.1]}}]}, "media[0].ranges.theta"),
        ({"media": [{"name": "tv", "spend": "a", "ranges": {"theta": [0, 2]}}]}, "media[0].ranges.theta"),
        ({"media": [{"name": "tv", "spend": "a", "ranges": {"theta": [0, 1, 2]}}]}, "media[0].ranges.theta"),
        ({"media": [{"name": "tv", "spend": "a", "ranges": {"theta": float("nan")}}]}, "media[0].ranges.theta"),
        ({"media": [{"name": "tv", "spend": "a", "ranges": {"beta": 1}}]}, "media[0].ranges.beta"),
        ({"context": [{"name": "a", "column": "a"}, {"name": "b"}]}, "context[1].column"),
        ({"components": ["trend", "weekly"]}, "components[1]"),
        ({"components": ["holiday"]}, "holiday_country"),
        ({"window_start": "2020-02-30"}, "window_start"),
        ({"search": {"trials": 2.5}}, "search.trials"),
        ({"search": {"trials": True}}, "search.trials"),
        ({"search": {"trials": 10**400}}, "search.trials"),
        ({"validation": {"train": [0, 0.5]}}, "validation.train"),
        ({"penalty_factors": "yes"}, "penalty_factors"),
        ({"version": 2}, "version"),
        ({"studies": [{"channels": ["tv"], "start": "2020-01-01"}]}, "studies[0].end"),
        (
            {
                "studies": [
                    {
                        "channels": ["tw"],
                        "start": "2020-01-01",
                        "end": "2020-02-01",
                        "effect": 1,
                        "spend": 1,
                        "confidence": 0.9,
                    }
                ]
            },
            "studies[0].channels",
        ),
        ({"budget": 3}, "budget"),
    ],
)
def test_a_mistake_is_named_by_its_path(changes: dict[str, Any], where: str) -> None:
    with pytest.raises(SpecificationError) as caught:
        read_document(document(**changes))
    assert caught.value.where == where


def test_a_misspelt_field_gets_a_suggestion() -> None:
    with pytest.raises(SpecificationError, match="Did you mean holiday_country"):
        read_document(document(holliday_country="DE"))


@pytest.mark.parametrize("value", [None, [], 3, "goal", {"goal": {"column": "x"}}])
def test_something_else_than_a_specification_is_refused(value: Any) -> None:
    with pytest.raises(SpecificationError):
        read_document(value)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "empty"),
        ("- a\n- b", "not a mapping"),
        ("goal: [", "line"),
        ("goal: {column: a}\ngoal: {column: b}", "appears twice"),
        ("a: &x 1\nb: *x", "aliases"),
        ("goal: !!python/object:os.system {}", "line 1"),
        ("window_start: 2020-02-31", "usable"),
        ("x" * 1_000_001, "too long"),
        ("[" * 3000, "YAML|line"),
    ],
)
def test_bad_yaml_is_one_sentence(text: str, sentence: str) -> None:
    with pytest.raises(SpecificationError, match=sentence):
        read_yaml(text)


FIELDS = st.sampled_from(["goal", "media", "column", "name", "ranges", "search"])
LEAVES = st.none() | st.booleans() | st.integers() | NUMBERS | st.text(max_size=5)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(FIELDS, inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None)
@given(TREES)
def test_any_document_is_refused_with_a_sentence(value: Any) -> None:
    with pytest.raises(SpecificationError, match=r"\."):
        read_document(document(media=value))
