"""A run's log as the page shows it and gives it away."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from dash import Dash

from dashboard.components.run_log import LINES_AT_FIRST, download, live_lines, log_lines, log_panel, show_older
from mixline.messages import EventView
from tests.unit.pages.shown import find_component

NOW = datetime(2026, 11, 20, 12, 2, tzinfo=UTC)
Words = Callable[[Any], str]


def test_the_log_is_newest_first_and_names_who_did_it(text_of: Words) -> None:
    events = [EventView(sequence=1, at=NOW, kind="state", message="Queued", data={})]
    events += [
        EventView(sequence=n, at=NOW, kind="progress", message=f"Searching: {n}", data={"percent": float(n)})
        for n in range(2, 40)
    ]
    events.append(EventView(sequence=40, at=NOW, kind="state", message="Moved to the front", data={"actor": "ada"}))
    lines = [text_of(line) for line in log_lines(events)]
    assert lines[0].endswith("Moved to the front, by ada")
    assert lines[-1].endswith("Queued")
    assert 5 <= len(lines) <= 8  # a line for every tenth per cent


def test_a_log_of_more_than_one_day_says_the_days(text_of: Words) -> None:
    events = [
        EventView(sequence=n, at=NOW + timedelta(days=n - 1), kind="state", message="Queued", data={}) for n in (1, 2)
    ]
    assert [text_of(line) for line in log_lines(events)] == ["21 Nov, 12:02:00 Queued", "20 Nov, 12:02:00 Queued"]
    assert text_of(log_lines(events[:1])) == "12:02:00 Queued"


def test_a_long_log_opens_with_its_newest_lines_and_a_way_to_the_others(make_run: Any, text_of: Words) -> None:
    run = make_run(1)
    panel = log_panel(run, numbered(501, 1000))
    lines = find_component(panel, {"type": "run-log", "index": 0}).children
    assert len(lines) == LINES_AT_FIRST
    assert text_of(lines[0]).endswith("line 1000")
    assert find_component(panel, "log-older").hidden is False
    assert f"/runs/{run.id}/log.txt" in str(panel)
    assert find_component(log_panel(run, numbered(1, 9)), "log-older").hidden is True
    assert find_component(log_panel(run, []), "log-older").hidden is True


def test_lines_that_come_in_stand_above_those_that_are_there(text_of: Words) -> None:
    place = {"run": "r", "from": 801, "oldest": 501}
    lines = [text_of(line) for line in live_lines(numbered(503, 1002), place)]
    assert (len(lines), lines[0][-9:], lines[-1][-8:]) == (202, "line 1002", "line 801")
    lines = [text_of(line) for line in live_lines(numbered(1301, 1800), place)]
    assert lines[-1] == "500 lines between are in the whole log."


def test_older_lines_are_asked_for_until_there_are_none(page_app: Dash, trainer: Any, make_run: Any) -> None:
    run = make_run(1)
    trainer.answer(f"GET /v1/jobs/{run.id}/events", numbered(201, 500))
    _, place, hidden, error = show_older(1, {"run": run.id, "from": 501, "oldest": 501})
    assert dict(trainer.asked[-1].url.params) == {"newest": "true", "limit": "300", "before": "501"}
    assert (place, hidden, error) == ({"run": run.id, "from": 501, "oldest": 201}, False, None)
    trainer.answer(f"GET /v1/jobs/{run.id}/events", numbered(1, 200))
    assert show_older(1, place)[2] is True
    trainer.answer(f"GET /v1/jobs/{run.id}/events", [])  # the oldest were dropped long ago
    assert show_older(1, place)[2] is True


def test_the_whole_log_is_passed_on_as_a_text(page_app: Dash, trainer: Any, make_run: Any) -> None:
    run = make_run(1)
    trainer.answer(f"GET /v1/jobs/{run.id}/log", "text")
    response = download(run.id)
    assert b"".join(response.response) == b'"text"'
    assert response.headers["Content-Disposition"] == f'attachment; filename="run-{run.id[:12]}.log.txt"'
    response.close()
    problem = {"type": "", "title": "", "status": 404, "detail": "There is no job with this id.", "code": "not-found"}
    trainer.answer(f"GET /v1/jobs/{run.id}/log", problem | {"correlation_id": "c"}, 404)
    assert (download(run.id).status_code, download("../secrets").status_code) == (404, 404)


def numbered(first: int, last: int) -> list[EventView]:
    return [EventView(sequence=n, at=NOW, kind="log", message=f"line {n}", data={}) for n in range(first, last + 1)]
