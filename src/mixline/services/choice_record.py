"""Who made a candidate the model, and when: the line of the audit trail."""

from __future__ import annotations

from mixline.messages import ModelSummary
from mixline.services.context import Services
from mixline.state.audit import Audit

ACTION = "choose candidate"
LINES = 50


def with_record(services: Services, summary: ModelSummary) -> ModelSummary:
    """The summary with the name and the moment of the first such line; as it is where nobody chose or none is kept.

    The first, because asking again for the same candidate with the same reason is answered with the model that is there.
    """
    if summary.choice is None:
        return summary
    lines = [
        line for line in Audit(services.state).list_lines(subject=summary.id, limit=LINES) if line.action == ACTION
    ]
    if not lines:
        return summary
    choice = summary.choice.model_copy(update={"chosen_by": lines[-1].actor, "chosen_at": lines[-1].at})
    return summary.model_copy(update={"choice": choice})
