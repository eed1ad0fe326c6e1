from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from dashboard.components.plan_shelf import LastingPlanner
from dashboard.shelf import Shelf
from mixline.errors import SpecificationError
from mixline.mmm.planner import Planner, PlanRequest
from tests.builders import make_model


def test_what_many_want_at_once_is_made_once() -> None:
    shelf: Shelf[object] = Shelf(4)
    begun, go_on = threading.Event(), threading.Event()
    made: list[object] = []
    found: list[object] = []

    def make() -> object:
        begun.set()
        assert go_on.wait(10)
        made.append(object())
        return made[-1]

    people = [threading.Thread(target=lambda: found.append(shelf.find("model", make))) for _ in range(8)]
    people[0].start()
    assert begun.wait(10)
    for person in people[1:]:
        person.start()
    go_on.set()
    for person in people:
        person.join(10)
    assert len(made) == 1
    assert found == [made[0]] * 8


def test_another_name_does_not_wait() -> None:
    shelf: Shelf[str] = Shelf(4)
    assert shelf.find("slow", lambda: shelf.find("quick", lambda: "quick") + " and slow") == "quick and slow"


def test_a_failure_reaches_who_tried_and_the_next_tries_again() -> None:
    shelf: Shelf[int] = Shelf(4)

    def fail() -> int:
        raise OSError("away")

    with pytest.raises(OSError, match="away"):
        shelf.find("model", fail)
    assert shelf.find("model", lambda: 3) == 3
    assert shelf.find("model", fail) == 3


def test_the_one_asked_for_longest_ago_is_put_away() -> None:
    shelf: Shelf[str] = Shelf(2)
    for name in ("a", "b", "a", "c"):
        shelf.find(name, lambda name=name: name)
    assert shelf.find("a", lambda: "new") == "a"
    assert shelf.find("b", lambda: "new") == "new"


def test_a_planner_solves_a_question_once_and_gives_the_answer_of_any_planner() -> None:
    model = make_model(periods=100, paid=3, draws=8)
    lasting, plain = LastingPlanner(model), Planner(model)
    for request in (
        PlanRequest(periods=8),
        PlanRequest(periods=8, locked=(model.paid_names[0],)),
        PlanRequest(periods=9),
    ):
        found = lasting.plan(request)
        assert lasting.plan(replace(request)) is found
        assert repr(found) == repr(plain.plan(request))
    with pytest.raises(SpecificationError):
        lasting.plan(PlanRequest(locked=("nobody",)))
