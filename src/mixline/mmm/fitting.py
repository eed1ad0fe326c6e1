"""Fit a marketing mix model: prepare the data, search, choose, and turn the good candidates into weighted draws."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mixline.mmm.ensemble.families import group_candidates, write_family
from mixline.mmm.ensemble.selection import Choice, choose
from mixline.mmm.inputs.features import prepare
from mixline.mmm.model import Draws, Floats, MixModel, Series
from mixline.mmm.movement.refresh import chain_facts
from mixline.mmm.search.pareto import crowding, fronts
from mixline.mmm.search.result import Candidates, Ints, Prepared, join
from mixline.mmm.search.trial_parts import Parts
from mixline.mmm.search.trials import FitProgress, Report, run_trials
from mixline.mmm.specification import ModelSpec
from mixline.mmm.transforms.adstock import adstock
from mixline.mmm.transforms.losses import r_squared
from mixline.mmm.transforms.saturation import hill

KEPT_FRONTS = 1000  # candidates a model keeps besides the near-optimal: the best fronts
KEPT_OTHERS = 1000  # and evenly spaced others, so that the course of the search can be seen


def fit(
    spec: ModelSpec,
    frame: pd.DataFrame,
    *,
    processes: int = 1,
    progress: Report | bool | None = None,
    parts: Parts | None = None,
) -> MixModel:
    """Fit a model.

    The result depends on `spec` and `frame` alone: neither the number of processes nor an interrupted earlier attempt
    changes a byte of it.

    Args:
        frame: a row per period (and segment), columns as the specification names them.
        processes: how many trials run side by side. Above 1 they run in spawned processes.
        progress: True draws a bar (tqdm). Otherwise called at least every half second; what it raises stops the fit and
            ends the processes.
        parts: keeps finished trials and brings those of an earlier attempt.

    Raises:
        SpecificationError, DataError: see `mixline.mmm.inputs.features.prepare`.
        UnavailableError: a search process died.
    """
    if isinstance(progress, bool):
        if not progress:
            return fit(spec, frame, processes=processes, parts=parts)
        from mixline.mmm.progress_bar import ProgressBar

        with ProgressBar() as bar:
            return fit(spec, frame, processes=processes, progress=bar, parts=parts)
    _tell(progress, "Preparing the data", 0.0)
    prepared = prepare(spec, frame)
    candidates = join(run_trials(prepared, processes, progress, parts))
    _tell(progress, "Choosing a model", 90.0)
    front = fronts(candidates.error, candidates.rssd)
    _tell(progress, "Measuring the ranges", 92.0)
    model = assemble(prepared, candidates, front)
    if spec.validation.folds:
        model = _with_backtest(model, frame, processes, progress, parts)
    _tell(progress, "Done", 100.0)
    return model


def _with_backtest(
    model: MixModel, frame: pd.DataFrame, processes: int, progress: Report | None, parts: Parts | None
) -> MixModel:
    """The model with the back-test its specification asks for, which takes the bar's last part."""
    from mixline.mmm.backtest.forecasts import backtest
    from mixline.mmm.backtest.result import FACT

    def tell(found: FitProgress) -> None:
        if progress is not None:
            progress(replace(found, percent=94.0 + 0.06 * found.percent))

    found = backtest(model.spec, frame, processes=processes, progress=tell, parts=parts)
    return replace(model, facts={**model.facts, FACT: found.to_dict()})


def assemble(prepared: Prepared, candidates: Candidates, front: Ints) -> MixModel:
    """A model from a finished search: the draws first, then the candidate that agrees with them best."""
    from mixline.mmm.ensemble.draws import build_ensemble, contributions, with_chosen

    paid = prepared.spend.shape[1]
    heed = prepared.spec.search.lift_weight > 0
    first = choose(candidates, paid, heed_studies=heed)
    built = build_ensemble(prepared, candidates, first.chosen, prepared.spec.search.seed)
    choice = choose(candidates, paid, contributions(prepared, built.draws)[1:], heed_studies=heed)
    draws = with_chosen(built.draws, candidates, choice.chosen)
    kept = _kept(candidates, front, choice, draws.candidate)
    rows = np.searchsorted(kept, draws.candidate)
    draws = Draws(**{**vars(draws), "candidate": rows.astype(np.int64)})
    train = int(candidates.train[choice.chosen])
    table = _table(prepared, candidates.take(kept), front[kept], np.isin(kept, choice.near))
    family = write_family(table["cluster"], int(np.searchsorted(kept, choice.chosen)))
    return _frozen(
        MixModel(
            spec=prepared.spec,
            series=Series(
                dates=prepared.dates,
                outcome=prepared.outcome,
                spend=prepared.spend,
                media=prepared.media,
                other=prepared.other,
                window=prepared.window,
                train=train,
            ),
            draws=draws,
            media_names=prepared.media_names,
            other_names=prepared.other_names,
            other_groups=prepared.other_groups,
            interval=prepared.interval,
            candidates=table,
            metrics=candidate_metrics(prepared, candidates, choice.chosen),
            reason=f"{choice.reason} {family}".rstrip(),
            facts={
                "engine": "search",
                "seed": prepared.spec.search.seed,
                "evaluated": len(candidates),
                "near_optimal": len(choice.near),
                "lambda_range": list(prepared.lambdas),
                "cost_per_exposure": {
                    name: float(c) for name, c in zip(prepared.media_names, prepared.cost, strict=False)
                },
                "notes": list(prepared.notes),
                **chain_facts(prepared.spec),
                "trials": [_trial_facts(candidates, t) for t in sorted(set(candidates.trial.tolist()))],
                **({"studies": built.evidence.facts()} if built.evidence is not None else {}),
            },
        )
    )


def candidate_fit(prepared: Prepared, candidates: Candidates, row: int) -> Floats:
    """What a candidate says the outcome of each window period was, shape (W,)."""
    start, stop = prepared.window
    total = candidates.intercept[row] + prepared.other[start:stop] @ candidates.coefficients[row]
    for m, medium in enumerate(prepared.spec.ordered_media):
        first, second = candidates.adstock[row, m]
        level = adstock(prepared.media[:, m], medium.adstock, first, second)[start:stop]
        total = total + candidates.beta[row, m] * hill(level, candidates.alpha[row, m], candidates.inflexion[row, m])
    return np.asarray(total)


def _kept(candidates: Candidates, front: Ints, choice: Choice, drawn: Ints) -> Ints:
    best = np.lexsort((candidates.error, front))[:KEPT_FRONTS]
    others = np.arange(0, len(candidates), max(1, -(-len(candidates) // KEPT_OTHERS)))
    return np.unique(np.concatenate([choice.near, drawn, best, others])).astype(np.int64)


def _table(prepared: Prepared, kept: Candidates, front: Ints, near: NDArray[np.bool_]) -> dict[str, NDArray[Any]]:
    """The columns of `MixModel.candidates`."""
    table: dict[str, NDArray[Any]] = {
        "trial": kept.trial,
        "iteration": kept.iteration,
        "nrmse": kept.nrmse,
        "nrmse_validation": kept.nrmse_validation,
        "nrmse_test": kept.nrmse_test,
        "rssd": kept.rssd,
        "lift": kept.lift,
        "front": front,
        "near_optimal": near,
        "ridge": kept.ridge,
        "train": kept.train,
        "intercept": kept.intercept,
    }
    distance = np.zeros(len(kept))
    for number in np.unique(front):
        rows = np.nonzero(front == number)[0]
        distance[rows] = crowding(np.column_stack([kept.error[rows], kept.rssd[rows]]))
    table["crowding"] = distance
    gains = kept.contribution[:, : prepared.spend.shape[1]]
    table["cluster"] = group_candidates(gains, kept.error, near | (front == 1))
    for m, name in enumerate(prepared.media_names):
        table[f"{name}:contribution"] = kept.contribution[:, m]
        table[f"{name}:alpha"], table[f"{name}:gamma"] = kept.alpha[:, m], kept.gamma[:, m]
        table[f"{name}:first"], table[f"{name}:second"] = kept.adstock[:, m, 0], kept.adstock[:, m, 1]
    if prepared.spec.penalty_factors:  # searched, so a candidate cannot be fitted again without them
        for j in range(kept.penalty.shape[1]):
            table[f"penalty:{j}"] = kept.penalty[:, j]
    return table


def candidate_metrics(prepared: Prepared, candidates: Candidates, row: int) -> dict[str, float]:
    """How well one candidate fits, by name; what cannot be said (no hold-out) is left out."""
    start, stop = prepared.window
    actual, fitted = prepared.outcome[start:stop], candidate_fit(prepared, candidates, row)
    train = int(candidates.train[row])
    metrics = {
        "nrmse_train": float(candidates.nrmse[row]),
        "nrmse_validation": float(candidates.nrmse_validation[row]),
        "nrmse_test": float(candidates.nrmse_test[row]),
        "rssd": float(candidates.rssd[row]),
        "lift_error": float(candidates.lift[row]),
        "ridge": float(candidates.ridge[row]),
        "r2_train": r_squared(actual[:train], fitted[:train]),
        "mape": float(np.mean(np.abs(fitted - actual)) / np.mean(np.abs(actual))),
    }
    if train + 2 < len(actual):
        metrics["r2_validation"] = r_squared(actual[train:], fitted[train:])
    return {name: value for name, value in metrics.items() if np.isfinite(value)}


def _trial_facts(candidates: Candidates, trial: int) -> dict[str, float]:
    """How a trial went: its best error, and how much of its last fifth's gain was still to come."""
    error = np.minimum.accumulate(np.nan_to_num(candidates.error[candidates.trial == trial], nan=np.inf))
    before = error[max(0, int(len(error) * 0.8) - 1)]
    return {"trial": trial, "best": float(error[-1]), "gain_in_last_fifth": float(before / error[-1] - 1.0)}


def _frozen(model: MixModel) -> MixModel:
    for group in (model.series, model.draws):
        for value in vars(group).values():
            if isinstance(value, np.ndarray):
                value.flags.writeable = False
    for column in model.candidates.values():
        column.flags.writeable = False
    return model


def _tell(progress: Report | None, stage: str, percent: float) -> None:
    if progress is not None:
        progress(FitProgress(stage, percent, None, {}, np.zeros((0, 2))))


__all__ = ["FitProgress", "assemble", "candidate_fit", "candidate_metrics", "fit"]
