"""Documents about a model. Every figure comes from `mixline.mmm.response` and `mixline.mmm.curves`; here it is only named."""

from __future__ import annotations

import math
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from mixline.messages import (
    CandidateReturns,
    Candidates,
    ChannelSummary,
    ChoiceView,
    ClusterChannel,
    ClusterView,
    Contributions,
    Curve,
    Curves,
    Estimate,
    Finding,
    FitQuality,
    Lineage,
    ModelSummary,
    TermSeries,
    TermSummary,
    TrialSummary,
)
from mixline.mmm import response
from mixline.mmm.curves import curves as compute_curves
from mixline.mmm.ensemble import candidate_table, families
from mixline.mmm.estimates import Estimate as Figure
from mixline.mmm.response import Period

if TYPE_CHECKING:
    from mixline.mmm.model import MixModel
    from mixline.state.datasets import Dataset


def view_estimate(figure: Figure) -> Estimate:
    return Estimate(value=figure.value, low=figure.low, high=figure.high, low50=figure.low50, high50=figure.high50)


def goal_label(model: MixModel) -> str:
    return model.spec.goal.label or model.spec.goal.column


def unit_of(model: MixModel) -> str:
    """What outcomes are counted in: the currency for revenue, else the goal's own name."""
    goal = model.spec.goal
    return goal.currency if goal.kind == "revenue" and goal.currency else goal_label(model)


def summarise(
    model: MixModel,
    model_id: str,
    *,
    title: str,
    dataset: Dataset,
    created_at: datetime,
    run_id: str | None,
    tracking_url: str | None,
) -> ModelSummary:
    """A model in one document."""
    from mixline.mmm.checks.review import review

    whole = response.totals(model)
    parts = response.contributions(model)
    quality = response.fit_quality(model)
    verdict = review(model)
    dates = model.window_dates.astype("datetime64[D]").tolist()
    return ModelSummary(
        id=model_id,
        title=title,
        dataset_name=dataset.name,
        dataset_version=dataset.version,
        segment=model.spec.segment_value,
        goal=goal_label(model),
        goal_kind=model.spec.goal.kind,
        currency=model.spec.goal.currency,
        interval=model.interval,
        window_start=dates[0],
        window_end=dates[-1],
        periods=whole.periods,
        created_at=created_at,
        outcome=whole.outcome,
        spend=whole.spend,
        incremental=view_estimate(whole.incremental),
        blended_roi=view_estimate(whole.blended_roi),
        marginal_roi=view_estimate(whole.marginal_roi),
        channels=[_channel(result) for result in response.channel_results(model)],
        terms=[
            TermSummary(
                name=term.name,
                label=term.label,
                group=term.group,
                contribution=view_estimate(term.total),
                share=term.share,
            )
            for term in parts.terms
        ],
        fit=FitQuality(
            r2=quality.r2,
            nrmse=quality.nrmse,
            mape=quality.mape,
            nrmse_validation=_finite(model.metrics.get("nrmse_validation")),
            r2_validation=_finite(model.metrics.get("r2_validation")),
            rssd=_finite(model.metrics.get("rssd")) or 0.0,
            durbin_watson=quality.durbin_watson,
        ),
        verdict=verdict.verdict,
        findings=[view_finding(finding) for finding in verdict.findings],
        passed=[answer.question for answer in verdict.answers if answer.status == "passed"],
        reason=model.reason,
        trials=model.spec.search.trials,
        iterations=model.spec.search.iterations,
        draws=len(model.draws),
        lineage=Lineage(
            dataset_id=dataset.id,
            specification_id=model.spec.id,
            seed=model.spec.search.seed,
            code_version=str(model.facts.get("code_version", "")),
            run_id=run_id,
            tracking_url=tracking_url,
        ),
        train_periods=model.series.train,
        choice=view_choice(model),
        evaluated=int(model.facts.get("evaluated", 0)),
        studies=len(model.spec.studies),
        continues=_digest(model.spec.refresh.model) if model.spec.refresh else None,
    )


def view_finding(finding: Any) -> Finding:
    """A check's finding as a document."""
    return Finding(
        code=finding.code,
        severity=finding.severity,
        title=finding.title,
        detail=finding.detail,
        action=finding.action,
        columns=list(finding.columns),
        value=_finite(finding.value),
    )


def view_contributions(model: MixModel, model_id: str, period: Period) -> Contributions:
    """The decomposition over time. Raises InputError for a period shorter than the model's interval."""
    parts = response.contributions(model, period)
    return Contributions(
        model_id=model_id,
        period=period,
        unit=unit_of(model),
        dates=_dates(parts.dates),
        actual=parts.actual.tolist(),
        fitted=parts.fitted.tolist(),
        terms=[
            TermSeries(
                name=term.name,
                label=term.label,
                group=term.group,
                value=term.series.value.tolist(),
                low=term.series.low.tolist(),
                high=term.series.high.tolist(),
            )
            for term in parts.terms
        ],
    )


def view_curves(model: MixModel, model_id: str) -> Curves:
    """The response curve of every paid channel."""
    return Curves(
        model_id=model_id,
        currency=model.spec.goal.currency,
        unit=unit_of(model),
        interval=model.interval,
        curves=[
            Curve(
                channel=curve.name,
                label=curve.label,
                spend=curve.spend.tolist(),
                value=curve.outcome.value.tolist(),
                low=curve.outcome.low.tolist(),
                high=curve.outcome.high.tolist(),
                low50=curve.outcome.low50.tolist(),
                high50=curve.outcome.high50.tolist(),
                marginal=curve.marginal.tolist(),
                spend_today=curve.spend_today,
                value_today=view_estimate(curve.value_today),
                marginal_today=view_estimate(curve.marginal_today),
                observed_maximum=curve.observed_maximum,
                observed_spend=curve.observed_spend.tolist(),
                saturation_words=curve.saturation_words,
                carryover_words=curve.carryover_words,
            )
            for curve in compute_curves(model)
        ],
    )


def view_candidates(model: MixModel, model_id: str) -> Candidates:
    """What the search tried that the model keeps, and which candidate was chosen."""
    from mixline.mmm.ensemble.selection import TOLERANCE

    columns = model.candidates
    near = columns.get("near_optimal")
    cluster, clusters = _clusters(model)
    return Candidates(
        model_id=model_id,
        trial=columns["trial"].astype(int).tolist(),
        iteration=columns["iteration"].astype(int).tolist(),
        nrmse=columns["nrmse"].astype(float).tolist(),
        rssd=columns["rssd"].astype(float).tolist(),
        front=columns["front"].astype(int).tolist(),
        chosen=candidate_table.chosen_row(model),
        error=candidate_table.candidate_error(model).tolist(),
        near_optimal=[] if near is None else near.astype(bool).tolist(),
        channels=_returns(model),
        trials=_trials(model),
        tolerance=TOLERANCE,
        evaluated=int(model.facts.get("evaluated", 0)),
        cluster=cluster,
        clusters=clusters,
    )


def _digest(text: str) -> str | None:
    """An id of a model; a refresh made on the command line may name a folder instead."""
    return text if len(text) == 64 and not set(text) - set("0123456789abcdef") else None


def view_choice(model: MixModel) -> ChoiceView | None:
    """A person's choice, or None where the search's own stands."""
    choice = candidate_table.read_choice(model)
    if choice is None:
        return None
    return ChoiceView(
        note=choice.note,
        model_id=choice.root or None,
        trial=int(model.candidates["trial"][choice.search_row]),
        iteration=int(model.candidates["iteration"][choice.search_row]),
        reason=choice.search_reason,
    )


def _clusters(model: MixModel) -> tuple[list[int], list[ClusterView]]:
    """The families of the good candidates; nothing for a model that did not keep what its candidates bring."""
    returns = candidate_table.candidate_returns(model)
    if returns is None:
        return [], []
    error = candidate_table.candidate_error(model)
    label = families.families_of(model.candidates, error, returns)
    names = [(medium.name, medium.label or medium.name) for medium in model.spec.paid]
    views = [
        ClusterView(
            number=family.number,
            size=family.size,
            best=family.best,
            differs=None if family.differs is None else names[family.differs][0],
            change=family.apart,
            channels=[
                ClusterChannel(
                    channel=name,
                    label=label_,
                    mean=float(mean),
                    low=None if spread is None else spread.low,
                    high=None if spread is None else spread.high,
                )
                for (name, label_), mean, spread in zip(names, family.means, family.spreads, strict=True)
            ],
        )
        for family in families.describe_families(label, error, returns)
    ]
    return label.tolist() if views else [], views


def _trials(model: MixModel) -> list[TrialSummary]:
    """How the trials went, judged as the check of the whole search judges them."""
    from mixline.mmm.checks.rules import ConvergenceCheck

    known = [trial for trial in model.facts.get("trials", []) if "gain_in_last_fifth" in trial]
    return [
        TrialSummary(
            trial=int(trial["trial"]),
            best=float(trial["best"]),
            gain_in_last_fifth=float(trial["gain_in_last_fifth"]),
            settled=float(trial["gain_in_last_fifth"]) <= ConvergenceCheck.gain,
        )
        for trial in known
    ]


def _returns(model: MixModel) -> list[CandidateReturns]:
    """ROI and carry-over of every paid channel in every kept candidate; nothing for a model that did not keep them."""
    returns = candidate_table.candidate_returns(model)
    if returns is None:
        return []
    table = model.candidates
    none = np.zeros(len(returns))
    return [
        CandidateReturns(
            channel=medium.name,
            label=medium.label or medium.name,
            adstock=medium.adstock,
            roi=returns[:, p].tolist(),
            first=table.get(f"{medium.name}:first", none).astype(float).tolist(),
            second=table.get(f"{medium.name}:second", none).astype(float).tolist(),
        )
        for p, medium in enumerate(model.spec.paid)
    ]


def _channel(result: response.ChannelResult) -> ChannelSummary:
    return ChannelSummary(
        name=result.name,
        label=result.label,
        kind=result.kind,
        spend=result.spend,
        contribution=view_estimate(result.contribution),
        roi=view_estimate(result.roi),
        marginal_roi=view_estimate(result.marginal_roi),
        cpa=None if result.cpa is None else view_estimate(result.cpa),
        share_of_spend=result.share_of_spend,
        share_of_effect=view_estimate(result.share_of_effect),
        immediate_share=result.immediate_share,
        half_life_periods=result.half_life_periods,
        saturation_share=result.saturation_share,
        probability_profitable=result.probability_profitable,
    )


def _dates(values: np.ndarray[Any, Any]) -> list[date]:
    days: list[date] = values.astype("datetime64[D]").tolist()
    return days


def _finite(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else float(value)
