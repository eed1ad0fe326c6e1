"""The planner's page at the server: from a moved slider to the redrawn plan, through Dash, as the browser asks for it.

A model of 10 channels with 200 draws over 13 and 52 weeks; the trainer is replaced by its documents and files, as it is not
asked while sliders move.
"""

from __future__ import annotations

import statistics
import time
from typing import Any

import httpx
from flask import Flask

from dashboard.client import EXTENSION, TrainerClient
from dashboard.components import plan_channels as channels
from dashboard.components import plan_form as form
from dashboard.components.plan_answering import answer_details, answer_form, known_of
from dashboard.components.plan_inputs import PlanInputs
from dashboard.components.plan_shelf import current_shelf
from dashboard.components.plan_solving import solve
from dashboard.labels import label_summary
from mixline.mmm.model_file import write_model
from mixline.settings import Settings
from tests.builders import make_model
from tests.unit.dashboard import answers, builders

CHANNELS, DRAWS, MOVES = 10, 400, 40
LIMIT_MILLISECONDS = 150


def main() -> None:
    from dash._utils import to_json

    model = make_model(periods=208, paid=CHANNELS, organic=1, draws=DRAWS, seed=3)
    files, summary = write_model(model), builders.make_summary()
    usual = answers.answer_with([summary])

    def answer(request: httpx.Request) -> httpx.Response:
        _, found, name = request.url.path.partition("/files/")
        return httpx.Response(200, content=files[name]) if found else usual(request)

    server = Flask("bench")
    client = TrainerClient(Settings(), httpx.MockTransport(answer))
    server.extensions[EXTENSION] = client
    names = list(model.paid_names)
    none: list[None] = [None] * CHANNELS
    with server.test_request_context("/planner"):
        planner = current_shelf().planner(client, summary.id)
        shown = label_summary(client.read_model(summary.id))
        for weeks in (13, 52):
            page: dict[str, Any] = {
                "slider_ids": [{"type": channels.SLIDER, "channel": name} for name in names],
                "limit_ids": [{"type": channels.LOW, "channel": name} for name in names],
                "group_ids": [],
                "rows": [],
                "shown": {"model": summary.id, "range": ""},
                "known": known_of(solve(planner, shown, PlanInputs(ahead=weeks))),
            }
            asked = {
                "goal": "budget", "ahead": weeks, "budget": None, "target": None, "cautious": False, "after": False,
                "today": form.WHOLE, "pace": "year", "flight": None, "spends": none, "holds": [False] * CHANNELS,
                "lows": none, "highs": none, "prices": none, "groups": [""] * CHANNELS, "group_lows": [], "group_highs": [],
                "cell": None,
            }  # fmt: skip
            moves: list[tuple[float, float]] = []
            rest: list[tuple[float, float]] = []
            size = 0
            for move in range(MOVES):
                sliders = [100.0] * CHANNELS
                sliders[move % CHANNELS] = 80.0 + 1.5 * move
                began, busy = time.perf_counter(), time.process_time()
                found = answer_form(
                    {**asked, "sliders": sliders}, page, {"type": channels.SLIDER, "channel": names[move % CHANNELS]}
                )
                size = len(to_json({k: v for k, v in found.items() if k in ("answer", "change", "known")}))
                moves.append(((time.perf_counter() - began) * 1000, (time.process_time() - busy) * 1000))
                began, busy = time.perf_counter(), time.process_time()
                to_json(answer_details(found["address"], page["shown"]))
                rest.append(((time.perf_counter() - began) * 1000, (time.process_time() - busy) * 1000))
            for what, times in (("slider to plan", moves), ("figures beneath", rest)):
                clock, work = ([pair[i] for pair in times] for i in (0, 1))
                high = sorted(clock)[round(0.95 * len(clock)) - 1]
                print(
                    f"{CHANNELS} channels x {weeks} weeks, {what:<16} median {statistics.median(clock):6.1f} ms   "
                    f"p95 {high:6.1f} ms (limit {LIMIT_MILLISECONDS} ms), processor {statistics.median(work):.0f} ms"
                )
            print(f"{'':<31}the plan's answer {size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
