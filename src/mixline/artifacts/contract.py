"""What every artifact store promises.

An artifact is a *bundle*: a set of named files, published whole and named by its content. The id of a bundle is the
SHA-256 of its manifest, and the manifest lists each file's name, size and SHA-256, so the id vouches for every byte.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, runtime_checkable


@runtime_checkable
class ArtifactStore(Protocol):
    """A write-once store of bundles. Safe to use from many processes at once."""

    def publish(self, files: Mapping[str, bytes]) -> str:
        """Store a bundle and return its id (64 hex digits).

        The bundle appears whole or not at all; publishing the same files again is a no-op that returns the same id.

        Raises:
            InputError: no files, or a name that is not a plain relative path.
            UnavailableError: the store cannot be written.
        """
        ...

    def read(self, bundle: str, name: str) -> bytes:
        """One file of a bundle, checked against its SHA-256.

        Raises:
            NotFoundError: no such bundle, or no such file in it.
            IntegrityError: the stored bytes are not the published ones.
        """
        ...

    def read_all(self, bundle: str) -> dict[str, bytes]:
        """Every file of a bundle, each checked. Raises as `read`."""
        ...

    def list_files(self, bundle: str) -> dict[str, int]:
        """File names of a bundle with their sizes in bytes, sorted by name. Raises NotFoundError."""
        ...

    def exists(self, bundle: str) -> bool:
        """Whether a whole bundle with this id is stored."""
        ...
