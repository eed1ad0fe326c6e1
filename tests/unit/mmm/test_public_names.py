from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import mixline.mmm as mmm

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("name", mmm.__all__)
def test_public_name_is_there_and_explains_itself(name: str) -> None:
    value = getattr(mmm, name)
    assert name == "WORLDS" or (value.__doc__ and callable(value))


def test_public_names_are_listed_once() -> None:
    assert sorted(mmm.__all__) == dir(mmm)
    assert set(mmm.__all__) == set(mmm._HOME)


def test_no_public_name_is_hidden_by_a_module() -> None:
    modules = {path.stem for path in (ROOT / "src/mixline/mmm").glob("*.py")}
    assert not modules & set(mmm.__all__)


def test_reading_a_model_needs_no_trainer_package() -> None:
    code = (
        "import sys, mixline.mmm as mmm; mmm.read_model, mmm.contributions, mmm.expected_outcome; "
        "print(sorted({'numba', 'nevergrad', 'sklearn', 'scipy', 'pandas'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(ROOT / "src"), "PATH": "/usr/bin:/bin"},
        check=False,
        timeout=60,
    )
    assert done.stdout.strip() == "[]", done.stderr
