"""A dashboard whose documents are made by hand, for measuring it without a trainer."""

from __future__ import annotations

import httpx
from flask import Flask

from dashboard.app import create_app
from dashboard.client import TrainerClient
from mixline.settings import Settings


def create_client(settings: Settings) -> TrainerClient:
    """A client that is answered with two countries of the demo's shape."""
    from tests.unit.dashboard import builders

    return TrainerClient(settings, httpx.MockTransport(builders.answer_with(builders.make_two_countries())))


def create_server() -> Flask:
    settings = Settings()
    server: Flask = create_app(settings, create_client(settings)).server
    return server
