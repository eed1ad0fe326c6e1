from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest
from flask import Flask

from dashboard import memory as module
from dashboard.client import TrainerClient
from mixline.errors import BusyError, DataError, NotFoundError, UnavailableError
from mixline.messages import RunRequest
from mixline.settings import Settings
from tests.unit.dashboard import answers, builders

Answer = Callable[[httpx.Request], httpx.Response]


def make_client(answer: Answer) -> TrainerClient:
    return TrainerClient(Settings(), httpx.MockTransport(answer))


def problem(code: str, status: int, **parts: object) -> httpx.Response:
    document = {
        "type": "about:blank",
        "title": "the spend column holds text",
        "status": status,
        "detail": "tv_spend: the spend column holds text; got 'abc'. Correct it.",
        "code": code,
        "where": "tv_spend",
        "got": "'abc'",
        "action": "Correct it.",
        "correlation_id": "c0ffee",
        **parts,
    }
    return httpx.Response(status, json=document, headers={"retry-after": "7"})


class Trainer:
    """A trainer that counts what it is asked and can go away."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.away = False
        self.answer = answers.answer_with(answers.make_two_countries())

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url.path)
        if self.away:
            raise httpx.ConnectError("refused", request=request)
        return self.answer(request)


def test_documents_named_by_content_are_asked_for_once() -> None:
    trainer = Trainer()
    client = make_client(trainer)
    assert client.read_model(builders.MODEL_ID) is client.read_model(builders.MODEL_ID)
    client.read_contributions(builders.MODEL_ID, "week")
    client.read_contributions(builders.MODEL_ID, "month")
    assert len(trainer.asked) == 3


def test_a_model_not_yet_in_mlflow_is_asked_for_again_and_kept_for_bad_times() -> None:
    trainer = Trainer()
    summary = builders.make_summary()
    lineage = summary.lineage.model_copy(update={"tracking_url": None})
    trainer.answer = answers.answer_with([summary.model_copy(update={"lineage": lineage})])
    client = make_client(trainer)
    client.read_model(builders.MODEL_ID)
    trainer.away = True
    assert client.read_model(builders.MODEL_ID).lineage.tracking_url is None
    trainer.away = False
    trainer.answer = answers.answer_with([summary])
    assert client.read_model(builders.MODEL_ID).lineage.tracking_url


def test_kept_documents_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "DOCUMENTS_KEPT", 1)
    trainer = Trainer()
    client = make_client(trainer)
    for _ in range(2):
        client.read_model(builders.MODEL_ID)
        client.read_model(builders.OTHER_ID)
    assert len(trainer.asked) == 4


def test_lists_are_newest_first_and_asked_for_each_time() -> None:
    trainer = Trainer()
    client = make_client(trainer)
    assert [row.id for row in client.list_models().value] == [builders.MODEL_ID, builders.OTHER_ID]
    client.list_models()
    assert len(trainer.asked) == 2


def test_last_known_list_is_given_back_as_stale_when_the_trainer_is_away() -> None:
    trainer = Trainer()
    client = make_client(trainer)
    fresh = client.list_models()
    trainer.away = True
    stale = client.list_models()
    assert not fresh.stale
    assert stale.stale
    assert stale.value == fresh.value
    assert stale.at == fresh.at


def test_nothing_known_and_trainer_away_is_a_sentence_with_an_action() -> None:
    trainer = Trainer()
    trainer.away = True
    with pytest.raises(UnavailableError, match=r"cannot be reached.*looks after Mixline"):
        make_client(trainer).list_models()


def test_slow_trainer_is_named_as_slow() -> None:
    def wait(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("slow", request=request)

    with pytest.raises(UnavailableError, match="in time"):
        make_client(wait).read_model(builders.MODEL_ID)


def test_problem_documents_become_the_same_error_with_its_correlation_id() -> None:
    with pytest.raises(DataError) as caught:
        make_client(lambda _: problem("data", 422)).read_model(builders.MODEL_ID)
    assert str(caught.value) == "tv_spend: the spend column holds text; got 'abc'. Correct it."
    assert caught.value.where == "tv_spend"
    assert caught.value.correlation_id == "c0ffee"  # type: ignore[attr-defined]


def test_full_queue_says_when_to_come_back() -> None:
    with pytest.raises(BusyError) as caught:
        make_client(lambda _: problem("busy", 429)).launch_run(RunRequest(dataset_id="a" * 64))
    assert caught.value.retry_after == 7


def test_unknown_model_is_not_found() -> None:
    with pytest.raises(NotFoundError):
        make_client(Trainer()).read_model("f" * 64)


@pytest.mark.parametrize("body", ["<html>proxy</html>", "{}", ""])
def test_answers_of_another_form_are_said_to_be_so(body: str) -> None:
    with pytest.raises(UnavailableError):
        make_client(lambda _: httpx.Response(200, text=body)).read_model(builders.MODEL_ID)
    with pytest.raises(UnavailableError, match="502"):
        make_client(lambda _: httpx.Response(502, text=body)).read_model(builders.MODEL_ID)


class Mute(Trainer):
    """A trainer that takes connections and never answers; of its health it can still give a sign."""

    def __init__(self) -> None:
        super().__init__()
        self.mute, self.alive = False, False

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url.path)
        if self.mute and not (self.alive and request.url.path == "/health"):
            raise httpx.ReadTimeout("silence", request=request)
        return httpx.Response(200, json={}) if request.url.path == "/health" else self.answer(request)


def test_what_was_sent_without_an_answer_may_have_been_done() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("silence", request=request)

    with pytest.raises(UnavailableError, match=r"may have been done all the same.*see before you repeat it"):
        make_client(answer).cancel_run("0" * 32)


def test_a_silent_trainer_is_waited_for_once_and_the_last_known_shown() -> None:
    trainer = Mute()
    client = make_client(trainer)
    known = client.list_models().value
    trainer.mute = True
    trainer.asked.clear()
    for _ in range(3):
        assert client.list_models().stale
        assert client.list_models().value == known
    with pytest.raises(UnavailableError, match="did not answer in time"):
        client.list_runs()
    assert trainer.asked == ["/v1/models", "/health"]  # one waited, one knocked, nobody else had to


def test_one_slow_answer_of_a_living_trainer_silences_nothing_else() -> None:
    trainer = Mute()
    client = make_client(trainer)
    trainer.mute = trainer.alive = True
    with pytest.raises(UnavailableError):
        client.list_models()
    trainer.mute = False
    assert not client.list_models().stale


def test_what_one_person_may_do_is_never_told_to_another() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.headers.get("x-person", ""))
        return httpx.Response(200, json={"may": asked[-1]})

    settings = Settings(identity_header="x-person")
    client = TrainerClient(settings, httpx.MockTransport(answer))
    server = Flask("two people")
    seen = []
    for person in ("ada@example.com", "ben@example.com", "ada@example.com"):
        with server.test_request_context(headers={"x-person": person}):
            seen.append(client.get(dict[str, str], "/v1/queue")["may"])
    assert seen == asked == ["ada@example.com", "ben@example.com", "ada@example.com"]
