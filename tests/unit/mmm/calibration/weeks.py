"""Sixty Mondays, and the studies recorded from Robyn with the model they belong to."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np

from mixline.mmm.specification import Study
from tests.unit.mmm.robyn.recorded import read

MONDAYS = np.datetime64("2024-01-01") + 7 * np.arange(60)
RECORDED: dict[str, Any] = read("calibration.json")


def robyn_studies() -> list[Study]:
    """The four lift studies of Robyn's calibrated model, by the names of the modelled columns."""
    table = RECORDED["studies"]
    return [
        Study(
            tuple(RECORDED["channel_selected"][i].split("+")),
            date.fromisoformat(table["liftStartDate"][i]),
            date.fromisoformat(table["liftEndDate"][i]),
            table["liftAbs"][i],
            table["spend"][i],
            table["confidence"][i],
            table["calibration_scope"][i],
        )
        for i in range(4)
    ]


UNUSABLE: list[tuple[dict[str, Any], str]] = [  # changes of a good study of one week, and a word of the refusal
    ({"channels": ("radio",)}, "no channel"),
    ({"channels": ()}, "no channel"),
    ({"channels": ("tv", "tv")}, "twice"),
    ({"start": date(2024, 4, 1)}, "before it starts"),
    ({"start": date(2023, 12, 31)}, "outside the window"),
    ({"end": date(2026, 1, 1)}, "outside the window"),
    ({"effect": 0.0}, "compared with"),
    ({"effect": float("nan")}, "compared with"),
    ({"effect": float("inf")}, "compared with"),
    ({"confidence": 0.0}, "confidence"),
    ({"confidence": 1.2}, "confidence"),
]
