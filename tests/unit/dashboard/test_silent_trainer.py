"""Buttons that write, on a trainer that takes connections and never answers: one request waits, nobody waits for more."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from dashboard.client import TrainerClient
from mixline.errors import UnavailableError
from mixline.messages import PlanQuestion, RunRequest, ScenarioRequest
from mixline.settings import Settings

PLAN = ScenarioRequest(name="Spring", model_id="a" * 64, question=PlanQuestion(periods=8))


class Silent:
    """A real listener that reads what it is sent and says nothing."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.open: list[socket.socket] = []
        self.asked: list[str] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self.listener.accept()
                self.open.append(near)
                self.asked.append(" ".join(near.recv(65536).decode("latin-1").split(" ")[:2]))

    def end(self) -> None:
        for one in (self.listener, *self.open):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()


@pytest.fixture
def silent() -> Iterator[Silent]:
    listener = Silent()
    yield listener
    listener.end()


@pytest.fixture
def client(silent: Silent) -> TrainerClient:
    return TrainerClient(Settings(trainer=silent.address, request_timeout=0.2))


Click = Callable[[TrainerClient], object]
CLICKS: dict[str, tuple[Click, str]] = {
    "save": (lambda client: client.save_scenario(PLAN), "POST /v1/scenarios"),
    "remove": (lambda client: client.remove_scenario("1" * 32), "DELETE /v1/scenarios/" + "1" * 32),
    "launch": (lambda client: client.launch_run(RunRequest(dataset_id="a" * 64)), "POST /v1/mmm/runs"),
}


@pytest.mark.parametrize("button", CLICKS)
def test_a_click_waits_for_one_request_and_the_next_is_told_at_once(
    silent: Silent, client: TrainerClient, button: str
) -> None:
    click, sent = CLICKS[button]
    with pytest.raises(UnavailableError, match="may have been done all the same"):
        click(client)
    assert silent.asked == [sent, "GET /health"]
    silent.open[1].setblocking(False)
    with pytest.raises(BlockingIOError):  # the knock is still under way: whoever clicked did not wait for its end
        silent.open[1].recv(1)
    for again, _ in CLICKS.values():
        with pytest.raises(UnavailableError, match=r"did not answer in time.*Try again in a moment"):
            again(client)
    assert len(silent.asked) == 2, "nothing more was sent, so nothing more was waited for"


def test_a_file_is_not_sent_to_a_trainer_that_gives_no_sign_of_life(silent: Silent, client: TrainerClient) -> None:
    body = iter([b"DATE,revenue\n"])
    with pytest.raises(UnavailableError, match="did not answer in time"):
        client.stream_upload(body, "multipart/form-data; boundary=x")
    with pytest.raises(UnavailableError, match="did not answer in time"):
        client.send_upload("t.csv", b"DATE,revenue\n")
    assert set(silent.asked) == {"GET /health"}
    assert next(body), "not read"
