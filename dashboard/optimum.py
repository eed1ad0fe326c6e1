"""Where each channel's spend would be if today's total were spread best: the first answer of the Planner, kept per model.

A model is named by its content, so what is kept is the same for everybody.
"""

from __future__ import annotations

from flask import current_app

from dashboard.client import TrainerClient
from dashboard.components.plan_shelf import current_shelf
from dashboard.shelf import Shelf
from mixline.errors import IntegrityError, NotFoundError, SpecificationError, UnavailableError
from mixline.messages import ModelSummary
from mixline.mmm.planner import PlanRequest

KEPT = 64
QUARTER = {"day": 91, "week": 13, "month": 3}  # periods, as the Planner looks ahead
EXTENSION = "mixline.optima"


class Optima:
    """Best spend per period and channel, of the models looked at lately. Threads may share it."""

    def __init__(self) -> None:
        self._found: Shelf[dict[str, float]] = Shelf(KEPT)

    def find(self, client: TrainerClient, summary: ModelSummary) -> dict[str, float]:
        """Money per period for each channel; nothing where no plan can be made or the model's files cannot be had now."""

        def make() -> dict[str, float]:
            try:
                plan = current_shelf().planner(client, summary.id).plan(PlanRequest(periods=QUARTER[summary.interval]))
            except SpecificationError:
                return {}
            return {channel.name: channel.spend / len(plan.dates) for channel in plan.channels}

        try:
            return self._found.find(summary.id, make)
        except (UnavailableError, NotFoundError, IntegrityError):
            return {}


def best_spend(client: TrainerClient, summary: ModelSummary) -> dict[str, float]:
    """From the application that is answering."""
    optima: Optima = current_app.extensions.setdefault(EXTENSION, Optima())
    return optima.find(client, summary)
