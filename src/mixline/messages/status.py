"""How the services are."""

from __future__ import annotations

from typing import Literal

from mixline.messages.base import Message


class Health(Message):
    status: Literal["ok"]
    service: str
    version: str


class Readiness(Message):
    """Whether each part the service needs answers."""

    status: Literal["ready", "degraded", "not_ready"]
    service: str
    version: str
    parts: dict[str, str]


class Status(Message):
    """What an operator sees at a glance."""

    queued: int
    running: int
    workers: int
    datasets: int
    models: int
    tracking_url: str
    tracking_pending: int
    demo: Literal["absent", "seeding", "ready", "failed"]
