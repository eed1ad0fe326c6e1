"""What stands behind a model, made by hand: its candidates and families, forecasts, experiments, and a report of it all."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Any

from mixline.messages import (
    Backtest,
    BacktestChannel,
    BacktestFold,
    Calibration,
    CalibrationStudy,
    CandidatePreview,
    CandidateReturns,
    Candidates,
    ClusterChannel,
    ClusterView,
    Decay,
    ModelSummary,
    ReportDocuments,
    TrialSummary,
)
from tests.unit.dashboard.builders import START, make_contributions, make_curves, make_estimate, make_summary


def make_documents(conversions: bool = False, **changes: Any) -> ReportDocuments:
    """All documents of a report, of the same numbers; half of each channel's effect comes at once."""
    summary = make_summary(conversions, **changes)
    shares = [0.5, 0.25, 0.12, 0.06]
    decays = [
        Decay(
            channel=channel.name,
            label=channel.label,
            adstock="geometric",
            value=shares,
            low=[0.8 * share for share in shares],
            high=[1.2 * share for share in shares],
            low50=[0.9 * share for share in shares],
            high50=[1.1 * share for share in shares],
        )
        for channel in summary.channels
    ]
    return ReportDocuments(
        model_id=summary.id,
        summary=summary,
        contributions=make_contributions(summary),
        curves=make_curves(summary),
        decays=decays,
    )


def make_preview(row: int) -> CandidatePreview:
    return CandidatePreview(candidate=row, trial=2, iteration=1340, error=0.05, above_best=0.02, alike=True)


def make_clusters(summary: ModelSummary) -> dict[str, Any]:
    """Two families of the near-optimal candidates of `make_candidates`: TV returns more in the second."""
    cluster = [(1 if i % 12 else 2) if i % 4 == 0 else -1 for i in range(40)]
    views = [
        ClusterView(
            number=number,
            size=cluster.count(number),
            best=cluster.index(number),
            differs="tv",
            change=change,
            channels=[
                ClusterChannel(
                    channel=c.name, label=c.label, mean=c.roi.value * (1 + change), low=c.roi.low, high=c.roi.high
                )
                for c in summary.channels
            ],
        )
        for number, change in ((1, -0.25), (2, 0.4))
    ]
    return {"cluster": cluster, "clusters": views}


def make_candidates(summary: ModelSummary, **changes: Any) -> Candidates:
    """Forty candidates of two trials; every fourth is near-optimal, the ninth is the model."""
    count = range(40)
    errors = [0.05 + 0.0005 * ((i * 7) % 40) for i in count]
    document: dict[str, Any] = {
        "model_id": summary.id,
        "trial": [1 + i // 20 for i in count],
        "iteration": [1 + 13 * (i % 20) for i in count],
        "nrmse": errors,
        "rssd": [0.1 + 0.01 * ((i * 11) % 40) for i in count],
        "front": [1 if i % 8 == 0 else 2 + i % 3 for i in count],
        "chosen": 8,
        "error": errors,
        "near_optimal": [i % 4 == 0 for i in count],
        "channels": [
            CandidateReturns(
                channel=channel.name,
                label=channel.label,
                adstock="geometric" if place % 2 == 0 else "weibull_cdf",
                roi=[channel.roi.value * (1 + 0.004 * (place + 1) * ((i * 3) % 11 - 5)) for i in count],
                first=[0.4] * 40,
                second=[0.02 if place % 2 else 0.0] * 40,
            )
            for place, channel in enumerate(summary.channels)
        ],
        "trials": [
            TrialSummary(trial=1, best=0.05, gain_in_last_fifth=0.0, settled=True),
            TrialSummary(trial=2, best=0.0505, gain_in_last_fifth=0.03, settled=False),
        ],
        "evaluated": 520,
        **make_clusters(summary),
    }
    return Candidates.model_validate(document | changes)


def make_backtest(summary: ModelSummary, **changes: Any) -> Backtest:
    """Two forecasts of 13 weeks, a tenth off; the year before would have been a quarter off."""
    folds = []
    for number in (1, 2):
        first = 65 + 13 * (number - 1)
        actual = [1000.0 + 50 * math.sin(first + i) for i in range(13)]
        folds.append(
            BacktestFold(
                number=number,
                fitted_from=START,
                fitted_to=START + timedelta(weeks=first - 1),
                fitted_periods=first,
                dates=[START + timedelta(weeks=first + i) for i in range(13)],
                actual=actual,
                expected=[value * 1.1 for value in actual],
                low=[value * 0.9 for value in actual],
                high=[value * 1.3 for value in actual],
                low50=[value * 1.0 for value in actual],
                high50=[value * 1.2 for value in actual],
                naive=[value * 0.75 for value in actual],
                nrmse=0.1,
                mape=0.1,
                coverage=1.0,
                naive_nrmse=0.25,
                naive_mape=0.25,
            )
        )
    channels = [
        BacktestChannel(channel=c.name, label=c.label, roi=[make_estimate(1.0), make_estimate(2.0)], movement=2.0)
        for c in summary.channels
    ]
    document: dict[str, Any] = {
        "model_id": summary.id,
        "unit": summary.currency,
        "interval": summary.interval,
        "words": "Two forecasts of 13 weeks were made",
        "horizon": 13,
        "error": 0.1,
        "naive_error": 0.25,
        "skill": 0.6,
        "coverage": 1.0,
        "folds": folds,
        "channels": channels,
    }
    return Backtest.model_validate(document | changes)


def make_calibration(summary: ModelSummary, **changes: Any) -> Calibration:
    """An experiment on TV that the model agrees with, and one on two channels that it does not."""
    studies = [
        CalibrationStudy(
            channels=names,
            labels=labels,
            start=START + timedelta(weeks=40),
            end=START + timedelta(weeks=44),
            scope="total",
            confidence=0.9,
            spend=1000.0,
            spend_in_data=990.0,
            measured=make_estimate(1500.0),
            predicted=make_estimate(predicted),
            alone=None,
            biased=None,
            difference=predicted / 1500 - 1,
            agrees=agrees,
            words="the model says so",
        )
        for names, labels, predicted, agrees in (
            (["tv"], ["TV"], 1400.0, True),
            (["search", "social"], ["Search", "Social"], 6000.0, False),
        )
    ]
    document: dict[str, Any] = {
        "model_id": summary.id,
        "unit": summary.currency,
        "currency": summary.currency,
        "words": "Two experiments took part",
        "counted": True,
        "error": 0.2,
        "studies": studies,
    }
    return Calibration.model_validate(document | changes)
