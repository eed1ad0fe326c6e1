"""The planner: a plan of 10 channels over 52 weeks with 200 draws, and a re-solve after a slider has moved."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import numpy as np

from mixline.mmm.model import MixModel
from mixline.mmm.planner import Bounds, Planner, PlanRequest
from tests.builders import make_model

CHANNELS, WEEKS, DRAWS, ROUNDS = 10, 52, 200, 7


def model_of_draws() -> MixModel:
    """Twice as many draws as asked for, half of them sharing parameters, so that 200 different ones are simulated."""
    return make_model(periods=208, paid=CHANNELS, organic=1, draws=2 * DRAWS, seed=3)


def milliseconds(work: Callable[[], object]) -> str:
    """Median of some rounds by the clock, and of the processor's time, which others on the machine change less; the first
    round warms caches and is not counted.
    """
    work()
    taken, busy = [], []
    for _ in range(ROUNDS):
        began, worked = time.perf_counter(), time.process_time()
        work()
        taken.append((time.perf_counter() - began) * 1000)
        busy.append((time.process_time() - worked) * 1000)
    return f"{statistics.median(taken):5.0f} ms (processor {statistics.median(busy):.0f})"


def main() -> None:
    model = model_of_draws()
    distinct = len(np.unique(model.draws.alpha[:, 0]))
    print(f"{CHANNELS} channels, {WEEKS} weeks, {distinct} different parameter sets in {len(model.draws)} draws")
    first = PlanRequest(periods=WEEKS)
    budget = Planner(model).plan(first).spend_today
    questions = {
        "highest outcome for today's budget": first,
        "... cautious": first.change(cautious=0.25),
        "... carry-out counted": first.change(carry_out=True),
        "... in flights of two weeks": first.change(pacing="flat", flights=dict.fromkeys(model.paid_names, 2)),
        "return of 1": first.change(scenario="roi", target=1.0),
        "marginal return of 0.5": first.change(scenario="marginal_roi", target=0.5),
    }
    for name, request in questions.items():
        cold = milliseconds(lambda request=request: Planner(model).plan(request))  # type: ignore[misc]
        planner = Planner(model)
        planner.plan(request)
        moves = iter(range(10**6))

        def move(request: PlanRequest = request, planner: Planner = planner, moves: object = moves) -> None:
            step = 1 + next(moves) % 9 / 50  # type: ignore[call-overload]
            planner.plan(request.change(budget=budget * step, bounds={"channel_0": Bounds(0.6, 1.5 * step)}))

        print(f"{name:36s} {cold}, slider moved {milliseconds(move)}")


if __name__ == "__main__":
    main()
