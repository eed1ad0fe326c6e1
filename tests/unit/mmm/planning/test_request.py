"""Requests that make no sense are refused in one sentence that says what would."""

from __future__ import annotations

from typing import Any

import pytest

from mixline.errors import SpecificationError
from mixline.mmm.planner import Bounds, ChannelGroup, PlanRequest, plan
from tests.builders import make_model

BAD: list[tuple[dict[str, Any], str]] = [
    ({"scenario": "best"}, "unknown scenario"),
    ({"periods": 0}, "periods"),
    ({"periods": 10**6}, "periods"),
    ({"periods": 2.5}, "periods"),
    ({"budget": -1.0}, "budget"),
    ({"budget": float("nan")}, "budget"),
    ({"target": 3.0}, "no meaning"),
    ({"scenario": "roi"}, "needs a target"),
    ({"scenario": "roi", "target": 0.0}, "needs a target"),
    ({"scenario": "roi", "target": float("inf")}, "needs a target"),
    ({"cautious": 0.7}, "cautious"),
    ({"scenario": "roi", "target": 1.0, "cautious": 0.2}, "cautious"),
    ({"pacing": "wild"}, "pacing"),
    ({"baseline": "wild"}, "baseline"),
    ({"today_periods": 0}, "today_periods"),
    ({"prices": {"a": 0.0}}, "price"),
    ({"flights": {"a": 0}}, "flight"),
    ({"flights": {"a": 14}}, "longer than the plan"),
    ({"flights": {"a": 2}, "periods": None}, "keeps its flights"),
    ({"patterns": {"a": (1.0, 2.0)}}, "does not fit"),
    ({"patterns": {"a": (0.0,) * 13}}, "pattern"),
    ({"patterns": {"a": (float("nan"),) * 13}}, "pattern"),
    ({"locked": ("a",), "bounds": {"a": Bounds(0, 1)}}, "locked channel has bounds"),
    (
        {"groups": (ChannelGroup("x", ("a",), Bounds(0, 1)), ChannelGroup("y", ("a",), Bounds(0, 1)))},
        "two groups",
    ),
    (
        {"groups": (ChannelGroup("x", ("a",), Bounds(0, 1)), ChannelGroup("x", ("b",), Bounds(0, 1)))},
        "repeat",
    ),
]


@pytest.mark.parametrize(("parts", "words"), BAD, ids=[words for _, words in BAD])
def test_requests_that_contradict_themselves(parts: dict[str, Any], words: str) -> None:
    with pytest.raises(SpecificationError, match=words):
        PlanRequest(**parts)


@pytest.mark.parametrize(("low", "high"), [(2.0, 1.0), (-1.0, 1.0), (0.0, float("inf")), (float("nan"), None)])
def test_bounds_that_are_none(low: float, high: float | None) -> None:
    with pytest.raises(SpecificationError):
        Bounds(low, high)


def test_groups_without_channels_or_with_one_twice() -> None:
    for channels in ((), ("a", "a")):
        with pytest.raises(SpecificationError):
            ChannelGroup("g", channels, Bounds(0, 1))


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"locked": ("radio",)}, "unknown channel"),
        ({"bounds": {"organic_0": Bounds(0, 1)}}, "unknown channel"),
        ({"groups": (ChannelGroup("g", ("radio",), Bounds(0, 1)),)}, "unknown channel"),
        ({"budget": 1e12, "bounds": {f"channel_{i}": Bounds(0, 2) for i in range(2)}}, "cannot be spent"),
        ({"budget": 1.0, "bounds": {f"channel_{i}": Bounds(0.5, 2) for i in range(2)}}, "need more than the budget"),
        ({"scenario": "roi", "target": 1.0, "budget": 1.0}, "need more than the budget"),
        ({"scenario": "outcome", "target": 1e12}, "reaches this outcome"),
        ({"scenario": "roi", "target": 1e6}, "reaches this return"),
        ({"today_periods": 5000}, "window is shorter"),
        (
            {"groups": (ChannelGroup("g", ("channel_0",), Bounds(5.0, 6.0)),), "bounds": {"channel_0": Bounds(0, 4)}},
            "group's least",
        ),
        (
            {"groups": (ChannelGroup("g", ("channel_0",), Bounds(0.0, 0.1)),), "locked": ("channel_0",)},
            "group's most",
        ),
    ],
)
def test_requests_that_the_model_cannot_answer(parts: dict[str, Any], words: str) -> None:
    with pytest.raises(SpecificationError, match=words) as caught:
        plan(make_model(), PlanRequest(**parts))
    assert caught.value.expected
    assert "\n" not in caught.value.sentence
