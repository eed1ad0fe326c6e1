from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from mixline.services.logs import configure_logging, correlation_id, hide_secrets
from mixline.settings import Settings


@pytest.fixture
def stream(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    written = io.StringIO()
    configure_logging(Settings(home=tmp_path, log_format=request.param), "trainer", stream=written)
    yield written
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.mark.parametrize("stream", ["line"], indirect=True)
def test_line_carries_service_and_correlation_id(stream: io.StringIO) -> None:
    token = correlation_id.set("abc123")
    logging.getLogger("x").info("hello %s", "you")
    correlation_id.reset(token)
    assert stream.getvalue().rstrip().endswith("INFO trainer [abc123] hello you")


@pytest.mark.parametrize("stream", ["json"], indirect=True)
def test_json_line_is_one_object_with_its_traceback(stream: io.StringIO) -> None:
    try:
        raise ValueError("broken")
    except ValueError:
        logging.getLogger("x").exception("it failed")
    lines = stream.getvalue().splitlines()
    assert len(lines) == 1
    document = json.loads(lines[0])
    assert (document["severity"], document["service"]) == ("ERROR", "trainer")
    assert "ValueError: broken" in document["message"]


@pytest.mark.parametrize("stream", ["line"], indirect=True)
def test_password_in_a_traceback_is_hidden(stream: io.StringIO) -> None:
    try:
        raise ValueError("postgresql://mixline:hunter2@db/x")
    except ValueError:
        logging.getLogger("x").exception("no connection")
    assert "hunter2" not in stream.getvalue()
    assert "postgresql://***@db/x" in stream.getvalue()


@pytest.mark.parametrize(
    "text",
    [
        "postgresql+psycopg://mixline:s3cr3t@127.0.0.1/mixline",
        "Authorization: Bearer s3cr3t",
        "password=s3cr3t",
        '{"api_key": "s3cr3t"}',
        "MIXLINE_TOKEN=s3cr3t&x=1",
    ],
)
def test_secret_is_hidden(text: str) -> None:
    assert "s3cr3t" not in hide_secrets(text)


@pytest.mark.parametrize("text", ["GET '/v1/models' 200 12 ms", "https://example.com/a@b", "the token was refused"])
def test_harmless_text_stays(text: str) -> None:
    assert hide_secrets(text) == text
