from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from mixline.errors import SettingsError, UnavailableError
from mixline.state import open_state, upgrade


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("not an address", "is not a database address"),
        ("mysql://host/name", "can be SQLite or PostgreSQL; got 'mysql'"),
        ("sqlite://", "must be a file"),
        ("sqlite:///:memory:", "must be a file"),
    ],
)
def test_unusable_address_is_a_sentence_naming_the_setting(address: str, words: str) -> None:
    with pytest.raises(SettingsError, match=f"MIXLINE_STATE: .*{words}"):
        open_state(address)


def test_password_of_an_unusable_address_is_not_shown() -> None:
    with pytest.raises(SettingsError) as caught:
        open_state("postgresql//someone:hunter2@host/name")
    assert "hunter2" not in str(caught.value)


def test_folders_are_made(tmp_path: Path) -> None:
    state = open_state(f"sqlite:///{tmp_path / 'a' / 'b' / 'state.sqlite'}")
    upgrade(state)
    assert (tmp_path / "a" / "b" / "state.sqlite").exists()
    state.close()


def test_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UnavailableError, match="folder of the state database cannot be made"):
        open_state(f"sqlite:///{tmp_path / 'file' / 'state.sqlite'}")


def test_damaged_file_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "state.sqlite").write_text("these bytes are no database " * 100)
    with pytest.raises(UnavailableError, match="damaged or not a database"):
        upgrade(open_state(f"sqlite:///{tmp_path / 'state.sqlite'}"))


def test_sqlite_waits_for_others_keeps_references_and_survives_a_power_cut(tmp_path: Path) -> None:
    state = open_state(f"sqlite:///{tmp_path / 'state.sqlite'}")
    with state.read() as connection:
        found = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "busy_timeout", "foreign_keys", "synchronous")
        }
    assert found == {"journal_mode": "wal", "busy_timeout": 10000, "foreign_keys": 1, "synchronous": 2}
    state.close()
