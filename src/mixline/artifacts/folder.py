"""Artifacts in a folder.

::

    FOLDER/blobs/ab/abcd...     the content of a file, named by its SHA-256, shared by all bundles
    FOLDER/bundles/12/1234...   the manifest of a bundle, named by the bundle's id
    FOLDER/incoming/...         files being written; what a killed writer leaves here is seen by nobody

Every file is written to `incoming`, synchronised to the disk and renamed. The manifest comes last, so a bundle is there
whole or not at all, and two writers of one bundle put the same bytes in the same place.
"""

from __future__ import annotations

import contextlib
import os
import time
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path

from mixline.artifacts.manifest import Entry, Manifest, check_content, is_digest, missing, read_manifest, write_manifest
from mixline.errors import IntegrityError, UnavailableError

STALE_SECONDS = 3600.0  # a writer is done within an hour; older files in `incoming` belong to a killed one


class FolderArtifacts:
    """`ArtifactStore` in a folder, which is made when it is first written to."""

    def __init__(self, folder: Path) -> None:
        self._blobs = folder / "blobs"
        self._bundles = folder / "bundles"
        self._incoming = folder / "incoming"

    def publish(self, files: Mapping[str, bytes]) -> str:
        bundle, content, manifest = write_manifest(files)
        with _refusing_disk_errors("written"):
            for entry in manifest.entries:
                self._keep(_place(self._blobs, entry.sha256), files[entry.name])
            self._keep(_place(self._bundles, bundle), content)
        return bundle

    def read(self, bundle: str, name: str) -> bytes:
        return self._read_blob(bundle, self._manifest(bundle).find(bundle, name))

    def read_all(self, bundle: str) -> dict[str, bytes]:
        return {entry.name: self._read_blob(bundle, entry) for entry in self._manifest(bundle).entries}

    def list_files(self, bundle: str) -> dict[str, int]:
        return {entry.name: entry.size for entry in self._manifest(bundle).entries}

    def exists(self, bundle: str) -> bool:
        if not is_digest(bundle) or not _place(self._bundles, bundle).is_file():
            return False
        try:
            entries = self._manifest(bundle).entries
            return all(_place(self._blobs, entry.sha256).stat().st_size == entry.size for entry in entries)
        except (IntegrityError, FileNotFoundError):
            return False

    def sweep(self, older_than: float = STALE_SECONDS) -> int:
        """Remove what killed writers left behind, if it is older than so many seconds. Returns how many files."""
        removed = 0
        limit = time.time() - older_than
        with contextlib.suppress(FileNotFoundError):
            for path in self._incoming.iterdir():
                # another process may sweep or rename at the same time
                with contextlib.suppress(FileNotFoundError):
                    if path.stat().st_mtime < limit:
                        path.unlink()
                        removed += 1
        return removed

    def _keep(self, place: Path, content: bytes) -> None:
        """Put content in its place. A file there that is not the same (a broken disk) is replaced, which heals it."""
        with contextlib.suppress(FileNotFoundError):
            if place.read_bytes() == content:
                return
        place.parent.mkdir(parents=True, exist_ok=True)
        self._incoming.mkdir(parents=True, exist_ok=True)
        path = self._incoming / f"{os.getpid()}-{uuid.uuid4().hex}"
        try:
            with path.open("xb") as file:
                file.write(content)
                file.flush()
                os.fchmod(file.fileno(), 0o444)
                os.fsync(file.fileno())
            path.replace(place)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        _synchronise(place.parent)

    def _manifest(self, bundle: str) -> Manifest:
        if not is_digest(bundle):
            raise missing(bundle)
        try:
            with _refusing_disk_errors("read"):
                content = _place(self._bundles, bundle).read_bytes()
        except FileNotFoundError:
            raise missing(bundle) from None
        return read_manifest(bundle, content)

    def _read_blob(self, bundle: str, entry: Entry) -> bytes:
        try:
            with _refusing_disk_errors("read"):
                content = _place(self._blobs, entry.sha256).read_bytes()
        except FileNotFoundError:
            content = b""  # an empty file is there too, so this is reported as lost bytes unless it was empty
            if entry.size == 0:
                return content
        return check_content(bundle, entry.name, content, entry.sha256)


def _place(folder: Path, digest: str) -> Path:
    """Where a digest is stored. The two first digits keep folders small."""
    return folder / digest[:2] / digest


def _synchronise(folder: Path) -> None:
    """Make a rename survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextlib.contextmanager
def _refusing_disk_errors(done: str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        raise UnavailableError(
            f"the artifact folder cannot be {done}: {error.strerror or error}",
            where=str(error.filename or ""),
            action="Check the disk's free space and the folder's permissions.",
        ) from error
