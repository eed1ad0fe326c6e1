"""Answers outlive the process that heard them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from dashboard.client import TrainerClient
from dashboard.last_known import LastKnown
from mixline.errors import UnavailableError
from mixline.settings import Settings
from tests.unit.dashboard import answers, builders


def _away(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("away", request=request)


def _client(answer: Callable[[httpx.Request], httpx.Response], folder: Path) -> TrainerClient:
    return TrainerClient(Settings(), httpx.MockTransport(answer), folder)


def test_another_process_shows_what_the_first_one_heard(tmp_path: Path) -> None:
    summary = builders.make_summary()
    first = _client(answers.answer_with([summary]), tmp_path)
    heard, model = first.list_models(), first.read_model(summary.id)
    second = _client(_away, tmp_path)
    known = second.list_models()
    assert known.stale
    assert known.value == heard.value
    assert abs((known.at - heard.at).total_seconds()) < 5
    assert second.read_model(summary.id) == model


def test_nothing_is_made_up_where_nothing_was_heard(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError):
        _client(_away, tmp_path).list_models()


@pytest.mark.parametrize(
    "content", [b"", b"{}\n[]", b"not json\n[]", b'{"path": "/other", "at": "2026-01-01T00:00:00"}\n[]']
)
def test_a_damaged_or_foreign_file_is_no_answer(tmp_path: Path, content: bytes) -> None:
    LastKnown(tmp_path).keep("/v1/models", b"[]")
    [place] = tmp_path.glob("*.answer")
    place.write_bytes(content)
    assert LastKnown(tmp_path).find("/v1/models") is None


def test_an_answer_of_another_form_is_no_answer(tmp_path: Path) -> None:
    LastKnown(tmp_path).keep("/v1/models", b'[{"unknown": 1}]')
    with pytest.raises(UnavailableError):
        _client(_away, tmp_path).list_models()


def test_a_folder_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    kept = LastKnown(tmp_path / "file" / "folder")
    kept.keep("/v1/models", b"[]")
    assert kept.find("/v1/models") is None


def test_the_same_answer_is_not_written_again_at_once(tmp_path: Path) -> None:
    kept = LastKnown(tmp_path)
    kept.keep("/v1/status", b"{}")
    [place] = tmp_path.glob("*.answer")
    place.write_bytes(b"untouched")
    kept.keep("/v1/status", b"{}")
    assert place.read_bytes() == b"untouched"
    kept.keep("/v1/status", b'{"queued": 1}')
    assert place.read_bytes().endswith(b'{"queued": 1}')
