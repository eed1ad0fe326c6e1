"""Which candidate becomes the model, and why.

The rule, in order:

1. Near-optimal candidates are those whose error (on held-out weeks where there is a hold-out) is within `TOLERANCE` of the
   best one's. Within that band errors do not tell models apart.
2. Candidates in which a paid channel has no effect are left aside while others remain: money was spent, and a zero is
   usually the ridge's choice between two channels that move together.
3. Where there are lift studies, the `AGREEING` of those that agree best with them are looked at further: experiments know
   what the error cannot tell.
4. Of those the one is chosen that agrees best with the ensemble: the smallest distance between its contributions and the
   means of the draws, in units of their spread. The ensemble's mean is nearer to the truth than any candidate of its own
   making (on simulated worlds by a third), so the candidate nearest to it is the best one to show. Before there are draws,
   the middle of the band stands in for them.

DECOMP.RSSD guides the search but does not choose: it pulls every ROI towards the average ROI.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mixline.mmm.model import Floats
from mixline.mmm.search.result import Candidates, Ints

TOLERANCE = 0.05  # of the best error: about what a change of seed moves it
FEWEST = 20  # the band is widened until it holds as many, where there are as many
MOST = 300  # over all trials together; more do not change the middle
AGREEING = 0.25  # of the near-optimal candidates, at least FEWEST
ZERO_SHARE = 1e-4  # of the paid contribution


@dataclass(frozen=True)
class Choice:
    """The chosen row, the near-optimal rows (with it), and the reason in words."""

    chosen: int
    near: Ints
    reason: str


def choose(candidates: Candidates, paid: int, drawn: Floats | None = None, *, heed_studies: bool = True) -> Choice:
    """Apply the rule to all candidates of a search.

    Args:
        paid: how many of the media are paid (they come first). drawn: (D, M) contributions of the ensemble's draws.
        heed_studies: whether agreement with lift studies counts, where there are any.
    """
    error = np.where(np.isfinite(candidates.error), candidates.error, np.inf)
    order = np.lexsort((candidates.iteration, candidates.trial, error))
    best = float(error[order[0]])
    within = int((error <= best * (1 + TOLERANCE)).sum())
    band = order[: min(max(within, FEWEST), len(order))]
    paid_part = np.abs(candidates.contribution[band, :paid])
    alive = (paid_part > ZERO_SHARE * paid_part.sum(1, keepdims=True)).all(1)
    near = _best_of_each_trial(band[alive] if alive.any() else band, candidates)
    agreeing = _agreeing(near, candidates.lift) if heed_studies else near
    contribution = candidates.contribution[agreeing]
    middle = np.median(contribution, axis=0) if drawn is None else drawn.mean(0)
    spread = np.abs((contribution if drawn is None else drawn) - middle).mean(0)
    distance = (np.abs(contribution - middle) / np.where(spread > 0, spread, 1.0)).mean(1)
    chosen = int(agreeing[int(np.argmin(distance))])
    held = not np.isnan(candidates.nrmse_validation[chosen])
    what = "error on held-out periods" if held else "error on the fitted periods"
    agreed = "their middle" if drawn is None else "those of the whole ensemble"
    off = float(candidates.lift[chosen])
    studied = heed_studies and np.isfinite(off)
    trials = f" of {int(candidates.trial.max())} trials" if candidates.trial.max() > 1 else ""
    fewer = studied and len(agreeing) < len(near)
    preferred = f", from the {len(agreeing):,} of them that agree best with the lift studies," if fewer else ""
    beside = f"; fitted without the lift studies it is {off:.0%} off them" if studied else ""
    come = "comes" if within == 1 else "come"
    reason = (
        f"Of {len(candidates):,} candidates, {within:,} {come} within {TOLERANCE:.0%} of the lowest {what} ({best:.4f}). "
        f"Trial {int(candidates.trial[chosen])}, candidate {int(candidates.iteration[chosen]):,} was chosen among the "
        f"{len(near):,} best{trials}{preferred} because its contributions lie closest to {agreed}; "
        f"its {what} is {error[chosen]:.4f}{beside}."
    )
    if alive.any() and not alive.all():
        aside = int((~alive).sum())
        reason += (
            " One was left aside because a paid channel has no effect in it."
            if aside == 1
            else f" {aside:,} were left aside because a paid channel has no effect in them."
        )
    return Choice(chosen, np.sort(near), reason)


def _agreeing(near: Ints, lift: Floats) -> Ints:
    """The near-optimal candidates that agree best with the lift studies; all of them where there are none."""
    error = lift[near]
    if not np.isfinite(error).any():
        return near
    count = min(max(FEWEST, round(AGREEING * len(near))), len(near))
    return np.asarray(near[np.sort(np.argsort(error, kind="stable")[:count])], dtype=np.int64)


def _best_of_each_trial(band: Ints, candidates: Candidates) -> Ints:
    """The same number of candidates from every trial: a trial that converged early fills the band with copies of itself."""
    trials = np.unique(candidates.trial[band])
    share = max(1, MOST // len(trials))
    return np.concatenate([band[candidates.trial[band] == trial][:share] for trial in trials])
