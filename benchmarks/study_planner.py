"""What plans made from fitted models truly bring: fit simulated companies, plan, and let the simulator judge.

    python -m benchmarks.study_planner --worlds all --seeds 61-68

A plan moves today's budget over the 13 weeks after the data, every channel between half and twice its spend today, or in a
step as the planner allows it where nothing else is asked. It is judged by the simulator's own formulas with what earlier
media carries in, against today's spend paced in the same way, and against the best plan there is, made by a planner that
knows the truth. Writes its part of docs/accuracy.md.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass

import numpy as np

from benchmarks.study_runner import Run, Study, run_study
from mixline.mmm.fitting import fit
from mixline.mmm.planner import Bounds, Planner, PlanRequest
from mixline.mmm.planning.request import DEFAULT_BOUNDS
from mixline.mmm.simulation.simulate import simulate
from mixline.mmm.simulation.worlds import WORLDS
from tests.truth_model import true_gain, true_model

KINDS: dict[str, tuple[float | None, tuple[float, float]]] = {
    "best": (None, (0.5, 2.0)),
    "cautious": (0.25, (0.5, 2.0)),
    "in a step": (None, DEFAULT_BOUNDS["budget"]),
}


@dataclass(frozen=True)
class Judged:
    """One plan of one company. Amounts are shares of what paid media bring in today's plan, by the model's own account."""

    world: str
    kind: str
    promised: float
    low: float
    high: float
    true: float
    possible: float
    probability: float


def measure(world: str, seed: int, trials: int, iterations: int) -> list[Judged]:
    """Simulate, fit, plan, judge."""
    company = simulate(world, seed)
    model = fit(company.spec.with_search(trials=trials, iterations=iterations), company.frame)
    request = PlanRequest(bounds={name: Bounds(0.5, 2.0) for name in model.paid_names})
    planner = Planner(model)
    today = planner.plan(request.change(bounds={}, locked=model.paid_names))
    best = Planner(true_model(company)).plan(request)
    judged = []
    for kind, (quantile, ends) in KINDS.items():
        bounds = {name: Bounds(*ends) for name in model.paid_names}
        found = planner.plan(request.change(cautious=quantile, bounds=bounds))
        size = found.contribution_today.value
        judged.append(
            Judged(
                world, kind, found.uplift.value / size, found.uplift.low / size, found.uplift.high / size,
                true_gain(company, found, today) / size, best.uplift.value / size, found.probability_of_uplift,
            )
        )  # fmt: skip
    return judged


def section(measured: list[list[Judged]], run: Run) -> str:
    """The table as Markdown."""
    judged = [one for company in measured for one in company]
    lines = [
        "## What plans truly bring",
        "",
        f"Made by `{run.command}`: {run.companies} companies,",
        "each fitted and then planned: today's budget over the 13 weeks after the data, every channel between half and twice",
        "its spend (in a step: between {:.0%} and {:.0%}). The simulator says what the plan brings and what the best plan".format(
            *DEFAULT_BOUNDS["budget"]
        ),
        "would have brought. Figures are medians over companies, as shares of what paid media bring today.",
        "",
        "| world | plan | promised | true | possible | better than today | true gain in the 90 % range |",
        "|---|---|---|---|---|---|---|",
    ]
    for world in (w for w in WORLDS if any(j.world == w for j in judged)):
        for kind in KINDS:
            lines.append(_row(world, kind, [j for j in judged if (j.world, j.kind) == (world, kind)]))
    for kind in KINDS:
        lines.append(_row("**all**", kind, [j for j in judged if j.kind == kind]))
    sure = [j for j in judged if j.probability >= 0.9]
    kept = sum(j.true > 0 for j in sure)
    lines += [
        "",
        "A cautious plan maximises the gain that three of four draws exceed. Promised is above true because the best of many",
        "plans is also the luckiest, and where spend follows demand: see [the method](method.md#planning).",
        f"Of {len(sure)} plans whose model gave a gain a probability of 90 % or more, {kept} gained.",
    ]
    return "\n".join(lines) + "\n"


def _row(world: str, kind: str, mine: list[Judged]) -> str:
    promised, true, possible = (
        float(np.median([getattr(j, k) for j in mine])) for k in ("promised", "true", "possible")
    )
    better = sum(j.true > 0 for j in mine)
    inside = sum(j.low <= j.true <= j.high for j in mine)
    return (
        f"| {world} | {kind} | {promised:+.1%} | {true:+.1%} | {possible:+.1%} | {better} of {len(mine)} | "
        f"{inside} of {len(mine)} |"
    )


STUDY = Study("study_planner", __doc__, measure, section, seeds="61-68", sizes={"trials": 5, "iterations": 1000})


if __name__ == "__main__":
    sys.exit(run_study(STUDY, sys.argv[1:]))
