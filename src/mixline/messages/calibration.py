"""Lift studies beside a model: what was measured, what the model says, what the data alone would have said."""

from __future__ import annotations

from datetime import date
from typing import Literal

from mixline.messages.base import Digest, Estimate, Message


class CalibrationStudy(Message):
    """One experiment. Estimates are outcome over the study, of its channels together, in `Calibration.unit`.

    `measured` has the ranges that its confidence implies. `alone` is what the data say without the experiments and `biased`
    the probability that they mislead about these channels; both are None where experiments did not count. `difference` is
    the model's from the experiment as a share of the measured effect; `agrees` whether their 90 % ranges meet.
    """

    channels: list[str]
    labels: list[str]
    start: date
    end: date
    scope: Literal["immediate", "total"]
    confidence: float
    spend: float  # as the study names it
    spend_in_data: float
    measured: Estimate
    predicted: Estimate
    alone: Estimate | None
    biased: float | None
    difference: float
    agrees: bool
    words: str


class Calibration(Message):
    """All experiments of a model. `studies` is empty where none were given, and `words` says so.

    `counted`: whether they took part in the search and the draws, or are only compared with. `error` is the chosen
    candidate's own, fitted without them: mean relative error weighted by confidence.
    """

    model_id: Digest
    unit: str
    currency: str
    words: str
    counted: bool = False
    error: float | None = None
    studies: list[CalibrationStudy] = []
