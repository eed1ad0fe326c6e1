"""Candidates the data cannot tell from the best: a sample of the parameters in proportion to their likelihood.

The search ends where the error is least; the truth may lie anywhere the error is not significantly larger. From the
search's best candidates a differential-evolution Markov chain (ter Braak 2006, Statistics and Computing 16) walks through
the search ranges with the likelihood as its target, strengths and intercept being refitted at each step. Walkers move in
two halves, each half steered by the differences within the other, so that a whole half is evaluated at once.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from mixline.mmm.calibration.evidence import Evidence
from mixline.mmm.ensemble.expectation import Expectation
from mixline.mmm.model import Floats
from mixline.mmm.search.candidate_space import Dimension, decode, dimensions, evaluate
from mixline.mmm.search.result import Candidates, Ints, Prepared, join
from mixline.mmm.transforms.adstock import adstock_named

# What to expect of Hill's steepness before the data have spoken: diminishing returns from the first unit of money (1; what
# Meridian assumes of every channel unless told otherwise), or somewhat S-shaped, or more sudden. A factor of 1.6 either way
# is one standard deviation, so that all of the usual range (0.5 to 3) stays possible. Without it a channel that hardly ever
# stands still is read as steep, and the baseline gets what the channel brings at its usual level.
STEEPNESS, STEEPNESS_SPREAD = 1.0, math.log(1.65)


@dataclass(frozen=True)
class Walk:
    """Length of the walk. Shorter ones stay near the search's optimum, which has followed the noise."""

    steps: int = 600
    looks: int = 3  # how often, from the middle of the walk on, every walker's place is taken
    jitter: float = 1e-4  # of a range, so that equal walkers part
    whole_steps: int = 10  # every so many steps the difference is taken whole, which lets walkers change hills


def sample_plausible(
    prepared: Prepared,
    candidates: Candidates,
    rows: Ints,
    weight: float,
    rng: np.random.Generator,
    walk: Walk,
    expectation: Expectation,
    evidence: Evidence | None = None,
) -> Candidates:
    """Walk from the candidates in `rows` and return where each walker was at every look, the end the last: looks x rows.

    Args:
        rows: starting candidates, at least 8. Penalties and fitted rows stay those of the start; the ridge weight is the
            smallest, what the data leave open being settled by `expectation`.
        weight: log-likelihood per unit of log squared error (half of the rows that count).
        evidence: of lift studies, which counts beside the data.
    """
    space = dimensions(prepared)
    free = np.array([k for k, dimension in enumerate(space) if dimension.medium >= 0], dtype=np.int64)
    here = encode(space, prepared, candidates, rows)
    here[:, [k for k, dimension in enumerate(space) if dimension.parameter == "lambda"]] = 0.0

    def judged(units: Floats) -> tuple[Candidates, Floats]:
        found = evaluate(
            prepared,
            decode(prepared, space, units),
            expected=expectation.contribution,
            precision=expectation.precision,
        )
        return found, _log_likelihood(prepared, found, weight, expectation, evidence)

    if not free.size or len(rows) < 8:
        return join([judged(here)[0]] * walk.looks)
    seen: list[Candidates] = []
    looks = set(np.linspace(walk.steps / 2, walk.steps, walk.looks).astype(int).tolist())
    start = here[:, free]
    # Copies of one start cannot steer each other.
    here[:, free] = np.clip(start + rng.normal(0.0, 0.02, start.shape), 0.0, 1.0)
    halves = np.array_split(rng.permutation(len(rows)), 2)
    states, level = judged(here)
    for step in range(walk.steps):
        scale = 1.0 if step % walk.whole_steps == walk.whole_steps - 1 else 2.38 / np.sqrt(2 * min(free.size, 12))
        for mine, other in (halves, halves[::-1]):
            one = rng.integers(0, len(other), len(mine))
            two = (one + rng.integers(1, len(other), len(mine))) % len(other)
            proposal = here.copy()
            leap = scale * (here[other[one]][:, free] - here[other[two]][:, free])
            # Moving few parameters at a time keeps the acceptance up when there are many (Vrugt 2009, DREAM).
            moved = rng.random(leap.shape) < min(1.0, 12 / free.size)
            leap = np.where(moved, leap + rng.normal(0.0, walk.jitter, leap.shape), 0.0)
            proposal[np.ix_(mine, free)] += leap
            # Reflection at the ends keeps the walk symmetric.
            proposal[mine] = 1.0 - np.abs(1.0 - np.abs(proposal[mine]) % 2.0)
            found, new = judged(proposal[mine])
            accepted = np.log(rng.random(len(mine))) < new - level[mine]
            taken = mine[accepted]
            here[taken], level[taken] = proposal[taken], new[accepted]
            states = _replaced(states, taken, found.take(np.nonzero(accepted)[0]))
        if step + 1 in looks:
            seen.append(states.take(np.arange(len(rows))))
    return join(seen)


def encode(space: tuple[Dimension, ...], prepared: Prepared, candidates: Candidates, rows: Ints) -> Floats:
    """Candidates as points of the space (R, d) in [0, 1]: the inverse of `candidate_space.decode`."""
    units = np.empty((len(rows), len(space)))
    for k, dimension in enumerate(space):
        if dimension.parameter in ("alpha", "gamma"):
            value = getattr(candidates, dimension.parameter)[rows, dimension.medium]
        elif dimension.parameter == "train":
            # The middle of the shares that give this number of rows.
            value = (candidates.train[rows] - 0.5) / max(prepared.window_rows - 1, 1)
        elif dimension.parameter == "lambda":
            value = candidates.ridge[rows]
        elif dimension.parameter == "penalty":
            value = candidates.penalty[rows, dimension.column]
        else:
            own = adstock_named(prepared.spec.ordered_media[dimension.medium].adstock).parameters
            value = candidates.adstock[rows, dimension.medium, own.index(dimension.parameter)]
        low, high = dimension.range.low, dimension.range.high
        if dimension.logarithmic:
            value, low, high = np.log(value), np.log(low), np.log(high)
        units[:, k] = np.clip((value - low) / (high - low), 0.0, 1.0)
    return units


def _log_likelihood(
    prepared: Prepared, states: Candidates, weight: float, expectation: Expectation, evidence: Evidence | None
) -> Floats:
    start, _ = prepared.window
    fitted, place = np.unique(states.train, return_inverse=True)  # mostly all the same
    spread = np.array([np.ptp(prepared.outcome[start : start + rows]) for rows in fitted])[place]
    square = (states.nrmse * spread) ** 2
    square = square + ((states.contribution - expectation.contribution) ** 2 * expectation.precision).sum(1)
    usable = np.isfinite(square) & (square > 0)
    # Steepness and half-saturation are scales: spread evenly over their ranges they would lean to steep curves.
    likely = -weight * np.log(np.where(usable, square, 1.0)) - np.log(states.alpha * states.gamma).sum(1)
    likely = likely - 0.5 * ((np.log(states.alpha / STEEPNESS) / STEEPNESS_SPREAD) ** 2).sum(1)
    if evidence is not None:
        said = evidence.rows.predict(states.adstock, states.alpha, states.inflexion, states.beta)
        likely = likely + evidence.log_likelihood(said)
    return np.where(usable, likely, -np.inf)


def _replaced(states: Candidates, rows: Ints, found: Candidates) -> Candidates:
    for name in Candidates.__dataclass_fields__:
        column = getattr(states, name)
        column[rows] = getattr(found, name)
    return states
