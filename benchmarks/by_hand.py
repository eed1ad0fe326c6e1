"""A client whose documents are made by hand, for measuring the dashboard without a trainer."""

from __future__ import annotations

import httpx

from dashboard.client import TrainerClient
from mixline.settings import Settings


def create_client(settings: Settings) -> TrainerClient:
    """A client that is answered with two countries of the demo's shape."""
    from tests.unit.dashboard import answers

    return TrainerClient(settings, httpx.MockTransport(answers.answer_with(answers.make_two_countries())))
