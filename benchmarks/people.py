"""People as locust plays them: open the dashboard, read, change a filter, move sliders, look how a model was made."""

from __future__ import annotations

import random
import time
from typing import Any

from locust import HttpUser, between, task

from benchmarks.asking import ask_view
from benchmarks.opened import Opened

UNDERSTAND = (
    ("/", ("", "?range=50", "?country=FR")),
    ("/contribution", ("", "?period=month", "?period=quarter&range=50", "?parts=media", "?country=FR")),
    ("/response", ("", "?range=50", "?country=FR")),
)
BUILD = (("/models", ("", "?country=FR")), ("/compare", ("",)), ("/runs", ("",)), ("/data", ("",)))
UPDATE = "/_dash-update-component"
SLIDER, ANSWER, DETAILS = "plan-slider", "plan-answer.children", "plan-details.children"
MOVES = 4
BETWEEN_MOVES = (1, 3)  # seconds: a person drags, lets go, looks what became of it


class Person(HttpUser):
    """One action every two to six seconds: most read, some plan, some look at how it was made."""

    wait_time = between(2, 6)

    def on_start(self) -> None:
        self.client.get("/", name="open: index", headers={"Accept-Encoding": "gzip"})
        self.client.get("/_dash-layout", name="open: layout")
        self.wiring = self.client.get("/_dash-dependencies", name="open: wiring").json()

    @task(7)
    def look(self) -> None:
        self.open_view(UNDERSTAND)

    @task(2)
    def look_behind(self) -> None:
        self.open_view(BUILD)

    @task(1)
    def plan(self) -> None:
        page = self.ask("view: /planner", ask_view("/planner", ""))
        if not page:
            return
        opened = Opened(self.wiring, page["response"]["_pages_content"]["children"])
        sliders = opened.ids(SLIDER)
        for _ in range(MOVES):
            moved = opened.change(random.choice(sliders), "value", random.randint(80, 125), ANSWER)  # noqa: S311
            if answer := self.ask("planner: slider", moved):
                opened.take(answer)
            time.sleep(random.uniform(*BETWEEN_MOVES))  # noqa: S311
        settled = opened.change("plan-settled", "data", opened.parts["plan-address"]["data"], DETAILS)
        self.ask("planner: figures", settled)

    def open_view(self, places: tuple[tuple[str, tuple[str, ...]], ...]) -> None:
        path, searches = random.choice(places)  # noqa: S311 -- who clicks what is no secret
        self.ask(f"view: {path}", ask_view(path, random.choice(searches)))  # noqa: S311

    def ask(self, name: str, body: dict[str, Any]) -> dict[str, Any] | None:
        """What the server answers; a page that says it failed is a failure."""
        with self.client.post(UPDATE, json=body, name=name, catch_response=True) as answer:
            if answer.status_code != 200 or b"That did not work" in answer.content:
                answer.failure(f"status {answer.status_code}")
                return None
            found: dict[str, Any] = answer.json()
            return found
