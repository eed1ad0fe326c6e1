"""Plans saved under a name: solved once more when they are saved, so that what is shown of them is the engine's."""

from __future__ import annotations

from mixline.messages import PlanQuestion, ScenarioFigures, ScenarioRequest, ScenarioView
from mixline.mmm.planning.document import read_request, write_request
from mixline.services.context import Services
from mixline.services.model_views import view_estimate
from mixline.services.models import load_model
from mixline.services.people import LOCAL_USER
from mixline.state.audit import Audit
from mixline.state.scenarios import Scenario, Scenarios

SAVED, REMOVED = "save plan", "remove plan"


def save_scenario(
    services: Services, request: ScenarioRequest, *, actor: str = LOCAL_USER
) -> tuple[ScenarioView, bool]:
    """Solve a plan and keep it under its name; whether anything changed comes with it.

    Raises:
        NotFoundError: no such model.
        SpecificationError: the model cannot answer the question.
        ConflictError: another plan of the model has this name, and replacing it was not asked for.
    """
    from mixline.mmm.planner import plan

    model = load_model(services, request.model_id)
    question = read_request(request.question.model_dump())
    found = plan(model, question)
    figures = ScenarioFigures(
        interval=model.interval,
        first=found.dates[0].item(),
        last=found.dates[-1].item(),
        periods=len(found.dates),
        spend=found.spend,
        spend_today=found.spend_today,
        spend_by_channel=found.spend_per_channel,
        outcome=view_estimate(found.outcome),
        outcome_today=view_estimate(found.outcome_today),
        uplift=view_estimate(found.uplift),
        probability_of_uplift=found.probability_of_uplift,
        roi=view_estimate(found.roi),
        is_today=found.is_today,
    )
    saved, changed = Scenarios(services.state).put(
        request.model_id,
        request.name.strip(),
        write_request(question),
        figures.model_dump(mode="json"),
        actor=actor,
        replace=request.replace,
    )
    if changed:
        Audit(services.state).record(
            actor=actor, action=SAVED, subject=saved.id, data={"name": saved.name, "model": saved.model_id}
        )
    return _view(services, saved), changed


def list_scenarios(
    services: Services, *, model_id: str | None = None, limit: int = 50, offset: int = 0
) -> list[ScenarioView]:
    """Saved plans, newest first."""
    rows = Scenarios(services.state).list_scenarios(model_id=model_id, limit=limit, offset=offset)
    return [_view(services, row) for row in rows]


def get_scenario(services: Services, scenario_id: str) -> ScenarioView:
    """One saved plan. Raises NotFoundError."""
    return _view(services, Scenarios(services.state).get(scenario_id))


def remove_scenario(services: Services, scenario_id: str, *, actor: str = LOCAL_USER) -> ScenarioView:
    """Forget a saved plan; the audit trail keeps its name. Raises NotFoundError."""
    removed = Scenarios(services.state).remove(scenario_id)
    Audit(services.state).record(
        actor=actor, action=REMOVED, subject=removed.id, data={"name": removed.name, "model": removed.model_id}
    )
    return _view(services, removed)


def _view(services: Services, row: Scenario) -> ScenarioView:
    model = services.models.get(row.model_id)
    return ScenarioView(
        id=row.id,
        name=row.name,
        model_id=row.model_id,
        model_title=model.title,
        currency=model.currency,
        goal_kind=model.summary.get("goal_kind", "revenue"),
        question=PlanQuestion.model_validate(row.question),
        figures=ScenarioFigures.model_validate(row.figures),
        actor=row.actor,
        created_at=row.created_at,
    )
