from __future__ import annotations

import configparser
import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mixline.errors import SettingsError
from mixline.local.manager import Event, describe_end, read_line, write_configuration
from mixline.local.services import Service

ARGUMENTS = st.lists(
    st.text(st.characters(exclude_categories=["C", "Z"], include_characters=" #;%\"'\\$"), min_size=1), min_size=1
)


def parse(text: str) -> configparser.RawConfigParser:
    """As supervisord does."""
    parser = configparser.RawConfigParser(inline_comment_prefixes=(";", "#"), strict=False)
    parser.read_string(text)
    return parser


@given(ARGUMENTS)
def test_every_argument_arrives_as_it_was(command: list[str]) -> None:
    text = write_configuration([Service("web", tuple(command))], None, "/run/manager.sock")
    assert shlex.split(parse(text)["program:web"]["command"] % {}) == command


def test_variables_of_one_service_reach_that_service() -> None:
    service = Service("web", ("serve",), environment={"MODE": "a b#c"})
    command = parse(write_configuration([service], None, "/run/manager.sock"))["program:web"]["command"]
    assert shlex.split(command) == ["/usr/bin/env", "MODE=a b#c", "serve"]


def test_a_line_break_cannot_add_a_section() -> None:
    with pytest.raises(SettingsError, match="line breaks"):
        write_configuration([Service("web", ("serve", "a\n[program:other]\ncommand=b"))], None, "/run/manager.sock")


@pytest.mark.parametrize(
    ("line", "event"),
    [
        ("2026-11-21 05:00:00,001 INFO spawned: 'web' with pid 12", Event("started", "web", "12")),
        (
            "2026-11-21 05:00:00,001 WARN exited: web (terminated by SIGKILL; not expected)",
            Event("ended", "web", "terminated by SIGKILL"),
        ),
        ("2026-11-21 05:00:00,001 INFO exited: web (exit status 0; expected)", Event("ended", "web", "exit status 0")),
        ("2026-11-21 05:00:00,001 WARN received SIGTERM indicating exit request", None),
    ],
)
def test_the_log_of_the_manager_is_understood(line: str, event: Event | None) -> None:
    assert read_line(line) == event


def test_ends_are_told_in_words() -> None:
    assert describe_end("exit status 3") == "ended with code 3"
    assert describe_end("terminated by SIGSEGV (core dumped)") == "was ended by SIGSEGV"
