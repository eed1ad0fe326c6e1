from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from dash import Dash

from dashboard.components.run_estimate import duration_words, estimate_time
from dashboard.components.run_form import ALL_SEGMENTS, build_requests, segment_options
from dashboard.components.run_history import history_rows
from dashboard.components.run_progress import ordinal, run_card
from dashboard.figures.search_progress import read_search, search_figure
from mixline.messages import RunRequest
from pages import runs

NOW = datetime(2026, 11, 20, 12, 2, tzinfo=UTC)
Words = Callable[[Any], str]


@pytest.fixture
def busy_trainer(trainer: Any, make_run: Any, make_dataset: Any) -> Any:
    trainer.answer("GET /v1/datasets", [make_dataset()])
    trainer.answer(f"GET /v1/datasets/{make_dataset().id}", make_dataset())
    trainer.answer("GET /v1/mmm/runs", [make_run(2, "queued"), make_run(1, "running")])
    trainer.answer(f"GET /v1/jobs/{make_run(1).id}/events", [])
    return trainer


def test_without_a_dataset_the_page_leads_to_the_data_page(page_app: Dash, text_of: Words) -> None:
    assert "Bring data" in text_of(runs.layout())


def test_page_asks_again_only_while_something_is_active(page_app: Dash, busy_trainer: Any, make_run: Any) -> None:
    assert find(runs.layout(), runs.TICK).disabled is False
    busy_trainer.answer("GET /v1/mmm/runs", [make_run(1, "succeeded")])
    busy_trainer.answer(f"GET /v1/jobs/{make_run(1).id}/events", [])
    assert find(runs.layout(), runs.TICK).disabled is True


def test_a_tick_keeps_what_is_shown_when_the_trainer_goes_away(
    page_app: Dash, busy_trainer: Any, text_of: Words
) -> None:
    runs.tick(1, "", f"{1:064x}")
    busy_trainer.away = True
    cards, rows, stopped, line, _ = runs.tick(2, "", f"{1:064x}")
    assert len(cards) == 2
    assert len(rows) == 2
    assert stopped is False
    assert "does not answer" in text_of(line)


def test_the_last_tick_renews_the_estimates(page_app: Dash, busy_trainer: Any, make_run: Any, text_of: Words) -> None:
    busy_trainer.answer("GET /v1/mmm/runs", [make_run(1, "succeeded")])
    busy_trainer.answer(f"GET /v1/jobs/{make_run(1).id}/events", [])
    _, _, stopped, line, presets = runs.tick(1, "", f"{1:064x}")
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
    search, message = runs.launch(1, f"{1:064x}", "DE", "standard", 5, False, "key")
    assert search == f"?run={make_run(7).id}"
    assert message is None
    sent = RunRequest.model_validate_json(busy_trainer.asked[-1].content)
    assert (sent.segment, sent.preset, sent.seed, sent.again) == ("DE", "standard", 5, False)


def test_pressing_twice_sends_the_same_key(page_app: Dash, busy_trainer: Any, make_run: Any) -> None:
    busy_trainer.answer("POST /v1/mmm/runs", make_run(7, "queued"), 202)
    for _ in range(2):
        runs.launch(1, f"{1:064x}", "DE", "test", 5, True, "key")
    keys = [r.headers["Idempotency-Key"] for r in busy_trainer.asked if r.method == "POST"]
    assert keys[0] == keys[1]


def test_all_segments_are_one_run_each(page_app: Dash, busy_trainer: Any, make_run: Any) -> None:
    busy_trainer.answer("POST /v1/mmm/runs", make_run(7, "queued"), 202)
    runs.launch(1, f"{1:064x}", ALL_SEGMENTS, "test", 5, False, "key")
    posts = [r for r in busy_trainer.asked if r.method == "POST"]
    assert [RunRequest.model_validate_json(r.content).segment for r in posts] == ["DE", "FR"]
    assert len({r.headers["Idempotency-Key"] for r in posts}) == 2


def test_a_run_that_is_there_already_is_said_to_be(
    page_app: Dash, busy_trainer: Any, make_run: Any, text_of: Words
) -> None:
    busy_trainer.answer("POST /v1/mmm/runs", make_run(7, "succeeded"), 202)
    search, _ = runs.launch(1, f"{1:064x}", "DE", "test", 5, False, "key")
    assert search.endswith("&known=1")
    busy_trainer.answer(f"GET /v1/mmm/runs/{make_run(7).id}", make_run(7, "succeeded"))
    busy_trainer.answer(f"GET /v1/jobs/{make_run(7).id}/events", [])
    assert "is there already" in text_of(runs.layout(run=make_run(7).id, known="1"))


def test_a_full_queue_says_when_to_come_back(page_app: Dash, busy_trainer: Any, text_of: Words) -> None:
    problem = {"type": "about:blank", "title": "the queue is full", "status": 429, "detail": "The queue is full."}
    problem |= {"code": "busy", "correlation_id": "1"}
    busy_trainer.answer("POST /v1/mmm/runs", problem, 429, **{"Retry-After": "45"})
    _, message = runs.launch(1, f"{1:064x}", "DE", "test", 5, False, "key")
    assert "Come back in 45 s." in text_of(message)


def test_an_impossible_seed_is_said_at_the_form(page_app: Dash, busy_trainer: Any, text_of: Words) -> None:
    for seed in (None, -1, 2**31):
        _, message = runs.launch(1, f"{1:064x}", "DE", "test", seed, False, "key")
        assert "The seed is a whole number" in text_of(message)


def test_history_is_newest_first_with_links(make_run: Any) -> None:
    rows = history_rows([make_run(1, "succeeded"), make_run(3, "failed"), make_run(2, "queued")])
    assert [row["state"] for row in rows] == ["failed", "queued", "succeeded"]
    assert rows[2]["results"]["href"] == f"/response?model={'d' * 64}"
    assert rows[0]["results"] is None
    assert rows[0]["why"].startswith("tv_spend")


def test_estimate_needs_a_measured_run(make_run: Any) -> None:
    assert estimate_time([make_run(1, "failed"), make_run(2)], "x", 600) is None


def test_estimate_from_one_size_is_a_bound(make_run: Any) -> None:
    measured = [make_run(1, "succeeded")]
    assert [estimate_time(measured, "x", size).words for size in (600, 6000, 60)] == [
        "about 30 s",
        "at most 5 min",
        "under 30 s",
    ]


def test_estimate_separates_the_fixed_part_with_two_sizes(make_run: Any) -> None:
    large = {"finished_at": datetime(2026, 11, 20, 12, 2, tzinfo=UTC) + timedelta(seconds=124)}
    measured = [make_run(1, "succeeded"), make_run(2, "succeeded", job=large, trials=5, iterations=2000)]
    # 600 candidates took 30 s and 10,000 took 124 s: 0.01 s each and 24 s before
    assert estimate_time(measured, f"{1:064x}", 50_000).seconds == pytest.approx(524.0)


def test_estimate_prefers_runs_of_the_same_dataset(make_run: Any) -> None:
    slow = {"finished_at": datetime(2026, 11, 20, 12, 2, tzinfo=UTC) + timedelta(seconds=600)}
    measured = [make_run(1, "succeeded"), make_run(2, "succeeded", job=slow, dataset_id="e" * 64)]
    assert estimate_time(measured, "e" * 64, 600).seconds == pytest.approx(600.0)


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
    figure = search_figure(points, "dark")
    assert list(figure.data[0].y) == [0.4, 0.3]
    assert search_figure([], "light").data[0].y == ()


def test_segments_offer_all_when_there_are_several(make_dataset: Any) -> None:
    assert [option["value"] for option in segment_options(make_dataset())] == ["DE", "FR", ALL_SEGMENTS]
    assert segment_options(make_dataset(segments=[])) == [{"value": "", "label": "The whole table"}]
    assert len(build_requests(make_dataset(), ALL_SEGMENTS, "test", 1)) == 2


def find(component: Any, component_id: str) -> Any:
    """The component with an id."""
    for child in component._traverse():
        if getattr(child, "id", None) == component_id:
            return child
    raise AssertionError(f"nothing has the id {component_id}")
