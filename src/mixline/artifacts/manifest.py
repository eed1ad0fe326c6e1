"""The manifest of a bundle: what every store writes down, and how a bundle gets its id.

A manifest is canonical JSON (sorted, no white space, UTF-8)::

    {"files":[{"name":"model.json","sha256":"...","size":123}],"version":1}

The id of the bundle is the SHA-256 of these bytes, so equal files have an equal id in every store.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from mixline.errors import InputError, IntegrityError, NotFoundError

VERSION = 1
NAME_LIMIT = 255  # characters of a name; what file systems and object stores agree on
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Entry:
    """One file of a bundle: its size in bytes and the SHA-256 of its content."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """The files of a bundle, sorted by name."""

    entries: tuple[Entry, ...]

    def find(self, bundle: str, name: str) -> Entry:
        """The entry of a file. Raises NotFoundError."""
        for entry in self.entries:
            if entry.name == name:
                return entry
        raise NotFoundError(
            "there is no such file in the artifact",
            where=f"artifact {bundle[:12]}",
            got=name,
            expected="one of " + ", ".join(entry.name for entry in self.entries),
            action="Open the model again and take the file from its list.",
        )


def write_manifest(files: Mapping[str, bytes]) -> tuple[str, bytes, Manifest]:
    """The id of a bundle, its manifest's bytes, and the manifest.

    Raises:
        InputError: no files, or a name that is not a plain relative path.
    """
    if not files:
        raise InputError("an artifact needs at least one file")
    entries = tuple(
        Entry(check_name(name), len(content), hashlib.sha256(content).hexdigest())
        for name, content in sorted(files.items())
    )
    document = {"files": [vars(entry) for entry in entries], "version": VERSION}
    content = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    return hashlib.sha256(content).hexdigest(), content, Manifest(entries)


def read_manifest(bundle: str, content: bytes) -> Manifest:
    """The manifest in `content`, checked against the id it is stored under. Raises IntegrityError."""
    check_content(bundle, "the manifest", content, bundle)
    document = json.loads(content)
    if document["version"] != VERSION:
        raise IntegrityError(
            "the artifact was written by a newer Mixline",
            where=f"artifact {bundle[:12]}",
            got=document["version"],
            expected=f"version {VERSION}",
            action="Upgrade Mixline.",
        )
    return Manifest(tuple(Entry(file["name"], file["size"], file["sha256"]) for file in document["files"]))


def check_content(bundle: str, name: str, content: bytes, sha256: str) -> bytes:
    """The content, if it is what was published. Raises IntegrityError."""
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise IntegrityError(
            f"the stored bytes of {name} are not the published ones",
            where=f"artifact {bundle[:12]}",
            got=f"SHA-256 {found[:12]}",
            expected=f"SHA-256 {sha256[:12]}",
            action="Restore the artifact folder from a backup, or run again what made the artifact.",
        )
    return content


def check_name(name: str) -> str:
    """The name, if it is a plain relative path with `/` between its parts. Raises InputError."""
    parts = name.split("/") if isinstance(name, str) else [""]
    plain = all(part not in {"", ".", ".."} and part == part.strip() for part in parts)
    if not plain or len(name) > NAME_LIMIT or not name.isprintable() or "\\" in name or ":" in parts[0]:
        raise InputError(
            "the name of a file in an artifact is not usable",
            got=name,
            expected=f"a plain relative path of at most {NAME_LIMIT} characters, such as draws.parquet",
        )
    return name


def is_digest(text: str) -> bool:
    """Whether the text can be the id of a bundle: 64 hex digits in lower case."""
    return isinstance(text, str) and _DIGEST.fullmatch(text) is not None


def missing(bundle: str) -> NotFoundError:
    """The error for a bundle that is not stored."""
    return NotFoundError(
        "there is no such artifact",
        got=bundle,
        action="Look whether the artifact folder is the right one; restore it from a backup, or run what made it again.",
    )
