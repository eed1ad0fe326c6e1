"""Two people at once: each sees the trainer's answers to themselves, also when it is away."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard import last_known, memory
from dashboard.client import TrainerClient
from dashboard.components.plan_shelf import PlannerShelf
from dashboard.last_known import LastKnown
from dashboard.memory import Memory
from mixline.errors import NotFoundError, UnavailableError
from mixline.settings import Settings
from tests.unit.dashboard import answers, builders

ADA, BEN = "accounts.google.com:ada@example.com", "accounts.google.com:ben@example.com"
SIGN_IN = "x-person"


class Trainer:
    """Ada may see both models, Ben the second only, who comes without a name none; it can go away."""

    def __init__(self) -> None:
        one, two = answers.make_two_countries()
        self.rights = {ADA: [one, two], BEN: [two], "": []}
        self.away = False
        self.asked: list[tuple[str, str]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        person = request.headers.get(SIGN_IN, "")
        self.asked.append((person, request.url.path))
        if self.away:
            raise httpx.ConnectError("refused", request=request)
        models = self.rights[person]
        if not models:
            return httpx.Response(200, json=[]) if request.url.path == "/v1/models" else httpx.Response(404, json={})
        return answers.answer_with(models)(request)


@pytest.fixture
def trainer() -> Trainer:
    return Trainer()


def make_client(trainer: Trainer, folder: Path | None = None, header: str = SIGN_IN) -> TrainerClient:
    return TrainerClient(Settings(identity_header=header), httpx.MockTransport(trainer), folder)


@contextmanager
def signed_in(person: str | None) -> Iterator[None]:
    with Flask("two people").test_request_context(headers={} if person is None else {SIGN_IN: person}):
        yield


@pytest.mark.parametrize("restarted", [False, True], ids=["same process", "next process"])
def test_while_the_trainer_is_away_each_person_sees_their_own_last_known(
    trainer: Trainer, tmp_path: Path, restarted: bool
) -> None:
    client = make_client(trainer, tmp_path)
    for person in (ADA, BEN):
        with signed_in(person):
            for model in client.list_models().value:
                client.read_model(model.id)
    trainer.away = True
    client = make_client(trainer, tmp_path) if restarted else client
    with signed_in(ADA):
        known = client.list_models()
        assert (known.stale, len(known.value)) == (True, 2)
        assert client.read_model(builders.MODEL_ID).id == builders.MODEL_ID
    with signed_in(BEN):
        assert [row.id for row in client.list_models().value] == [builders.OTHER_ID]
        assert client.read_model(builders.OTHER_ID).id == builders.OTHER_ID
        with pytest.raises(UnavailableError):
            client.read_model(builders.MODEL_ID)


@pytest.mark.parametrize("person", [None, "", "carl@example.com"])
def test_who_was_told_nothing_sees_nothing_of_others(trainer: Trainer, tmp_path: Path, person: str | None) -> None:
    client = make_client(trainer, tmp_path)
    with signed_in(ADA):
        client.list_models()
        client.read_model(builders.MODEL_ID)
    trainer.away = True
    with signed_in(person):
        with pytest.raises(UnavailableError):
            client.list_models()
        with pytest.raises(UnavailableError):
            client.read_model(builders.MODEL_ID)


def test_a_document_held_for_one_person_is_asked_for_by_the_next_and_held_once(trainer: Trainer) -> None:
    client = make_client(trainer)
    with signed_in(ADA):
        hers = client.read_model(builders.OTHER_ID)
        assert client.read_model(builders.OTHER_ID) is hers
    with signed_in(BEN):
        assert client.read_model(builders.OTHER_ID) is hers
        with pytest.raises(NotFoundError):
            client.read_model(builders.MODEL_ID)
    assert [person for person, path in trainer.asked if path.endswith(builders.OTHER_ID)] == [ADA, BEN]


def test_who_loses_a_right_loses_what_was_kept(
    trainer: Trainer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = make_client(trainer, tmp_path)
    with signed_in(ADA):
        client.read_model(builders.MODEL_ID)
        trainer.rights[ADA] = trainer.rights[BEN]
        assert client.read_model(builders.MODEL_ID)  # for as long as a right is taken to last
        monkeypatch.setattr(memory, "RIGHT_SECONDS", 0.0)
        with pytest.raises(NotFoundError):
            client.read_model(builders.MODEL_ID)
        trainer.away = True
        for later in (client, make_client(trainer, tmp_path)):
            with pytest.raises(UnavailableError):
                later.read_model(builders.MODEL_ID)


def test_the_planner_of_a_model_is_not_handed_to_who_may_not_see_it(trainer: Trainer) -> None:
    client, shelf = make_client(trainer), PlannerShelf()
    planner: Any = object()  # made when Ada looked
    shelf._planners.put(builders.MODEL_ID, planner)
    with signed_in(ADA):
        assert shelf.planner(client, builders.MODEL_ID) is planner
    with signed_in(BEN), pytest.raises(NotFoundError):
        shelf.planner(client, builders.MODEL_ID)


def test_without_a_sign_in_all_share_and_the_header_says_nothing(trainer: Trainer, tmp_path: Path) -> None:
    trainer.rights[""] = trainer.rights[ADA]
    client = make_client(trainer, tmp_path, header="")
    with signed_in(ADA):
        client.read_model(builders.MODEL_ID)
    with signed_in(BEN):
        client.read_model(builders.MODEL_ID)
    assert trainer.asked == [("", f"/v1/models/{builders.MODEL_ID}")]


def test_no_name_of_a_person_is_written_down(trainer: Trainer, tmp_path: Path) -> None:
    with signed_in(ADA):
        make_client(trainer, tmp_path).list_models()
    [place] = tmp_path.iterdir()
    assert "ada" not in place.name
    assert b"ada@example.com" not in place.read_bytes()
    assert place.stat().st_mode & 0o077 == 0


def test_memory_of_many_people_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, most in (("DOCUMENTS_KEPT", 3), ("ANSWERS_KEPT", 5), ("LISTS_KEPT", 4)):
        monkeypatch.setattr(memory, name, most)
    kept = Memory(None)
    for number in range(20):
        kept.give("/v1/a", f"person {number}", dict, {"n": number}, str(number).encode())
        kept.hear("/v1/b", f"person {number}", number, str(number).encode())
    assert (len(kept._documents), len(kept._given), len(kept._lists)) == (3, 5, 4)
    assert kept.document("/v1/a", "person 0", dict) == (None, False)
    assert kept.document("/v1/a", "person 19", dict)[0] == {"n": 19}


@pytest.mark.parametrize(("most", "value"), [("MOST_FILES", 5), ("MOST_BYTES", 2_000)])
def test_the_folder_is_bounded_and_keeps_the_newest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: str, value: int
) -> None:
    monkeypatch.setattr(last_known, most, value)
    monkeypatch.setattr(last_known, "TIDIED_EVERY", 10)
    kept = LastKnown(tmp_path)
    for number in range(40):
        kept.keep(f"/v1/{number}", b"x" * 300, "ada")
    left = list(tmp_path.iterdir())
    assert 0 < len(left) <= 6
    assert kept.find("/v1/39", "ada") is not None


@given(st.lists(st.tuples(st.sampled_from([None, "", "a", "b", "a\n/v1/x"]), st.binary(max_size=20)), max_size=12))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nobody_ever_finds_what_another_was_given(
    tmp_path_factory: pytest.TempPathFactory, answers: list[tuple[str | None, bytes]]
) -> None:
    kept = LastKnown(tmp_path_factory.mktemp("kept"))
    last: dict[str | None, bytes] = {}
    for person, body in answers:
        kept.keep("/v1/x", body, person)
        last[person] = body
    for person in (None, "", "a", "b", "a\n/v1/x"):
        found = kept.find("/v1/x", person)
        assert (found.body if found else None) == last.get(person)
