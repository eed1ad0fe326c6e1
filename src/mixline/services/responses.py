"""What other spend would bring."""

from __future__ import annotations

from mixline.messages import ResponseRequest, ResponseView
from mixline.services.context import Services
from mixline.services.model_views import unit_of, view_estimate
from mixline.services.models import load_model


def predict_response(services: Services, model_id: str, request: ResponseRequest) -> ResponseView:
    """Expected outcome per period when channels spend these means per period; channels left out stay as they were.

    Raises:
        NotFoundError: no such model.
        InputError: a channel the model does not have.
    """
    from mixline.mmm.curves import expected_outcome

    model = load_model(services, model_id)
    found = expected_outcome(model, request.spend)
    return ResponseView(
        model_id=model_id,
        currency=model.spec.goal.currency,
        unit=unit_of(model),
        spend=found.spend,
        outcome=view_estimate(found.outcome),
        outcome_today=view_estimate(found.outcome_today),
        uplift=view_estimate(found.uplift),
        by_channel={name: view_estimate(figure) for name, figure in found.by_channel.items()},
        extrapolated=list(found.extrapolated),
    )
