"""Documents as the trainer gives them, made by hand: eight channels, two years of weeks, everything adds up."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta
from typing import Any

from mixline.messages import (
    ChannelSummary,
    Contributions,
    Curve,
    Curves,
    Estimate,
    Finding,
    FitQuality,
    Lineage,
    ModelRow,
    ModelSummary,
    Status,
    TermSeries,
    TermSummary,
)

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


def make_row(summary: ModelSummary) -> ModelRow:
    names = ("id", "title", "dataset_name", "dataset_version", "segment", "goal", "currency", "created_at", "verdict")
    return ModelRow(dataset_id=summary.lineage.dataset_id, **{name: getattr(summary, name) for name in names})


def make_status(demo: str = "absent", models: int = 0) -> Status:
    return Status(
        queued=0, running=0, workers=1, datasets=0, models=models, tracking_url="", tracking_pending=0, demo=demo
    )
