"""From what the search found to draws: candidates the data cannot tell apart, each refitted to resampled residuals.

Two sources of doubt make the ranges. Which adstock and saturation: from the candidates whose error is not significantly
worse than the best one's, walkers spread over all the data allow (`mixline.mmm.ensemble.plausible`). How strong each
term is, given those: a moving-block bootstrap (Kuensch 1989) of the residuals, which keeps their autocorrelation, refitted
by the same ridge.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from mixline.mmm.calibration.batch import predict_studies
from mixline.mmm.calibration.evidence import Evidence, evidence_of
from mixline.mmm.calibration.refit import StudiedDesign
from mixline.mmm.ensemble.expectation import FIRST_WIDTH, Expectation
from mixline.mmm.ensemble.plausible import Walk, encode, sample_plausible
from mixline.mmm.inputs.decomposition import SEASONS
from mixline.mmm.model import Draws, Floats
from mixline.mmm.search.candidate_space import decode, dimensions, evaluate
from mixline.mmm.search.result import Candidates, Prepared
from mixline.mmm.transforms.adstock import adstock
from mixline.mmm.transforms.ridge import ridge
from mixline.mmm.transforms.saturation import hill

Ints = NDArray[np.int64]
FITTED = ("adstock", "alpha", "inflexion", "beta", "coefficients", "intercept")  # of a candidate and of a draw alike
REFITS_ALONE = 4  # of each member, to see how surely the data speak of a study without it
TREND_COLUMNS = 4  # level, slope, and the few changepoints that the Laplace prior leaves


@dataclass(frozen=True)
class Ensemble:
    """Settings of the draws. The defaults were set by coverage on simulated worlds."""

    draws: int = 200
    members: int = 67  # walkers, each looked at three times
    # How much worse in log-likelihood than the best a member may be, per free parameter of a channel (of which there are
    # three: memory, steepness, half-saturation). Points of a posterior of k parameters lie about k/2 below its peak.
    slack: float = 0.5
    block: float = 1.0  # length of a block as a multiple of the cube root of the rows, at least 2
    walk: Walk = field(default_factory=Walk)
    ahead: float = 2 / 3  # steps, as a share of the walk's, walked before it to learn the pooled return


DEFAULT = Ensemble()


@dataclass(frozen=True)
class Built:
    """The draws, and the evidence of lift studies they were made with (None without)."""

    draws: Draws
    evidence: Evidence | None


def build_draws(
    prepared: Prepared, candidates: Candidates, chosen: int, seed: int, ensemble: Ensemble = DEFAULT
) -> Draws:
    """`build_ensemble` for who needs the draws only."""
    return build_ensemble(prepared, candidates, chosen, seed, ensemble).draws


def build_ensemble(
    prepared: Prepared, candidates: Candidates, chosen: int, seed: int, ensemble: Ensemble = DEFAULT
) -> Built:
    """Draws of a model around what the search found.

    Args:
        prepared: the data searched on. candidates: all that was found. chosen: the row of the chosen candidate.
        seed: of the resampling; the same arguments give the same draws, bit by bit.

    Returns:
        `ensemble.draws` draws of equal weight. Draw 0 is the chosen candidate's own fit; `Draws.candidate` holds the row of
        `candidates` from which a draw's walk began.
    """
    rng = np.random.default_rng(seed)
    members = near_optimal(prepared, candidates, chosen, ensemble, rng)
    starts = np.resize(members, ensemble.members)  # every member in turn
    rows = int(candidates.train[chosen])
    spent = baseline_columns(prepared, rows)
    terms = candidates.alpha.shape[1] + candidates.coefficients.shape[1]
    rows_that_count = max(_effective_rows(prepared, candidates, chosen) - terms - spent, 4.0) * (1 - spent / rows)
    noise = float(np.var(_residual(prepared, candidates, chosen))) * prepared.window_rows / rows_that_count
    noise /= prepared.window_rows
    loose = _hardly_shrunk(prepared, candidates, starts)
    expectation = _expectation(prepared, loose, noise)
    evidence = None
    if ensemble.members == 1:  # one candidate was asked for, and nothing but it
        states = candidates.take(starts)
        expectation = replace(expectation, spend=np.zeros(len(expectation.spend)))
    else:
        studied = bool(prepared.spec.studies) and prepared.spec.search.lift_weight > 0

        def heard(expectation: Expectation) -> Evidence | None:
            return (
                _evidence(prepared, loose, np.random.default_rng([seed, 1]), ensemble, expectation) if studied else None
            )

        def walked(begin: Candidates, rows: Ints, walk: Walk) -> Candidates:
            return sample_plausible(prepared, begin, rows, rows_that_count / 2, rng, walk, expectation, evidence)

        evidence = heard(expectation)
        states = walked(
            candidates, starts, replace(ensemble.walk, steps=max(round(ensemble.ahead * ensemble.walk.steps), 1))
        )
        expectation = expectation.informed(states.contribution)
        evidence = heard(expectation)
        ends = np.arange(len(states) - len(starts), len(states))
        states = walked(states, ends, ensemble.walk)
    owner = np.resize(np.arange(len(states)), ensemble.draws)
    count, width = ensemble.draws, candidates.alpha.shape[1]
    others = candidates.coefficients.shape[1]
    beta, coefficients, intercept = np.empty((count, width)), np.empty((count, others)), np.empty(count)
    for state in range(len(states)):
        places = np.nonzero(owner == state)[0]
        if places.size:
            coefficients[places], beta[places], intercept[places] = _refits(
                prepared, states, state, len(places), rng, ensemble, expectation, evidence
            )
    draws = Draws(
        weights=np.full(count, 1.0 / count),
        adstock=states.adstock[owner],
        alpha=states.alpha[owner],
        inflexion=states.inflexion[owner],
        beta=beta,
        coefficients=coefficients,
        intercept=intercept,
        candidate=starts[owner % len(starts)].astype(np.int64),
        chosen=0,
    )
    return Built(with_chosen(draws, candidates, chosen), evidence)


def near_optimal(
    prepared: Prepared, candidates: Candidates, chosen: int, ensemble: Ensemble, rng: np.random.Generator
) -> Ints:
    """Rows of the candidates that the data cannot tell from the best, at most `members` of them picked by chance.

    The criterion is the profile log-likelihood n/2 log(squared error), n being the rows that count after autocorrelation.
    """
    error = candidates.error
    loss = np.where(np.isfinite(error) & (error > 0), np.log(np.maximum(error, 1e-300)), np.inf)
    worse = _effective_rows(prepared, candidates, chosen) * (loss - loss.min())
    allowed = ensemble.slack * 3 * len(prepared.media_names)
    order = np.argsort(worse, kind="stable")
    close = order[: max(1, int(np.count_nonzero(worse <= allowed)))]
    close = _without_copies(candidates, close)
    if len(close) > ensemble.members:
        close = np.sort(rng.choice(close, ensemble.members, replace=False))
    return np.asarray(close, dtype=np.int64)


def baseline_columns(prepared: Prepared, rows: int) -> int:
    """How many numbers the components were fitted with, at most half of the rows.

    Season, holidays and the like stand in the model as one column each, but were estimated from the same outcome with many.
    What those could explain of a channel's ups and downs tells nothing of the channel: rows that do not count, and noise
    that is larger than the residuals.
    """
    count = 0
    for k, (name, group) in enumerate(zip(prepared.other_names, prepared.other_groups, strict=True)):
        if group != "component":
            continue
        if name == "trend":
            count += TREND_COLUMNS
        elif name == "holiday":
            # One per label; each label has its own height.
            count += len(np.unique(prepared.other[:, k][prepared.other[:, k] != 0].round(9)))
        else:
            count += 2 * SEASONS[name][1]  # type: ignore[index]
    return min(count, rows // 2)


def contributions(prepared: Prepared, draws: Draws) -> Floats:
    """What every medium brings in the window, draw by draw, shape (D, M)."""
    start, stop = prepared.window
    columns = []
    for m, medium in enumerate(prepared.spec.ordered_media):
        first, second = draws.adstock[:, m, 0], draws.adstock[:, m, 1]
        level = adstock(prepared.media[:, m], medium.adstock, first, second)[:, start:stop]
        columns.append(draws.beta[:, m] * hill(level, draws.alpha[:, m, None], draws.inflexion[:, m, None]).sum(1))
    return np.column_stack(columns)


def with_chosen(draws: Draws, candidates: Candidates, chosen: int) -> Draws:
    """The draws with another candidate's own fit as draw 0."""
    changed = {name: getattr(draws, name).copy() for name in FITTED}
    for name, column in changed.items():
        column[0] = getattr(candidates, name)[chosen]
    origin = draws.candidate.copy()
    origin[0] = chosen
    return replace(draws, candidate=origin, chosen=0, **changed)


def design(prepared: Prepared, candidates: Candidates, row: int) -> Floats:
    """Columns of a candidate over the window: other terms, then saturated media; shape (W, K + M)."""
    start, stop = prepared.window
    columns = []
    for m, medium in enumerate(prepared.spec.ordered_media):
        first, second = candidates.adstock[row, m]
        level = adstock(prepared.media[:, m], medium.adstock, first, second)[start:stop]
        columns.append(hill(level, candidates.alpha[row, m], candidates.inflexion[row, m]))
    return np.ascontiguousarray(np.column_stack([prepared.other[start:stop], *columns]))


def block_bootstrap(residual: Floats, length: int, count: int, rng: np.random.Generator) -> Floats:
    """`count` resampled series (count, n) of blocks of `length` following rows, of mean zero."""
    n = len(residual)
    length = min(max(length, 1), n)
    starts = rng.integers(0, n - length + 1, (count, -(-n // length)))
    rows = (starts[:, :, None] + np.arange(length)).reshape(count, -1)[:, :n]
    drawn = residual[rows]
    return np.asarray(drawn - drawn.mean(1, keepdims=True))


def _refits(
    prepared: Prepared,
    candidates: Candidates,
    row: int,
    count: int,
    rng: np.random.Generator,
    ensemble: Ensemble,
    expectation: Expectation,
    evidence: Evidence | None = None,
) -> tuple[Floats, Floats, Floats]:
    """Coefficients (count, K), strengths (count, M) and intercepts (count,) refitted to resampled outcomes."""
    start, _ = prepared.window
    rows = int(candidates.train[row])
    whole = design(prepared, candidates, row)
    x = whole[:rows]
    outcome = prepared.outcome[start : start + rows]
    fit = candidates.intercept[row] + x @ np.concatenate([candidates.coefficients[row], candidates.beta[row]])
    residual = outcome - fit
    # Fitted residuals are smaller than the noise: numbers were fitted to them. And the rows that went into the baseline's
    # own columns tell nothing of media: noise grown by their share gives refits the scatter of a fit of everything at once.
    used = int(np.count_nonzero(candidates.beta[row]) + np.count_nonzero(candidates.coefficients[row])) + 1
    spent = baseline_columns(prepared, rows)
    growth = rows / max(rows - used - spent, rows / 4) * rows / (rows - spent)
    residual = (residual - residual.mean()) * np.sqrt(growth)
    length = max(2, round(ensemble.block * rows ** (1 / 3)))
    noise = block_bootstrap(residual, length, count, rng)
    others = candidates.coefficients.shape[1]
    sums = whole[:, others:].sum(0)
    pull, aim = np.zeros(x.shape[1]), np.zeros(x.shape[1])
    pull[others:] = expectation.precision * sums**2
    studied = None if evidence is None else _studied(prepared, candidates, row, x, evidence)
    fits = []
    for i in range(count):
        aim[others:] = expectation.drawn(rng) / np.where(sums > 0, sums, 1.0)
        if studied is not None:
            fits.append(studied.refit(fit + noise[i], pull, aim, rng))
            continue
        fits.append(
            ridge(
                x,
                fit + noise[i],
                float(candidates.ridge[row]),
                low=prepared.low,
                high=prepared.high,
                factors=candidates.penalty[row],
                rule=prepared.spec.intercept,
                pull=pull,
                aim=aim,
            )
        )
    table = np.array([f.coefficients for f in fits])
    return table[:, :others], table[:, others:], np.array([f.intercept for f in fits])


def _studied(prepared: Prepared, candidates: Candidates, row: int, x: Floats, evidence: Evidence) -> StudiedDesign:
    """A candidate's ridge with the studies beside the data."""
    one = candidates.take(np.array([row]))
    unit = evidence.rows.unit_effects(one.adstock, one.alpha, one.inflexion)
    return StudiedDesign(
        x=x,
        strength=float(candidates.ridge[row]),
        factors=candidates.penalty[row],
        low=prepared.low,
        high=prepared.high,
        rule=prepared.spec.intercept,
        evidence=evidence,
        unit=unit[0],
        suspicion=evidence.suspicion(predict_studies(unit, one.beta))[0],
    )


def _evidence(
    prepared: Prepared, loose: Candidates, rng: np.random.Generator, ensemble: Ensemble, expectation: Expectation
) -> Evidence:
    """The lift studies' evidence, and how surely the data alone speak of what they measured."""
    rows = prepared.study_rows
    unit = rows.unit_effects(loose.adstock, loose.alpha, loose.inflexion)
    alone = [
        _refits(prepared, loose, row, REFITS_ALONE, rng, ensemble, expectation)[1] @ unit[row].T
        for row in range(len(loose))
    ]
    expected = np.where(expectation.spend > 0, expectation.rate, 0.0)
    return evidence_of(rows, np.array(alone), expected, expectation.noise)


def _hardly_shrunk(prepared: Prepared, candidates: Candidates, members: Ints) -> Candidates:
    """The different ones of some candidates, fitted again with the smallest ridge weight."""
    space = dimensions(prepared)
    units = encode(space, prepared, candidates, np.unique(members))
    units[:, [k for k, dimension in enumerate(space) if dimension.parameter == "lambda"]] = 0.0
    return evaluate(prepared, decode(prepared, space, units))


def _expectation(prepared: Prepared, loose: Candidates, noise: float) -> Expectation:
    """What near-optimal candidates, hardly shrunk, say of all paid channels together."""
    start, stop = prepared.window
    spend = np.zeros(len(prepared.media_names))
    spend[: prepared.spend.shape[1]] = prepared.spend[start:stop].sum(0)
    return Expectation(spend, 0.0, noise).informed(loose.contribution, FIRST_WIDTH)


def _residual(prepared: Prepared, candidates: Candidates, row: int) -> Floats:
    """What a candidate leaves unexplained of the rows it was fitted on."""
    start, _ = prepared.window
    rows = int(candidates.train[row])
    x = design(prepared, candidates, row)[:rows]
    fit = x @ np.concatenate([candidates.coefficients[row], candidates.beta[row]]) + candidates.intercept[row]
    return np.asarray(prepared.outcome[start : start + rows] - fit)


def _effective_rows(prepared: Prepared, candidates: Candidates, chosen: int) -> float:
    """Rows that count: residuals that resemble their neighbours tell less. At least a quarter of the rows."""
    rows = int(candidates.train[chosen])
    residual = _residual(prepared, candidates, chosen)
    residual = residual - residual.mean()
    size = float(residual @ residual)
    likeness = float(residual[1:] @ residual[:-1]) / size if size > 0 else 0.0
    likeness = min(max(likeness, 0.0), 0.6)
    return rows * (1 - likeness) / (1 + likeness)


def _without_copies(candidates: Candidates, rows: Ints) -> Ints:
    """The rows with different parameters, in order."""
    if not len(rows):
        return rows
    table = np.column_stack(
        [candidates.alpha[rows], candidates.gamma[rows], candidates.adstock[rows].reshape(len(rows), -1), candidates.ridge[rows]]
    )  # fmt: skip
    _, first = np.unique(table, axis=0, return_index=True)
    return rows[np.sort(first)]
