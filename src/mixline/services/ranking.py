"""Which of several models to trust more: four criteria of 0-1 each, weighted in the open.

Only models of the same goal and segment are ranked against each other. A criterion that one of them lacks (a model without a
hold-out) counts for none of them, or lacking it would be an advantage.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mixline.errors import InputError
from mixline.messages import Estimate, ModelSummary, RankedModel, Ranking, Score
from mixline.messages.compare import Criterion

# Held-out periods are the only test by data the model did not see; the checks are what it may not fail; fit and steadiness
# are necessary and not sufficient.
WEIGHTS: Mapping[Criterion, float] = {"hold_out": 0.35, "checks": 0.25, "fit": 0.2, "stability": 0.2}
PER_ERROR, PER_WARNING = 0.5, 0.15  # what a finding takes off the checks' full mark
RANGE90 = 3.29  # width of a normal distribution's 90 % range in standard deviations


def read_weights(given: Mapping[Criterion, float | None]) -> dict[Criterion, float]:
    """Weights that add up to 1; criteria without one keep the default as long as none is given at all.

    Raises:
        InputError: all weights are zero.
    """
    asked = {name: value for name, value in given.items() if value is not None}
    chosen: dict[Criterion, float] = {name: asked.get(name, 0.0) for name in WEIGHTS} if asked else dict(WEIGHTS)
    total = sum(chosen.values())
    if total <= 0:
        raise InputError("at least one weight must be above zero", where="weights", got=total)
    return {name: value / total for name, value in chosen.items()}


def rank(models: Sequence[ModelSummary], weights: Mapping[Criterion, float]) -> list[Ranking]:
    """Models by goal and segment, best first; equal scores stand in the order asked for and share the rank."""
    groups: dict[tuple[str, str], list[ModelSummary]] = {}
    for model in models:
        groups.setdefault((model.goal, model.segment), []).append(model)
    return [
        Ranking(goal=goal, segment=segment, models=_ranked(members, weights))
        for (goal, segment), members in groups.items()
    ]


def score_model(model: ModelSummary) -> dict[Criterion, tuple[float | None, str]]:
    """Value and words of every criterion."""
    held = model.fit.r2_validation
    errors, warnings = (sum(f.severity == kind for f in model.findings) for kind in ("error", "warning"))
    spread = _spread(model)
    return {
        "hold_out": (
            None if held is None else _unit(held),
            "No periods were held out." if held is None else f"R² {held:.2f} on periods it did not see.",
        ),
        "checks": (
            _unit(1.0 - PER_ERROR * errors - PER_WARNING * warnings),
            f"{errors} {'error' if errors == 1 else 'errors'}, {warnings} {'warning' if warnings == 1 else 'warnings'}.",
        ),
        "fit": (_unit(model.fit.r2), f"R² {model.fit.r2:.2f} on the periods it was fitted on."),
        "stability": (
            None if spread is None else 1.0 / (1.0 + spread),
            "No channel has an effect." if spread is None else f"ROI varies by {spread:.0%} over the draws.",
        ),
    }


def _ranked(members: Sequence[ModelSummary], weights: Mapping[Criterion, float]) -> list[RankedModel]:
    scores = [score_model(model) for model in members]
    usable = {name: w for name, w in weights.items() if all(s[name][0] is not None for s in scores)}
    total = sum(usable.values())
    effective: dict[Criterion, float] = {name: usable.get(name, 0.0) / total if total > 0 else 0.0 for name in weights}
    totals = [sum(effective[name] * (value or 0.0) for name, (value, _) in s.items()) for s in scores]
    order = sorted(range(len(members)), key=lambda place: -totals[place])
    return [
        RankedModel(
            model_id=members[place].id,
            rank=1 + sum(other > totals[place] + 1e-12 for other in totals),
            score=totals[place],
            verdict=members[place].verdict,
            scores=[
                Score(
                    criterion=name, weight=effective[name], value=scores[place][name][0], words=scores[place][name][1]
                )
                for name in weights
            ],
        )
        for place in order
    ]


def relative_spread(roi: Estimate) -> float | None:
    """Standard deviation over the draws as the 90 % range tells it, over the mean; None of nothing."""
    return (roi.high - roi.low) / RANGE90 / abs(roi.value) if roi.value else None


def _spread(model: ModelSummary) -> float | None:
    """The channels' relative spread of ROI over the draws; channels count by what was spent."""
    parts = [(c.spend, spread) for c in model.channels if c.spend and (spread := relative_spread(c.roi)) is not None]
    money = sum(spend for spend, _ in parts)
    return sum(spend * spread for spend, spread in parts) / money if money > 0 else None


def _unit(value: float) -> float:
    return min(max(value, 0.0), 1.0)
