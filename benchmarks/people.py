"""People as locust plays them: open the dashboard, read, change a filter, go to the next page."""

from __future__ import annotations

import random

from locust import HttpUser, between, task

from benchmarks.asking import ask_view

VIEWS = (
    ("/", ("", "?range=50", "?country=FR")),
    ("/contribution", ("", "?period=month", "?period=quarter&range=50", "?parts=media", "?country=FR")),
    ("/response", ("", "?range=50", "?country=FR")),
)


class Person(HttpUser):
    """One action every two to six seconds."""

    wait_time = between(2, 6)

    def on_start(self) -> None:
        self.client.get("/", name="open: index", headers={"Accept-Encoding": "gzip"})
        self.client.get("/_dash-layout", name="open: layout")
        self.client.get("/_dash-dependencies", name="open: wiring")

    @task
    def look(self) -> None:
        path, searches = random.choice(VIEWS)  # noqa: S311 -- who clicks what is no secret
        search = random.choice(searches)  # noqa: S311
        with self.client.post(
            "/_dash-update-component", json=ask_view(path, search), name=f"view: {path}", catch_response=True
        ) as answer:
            if answer.status_code != 200 or b"That did not work" in answer.content:
                answer.failure(f"status {answer.status_code}")
