from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from dash import Dash
from plotly.graph_objects import Figure

from dashboard.components.run_form import build_requests, first_segments, segment_options
from dashboard.components.run_history import history_rows
from dashboard.components.run_progress import ordinal, run_card
from dashboard.components.run_queue import queue_panel
from dashboard.components.run_words import cost_words, duration_words, read_tags, tag_words, takes_words
from dashboard.figures.search_progress import cloud_figure, read_search, search_figure
from mixline.messages import CostView, QueueView, RunRequest, RunTag, SearchCloud
from pages import runs
from tests.unit.pages.shown import find_component

NOW = datetime(2026, 11, 20, 12, 2, tzinfo=UTC)
Words = Callable[[Any], str]


def tick(count: int, tag: str = "") -> Any:
    return runs.tick(count, "", f"{1:064x}", tag, [])


def press(
    segments: list[str], preset: str, seed: Any, *, again: bool = False, tags: str = "", document: Any = None
) -> Any:
    return runs.launch(1, 0, f"{1:064x}", segments, preset, seed, again, tags, document, "key")  # type: ignore[arg-type]


@pytest.fixture
def busy_trainer(trainer: Any, make_run: Any, make_dataset: Any, draft: Any) -> Any:
    trainer.answer("GET /v1/datasets", [make_dataset()])
    trainer.answer(f"GET /v1/datasets/{make_dataset().id}", make_dataset())
    trainer.answer("GET /v1/mmm/runs", [make_run(2, "queued"), make_run(1, "running")])
    trainer.answer(f"GET /v1/jobs/{make_run(1).id}/events", [])
    trainer.answer(f"GET /v1/mmm/runs/{make_run(1).id}/cloud", SearchCloud(run_id=make_run(1).id))
    trainer.answer(f"GET /v1/datasets/{make_dataset().id}/specification", draft)
    return trainer


def test_without_a_dataset_the_page_leads_to_the_data_page(page_app: Dash, text_of: Words) -> None:
    assert "Bring data" in text_of(runs.layout())


def test_page_asks_again_only_while_something_is_active(page_app: Dash, busy_trainer: Any, make_run: Any) -> None:
    assert find_component(runs.layout(), runs.TICK).disabled is False
    busy_trainer.answer("GET /v1/mmm/runs", [make_run(1, "succeeded")])
    busy_trainer.answer(f"GET /v1/jobs/{make_run(1).id}/events", [])
    assert find_component(runs.layout(), runs.TICK).disabled is True


def test_a_tick_keeps_what_is_shown_when_the_trainer_goes_away(
    page_app: Dash, busy_trainer: Any, text_of: Words
) -> None:
    tick(1)
    busy_trainer.away = True
    cards, rows, stopped, line, *_ = tick(2)
    assert len(cards) == 1
    assert len(rows) == 2
    assert stopped is False
    assert "does not answer" in text_of(line)


def test_the_last_tick_renews_the_estimates(page_app: Dash, busy_trainer: Any, make_run: Any, text_of: Words) -> None:
    busy_trainer.answer("GET /v1/mmm/runs", [make_run(1, "succeeded")])
    busy_trainer.answer(f"GET /v1/jobs/{make_run(1).id}/events", [])
    _, _, stopped, line, _, _, presets = tick(1)
    assert stopped is True
    assert line is None
    assert "about 30 s" in text_of(presets[0]["label"])


def test_running_card_says_how_far(make_run: Any, text_of: Words) -> None:
    words = text_of(run_card(make_run(1), now=NOW))
    assert "40 %" in words
    assert "about 1 min 20 s left" in words
    assert "Best error so far 0.0432" in words
    assert "Cancel" in words


def test_waiting_card_says_its_place_and_that_no_worker_is_there(make_run: Any, text_of: Words) -> None:
    assert "2nd in the queue" in text_of(run_card(make_run(1, "queued"), now=NOW, workers=1))
    assert "No worker is running" in text_of(run_card(make_run(1, "queued"), now=NOW, workers=0))


def test_failed_card_says_why_and_offers_another_try(make_run: Any, text_of: Words) -> None:
    words = text_of(run_card(make_run(1, "failed"), now=NOW))
    assert "tv_spend: the column is gone." in words
    assert "Try again" in words


def test_finished_card_leads_to_the_curves(make_run: Any, text_of: Words) -> None:
    card = run_card(make_run(1, "succeeded"), now=NOW)
    assert "See the response curves" in text_of(card)
    assert "Finished in 30 s" in text_of(card)
    assert "Cancel" not in text_of(card)


def test_stopping_run_has_no_second_cancel(make_run: Any, text_of: Words) -> None:
    words = text_of(run_card(make_run(1, job={"cancel_requested": True}), now=NOW))
    assert "Stopping" in words
    assert "Cancel" not in words


def test_launch_sends_the_form_and_looks_at_the_run(page_app: Dash, busy_trainer: Any, make_run: Any) -> None:
    busy_trainer.answer("POST /v1/mmm/runs", make_run(7, "queued"), 202)
    search, message, _ = press(["DE"], "standard", 5)
    assert search == f"?run={make_run(7).id}"
    assert message is None
    sent = RunRequest.model_validate_json(busy_trainer.asked[-1].content)
    assert (sent.segment, sent.preset, sent.seed, sent.again) == ("DE", "standard", 5, False)


def test_pressing_twice_sends_the_same_key(page_app: Dash, busy_trainer: Any, make_run: Any) -> None:
    busy_trainer.answer("POST /v1/mmm/runs", make_run(7, "queued"), 202)
    for _ in range(2):
        press(["DE"], "test", 5, again=True)
    keys = [r.headers["Idempotency-Key"] for r in busy_trainer.asked if r.method == "POST"]
    assert keys[0] == keys[1]


def test_all_segments_are_one_run_each(page_app: Dash, busy_trainer: Any, make_run: Any) -> None:
    busy_trainer.answer("POST /v1/mmm/runs", make_run(7, "queued"), 202)
    press(["FR", "DE"], "test", 5)
    posts = [r for r in busy_trainer.asked if r.method == "POST"]
    assert [RunRequest.model_validate_json(r.content).segment for r in posts] == ["DE", "FR"]
    assert len({r.headers["Idempotency-Key"] for r in posts}) == 2


def test_a_run_that_is_there_already_is_said_to_be(
    page_app: Dash, busy_trainer: Any, make_run: Any, text_of: Words
) -> None:
    busy_trainer.answer("POST /v1/mmm/runs", make_run(7, "succeeded"), 202)
    search, *_ = press(["DE"], "test", 5)
    assert search.endswith("&known=1")
    busy_trainer.answer(f"GET /v1/mmm/runs/{make_run(7).id}", make_run(7, "succeeded"))
    busy_trainer.answer(f"GET /v1/jobs/{make_run(7).id}/events", [])
    assert "is there already" in text_of(runs.layout(run=make_run(7).id, known="1"))


def test_a_full_queue_says_when_to_come_back(page_app: Dash, busy_trainer: Any, text_of: Words) -> None:
    problem = {"type": "about:blank", "title": "the queue is full", "status": 429, "detail": "The queue is full."}
    problem |= {"code": "busy", "correlation_id": "1"}
    busy_trainer.answer("POST /v1/mmm/runs", problem, 429, **{"Retry-After": "45"})
    _, message, _ = press(["DE"], "test", 5)
    assert "Come back in 45 s." in text_of(message)


def test_an_impossible_seed_is_said_at_the_form(page_app: Dash, busy_trainer: Any, text_of: Words) -> None:
    for seed in (None, -1, 2**31):
        _, message, _ = press(["DE"], "test", seed)
        assert "The seed is a whole number" in text_of(message)


def test_history_is_newest_first_with_links(make_run: Any) -> None:
    rows = history_rows([make_run(1, "succeeded"), make_run(3, "failed"), make_run(2, "queued")])
    assert [row["state"] for row in rows] == ["failed", "queued", "succeeded"]
    assert rows[2]["results"]["href"] == f"/response?model={'d' * 64}"
    assert rows[0]["results"] is None
    assert rows[0]["why"].startswith("tv_spend")
    never = history_rows([make_run(4, "cancelled", job={"started_at": None}), make_run(5, "queued")])
    assert [row["started_words"] for row in never] == ["not yet", "never"]


def test_runs_of_no_named_size_are_told_apart_in_the_history(make_run: Any) -> None:
    sized = make_run(1).model_copy(update={"preset": "custom", "trials": 3, "iterations": 1500})
    assert [row["preset"] for row in history_rows([sized])] == ["3 × 1,500"]
    assert [row["preset"] for row in history_rows([make_run(1)])] == [make_run(1).preset]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.2, "1 s"),
        (4.4, "4 s"),
        (59.9, "60 s"),
        (80, "1 min 20 s"),
        (120, "2 min"),
        (725, "12 min"),
        (7500, "2 h 5 min"),
    ],
)
def test_durations_in_words(seconds: float, words: str) -> None:
    assert duration_words(seconds) == words


def test_places_in_words() -> None:
    assert [ordinal(n) for n in (1, 2, 3, 4, 11, 12, 13, 21, 112)] == [
        "1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "112th",
    ]  # fmt: skip


def test_search_reads_the_latest_attempt_only(make_events: Any) -> None:
    events = make_events([0.9, 0.5, 0.4, 0.3])
    points = read_search(events, events[2].at)
    assert [point.error for point in points] == [0.4, 0.3]
    assert [point.seconds for point in points] == [0.0, 2.0]
    figure = Figure(search_figure(points, "dark"))
    assert list(figure.data[0].y) == [0.4, 0.3]
    assert search_figure([], "light")["data"][0]["y"] == []


def test_the_cloud_rings_the_best_candidate() -> None:
    cloud = SearchCloud(run_id="0" * 32, error=[0.3, 0.1, 0.2], rssd=[0.5, 0.4, 0.1])
    figure = Figure(cloud_figure(cloud, "light"))
    assert (list(figure.data[1].x), list(figure.data[1].y)) == ([0.1], [0.4])
    low, high = figure.layout.xaxis.range
    assert low < 0.1
    assert high >= 0.2
    assert len(cloud_figure(SearchCloud(run_id="0" * 32), "dark")["data"]) == 1


def test_the_first_segment_is_chosen_unless_one_is_named(make_dataset: Any) -> None:
    assert [option["value"] for option in segment_options(make_dataset())] == ["DE", "FR"]
    assert first_segments(make_dataset()) == ["DE"]
    assert first_segments(make_dataset(), "FR") == ["FR"]
    assert first_segments(make_dataset(), "IT") == ["DE"]
    assert first_segments(make_dataset(segments=[])) == []


def test_requests_follow_the_order_of_the_dataset_and_carry_tags(make_dataset: Any) -> None:
    requests = build_requests(make_dataset(), ["FR", "DE"], "test", 1, tags="week=32; final")
    assert [request.segment for request in requests] == ["DE", "FR"]
    assert requests[0].tags == [RunTag(name="week", value=32.0), RunTag(name="final")]
    assert len(build_requests(make_dataset(segments=[]), [], "test", 1)) == 1


def test_a_composed_specification_keeps_its_own_size(make_dataset: Any) -> None:
    (request,) = build_requests(make_dataset(), ["DE"], "test", 1, document={"goal": {}})
    assert "preset" not in request.model_fields_set
    assert request.adapt


def test_without_a_segment_nothing_is_launched(page_app: Dash, busy_trainer: Any, text_of: Words) -> None:
    _, message, _ = press([], "test", 5)
    assert "Choose at least one" in text_of(message)
    assert not [r for r in busy_trainer.asked if r.method == "POST"]


def test_a_tag_that_is_none_is_said_at_the_form(page_app: Dash, busy_trainer: Any, text_of: Words) -> None:
    for tags in ("3=week", "week=many", "week=nan"):
        _, message, _ = press(["DE"], "test", 5, tags=tags)
        assert f'"{tags}" cannot be read as tags' in text_of(message)


def test_tags_are_read_as_they_are_written() -> None:
    for text in ("", "final", "week=32; final", "budget=-1.5"):
        assert tag_words(read_tags(text)) == text


def test_costs_and_durations_in_a_line() -> None:
    takes = CostView(candidates=10_000, seconds=25.0, bound="about", core_seconds=50.0, cost=0.0012, currency="EUR")
    assert takes_words(takes) == "10,000 candidates · about 25 s · 50 s of core time · under €0.01"
    unknown = CostView(candidates=600, seconds=None, bound="unknown", core_seconds=None, cost=None, currency="EUR")
    assert takes_words(unknown) == "600 candidates · not timed here yet"
    assert [cost_words(cost, "SEK") for cost in (0.0, 1234.5)] == ["0.00 SEK", "1,234.50 SEK"]


def view_queue(**changes: Any) -> QueueView:
    values = {"paused": False, "note": "", "actor": "", "changed_at": None, "waiting": 2, "running": 1, "workers": 1}
    return QueueView.model_validate({**values, "may_direct": True, **changes})


def test_the_queue_lists_what_waits_in_its_order(make_run: Any, text_of: Words) -> None:
    waiting = [make_run(n, "queued", job={"position": place}, segment=f"S{n}") for n, place in ((1, 2), (2, 1))]
    words = text_of(queue_panel(view_queue(), [*waiting, make_run(3, "running", segment="S3")]))
    assert "1 run at work, 2 waiting" in words
    assert words.index("S2") < words.index("S1")
    assert "S3" not in words
    assert "Pause the queue" in words


def test_who_may_not_direct_the_queue_sees_it_without_its_switch(make_run: Any, text_of: Words) -> None:
    paused = view_queue(paused=True, actor="ada", changed_at=NOW, may_direct=False)
    words = text_of(queue_panel(paused, [make_run(1, "queued")]))
    assert "The queue is paused  since 20 Nov 2026, 12:02 UTC by ada." in words
    assert "Reason" not in words
    assert "Resume" not in words
    assert "↑" not in words


def test_a_pause_is_shown_with_its_reason_and_asks_for_none_while_it_lasts(make_run: Any, text_of: Words) -> None:
    paused = view_queue(paused=True, note="Stock count until Monday", actor="local user", changed_at=NOW)
    assert "Reason:  Stock count until Monday" in text_of(queue_panel(paused, []))
    pauses = [
        str(queue_panel(view, [])).count("queue-pause") for view in (view_queue(), paused, view_queue(may_direct=False))
    ]
    assert pauses == [1, 0, 0]  # the field for a reason is seen beside this button


def test_a_link_to_what_is_not_there_says_so(page_app: Dash, busy_trainer: Any, make_run: Any, text_of: Words) -> None:
    problem = {
        "type": "",
        "title": "",
        "status": 404,
        "detail": "There is no run.",
        "code": "not-found",
        "correlation_id": "c",
    }
    busy_trainer.answer(f"GET /v1/mmm/runs/{make_run(9).id}", problem, 404)
    said = "cannot be found here"
    assert "a run and a dataset that " + said in text_of(runs.layout(run=make_run(9).id, dataset="gone"))
    assert said not in text_of(runs.layout())


@pytest.mark.parametrize(("launched", "shown"), [("test", "test"), ("custom", "standard")])
def test_the_next_run_starts_from_the_size_of_the_one_looked_at(
    page_app: Dash, busy_trainer: Any, make_run: Any, launched: str, shown: str
) -> None:
    """Who tries several seeds must not choose the size anew each time, nor launch another one unseen."""
    run = make_run(1).model_copy(update={"preset": launched})
    busy_trainer.answer("GET /v1/mmm/runs", [run])
    page = runs.layout(run=run.id)
    chosen = next(part for part in page._traverse() if getattr(part, "id", "") == "run-preset")
    assert chosen.value == shown


@pytest.mark.parametrize(("status", "code"), [(404, "not-found"), (422, "input")])
def test_a_link_to_settings_that_are_gone_says_so_and_the_page_is_there(
    page_app: Dash, busy_trainer: Any, make_run: Any, text_of: Words, status: int, code: str
) -> None:
    problem = {"type": "", "title": "query parameter settings", "status": status, "detail": "No.", "code": code}
    route = f"GET /v1/datasets/{make_run(9).dataset_id}/specification"
    busy_trainer.answer(f"{route}?settings=gone", {**problem, "correlation_id": "c"}, status)
    words = text_of(runs.layout(settings="gone"))
    assert "The link names saved settings that cannot be found here." in words
    assert "query parameter" not in words
    assert "Close settings" not in words  # nothing that was never chosen is opened
    assert "Launch run" in words
