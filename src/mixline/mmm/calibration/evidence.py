"""Lift studies as evidence: what an experiment found counts beside the data when the draws are made.

A study says: the outcome its channels brought while it ran is its effect, give or take a standard error
(`mixline.mmm.calibration.studies.standard_error`), normally distributed. The data say what goes together with the channels,
which need not be what they caused: against large experiments, estimates from observed data were often off by a factor of
two or three (Gordon, Zettelmeyer, Bhargava & Chapsky 2019, Marketing Science 38). So for every study there are two stories:

- *sound*: what the data see is caused. Study and data are two measurements of one thing, and both count.
- *biased*: something that nobody recorded moves spend and outcome together. The data's view of the studied channels is off
  by about `BIAS` times the effect, so nearly all that is known of them comes from the study.

Beforehand a precise study holds both for equally likely, a vague one the first: an experiment whose error is as large as
what it looks for cannot put the data in doubt. How well it agrees with the data then decides, candidate by candidate (a
mixture of two normals, as Box & Tiao 1968 treat outlying measurements, Biometrika 55). Imports numpy only.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mixline.mmm.calibration.batch import StudyRows
from mixline.mmm.calibration.studies import standard_error
from mixline.mmm.estimates import PROBABILITIES
from mixline.mmm.model import Floats

DOUBT = 0.5  # probability beforehand that the data are biased, for a study without error
BIAS = 1.5  # standard deviation of the data's bias as a multiple of the effect, where there is one


@dataclass(frozen=True)
class Evidence:
    """What studies say, in outcome units over each study; arrays (S,).

    `effects` and their standard `errors`. `scatter`: standard deviation of what the data say with adstock and saturation
    given. `bias`: that of a bias of the data, whose probability beforehand is `doubt`. `noise`: variance of the outcome of
    a row that counts, divided by the number of rows, which puts a distance from a study beside the mean square error of a row.
    """

    rows: StudyRows
    effects: Floats
    errors: Floats
    scatter: Floats
    bias: Floats
    doubt: Floats
    noise: float
    alone: Floats  # (C, R, S) what the data alone say, see `evidence_of`

    def facts(self) -> list[dict[str, float]]:
        """For the record, by study: what the data alone say with its 90 and 50 % ranges, and how likely it is biased."""
        said = self.alone.reshape(-1, len(self.effects))
        ends = np.quantile(said, PROBABILITIES, axis=0)
        biased = self.suspicion(self.alone.mean(1)).mean(0)
        columns = {"value": said.mean(0), **dict(zip(("low", "high", "low50", "high50"), ends, strict=True))}
        columns["biased"] = biased
        return [{name: float(values[s]) for name, values in columns.items()} for s in range(len(self.effects))]

    def log_likelihood(self, predicted: Floats) -> Floats:
        """(C,) of the studies, strengths left open, for what the data alone say of them (C, S)."""
        sound, biased = self._stories(predicted)
        return np.asarray(np.logaddexp(sound, biased).sum(-1))

    def suspicion(self, predicted: Floats) -> Floats:
        """Probability that the data are biased about each study's channels, shape as `predicted` (..., S)."""
        sound, biased = self._stories(predicted)
        return np.asarray(np.exp(biased - np.logaddexp(sound, biased)))

    def drawn(self, rng: np.random.Generator) -> Floats:
        """The effects as they might have come out (S,): refits to these have the spread that the errors ask for."""
        return np.asarray(self.effects + self.errors * rng.standard_normal(len(self.errors)))

    def _stories(self, predicted: Floats) -> tuple[Floats, Floats]:
        distance = predicted - self.effects
        near = self.errors**2 + self.scatter**2
        with np.errstate(divide="ignore"):  # a vague study leaves one story only
            sound, biased = np.log1p(-self.doubt), np.log(self.doubt)
        return sound + _log_normal(distance, near), biased + _log_normal(distance, near + self.bias**2)


def evidence_of(rows: StudyRows, alone: Floats, expected: Floats, noise: float) -> Evidence:
    """The evidence of checked studies.

    Args:
        alone: (C, R, S) what the data alone say of the studies: R refits to resampled data of each of C candidates.
        expected: (M,) return expected of each medium, outcome per unit of money; 0 where nothing is expected.
    """
    effects, errors = rows.effects, np.array([standard_error(study) for study in rows.studies])
    usual = np.zeros(len(rows.studies))
    for part in rows.parts:
        usual[part.study] += expected[part.medium] * float(part.share @ part.past[:, 0])
    size = np.maximum(np.abs(effects), usual)
    return Evidence(
        rows=rows,
        effects=effects,
        errors=errors,
        scatter=np.sqrt(alone.var(axis=1, ddof=1).mean(0)),
        bias=BIAS * size,
        doubt=DOUBT * np.clip(1.0 - (errors / size) ** 2, 0.0, 1.0),
        noise=noise,
        alone=alone,
    )


def _log_normal(distance: Floats, variance: Floats) -> Floats:
    return np.asarray(-0.5 * (distance**2 / variance + np.log(variance)))
