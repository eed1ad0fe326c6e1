"""Lift studies before they meet a model: usable or not, which periods they cover, and how sure they are.

Imports the standard library and numpy only.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from mixline.errors import SpecificationError
from mixline.mmm.model import Floats
from mixline.mmm.specification import Interval, ModelSpec, Study

# Standard errors that a study's effect is away from zero. A confidence of 1 says "more than can be written", which four
# decimals put at about 4; and nobody's experiment is as bad as ten times its effect.
MOST_SURE, LEAST_SURE = 4.0, 0.1


def standard_error(study: Study) -> float:
    """Standard error of a study's effect, in outcome units.

    The confidence is read as the two-sided level at which the study's interval just excludes zero (one less the p-value,
    as experiment tools report it), the effect's error as normal: |effect| / z with z the normal quantile of
    (1 + confidence) / 2, within `LEAST_SURE` to `MOST_SURE`. 0.95 gives about half of the effect, 0.8 three quarters.
    """
    sure = min(study.confidence, 1.0 - 1e-12)
    z = NormalDist().inv_cdf((1.0 + sure) / 2.0)
    return abs(study.effect) / min(max(z, LEAST_SURE), MOST_SURE)


def check_studies(
    spec: ModelSpec,
    dates: NDArray[np.datetime64],
    window: tuple[int, int],
    interval: Interval,
    media: Floats | None = None,
) -> None:
    """Check every study of a specification, once, before anything is fitted.

    Args:
        media: (T, M) modelled input. Where given, a study in which none of its channels ran is refused, too.

    Raises:
        SpecificationError: for the first study that no model can be compared with.
    """
    names = [m.name for m in spec.ordered_media]
    for study in spec.studies:
        check_study(study, names, dates, window, interval)
        if media is None:
            continue
        rows, _ = rows_of(study, dates, window, interval)
        if not any(media[rows, names.index(channel)].any() for channel in study.channels):
            raise SpecificationError(
                "no channel of the study ran while it lasted",
                where=place_of(study),
                got=f"no media from {study.start} to {study.end}",
                expected="media in at least one period",
                action="Correct the dates or the channel, or leave the study out.",
            )


def check_study(
    study: Study, names: Sequence[str], dates: NDArray[np.datetime64], window: tuple[int, int], interval: Interval
) -> None:
    """Raise SpecificationError for a study that a model cannot be compared with."""
    place = place_of(study)
    unknown = [c for c in study.channels if c not in names]
    if unknown or not study.channels:
        raise SpecificationError(
            "the study names no channel of the model",
            where=place,
            got=", ".join(unknown) or "no channel",
            expected=", ".join(names),
            action="Correct the name or leave the study out.",
        )
    if len(set(study.channels)) != len(study.channels):
        raise SpecificationError(
            "the study names a channel twice",
            where=place,
            got=", ".join(study.channels),
            expected="each channel once",
            action="Take the repeated one out.",
        )
    if study.start > study.end:
        raise SpecificationError(
            "the study ends before it starts",
            where=place,
            got=f"{study.start} to {study.end}",
            expected="a first day before the last",
            action="Swap the dates.",
        )
    first, last = dates[window[0]], dates[window[1] - 1] + period_days(dates, interval)[window[1] - 1] - 1
    if np.datetime64(study.start, "D") < first or np.datetime64(study.end, "D") > last:
        raise SpecificationError(
            "the study lies outside the window",
            where=place,
            got=f"{study.start} to {study.end}",
            expected=f"within {first} to {last}",
            action="Widen the window or leave the study out.",
        )
    if not np.isfinite(study.effect) or study.effect == 0:
        raise SpecificationError(
            "the study's effect cannot be compared with",
            where=place,
            got=study.effect,
            expected="a number other than 0",
            action="Give the outcome gained, or leave the study out.",
        )
    if not 0 < study.confidence <= 1:
        raise SpecificationError(
            "the confidence is out of range",
            where=place,
            got=study.confidence,
            expected="above 0 and at most 1",
            action="Write 95 % as 0.95.",
        )


def place_of(study: Study) -> str:
    """How a study is named in a sentence."""
    return f"study of {' + '.join(study.channels) or 'no channel'}, {study.start}"


def period_days(dates: NDArray[np.datetime64], interval: Interval) -> NDArray[np.timedelta64]:
    """Length (T,) of every period in days."""
    if interval == "month":
        months = dates.astype("datetime64[M]") + np.timedelta64(1, "M")
        return np.asarray(months.astype("datetime64[D]") - dates.astype("datetime64[M]").astype("datetime64[D]"))
    return np.full(len(dates), np.timedelta64(7 if interval == "week" else 1, "D"))


def rows_of(
    study: Study, dates: NDArray[np.datetime64], window: tuple[int, int], interval: Interval
) -> tuple[NDArray[np.intp], Floats]:
    """Rows that overlap the study and the share of each row's days that lie in it."""
    days = period_days(dates, interval)
    begin, end = np.datetime64(study.start, "D"), np.datetime64(study.end, "D") + 1
    overlap = (np.minimum(dates + days, end) - np.maximum(dates, begin)).astype(float)
    rows = np.nonzero(overlap > 0)[0]
    rows = rows[(rows >= window[0]) & (rows < window[1])]
    return rows, overlap[rows] / days[rows].astype(float)
