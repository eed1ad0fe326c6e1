"""Lift studies as evidence: what an experiment found counts beside the data when the draws are made.

A study says: the outcome its channels brought while it ran is its effect, give or take a standard error
(`mixline.mmm.calibration_studies.standard_error`), normally distributed. The draws are those of the data and all studies
together. Given adstock and saturation this is a ridge with a term per study, since a prediction is linear in the strengths;
which adstock and saturation is weighed by the same distance. A precise study moves its channels and narrows their ranges, a
vague one hardly does, and a study against overwhelming data stays a compromise that `CalibrationCheck` points out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from mixline.mmm.calibration_batch import StudyRows
from mixline.mmm.calibration_studies import standard_error
from mixline.mmm.model import Floats


@dataclass(frozen=True)
class Evidence:
    """What studies say, in the units of the fit.

    `effects` and `errors` (S,): measured effects and their standard errors, outcome units. `noise`: variance of the outcome
    of a row that counts, divided by the number of rows, as in `mixline.mmm.expectation.Expectation`: it puts the distance
    from a study beside the mean square error of a row.
    """

    rows: StudyRows
    effects: Floats
    errors: Floats
    noise: float

    def ties(self, unit: Floats, others: int) -> tuple[Floats, Floats]:
        """What is added to the ridge: (C, J, J) and (C, J), see `mixline.mmm.kernel.ridge_once`.

        Args:
            unit: (C, S, M) unit effects. others: K, how many columns stand before the media.
        """
        count, width = unit.shape[0], others + unit.shape[2]
        tie, push = np.zeros((count, width, width)), np.zeros((count, width))
        precision = self.noise / self.errors**2
        tie[:, others:, others:] = np.einsum("s,csm,csn->cmn", precision, unit, unit)
        push[:, others:] = np.einsum("s,csm->cm", precision * self.effects, unit)
        return tie, push

    def distance(self, adstock: Floats, alpha: Floats, inflexion: Floats, beta: Floats) -> Floats:
        """(C,) sum over the studies of the squared distance in standard errors. Arguments as `StudyRows.predict`."""
        predicted = self.rows.predict(adstock, alpha, inflexion, beta)
        return np.asarray((((predicted - self.effects) / self.errors) ** 2).sum(1))

    def drawn(self, rng: np.random.Generator) -> Evidence:
        """The studies as they might have come out: refits to these have the spread that the studies' errors ask for."""
        return replace(self, effects=self.effects + self.errors * rng.standard_normal(len(self.errors)))


def evidence_of(rows: StudyRows, noise: float) -> Evidence | None:
    """The studies' evidence, or None where there are no studies."""
    if not rows.studies:
        return None
    return Evidence(rows, rows.effects, np.array([standard_error(study) for study in rows.studies]), noise)
