from __future__ import annotations

import json
from collections.abc import Iterator

import click
import pytest

from mixline.cli.main import cli, main
from mixline.cli.output import format_number


def _commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from _commands(command, (*path, name))


ALL = list(_commands(cli))


@pytest.mark.parametrize(("path", "command"), ALL, ids=[" ".join(path) for path, _ in ALL])
def test_every_command_explains_itself_with_an_example(path: tuple[str, ...], command: click.Command) -> None:
    assert command.help
    assert "Example:" in command.help
    assert f"mixline {path[0]}" in command.help


@pytest.mark.parametrize(
    "path", [("mmm", name) for name in ("init", "fit", "roi", "curve", "contributions", "checks", "plan", "simulate")]
)
def test_model_commands_speak_json(path: tuple[str, ...]) -> None:
    command = dict(ALL)[path]
    assert any("--json" in parameter.opts for parameter in command.params)


def _exit_code(arguments: list[str]) -> int:
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    return int(stopped.value.code or 0)


def test_help_exits_with_0(capsys: pytest.CaptureFixture[str]) -> None:
    assert _exit_code(["--help"]) == 0
    assert "mmm" in capsys.readouterr().out


def test_wrong_usage_exits_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert _exit_code(["mmm", "fit", "--data", "nowhere.csv"]) == 2
    assert "nowhere.csv" in capsys.readouterr().err


def test_missing_model_is_one_sentence_and_exits_with_1(capsys: pytest.CaptureFixture[str], tmp_path: object) -> None:
    assert _exit_code(["mmm", "roi", "--model", str(tmp_path)]) == 1
    error = capsys.readouterr().err
    assert "there is no model in this folder" in error
    assert "Traceback" not in error


def test_errors_are_json_with_json(
    capsys: pytest.CaptureFixture[str], tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = ["mmm", "roi", "--model", str(tmp_path), "--json"]
    monkeypatch.setattr("sys.argv", ["mixline", *arguments])
    assert _exit_code(arguments) == 1
    assert json.loads(capsys.readouterr().err)["error"]["code"] == "not-found"


@pytest.mark.parametrize(
    ("value", "shown"), [(1234567.8, "1,234,568"), (12.345, "12.35"), (0.01234, "0.0123"), (-250.4, "-250"), (0.0, "0")]
)
def test_numbers_are_readable(value: float, shown: str) -> None:
    assert format_number(value) == shown
