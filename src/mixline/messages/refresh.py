"""Refreshes: new periods on an existing model."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StrictBool

from mixline.messages.base import Digest, Message
from mixline.messages.data import Finding

RefreshBounds = Literal["draws", "robyn", "whole"]


class RefreshRequest(Message):
    """Continue a model on newer data. Asking twice for the same gives the same run.

    `dataset_id`: a newer version of the model's dataset; the newest one when it is not named. `steps`: periods to add, all
    there are when not given. `keep_start`: the window grows instead of moving. `bounds`: how far memory and saturation may
    leave the earlier model's: "robyn" by `freedom` of their ranges (steps over the window's length when not given),
    "draws" also as far as the earlier model's draws lie, "whole" everywhere.
    """

    model_id: Digest
    dataset_id: Digest | None = None
    steps: Annotated[int, Field(ge=1, le=10_000, strict=True)] | None = None
    keep_start: StrictBool = False
    bounds: RefreshBounds = "draws"
    freedom: Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)] | None = None
    seed: Annotated[int, Field(ge=0, lt=2**31, strict=True)] | None = None
    trials: Annotated[int, Field(ge=1, le=100, strict=True)] | None = None
    iterations: Annotated[int, Field(ge=1, le=100_000, strict=True)] | None = None
    again: StrictBool = False  # run once more even if the same refresh has succeeded


class RefreshPlan(Message):
    """What a refresh would do, before it is launched. `findings` are worth reading first: half of the window new, say."""

    model_id: Digest
    dataset_id: Digest
    dataset_name: str
    dataset_version: int
    steps: int
    first_new: date
    last_new: date
    window_start: date
    window_end: date
    freedom: float
    trials: int
    iterations: int
    findings: list[Finding]
