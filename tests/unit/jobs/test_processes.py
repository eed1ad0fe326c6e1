from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import SecretStr

from mixline.errors import SettingsError
from mixline.jobs.processes import child_environment, describe_exit
from mixline.jobs.runner import load_factory
from mixline.settings import Settings, load_settings


def test_child_reads_the_same_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(home=tmp_path, state=SecretStr("postgresql://u:p%40ss@h/n"), lease_seconds=2.5, workers=3)
    for name, value in child_environment(settings).items():
        monkeypatch.setenv(name, value)
    assert load_settings() == settings


def test_child_finds_the_same_modules(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import mixline; print(mixline.__file__)"],
        env=child_environment(Settings(home=tmp_path)),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    import mixline

    assert Path(done.stdout.strip()).samefile(str(mixline.__file__))


@pytest.mark.parametrize(
    ("code", "words"),
    [(1, "ended with code 1"), (-9, "was ended by the system (SIGKILL)"), (-99, "was ended by the system (99)")],
)
def test_exit_in_words(code: int, words: str) -> None:
    assert describe_exit(code) == words


@pytest.mark.parametrize("path", ["", "nowhere", "mixline.nothing:f", "mixline.errors:nothing"])
def test_factory_that_names_nothing_is_a_sentence(path: str) -> None:
    with pytest.raises(SettingsError, match="job handlers cannot be loaded"):
        load_factory(path)
