"""Every lift study beside the model: what was measured, what the model says, and whether they agree.

The model's figure is over its draws, which the studies took part in (unless `search.lift_weight` is 0), so it lies between
the experiment and what the data alone say. Imports numpy only.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mixline.errors import SpecificationError
from mixline.mmm.calibration.batch import locate_studies
from mixline.mmm.calibration.studies import check_study, standard_error
from mixline.mmm.ensemble.candidate_table import read_choice
from mixline.mmm.estimates import Estimate, estimate
from mixline.mmm.model import Floats, MixModel
from mixline.mmm.specification import Study

Z90, Z50 = 1.6448536269514722, 0.6744897501960817  # normal quantiles of the 90 and 50 % range
DOUBTED = 0.5  # probability of a bias from which the data are said to be biased
MANY = 10.0  # relative difference from which its size says nothing more
ALIKE = 0.1  # relative difference that is no difference: experiments are not read more finely


@dataclass(frozen=True)
class StudyResult:
    """A study beside the model. All estimates are outcome over the study, of its channels together.

    `measured` has the ranges that the study's confidence implies. `alone` is what the data say without the studies, `biased`
    the probability that the data are biased about these channels; None where studies did not count. `spend` is what the
    data say was spent meanwhile; `difference` that of the model from the study, as a share of the measured effect.
    """

    study: Study
    labels: tuple[str, ...]
    measured: Estimate
    predicted: Estimate
    alone: Estimate | None
    biased: float | None
    spend: float
    difference: float
    words: str

    @property
    def apart(self) -> bool:
        """Whether the 90 % ranges of model and experiment do not meet."""
        return self.predicted.low > self.measured.high or self.predicted.high < self.measured.low


def calibration_results(model: MixModel) -> tuple[StudyResult, ...]:
    """Every study of the model's specification that it can be compared with, in order."""
    series, draws, names = model.series, model.draws, model.media_names
    # A candidate that a person chose is fitted to the data alone.
    known = model.facts.get("studies", []) if read_choice(model) is None else []
    usable = [i for i, study in enumerate(model.spec.studies) if _usable(model, study)]
    if not usable:
        return ()
    studies = [model.spec.studies[i] for i in usable]
    media = model.spec.ordered_media
    forms = [medium.adstock for medium in media]
    rows = locate_studies(studies, names, forms, series.media, series.dates, series.window, model.interval)
    predicted = rows.predict(draws.adstock, draws.alpha, draws.inflexion, draws.beta)
    spend = np.zeros(len(studies))
    money = locate_studies(studies, names, forms, _spend(model), series.dates, series.window, model.interval)
    for part in money.parts:
        spend[part.study] += float(part.share @ part.past[:, 0])
    found = []
    for place, (i, study) in enumerate(zip(usable, studies, strict=True)):
        error = standard_error(study)
        measured = Estimate(
            study.effect,
            study.effect - Z90 * error,
            study.effect + Z90 * error,
            study.effect - Z50 * error,
            study.effect + Z50 * error,
        )
        said = estimate(predicted[:, place], draws.weights)
        alone, biased = _kept(known[i]) if i < len(known) else (None, None)
        difference = (said.value - study.effect) / abs(study.effect)
        found.append(
            StudyResult(
                study=study,
                labels=tuple(media[names.index(c)].label or c for c in study.channels),
                measured=measured,
                predicted=said,
                alone=alone,
                biased=biased,
                spend=float(spend[place]),
                difference=difference,
                words=_words(measured, said, difference, alone, biased),
            )
        )
    return tuple(found)


def _usable(model: MixModel, study: Study) -> bool:
    try:
        check_study(study, model.media_names, model.series.dates, model.series.window, model.interval)
    except SpecificationError:  # an imported model may hold studies of other weeks
        return False
    return True


def _spend(model: MixModel) -> Floats:
    """Money (T, M), nothing for organic media."""
    spend = np.zeros(model.series.media.shape)
    spend[:, : model.paid_count] = model.series.spend
    return spend


def _kept(fact: dict[str, float]) -> tuple[Estimate, float]:
    figures = {name: float(fact[name]) for name in ("value", "low", "high", "low50", "high50")}
    return Estimate(**figures), float(fact["biased"])


def _words(measured: Estimate, said: Estimate, difference: float, alone: Estimate | None, biased: float | None) -> str:
    side = "higher" if difference > 0 else "lower"
    much = f"by {abs(difference):.0%}" if abs(difference) < MANY else "many times over"
    if said.low > measured.high or said.high < measured.low:
        words = f"The model is {side} than the experiment {much}, more than both ranges allow."
    elif abs(difference) <= ALIKE:
        words = "The model agrees with the experiment."
    else:
        words = f"The model is {side} than the experiment {much}, which is within both ranges."
    if alone is not None and biased is not None and biased > DOUBTED:
        off = alone.value / measured.value
        other = f"{off:.1f} times as much" if off > 0 else "the opposite"
        words += f" The data alone would have said {other}, so mostly the experiment was believed."
    return words
