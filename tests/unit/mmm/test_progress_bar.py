from __future__ import annotations

import numpy as np
import pytest

import mixline.mmm as mmm
from mixline.mmm.progress_bar import ProgressBar
from mixline.mmm.search.trials import FitProgress


def test_bar_says_what_is_done_and_how_long_it_takes(capsys: pytest.CaptureFixture[str]) -> None:
    with ProgressBar() as bar:
        bar(FitProgress("Searching", 40.0, 12.0, {"nrmse": 0.0512}, np.zeros((0, 2))))
    shown = capsys.readouterr().err
    assert "Searching" in shown
    assert "40%" in shown
    assert "error 0.0512" in shown
    assert "12 s left" in shown


def test_fit_draws_a_bar_when_asked_and_nothing_otherwise(capsys: pytest.CaptureFixture[str]) -> None:
    world = mmm.simulate_world("clean", seed=3)
    spec = world.spec.with_search(trials=1, iterations=20)
    silent = mmm.fit(spec, world.frame)
    assert capsys.readouterr().err == ""
    shown = mmm.fit(spec, world.frame, progress=True)
    assert "100%" in capsys.readouterr().err
    assert mmm.write_model(shown) == mmm.write_model(silent)
