from __future__ import annotations

import re
from pathlib import Path

import pytest

import mixline
from mixline.services.code_version import code_version


def test_version_names_package_and_engine() -> None:
    assert re.fullmatch(re.escape(mixline.__version__) + r"\+[0-9a-f]{12}", code_version())


def test_version_follows_the_engines_sources(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    source = tmp_path / "mmm" / "kernel.py"
    source.parent.mkdir()
    (tmp_path / "data").mkdir()
    monkeypatch.setattr(mixline, "__file__", str(tmp_path / "__init__.py"))
    versions = []
    for text in ("a = 1\n", "a = 2\n", "a = 1\n"):
        source.write_text(text)
        code_version.cache_clear()
        versions.append(code_version())
    code_version.cache_clear()
    assert versions[0] != versions[1]
    assert versions[0] == versions[2]
