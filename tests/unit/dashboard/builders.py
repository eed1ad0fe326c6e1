"""Documents as the trainer gives them, made by hand: eight channels, two years of weeks, everything adds up."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

import httpx

from mixline.messages import (
    Backtest,
    BacktestChannel,
    BacktestFold,
    Calibration,
    CalibrationStudy,
    CandidatePreview,
    CandidateReturns,
    Candidates,
    ChannelSummary,
    ClusterChannel,
    ClusterView,
    Contributions,
    Curve,
    Curves,
    Decay,
    Estimate,
    Finding,
    FitQuality,
    Lineage,
    ModelRow,
    ModelSummary,
    ReportDocuments,
    Status,
    TermSeries,
    TermSummary,
    TrialSummary,
)
from mixline.mmm.model_file import write_model
from tests.builders import make_model

START = date(2024, 1, 1)
WEEKS = 104
MODEL_ID = "a1" * 32
OTHER_ID = "b2" * 32
CHANNELS = (
    ("tv", "TV", 60_000.0, 1.4, 0.45, 2.4),
    ("search", "Search", 30_000.0, 3.1, 0.95, 0.2),
    ("social", "Social", 22_000.0, 1.9, 0.8, 0.7),
    ("display", "Display", 15_000.0, 0.7, 0.85, 0.5),
    ("video", "Online video", 12_000.0, 1.1, 0.7, 1.2),
    ("radio", "Radio", 9_000.0, 1.6, 0.5, 1.9),
    ("affiliates", "Affiliates", 6_000.0, 2.2, 1.0, 0.0),
    ("print", "Print", 4_000.0, 0.4, 0.6, 1.4),
)


def make_estimate(value: float, spread: float = 0.3) -> Estimate:
    size = abs(value) * spread
    return Estimate(
        value=value, low=value - size, high=value + size, low50=value - size * 0.4, high50=value + size * 0.4
    )


def make_channels(conversions: bool = False) -> list[ChannelSummary]:
    spends = [weekly * WEEKS for _, _, weekly, *_ in CHANNELS]
    scale = 0.02 if conversions else 1.0
    gains = [spend * roi * scale for spend, (_, _, _, roi, _, _) in zip(spends, CHANNELS, strict=True)]
    found = []
    for spend, gain, (name, label, _, roi, immediate, half) in zip(spends, gains, CHANNELS, strict=True):
        found.append(
            ChannelSummary(
                name=name,
                label=label,
                kind="other",
                spend=spend,
                contribution=make_estimate(gain),
                roi=make_estimate(gain / spend),
                marginal_roi=make_estimate(gain / spend * 0.6, 0.5),
                cpa=make_estimate(spend / gain) if conversions else None,
                share_of_spend=spend / sum(spends),
                share_of_effect=make_estimate(gain / sum(gains), 0.25),
                immediate_share=immediate,
                half_life_periods=half,
                saturation_share=min(0.9, 0.3 + roi / 8),
                probability_profitable=min(0.995, max(0.02, (roi - 0.4) / 1.2)),
            )
        )
    return found


def make_summary(conversions: bool = False, **changes: Any) -> ModelSummary:
    channels = make_channels(conversions)
    brought = sum(channel.contribution.value for channel in channels)
    spend = sum(channel.spend for channel in channels)
    parts = [
        ("intercept", "Level", "baseline", brought * 1.6),
        ("trend", "Trend", "baseline", brought * 0.3),
        ("season", "Season", "baseline", brought * -0.05),
        ("price", "Price", "context", brought * -0.22),
        ("newsletter", "Newsletter", "organic", brought * 0.12),
    ]
    parts += [(channel.name, channel.label, "paid", channel.contribution.value) for channel in channels]
    total = sum(value for *_, value in parts)
    document: dict[str, Any] = {
        "id": MODEL_ID,
        "title": "Demo, Germany",
        "dataset_name": "demo",
        "dataset_version": 1,
        "segment": "DE",
        "goal": "revenue",
        "goal_kind": "conversions" if conversions else "revenue",
        "currency": "EUR",
        "interval": "week",
        "window_start": START,
        "window_end": START + timedelta(weeks=WEEKS, days=-1),
        "periods": WEEKS,
        "created_at": datetime(2026, 11, 20, 9, 30, tzinfo=UTC),
        "outcome": total * 1.003,
        "spend": spend,
        "incremental": make_estimate(brought, 0.18),
        "blended_roi": make_estimate(brought / spend, 0.18),
        "marginal_roi": make_estimate(brought / spend * 0.6, 0.3),
        "channels": channels,
        "terms": [
            TermSummary(name=n, label=label, group=group, contribution=make_estimate(value), share=value / total)
            for n, label, group, value in parts
        ],
        "fit": FitQuality(
            r2=0.934,
            nrmse=0.052,
            mape=0.041,
            nrmse_validation=0.061,
            r2_validation=0.88,
            rssd=0.21,
            durbin_watson=1.84,
        ),
        "verdict": "care",
        "findings": [
            Finding(code="fit", severity="info", title="the fit is good", detail="93 % of the variation is explained"),
            Finding(
                code="collinear",
                severity="warning",
                title="TV and Radio move together",
                detail="Their spend has a correlation of 0.91, so the model cannot tell them apart well",
                action="Vary them separately for some weeks, or add a study of one of them",
                columns=["tv", "radio"],
            ),
        ],
        "reason": "Best balance of error and plausibility among 41 candidates on the front",
        "trials": 5,
        "iterations": 2000,
        "draws": 240,
        "lineage": Lineage(
            dataset_id="c3" * 32,
            specification_id="d4" * 32,
            seed=123,
            code_version="0.1.0",
            run_id="e5" * 16,
            tracking_url="http://127.0.0.1:8053/#/experiments/1/runs/abc",
        ),
    }
    return ModelSummary(**{**document, **changes})


def make_contributions(summary: ModelSummary, period: str = "week") -> Contributions:
    """Every term swings through the year; terms add up to `fitted` on each date."""
    count = {"week": WEEKS, "month": 24, "quarter": 8}[period]
    months = {"month": 1, "quarter": 3}
    if period == "week":
        dates = [START + timedelta(weeks=i) for i in range(count)]
    else:
        dates = [date(2024 + i * months[period] // 12, i * months[period] % 12 + 1, 1) for i in range(count)]
    terms = []
    for place, term in enumerate(summary.terms):
        swing = [1 + 0.35 * math.sin(2 * math.pi * i * 2 / count + place) for i in range(count)]
        value = [term.contribution.value / sum(swing) * s for s in swing]
        terms.append(
            TermSeries(
                name=term.name,
                label=term.label,
                group=term.group,
                value=value,
                low=[v - abs(v) * 0.3 for v in value],
                high=[v + abs(v) * 0.3 for v in value],
            )
        )
    fitted = [sum(values) for values in zip(*(term.value for term in terms), strict=True)]
    return Contributions(
        model_id=summary.id,
        period=period,
        unit=summary.currency,
        dates=dates,
        actual=[value * (1 + 0.04 * math.sin(i * 2.3)) for i, value in enumerate(fitted)],
        fitted=fitted,
        terms=terms,
    )


def make_curves(summary: ModelSummary) -> Curves:
    curves = []
    for channel in summary.channels:
        today = channel.spend / summary.periods
        level = channel.contribution.value / summary.periods
        spend = [today * 3 * i / 60 for i in range(61)]
        value = [level * 2 * s / (s + today) for s in spend]
        curves.append(
            Curve(
                channel=channel.name,
                label=channel.label,
                spend=spend,
                value=value,
                low=[v * 0.7 for v in value],
                high=[v * 1.3 for v in value],
                low50=[v * 0.88 for v in value],
                high50=[v * 1.12 for v in value],
                marginal=[level * 2 * today / (s + today) ** 2 for s in spend],
                spend_today=today,
                value_today=make_estimate(level),
                marginal_today=channel.marginal_roi,
                observed_maximum=today * 2.1,
                observed_spend=sorted(today * (0.2 + 1.9 * ((i * 37) % 100) / 100) for i in range(100)),
                saturation_words="half of the most it could bring; doubling the spend brings a third more",
                carryover_words="most of the effect comes within two weeks",
            )
        )
    return Curves(
        model_id=summary.id, currency=summary.currency, unit=summary.currency, interval=summary.interval, curves=curves
    )


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


@cache
def make_files() -> dict[str, bytes]:
    """A small fitted model as the trainer keeps it; its channels are its own."""
    return write_model(make_model())


def make_row(summary: ModelSummary) -> ModelRow:
    names = ("id", "title", "dataset_name", "dataset_version", "segment", "goal", "currency", "created_at", "verdict")
    return ModelRow(dataset_id=summary.lineage.dataset_id, **{name: getattr(summary, name) for name in names})


def make_status(demo: str = "absent", models: int = 0) -> Status:
    return Status(
        queued=0, running=0, workers=1, datasets=0, models=models, tracking_url="", tracking_pending=0, demo=demo
    )


def answer_with(summaries: list[ModelSummary], demo: str = "absent") -> Callable[[httpx.Request], httpx.Response]:
    """A trainer with these models, for `httpx.MockTransport`."""

    def answer(request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if path == "/v1/models":
            return httpx.Response(200, json=[make_row(s).model_dump(mode="json") for s in summaries])
        if path == "/v1/status":
            return httpx.Response(200, text=make_status(demo, len(summaries)).model_dump_json())
        if path == "/v1/mmm/runs":
            return httpx.Response(200, json=[])
        for summary in summaries:
            base = f"/v1/models/{summary.id}"
            if path == base:
                return httpx.Response(200, text=summary.model_dump_json())
            if path == f"{base}/contributions":
                period = request.url.params["period"]
                return httpx.Response(200, text=make_contributions(summary, period).model_dump_json())
            if path == f"{base}/curves":
                return httpx.Response(200, text=make_curves(summary).model_dump_json())
            if path.startswith(f"{base}/files/"):
                return httpx.Response(200, content=make_files()[path.rpartition("/")[2]])
            if path == f"{base}/candidates":
                return httpx.Response(200, text=make_candidates(summary).model_dump_json())
            if path == f"{base}/backtest":
                return httpx.Response(200, text=make_backtest(summary).model_dump_json())
            if path == f"{base}/calibration":
                return httpx.Response(200, text=make_calibration(summary).model_dump_json())
            if path == f"{base}/report":
                return httpx.Response(200, text=make_documents(id=summary.id, title=summary.title).model_dump_json())
            if path.startswith(f"{base}/candidates/") and path.endswith("/report"):
                preview = make_preview(int(path.split("/")[-2]))
                documents = make_documents(id=summary.id, title=summary.title).model_copy(update={"preview": preview})
                return httpx.Response(200, text=documents.model_dump_json())
        problem = {
            "type": "about:blank",
            "title": "there is no such thing",
            "status": 404,
            "detail": "There is no such thing.",
            "code": "not-found",
            "correlation_id": "0123abcd",
        }
        return httpx.Response(404, json=problem)

    return answer


def make_two_countries() -> list[ModelSummary]:
    """The same model for two countries; Germany is newer."""
    france = make_summary(
        id=OTHER_ID, title="Demo, France", segment="FR", created_at=datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
    )
    return [make_summary(), france]
