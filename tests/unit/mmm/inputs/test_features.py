"""Preparing data: every kind of bad table gives one sentence, and good ones become the right arrays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from mixline.errors import DataError, InputError, SpecificationError
from mixline.mmm.inputs.features import prepare
from mixline.mmm.specification import Context, Goal, Media, ModelSpec

SPEC = ModelSpec(
    Goal("revenue", "revenue"),
    "week",
    (Media("tv", "tv_spend", kind="tv"), Media("search", "search_spend", "clicks"), Media("mail", exposure="mails")),
    (Context("price", "price"), Context("event", "event", factor=True)),
    components=("trend", "season"),
)


def table(rows: int = 104) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    return pd.DataFrame(
        {
            "week": pd.date_range("2022-01-03", periods=rows, freq="7D"),
            "revenue": 1e6 + rng.normal(0, 5e4, rows),
            "tv_spend": rng.gamma(2.0, 1e4, rows) * (rng.random(rows) > 0.4),
            "search_spend": rng.gamma(3.0, 5e3, rows),
            "clicks": rng.gamma(3.0, 2e3, rows),
            "mails": rng.gamma(3.0, 1e4, rows),
            "price": rng.normal(10.0, 1.0, rows),
            "event": rng.choice(["none", "sale", "fair"], rows, p=[0.8, 0.1, 0.1]),
        }
    )


def put(column: str, value: object, row: int = 5) -> Callable[[pd.DataFrame], pd.DataFrame]:
    def change(frame: pd.DataFrame) -> pd.DataFrame:
        changed = frame.copy()
        changed[column] = changed[column].astype(object)
        changed.loc[row, column] = value
        return changed

    return change


def whole(column: str, value: object) -> Callable[[pd.DataFrame], pd.DataFrame]:
    return lambda frame: frame.assign(**{column: value})


BAD = {
    "missing column": (lambda f: f.drop(columns="tv_spend"), SpecificationError, "tv_spend"),
    "repeated column name": (lambda f: pd.concat([f, f[["price"]]], axis=1), DataError, "twice"),
    "text in spend": (put("tv_spend", "n/a"), DataError, "holds text"),
    "empty cell": (put("revenue", np.nan), DataError, "empty"),
    "infinite cell": (put("price", np.inf), DataError, "infinite"),
    "negative spend": (put("search_spend", -3.0), DataError, "negative"),
    "negative exposure": (put("mails", -3.0), DataError, "negative"),
    "empty level": (put("event", None), DataError, "empty"),
    "unreadable date": (put("week", "soon"), DataError, "not a date"),
    "missing date": (put("week", None), DataError, "dates are missing"),
    "repeated week": (lambda f: pd.concat([f, f.tail(1)]), DataError, "repeat"),
    "gap": (lambda f: f.drop(index=50), DataError, "not regular"),
    "too few rows": (lambda f: f.head(25), DataError, "too few rows"),
    "one row": (lambda f: f.head(1), DataError, "too few rows"),
    "odd interval": (lambda f: f.iloc[::2], DataError, "interval"),
    "numbers for dates": (lambda f: f.assign(week=range(len(f))), DataError, "holds numbers"),
    "channel without spend": (whole("tv_spend", 0.0), DataError, "zero in the whole window"),
    "constant channel": (whole("tv_spend", 5.0), DataError, "same in every period"),
    "constant outcome": (whole("revenue", 5.0), DataError, "never changes"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_tables_are_refused_in_one_sentence(name: str) -> None:
    change, kind, words = BAD[name]
    with pytest.raises(kind) as caught:
        prepare(SPEC, change(table()))
    assert isinstance(caught.value, InputError)
    assert words in caught.value.sentence
    assert "\n" not in caught.value.sentence


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"window_start": date(2030, 1, 1)}, "starts after"),
        ({"window_end": date(2010, 1, 1)}, "ends before"),
        ({"window_start": date(2023, 11, 1)}, "too short"),
        ({"media": (Media("tv", "tv_spend", adstock="magic"),)}, "nknown adstock"),
        ({"segment_column": "event", "segment_value": "nowhere"}, "no row has this value"),
    ],
)
def test_bad_specifications_are_refused_in_one_sentence(changes: dict[str, object], words: str) -> None:
    with pytest.raises(SpecificationError, match=words):
        prepare(replace(SPEC, **changes), table())


def test_rows_in_any_order_give_the_same_arrays() -> None:
    sorted_, mixed = prepare(SPEC, table()), prepare(SPEC, table().sample(frac=1.0, random_state=3))
    np.testing.assert_array_equal(sorted_.media, mixed.media)
    np.testing.assert_array_equal(sorted_.other, mixed.other)


def test_exposure_is_scaled_to_the_spend_of_the_window() -> None:
    prepared = prepare(replace(SPEC, window_start=date(2022, 6, 6)), table())
    inside = slice(*prepared.window)
    assert prepared.media[inside, 1].sum() == pytest.approx(prepared.spend[inside, 1].sum(), rel=1e-12)
    np.testing.assert_array_equal(prepared.media[:, 0], prepared.spend[:, 0])
    assert prepared.spend.shape[1] == 2
    assert prepared.media_names == ("tv", "search", "mail")


def test_window_moves_to_the_nearest_period_and_says_so() -> None:
    prepared = prepare(replace(SPEC, window_start=date(2022, 6, 8)), table())
    assert prepared.dates[prepared.window[0]] == np.datetime64("2022-06-06")
    assert any("moved" in note for note in prepared.notes)


def test_constant_context_is_left_out_with_a_note() -> None:
    prepared = prepare(SPEC, table().assign(price=3.0))
    assert "price" not in prepared.other_names
    assert any("price" in note for note in prepared.notes)


def test_factors_without_components_become_columns_of_their_levels() -> None:
    prepared = prepare(replace(SPEC, components=()), table())
    assert {"event fair", "event sale"} <= set(prepared.other_names)
    assert set(np.unique(prepared.other[:, prepared.other_names.index("event sale")])) == {0.0, 1.0}


def test_a_segment_keeps_its_own_rows() -> None:
    both = pd.concat([table().assign(country="DE"), table(90).assign(country="FR")])
    spec = replace(SPEC, segment_column="country", segment_value="FR")
    assert len(prepare(spec, both).dates) == 90


@pytest.mark.parametrize("frequency", [("D", "day"), ("MS", "month")])
def test_days_and_months_are_recognised(frequency: tuple[str, str]) -> None:
    frame = table().assign(week=pd.date_range("2015-01-01", periods=104, freq=frequency[0]))
    assert prepare(SPEC, frame).interval == frequency[1]


@pytest.mark.parametrize("scale", [1e-6, 1e12])
def test_money_of_any_size_gives_the_same_shape(scale: float) -> None:
    frame = table()
    scaled = frame.assign(**{c: frame[c] * scale for c in ("revenue", "tv_spend", "search_spend")})
    plain, big = prepare(SPEC, frame), prepare(SPEC, scaled)
    np.testing.assert_allclose(big.lambdas, np.array(plain.lambdas) * scale, rtol=1e-4)
    assert np.isfinite(big.other).all()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"context": (Context("price", "revenue"),)}, "the goal and context price"),
        ({"media": (Media("tv", "tv_spend"), Media("radio", "tv_spend"))}, "channel tv and channel radio"),
        (
            {"media": (Media("tv", "tv_spend"), Media("radio", "search_spend", "tv_spend"))},
            "channel tv and channel radio",
        ),
        ({"context": (Context("price", "week"),)}, "the date and context price"),
    ],
)
def test_a_column_that_serves_two_terms_is_refused(changes: dict[str, object], words: str) -> None:
    with pytest.raises(SpecificationError, match="serves two terms") as caught:
        prepare(replace(SPEC, **changes), table())
    assert words in str(caught.value.got)


def test_spend_may_be_its_own_exposure() -> None:
    prepare(replace(SPEC, media=(Media("tv", "tv_spend", "tv_spend"),)), table())


def test_text_in_a_context_says_what_to_do() -> None:
    with pytest.raises(DataError, match="is a factor"):
        prepare(replace(SPEC, context=(Context("event", "event"),)), table())


@pytest.mark.parametrize(
    ("end", "last"), [("2022-12-26", "2022-12-26"), ("2023-01-01", "2022-12-26"), ("2023-01-02", "2023-01-02")]
)
def test_the_window_ends_with_the_period_the_day_lies_in(end: str, last: str) -> None:
    prepared = prepare(replace(SPEC, window_end=date.fromisoformat(end)), table())
    assert prepared.dates[prepared.window[1] - 1] == np.datetime64(last)


def test_a_year_of_months_ends_with_december() -> None:
    frame = table().assign(week=pd.date_range("2015-01-01", periods=104, freq="MS"))
    prepared = prepare(replace(SPEC, window_end=date(2019, 12, 31)), frame)
    assert prepared.dates[prepared.window[1] - 1] == np.datetime64("2019-12-01")
    assert not any("end moved" in note for note in prepared.notes)
    beyond = prepare(replace(SPEC, window_end=date(2030, 1, 1)), frame)
    assert beyond.window[1] == 104
    assert any("end moved" in note for note in beyond.notes)
