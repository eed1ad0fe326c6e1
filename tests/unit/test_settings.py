from __future__ import annotations

import re
from pathlib import Path

import pytest

from mixline.errors import SettingsError
from mixline.settings import Settings, load_settings

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"MIXLINE_{name.upper()}", raising=False)
    monkeypatch.chdir(tmp_path)


def test_every_setting_is_documented_and_no_other() -> None:
    documented = set(re.findall(r"^\| `(MIXLINE_[A-Z_]+)`", (ROOT / "docs/settings.md").read_text(), re.MULTILINE))
    assert documented == {f"MIXLINE_{name.upper()}" for name in Settings.model_fields}


def test_documented_defaults_are_the_defaults() -> None:
    rows = re.findall(r"^\| `MIXLINE_([A-Z_]+)` \| `([^`]+)` \|", (ROOT / "docs/settings.md").read_text(), re.MULTILINE)
    for name, shown in rows:
        default = Settings.model_fields[name.lower()].default
        assert str(default).removesuffix(".0") == shown, name


def test_example_file_names_only_known_settings() -> None:
    named = set(re.findall(r"^# ?(MIXLINE_[A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert named <= {f"MIXLINE_{name.upper()}" for name in Settings.model_fields}


def test_every_setting_describes_itself() -> None:
    assert all(field.description for field in Settings.model_fields.values())


def test_empty_addresses_are_derived_from_home(tmp_path: Path) -> None:
    settings = load_settings()
    assert settings.home == tmp_path / ".mixline"
    assert settings.state_address == f"sqlite:///{tmp_path}/.mixline/state.sqlite"
    assert settings.tracking_address == "http://127.0.0.1:8053"


def test_environment_wins_over_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("MIXLINE_WORKERS=2\nMIXLINE_QUEUE_LIMIT=7\n")
    monkeypatch.setenv("MIXLINE_WORKERS", "3")
    settings = load_settings()
    assert (settings.workers, settings.queue_limit) == (3, 7)


def test_unusable_value_is_one_sentence_naming_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIXLINE_DASHBOARD_PORT", "eighty")
    with pytest.raises(SettingsError, match=r"MIXLINE_DASHBOARD_PORT: .*'eighty'.*docs/settings.md"):
        load_settings()


def test_state_address_never_prints(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIXLINE_STATE", "postgresql+psycopg://mixline:hunter2@db/mixline")
    settings = load_settings()
    assert "hunter2" not in repr(settings)
    assert "hunter2" not in str(settings.model_dump())
    assert "hunter2" in settings.state_address
