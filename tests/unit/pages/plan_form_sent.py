"""The planner's form as a browser sends it, and a model with saved plans for it to be sent to."""

from __future__ import annotations

import json
from typing import Any

from dashboard.components import plan_channels as channels
from dashboard.components import plan_form as form
from dashboard.components.plan_answering import known_of
from dashboard.components.plan_inputs import PlanInputs
from dashboard.components.plan_solving import Solved, solve
from mixline.messages import ScenarioFigures, ScenarioRequest, ScenarioView
from mixline.mmm.model_file import write_model
from mixline.mmm.planner import Planner
from tests.builders import make_model
from tests.unit.dashboard import builders

MODEL = make_model()
FILES = write_model(MODEL)
SUMMARY = builders.make_summary()
NAMES = list(MODEL.paid_names)
SHOWN = {"model": SUMMARY.id, "range": ""}


def kept(request: ScenarioRequest, number: int) -> ScenarioView:
    """A saved plan as the trainer gives it back."""
    plan = Planner(MODEL).plan(PlanInputs(ahead=8).request("week", None))
    figures = ScenarioFigures.model_validate(
        {
            "interval": "week", "first": str(plan.dates[0]), "last": str(plan.dates[-1]), "periods": 8,
            "spend": plan.spend, "spend_today": plan.spend_today, "spend_by_channel": plan.spend_per_channel,
            "outcome": vars(plan.outcome), "outcome_today": vars(plan.outcome_today), "uplift": vars(plan.uplift),
            "probability_of_uplift": plan.probability_of_uplift, "roi": vars(plan.roi), "is_today": plan.is_today,
        }
    )  # fmt: skip
    return ScenarioView(
        id=f"{number:032x}", name=request.name, model_id=request.model_id, model_title="Demo", currency="EUR",
        question=request.question, figures=figures, actor="person", created_at=SUMMARY.created_at,
    )  # fmt: skip


def words(component: Any) -> str:
    text = json.dumps(component, default=lambda c: c.to_plotly_json(), ensure_ascii=False)
    return text.replace("\u00a0", " ").replace("\u202f", " ").replace("\u2060", "")


def solved(inputs: PlanInputs) -> Solved:
    return solve(Planner(MODEL), SUMMARY, inputs)


def asked(**changes: Any) -> dict[str, Any]:
    none: list[Any] = [None] * len(NAMES)
    usual = {
        "goal": "budget", "ahead": 8, "budget": None, "target": None, "cautious": False, "after": False, "today": form.WHOLE,
        "pace": "year", "flight": None, "sliders": [100.0] * len(NAMES), "spends": none, "holds": [False] * len(NAMES),
        "lows": none, "highs": none, "prices": none, "groups": [""] * len(NAMES), "group_lows": [None], "group_highs": [None],
        "cell": None,
    }  # fmt: skip
    return usual | changes


def shown(inputs: PlanInputs | None = None, rows: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    return {
        "slider_ids": [{"type": channels.SLIDER, "channel": name} for name in NAMES],
        "limit_ids": [{"type": channels.LOW, "channel": name} for name in NAMES],
        "group_ids": [{"type": channels.GROUP_LOW, "group": "A"}],
        "rows": [rows] if rows else [],
        "shown": SHOWN,
        "known": known_of(solved(inputs or PlanInputs(ahead=8))),
    }
