"""A plan's question survives being written down."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mixline.errors import SpecificationError
from mixline.messages import PlanQuestion
from mixline.mmm.planner import Bounds, ChannelGroup, PlanRequest
from mixline.mmm.planning.document import FIELDS, read_request, write_request

AMOUNT = st.floats(0, 1e9)
LIMITS = st.builds(
    lambda low, more, relative: Bounds(low, None if more is None else low + more, relative),
    AMOUNT, st.none() | AMOUNT, st.booleans(),
)  # fmt: skip
REQUESTS = st.builds(
    PlanRequest,
    periods=st.just(3),
    budget=st.none() | AMOUNT,
    bounds=st.dictionaries(st.sampled_from("abc"), LIMITS),
    locked=st.lists(st.sampled_from("def"), unique=True).map(tuple),
    groups=st.lists(st.sampled_from("abcdef"), min_size=1, unique=True).map(
        lambda names: (ChannelGroup("some", tuple(names), Bounds(0.5, 2.0)),)
    ),
    flights=st.dictionaries(st.sampled_from("abc"), st.integers(1, 3)),
    patterns=st.dictionaries(st.sampled_from("abc"), st.tuples(*[st.floats(0.1, 9)] * 3)),
    prices=st.dictionaries(st.sampled_from("abc"), st.floats(0.1, 9)),
    pacing=st.sampled_from(["historic", "flat"]),
    cautious=st.none() | st.just(0.25),
    carry_out=st.booleans(),
    spend_all=st.booleans(),
)


@given(REQUESTS)
def test_a_question_written_down_is_the_same_question(request: PlanRequest) -> None:
    assert read_request(json.loads(json.dumps(write_request(request)))) == request
    sent = PlanQuestion.model_validate(write_request(request))
    assert read_request(sent.model_dump()) == request


def test_what_is_sent_has_every_answer_with_the_engines_default() -> None:
    assert set(PlanQuestion.model_fields) == set(FIELDS)
    assert read_request(PlanQuestion().model_dump()) == PlanRequest()


@pytest.mark.parametrize(
    "document",
    [
        {"wish": 1},
        {"bounds": {"tv": {"lowest": 1}}},
        {"bounds": 5},
        {"groups": [{"name": "a"}]},
        {"patterns": {"tv": ["much"]}},
        {"budget": -1.0},
    ],
)
def test_a_document_that_is_no_question_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(SpecificationError):
        read_request(document)
