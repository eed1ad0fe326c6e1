"""Which code made a model: the version of the package and the digest of everything that takes part in a fit."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

import mixline

ENGINE_ROOMS = ("mmm", "data")  # whatever else changes, the same data and specification give the same model


@lru_cache(maxsize=1)
def code_version() -> str:
    """For example `0.1.0+3f2a9c51b0de`. It changes when, and only when, a source file of the engine does."""
    root = Path(mixline.__file__).parent
    digest = hashlib.sha256()
    for room in ENGINE_ROOMS:
        for path in sorted((root / room).rglob("*.py")):
            digest.update(f"{path.relative_to(root).as_posix()}\0".encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return f"{mixline.__version__}+{digest.hexdigest()[:12]}"
