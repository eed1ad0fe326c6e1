"""The dashboard reads models: what it imports for that must not bring the engine's libraries with it."""

from __future__ import annotations

import subprocess
import sys

import pytest

LIGHT = (
    "model",
    "planner",
    "model_file",
    "response",
    "curves",
    "estimates",
    "checks.review",
    "recipes.document",
    "recipes.presets",
)
HEAVY = {"scipy", "numba", "sklearn", "nevergrad", "pandas", "pyarrow", "holidays", "prophet"}


@pytest.mark.parametrize("name", LIGHT)
def test_reading_a_model_needs_numpy_only(name: str) -> None:
    program = f"import sys, mixline.mmm.{name}; print(' '.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True,
                          env={"PYTHONPATH": ":".join(p for p in sys.path if p)})  # fmt: skip
    assert not HEAVY & set(done.stdout.split())
