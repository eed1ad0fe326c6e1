"""A model that the engine fitted, once for all tests of a process: with a hold-out, a back-test and two experiments."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import cache

import pandas as pd

from mixline.mmm.fitting import fit
from mixline.mmm.model import MixModel
from mixline.mmm.model_file import read_model, write_model
from mixline.mmm.simulation.simulate import simulate
from mixline.mmm.specification import Range, Study, Validation


@cache
def fitted_model() -> tuple[MixModel, pd.DataFrame]:
    """The model as its file holds it, and its data."""
    world = simulate("clean", weeks=104, channels=3)
    names = [medium.name for medium in world.spec.paid]
    last = world.frame["date"].max().date()
    start = last - timedelta(weeks=40)
    studies = tuple(
        Study((name,), start, start + timedelta(weeks=6, days=-1), 90_000.0 * place, 60_000.0, 0.9)
        for place, name in enumerate(names[:2], 1)
    )
    spec = replace(
        world.spec.with_search(trials=2, iterations=40),
        goal=replace(world.spec.goal, currency="EUR"),
        validation=Validation(train=Range(0.8, 0.85), folds=2, horizon=8),
        studies=studies,
    )
    return read_model(write_model(fit(spec, world.frame))), world.frame
