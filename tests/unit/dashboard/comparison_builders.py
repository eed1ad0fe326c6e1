"""Comparisons and movements as the trainer gives them, made by hand from two summaries."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx

from mixline.messages import (
    Build,
    BuildTerm,
    Cause,
    ChannelMovement,
    ChannelStability,
    ComparedChannel,
    Comparison,
    ConfigurationRow,
    DataDifference,
    DatasetView,
    Estimate,
    FittedSeries,
    JobView,
    ModelSummary,
    Moved,
    Movement,
    PairedData,
    ProgressView,
    RankedModel,
    Ranking,
    RefreshPlan,
    RunView,
    Score,
    StabilityPoint,
)
from tests.unit.dashboard.answers import answer_with
from tests.unit.dashboard.builders import MODEL_ID, OTHER_ID, START, WEEKS, make_row, make_summary

ADDED = 13
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def make_pair() -> list[ModelSummary]:
    """The newer model first, as lists have them."""
    earlier = make_summary(id=OTHER_ID, title="Demo v1", dataset_version=1)
    later = make_summary(
        title="Demo v2",
        dataset_version=2,
        window_end=earlier.window_end + timedelta(weeks=ADDED),
        created_at=earlier.created_at + timedelta(days=7),
    )
    return [later, earlier]


def make_comparison(models: list[ModelSummary]) -> Comparison:
    first = models[0]
    # Not the order of the specification: colours must not follow the order in which channels are compared.
    names = sorted({channel.name for model in models for channel in model.channels})
    found = [{channel.name: channel for channel in model.channels} for model in models]
    channels = [
        ComparedChannel(
            name=name,
            label=next(table[name].label for table in found if name in table),
            kind="other",
            **{
                field: [getattr(table[name], field) if name in table else None for table in found]
                for field in ("spend", "share_of_spend", "share_of_effect", "roi", "marginal_roi", "contribution")
            },
        )
        for name in names
    ]
    stability = [
        ChannelStability(
            name=channel.name,
            label=channel.label,
            spread=0.1,
            points=[
                StabilityPoint(
                    model_id=model.id,
                    window_end=model.window_end,
                    created_at=model.created_at,
                    roi=table[channel.name].roi,
                    share_of_effect=table[channel.name].share_of_effect,
                )
                for model, table in zip(models, found, strict=True)
                if channel.name in table
            ],
        )
        for channel in channels
    ]
    ranked = [
        RankedModel(
            model_id=model.id,
            rank=place + 1,
            score=0.9 - 0.2 * place,
            verdict=model.verdict,
            scores=[
                Score(criterion="fit", weight=0.5, value=0.93, words="R² 0.93 on the periods it was fitted on"),
                Score(criterion="hold_out", weight=0.5, value=None, words="no periods were held out"),
            ],
        )
        for place, model in enumerate(models)
    ]
    return Comparison(
        models=models,
        channels=channels,
        configuration=[
            ConfigurationRow(path="search.trials", kind="search", values=["5"] * len(models)),
            ConfigurationRow(path="media.tv.ranges.alpha", kind="ranges", values=["0.5 to 3"] * len(models)),
        ],
        data=[PairedData(model_id=model.id, difference=make_difference()) for model in models[1:]],
        weights={"fit": 0.5, "hold_out": 0.5},
        ranking=[Ranking(goal=first.goal, segment=first.segment, models=ranked)],
        stability=stability,
        builds=[make_build(model) for model in models],
        notes=["The windows differ: contribution and spend are means per period"],
    )


def make_movement(before: ModelSummary, after: ModelSummary) -> Movement:
    """Search gained 0.4 of return, half of it for what new data say; all others stayed."""
    later = {channel.name: channel for channel in after.channels}
    channels = []
    for channel in before.channels:
        gain = 0.4 if channel.name == "search" else 0.0
        causes = [Cause(cause="new_data", value=gain / 2), Cause(cause="spend", value=gain / 2)]
        roi = Moved(
            measure="roi",
            before=channel.roi,
            after=later[channel.name].roi,
            change=Estimate(value=gain, low=gain - 0.1, high=gain + 0.1, low50=gain - 0.05, high50=gain + 0.05),
            relative=gain / channel.roi.value,
            within_range=not gain,
            causes=causes,
        )
        channels.append(
            ChannelMovement(
                name=channel.name,
                label=channel.label,
                kind=channel.kind,
                presence="both",
                spend_before=channel.spend / WEEKS,
                spend_after=channel.spend / WEEKS,
                figures=[roi],
                main_cause="new_data" if gain else None,
                warning=bool(gain),
                words=f"ROI of {channel.label} {'rose' if gain else 'stayed'}",
            )
        )
    dates = [START + timedelta(weeks=week) for week in range(WEEKS + ADDED)]
    return Movement(
        before=make_row(before),
        after=make_row(after),
        refresh=True,
        interval="week",
        currency="EUR",
        unit="EUR",
        threshold=0.15,
        headline="1 of 8 channels moved by more than 15 % in ROI",
        totals=[],
        channels=channels,
        specification=[],
        data=make_difference(),
        fitted=FittedSeries(
            dates=dates,
            actual=[1000.0] * len(dates),
            before=[990.0] * WEEKS + [None] * ADDED,
            after=[1010.0] * len(dates),
            new_from=dates[WEEKS],
        ),
        builds=[make_build(before), make_build(after)],
        findings=[],
    )


def make_build(model: ModelSummary) -> Build:
    terms = [
        BuildTerm(
            name=term.name,
            label=term.label,
            group=term.group,
            share=term.share,
            contribution=term.contribution.value / model.periods,
        )
        for term in model.terms
    ]
    return Build(
        model_id=model.id,
        title=model.title,
        window_start=model.window_start,
        window_end=model.window_end,
        steps=None,
        terms=terms,
    )


def make_difference() -> DataDifference:
    last = START + timedelta(weeks=WEEKS - 1)
    return DataDifference(
        before_first=START,
        before_last=last,
        after_first=START,
        after_last=last + timedelta(weeks=ADDED),
        shared=WEEKS,
        added=ADDED,
        dropped=0,
        first_added=date(2025, 12, 29),
        last_added=last + timedelta(weeks=ADDED),
        columns_added=[],
        columns_dropped=[],
        revisions=[],
    )


def make_plan(model_id: str) -> RefreshPlan:
    first = START + timedelta(weeks=WEEKS)
    return RefreshPlan(
        model_id=model_id,
        dataset_id="e5" * 32,
        dataset_name="demo",
        dataset_version=2,
        steps=ADDED,
        first_new=first,
        last_new=first + timedelta(weeks=ADDED - 1),
        window_start=START + timedelta(weeks=ADDED),
        window_end=first + timedelta(weeks=ADDED - 1),
        freedom=0.125,
        trials=3,
        iterations=1000,
        findings=[],
    )


def make_dataset() -> DatasetView:
    return DatasetView(
        id="e5" * 32,
        name="demo",
        version=2,
        rows=WEEKS + ADDED,
        interval="week",
        first_date=START,
        last_date=START + timedelta(weeks=WEEKS + ADDED - 1),
        goal="revenue",
        goal_kind="revenue",
        currency="EUR",
        holiday_country="DE",
        segment_column="country",
        segments=["DE"],
        channels=["tv"],
        columns=[],
        findings=[],
        created_at=NOW,
        filename="demo.csv",
    )


def make_run() -> RunView:
    progress = ProgressView(percent=0.0, stage="", seconds_left=None, best={})
    job = JobView(
        id="7" * 32,
        kind="mmm.fit",
        state="queued",
        attempt=0,
        max_attempts=3,
        cancel_requested=False,
        progress=progress,
        position=1,
        reason="",
        error=None,
        result=None,
        created_at=NOW,
        started_at=None,
        finished_at=None,
    )
    return RunView(
        id=job.id,
        job=job,
        dataset_id="e5" * 32,
        dataset_name="demo",
        dataset_version=2,
        segment="DE",
        goal="revenue",
        preset="",
        trials=3,
        iterations=1000,
        seed=123,
        specification_id="f6" * 32,
        model_id=None,
        tracking_url=None,
    )


def answer_comparing(models: list[ModelSummary], asked: list[str]) -> Callable[[httpx.Request], httpx.Response]:
    """A trainer with these models that can compare them; `asked` collects the addresses."""
    usual = answer_with(models)
    known: dict[str, Any] = {model.id: model for model in models}

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        if request.url.path == "/v1/comparisons":
            chosen = [known[model_id] for model_id in request.url.params["models"].split(",")]
            return httpx.Response(200, text=make_comparison(chosen).model_dump_json())
        if request.url.path == "/v1/datasets":
            return httpx.Response(200, json=[make_dataset().model_dump(mode="json")])
        if request.url.path == "/v1/refreshes/plan":
            return httpx.Response(200, text=make_plan(MODEL_ID).model_dump_json())
        if request.url.path == "/v1/refreshes":
            return httpx.Response(202, text=make_run().model_dump_json())
        if request.url.path == f"/v1/models/{MODEL_ID}/movement":
            before = known[request.url.params["against"]]
            return httpx.Response(200, text=make_movement(before, known[MODEL_ID]).model_dump_json())
        return usual(request)

    return answer
