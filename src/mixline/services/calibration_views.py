"""The document of a model's lift studies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mixline.messages.calibration import Calibration, CalibrationStudy
from mixline.mmm.calibration.results import StudyResult, calibration_results
from mixline.mmm.ensemble.candidate_table import read_choice
from mixline.services.model_views import unit_of, view_estimate

if TYPE_CHECKING:
    from mixline.mmm.model import MixModel


def calibration_view(model: MixModel, model_id: str) -> Calibration:
    """Every experiment beside the model."""
    results = calibration_results(model)
    counted = bool(results) and model.spec.search.lift_weight > 0 and read_choice(model) is None
    return Calibration(
        model_id=model_id,
        unit=unit_of(model),
        currency=model.spec.goal.currency,
        words=_words(model, results, counted),
        counted=counted,
        error=model.metrics.get("lift_error"),
        studies=[_study(result) for result in results],
    )


def _study(result: StudyResult) -> CalibrationStudy:
    study = result.study
    return CalibrationStudy(
        channels=list(study.channels),
        labels=list(result.labels),
        start=study.start,
        end=study.end,
        scope=study.scope,
        confidence=study.confidence,
        spend=study.spend,
        spend_in_data=result.spend,
        measured=view_estimate(result.measured),
        predicted=view_estimate(result.predicted),
        alone=None if result.alone is None else view_estimate(result.alone),
        biased=result.biased,
        difference=result.difference,
        agrees=not result.apart,
        words=result.words,
    )


def _words(model: MixModel, results: tuple[StudyResult, ...], counted: bool) -> str:
    given = len(model.spec.studies)
    if not given:
        return "No experiments were given to this model. A lift study of a channel makes its range narrower and safer."
    apart = sum(result.apart for result in results)
    some = "1 experiment" if len(results) == 1 else f"{len(results)} experiments"
    verdict = "agrees with" if not apart else f"contradicts {apart} of"
    role = "counted beside the data" if counted else "were only compared with"
    words = f"The model {verdict} {some}, which {role}." if results else "No experiment could be compared with."
    if given > len(results):
        words += f" {given - len(results)} of {given} lie outside the weeks of this model."
    return words.replace("1 experiment, which were", "1 experiment, which was")
