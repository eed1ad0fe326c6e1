"""What many candidates or draws say of the lift studies at once.

A prediction is linear in the strengths: outcome over the study = sum over its channels of strength times a *unit effect*,
which adstock and saturation alone decide. `mixline.mmm.calibration.agreement` holds the same formula for a single fit, and
Robyn's arithmetic. Imports numpy only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mixline.mmm.calibration.studies import rows_of
from mixline.mmm.model import Floats
from mixline.mmm.specification import Interval, Study
from mixline.mmm.transforms.adstock import adstock_named
from mixline.mmm.transforms.saturation import hill


@dataclass(frozen=True)
class StudiedChannel:
    """One channel of one study. R rows of the study, A ages: periods a medium may date back."""

    study: int
    medium: int
    share: Floats  # (R,) of each row's days that lie in the study
    past: Floats  # (R, A) media of each age at each row
    earlier: Floats  # (R, A) the same without what ran in the study's own rows; empty for total scope


@dataclass(frozen=True)
class StudyRows:
    """The studies of a specification, laid over its data. S studies."""

    studies: tuple[Study, ...]
    forms: tuple[str, ...]  # (M,) adstock by name
    periods: int  # T, to which Weibull scales refer
    parts: tuple[StudiedChannel, ...]

    @property
    def media(self) -> tuple[int, ...]:
        """Places of the studied media, ascending."""
        return tuple(sorted({part.medium for part in self.parts}))

    @property
    def effects(self) -> Floats:
        """(S,) what was measured."""
        return np.array([study.effect for study in self.studies])

    def unit_effects(self, adstock: Floats, alpha: Floats, inflexion: Floats) -> Floats:
        """Outcome over each study per unit of each medium's strength, shape (C, S, M); 0 for media not in the study.

        Args:
            adstock: (C, M, 2). alpha, inflexion: (C, M).
        """
        unit = np.zeros((len(alpha), len(self.studies), alpha.shape[1]))
        kernels: dict[int, Floats] = {}
        for part in self.parts:
            m = part.medium
            if m not in kernels:
                form = adstock_named(self.forms[m])
                kernels[m] = form.weights(adstock[:, m, 0], adstock[:, m, 1], self.periods)
            power, half = alpha[:, m, None], inflexion[:, m, None]
            kernel = kernels[m][:, : part.past.shape[1]]
            # einsum, because a product by a BLAS with threads may round otherwise on another machine.
            saturated = hill(np.einsum("ca,ra->cr", kernel, part.past), power, half)
            if part.earlier.size:
                saturated = saturated - hill(np.einsum("ca,ra->cr", kernel, part.earlier), power, half)
            unit[:, part.study, m] = (saturated * part.share).sum(1)
        return unit

    def predict(self, adstock: Floats, alpha: Floats, inflexion: Floats, beta: Floats) -> Floats:
        """Outcome over each study, shape (C, S). Arguments as `unit_effects`, strengths (C, M)."""
        return predict_studies(self.unit_effects(adstock, alpha, inflexion), beta)


def locate_studies(
    studies: Sequence[Study],
    names: Sequence[str],
    forms: Sequence[str],
    media: Floats,
    dates: NDArray[np.datetime64],
    window: tuple[int, int],
    interval: Interval,
) -> StudyRows:
    """Lay checked studies over the data. media: (T, M)."""
    parts = []
    for number, study in enumerate(studies):
        rows, share = rows_of(study, dates, window, interval)
        ages = rows[:, None] - np.arange(int(rows[-1]) + 1)
        known, own = ages >= 0, np.isin(ages, rows)
        for channel in study.channels:
            m = list(names).index(channel)
            past = np.where(known, media[np.maximum(ages, 0), m], 0.0)
            earlier = np.where(own, 0.0, past) if study.scope == "immediate" else np.zeros((0, 0))
            parts.append(StudiedChannel(number, m, share, past, earlier))
    return StudyRows(tuple(studies), tuple(forms), len(dates), tuple(parts))


def predict_studies(unit: Floats, beta: Floats) -> Floats:
    """Predictions (C, S) from unit effects (C, S, M) and strengths (C, M)."""
    return np.asarray(np.einsum("csm,cm->cs", unit, beta))


def lift_errors(predicted: Floats, studies: Sequence[Study], *, by_confidence: bool = True) -> Floats:
    """The third objective (C,): mean relative error against the studies, weighted by confidence unless said otherwise.

    predicted: (C, S). nan without studies.
    """
    if not studies:
        return np.full(len(predicted), np.nan)
    weights = np.array([study.confidence if by_confidence else 1.0 for study in studies])
    effects = np.array([study.effect for study in studies])
    relative = np.abs((predicted - effects) / effects)
    return np.asarray((relative * weights).sum(1) / weights.sum())
