from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from mixline.artifacts.folder import FolderArtifacts
from mixline.artifacts.opening import open_artifacts
from mixline.errors import SettingsError, UnavailableError
from mixline.settings import Settings


def test_the_default_address_opens(tmp_path: Path) -> None:
    store = open_artifacts(Settings(home=tmp_path / "Ä home").artifacts_address)
    store.publish({"a": b"1"})
    assert (tmp_path / "Ä home" / "artifacts" / "bundles").is_dir()


@pytest.mark.parametrize("address", ["", "/tmp/x", "s3://bucket/x", "file://host/x", "file:relative", "nonsense"])
def test_an_address_of_no_store_is_one_sentence(address: str) -> None:
    with pytest.raises(SettingsError, match="file:///path/to/folder"):
        open_artifacts(address)


def test_opening_and_reading_leave_no_trace(tmp_path: Path) -> None:
    store = FolderArtifacts(tmp_path / "none")
    assert not store.exists("0" * 64)
    assert store.sweep() == 0
    assert not (tmp_path / "none").exists()


def test_sweep_removes_old_leftovers_and_spares_new_ones(tmp_path: Path) -> None:
    store = FolderArtifacts(tmp_path)
    store.publish({"a": b"1"})
    old, new = tmp_path / "incoming" / "old", tmp_path / "incoming" / "new"
    old.write_bytes(b"half")
    new.write_bytes(b"half")
    hours_ago = time.time() - 7200
    os.utime(old, (hours_ago, hours_ago))
    assert store.sweep() == 1
    assert [path.name for path in (tmp_path / "incoming").iterdir()] == ["new"]


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(UnavailableError, match="artifact folder cannot be written"):
        FolderArtifacts(tmp_path / "file").publish({"a": b"1"})
