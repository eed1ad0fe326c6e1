"""Planners of the models looked at lately, kept in the process.

A model is named by its content, so one planner serves everybody who may see it; what a person asks is not kept. Whether a
person may see the model is the trainer's to say: it is asked before the planner is handed out.
"""

from __future__ import annotations

from flask import current_app

from dashboard.client import TrainerClient
from dashboard.shelf import Shelf
from mixline.mmm.model import MixModel
from mixline.mmm.model_file import DOCUMENT, TABLES, read_model
from mixline.mmm.planner import Plan, Planner, PlanRequest

KEPT = 8
PLANS_KEPT = 64  # of each model
EXTENSION = "mixline.planners"


class LastingPlanner(Planner):
    """A planner that solves the same question once: today's plan stands beside every move of a slider, and what a move gave is
    drawn in full a moment later.
    """

    def __init__(self, model: MixModel) -> None:
        super().__init__(model)
        self._plans: Shelf[Plan] = Shelf(PLANS_KEPT)

    def plan(self, request: PlanRequest, seed: int = 0) -> Plan:
        def solve() -> Plan:
            return super(LastingPlanner, self).plan(request, seed)

        return self._plans.find(f"{seed} {request!r}", solve)  # the question as it is written holds every digit


class PlannerShelf:
    """At most `KEPT` planners by model id. Threads may share it."""

    def __init__(self) -> None:
        self._planners: Shelf[Planner] = Shelf(KEPT)

    def planner(self, client: TrainerClient, model_id: str) -> Planner:
        """The planner of a model, made from its files the first time.

        Raises:
            UnavailableError: the trainer does not answer and the model is not kept.
            NotFoundError, ForbiddenError: the trainer has no such model for whoever asks.
            IntegrityError: the files are not a model.
        """
        client.require_model(model_id)

        def make() -> Planner:
            return LastingPlanner(read_model({name: client.read_file(model_id, name) for name in (DOCUMENT, *TABLES)}))

        return self._planners.find(model_id, make)


def current_shelf() -> PlannerShelf:
    """The shelf of the application that is answering."""
    shelf: PlannerShelf = current_app.extensions.setdefault(EXTENSION, PlannerShelf())
    return shelf
