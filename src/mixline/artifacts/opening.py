"""Which artifact store an address means."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

from mixline.artifacts.contract import ArtifactStore
from mixline.errors import SettingsError


def open_artifacts(address: str) -> ArtifactStore:
    """The store at an address: `file:///path/to/folder`.

    Raises:
        SettingsError: no store has such an address.
    """
    parts = urlsplit(address)
    if parts.scheme == "file" and parts.netloc in {"", "localhost"} and parts.path.startswith("/"):
        from mixline.artifacts.folder import FolderArtifacts

        return FolderArtifacts(Path(unquote(parts.path)))
    raise SettingsError(
        "the address of the artifact store is not usable",
        where="MIXLINE_ARTIFACTS",
        got=address,
        expected="file:///path/to/folder",
    )
