"""Saved plans on every state database: one name per model, replaced only when asked, gone when removed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from mixline.errors import ConflictError, NotFoundError
from mixline.state import State
from mixline.state.datasets import Datasets
from mixline.state.models import Models
from mixline.state.scenarios import Scenario, Scenarios
from mixline.state.specifications import Specifications

DATASET, SPECIFICATION, MODEL, OTHER = ("a" * 64, "b" * 64, "c" * 64, "d" * 64)


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 1, 5, 12, 0, 0, 123456, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


@pytest.fixture
def scenarios(state: State) -> Scenarios:
    Datasets(state).create(DATASET, name="weekly", upload_id=None, artifact_id="e" * 64, mapping={}, view={})
    Specifications(state).put(SPECIFICATION, {})
    for model_id in (MODEL, OTHER):
        Models(state).put(
            model_id, run_id=None, dataset_id=DATASET, specification_id=SPECIFICATION, title="Sales", segment="",
            goal="sales", currency="EUR", verdict="care", summary={},
        )  # fmt: skip
    return Scenarios(state, clock=Clock())


def put(scenarios: Scenarios, name: str, budget: float, model_id: str = MODEL, **more: bool) -> tuple[Scenario, bool]:
    return scenarios.put(model_id, name, {"budget": budget}, {"spend": budget}, actor="ann", **more)


def test_a_plan_comes_back_as_it_was_saved(scenarios: Scenarios) -> None:
    saved, changed = put(scenarios, "Spring, more video", 0.1 + 0.2)
    assert changed
    assert scenarios.get(saved.id) == saved
    assert saved.question == {"budget": 0.1 + 0.2}
    assert (saved.actor, saved.created_at.tzinfo) == ("ann", UTC)


def test_the_same_question_under_the_same_name_is_the_same_plan(scenarios: Scenarios) -> None:
    first, _ = put(scenarios, "Spring", 10.0)
    assert put(scenarios, "Spring", 10.0) == (first, False)
    assert scenarios.list_scenarios() == [first]


def test_another_question_takes_a_name_only_when_asked(scenarios: Scenarios) -> None:
    first, _ = put(scenarios, "Spring", 10.0)
    with pytest.raises(ConflictError, match="another plan has this name"):
        put(scenarios, "Spring", 20.0)
    assert scenarios.get(first.id) == first
    second, changed = put(scenarios, "Spring", 20.0, replace=True)
    assert changed
    assert (second.id, second.question) == (first.id, {"budget": 20.0})
    assert second.created_at > first.created_at


def test_models_have_their_own_names_and_lists(scenarios: Scenarios) -> None:
    one, _ = put(scenarios, "Spring", 10.0)
    two, _ = put(scenarios, "Spring", 20.0, OTHER)
    three, _ = put(scenarios, "Summer", 30.0)
    assert scenarios.list_scenarios() == [three, two, one]
    assert scenarios.list_scenarios(model_id=MODEL) == [three, one]
    assert scenarios.list_scenarios(limit=1, offset=1) == [two]


def test_a_plan_of_no_model_is_refused(scenarios: Scenarios) -> None:
    with pytest.raises(IntegrityError):
        put(scenarios, "Spring", 10.0, "f" * 64)


def test_a_removed_plan_is_gone(scenarios: Scenarios) -> None:
    saved, _ = put(scenarios, "Spring", 10.0)
    assert scenarios.remove(saved.id) == saved
    assert scenarios.list_scenarios() == []
    for act in (scenarios.get, scenarios.remove):
        with pytest.raises(NotFoundError):
            act(saved.id)


def test_many_who_save_one_name_at_once_get_one_plan(scenarios: Scenarios) -> None:
    with ThreadPoolExecutor(6) as pool:
        saved = list(pool.map(lambda _: put(scenarios, "Spring", 10.0), range(12)))
    assert len({scenario.id for scenario, _ in saved}) == 1
    assert sum(changed for _, changed in saved) == 1
