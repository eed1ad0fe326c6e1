"""The ranking of models: weights in the open, nobody gains by lacking a figure, and scores are what they say."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mixline.errors import InputError
from mixline.messages import ChannelSummary, Estimate, Finding, FitQuality, Lineage, ModelSummary
from mixline.services.ranking import WEIGHTS, rank, read_weights, score_model
from mixline.services.side_by_side import compare_channels, compare_stability


def estimate(value: float, half: float = 0.0) -> Estimate:
    return Estimate(value=value, low=value - half, high=value + half, low50=value - half / 2, high50=value + half / 2)


def channel(name: str = "tv", roi: float = 2.0, half: float = 0.5, spend: float = 100.0) -> ChannelSummary:
    return ChannelSummary(
        name=name,
        label=name.upper(),
        kind="tv",
        spend=spend,
        contribution=estimate(roi * spend, half * spend),
        roi=estimate(roi, half),
        marginal_roi=estimate(roi / 2),
        cpa=None,
        share_of_spend=1.0,
        share_of_effect=estimate(1.0),
        immediate_share=0.5,
        half_life_periods=1.0,
        saturation_share=0.5,
        probability_profitable=0.9,
    )


def summary(
    letter: str,
    *,
    r2: float = 0.9,
    held: float | None = 0.8,
    findings: tuple[str, ...] = (),
    channels: list[ChannelSummary] | None = None,
    segment: str = "DE",
    periods: int = 10,
    end: date = date(2025, 1, 1),
) -> ModelSummary:
    one = estimate(1.0)
    return ModelSummary(
        id=letter * 64,
        title=letter,
        dataset_name="Shop",
        dataset_version=1,
        segment=segment,
        goal="Revenue",
        goal_kind="revenue",
        currency="EUR",
        interval="week",
        window_start=date(2023, 1, 2),
        window_end=end,
        periods=periods,
        created_at=datetime(2025, 1, 1, tzinfo=UTC),
        outcome=1000.0,
        spend=100.0,
        incremental=one,
        blended_roi=one,
        marginal_roi=one,
        channels=[channel()] if channels is None else channels,
        terms=[],
        fit=FitQuality(
            r2=r2, nrmse=0.1, mape=0.1, nrmse_validation=None, r2_validation=held, rssd=0.1, durbin_watson=2.0
        ),
        verdict="care",
        findings=[Finding(code="c", severity=kind, title="t") for kind in findings],  # type: ignore[arg-type]
        reason="",
        trials=1,
        iterations=1,
        draws=1,
        lineage=Lineage(
            dataset_id="0" * 64, specification_id="1" * 64, seed=1, code_version="", run_id=None, tracking_url=None
        ),
    )


def test_the_better_model_stands_first_with_its_scores() -> None:
    (ranking,) = rank([summary("a", held=0.5), summary("b", held=0.9)], WEIGHTS)
    assert [model.model_id[0] for model in ranking.models] == ["b", "a"]
    assert [model.rank for model in ranking.models] == [1, 2]
    for model in ranking.models:
        assert model.score == pytest.approx(sum(s.weight * (s.value or 0.0) for s in model.scores))
        assert sum(score.weight for score in model.scores) == pytest.approx(1.0)


def test_a_model_without_hold_out_gains_nothing_by_it() -> None:
    (ranking,) = rank([summary("a", r2=0.99, held=None), summary("b", r2=0.9, held=0.9)], WEIGHTS)
    for model in ranking.models:
        weights = {score.criterion: score.weight for score in model.scores}
        assert weights["hold_out"] == 0.0
        assert sum(weights.values()) == pytest.approx(1.0)


def test_goals_and_segments_are_ranked_apart() -> None:
    found = rank([summary("a"), summary("b", segment="FR"), summary("c")], WEIGHTS)
    assert [(r.segment, len(r.models)) for r in found] == [("DE", 2), ("FR", 1)]


def test_equal_models_share_the_rank() -> None:
    (ranking,) = rank([summary("a"), summary("b")], WEIGHTS)
    assert [model.rank for model in ranking.models] == [1, 1]


def test_every_error_and_warning_costs() -> None:
    marks = [score_model(summary("a", findings=f))["checks"][0] for f in ((), ("info",), ("warning",), ("error",))]
    assert marks == [1.0, 1.0, pytest.approx(0.85), pytest.approx(0.5)]
    assert score_model(summary("a", findings=("error",) * 5))["checks"][0] == 0.0


def test_narrower_ranges_are_steadier() -> None:
    narrow, wide = (score_model(summary("a", channels=[channel(half=half)]))["stability"][0] for half in (0.1, 2.0))
    assert narrow is not None
    assert wide is not None
    assert 0 < wide < narrow < 1
    assert score_model(summary("a", channels=[]))["stability"][0] is None


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(WEIGHTS)), st.floats(0, 10), max_size=4))
def test_weights_add_up_to_one(given: dict[str, float]) -> None:
    if given and sum(given.values()) == 0:
        with pytest.raises(InputError):
            read_weights(given)  # type: ignore[arg-type]
        return
    found = read_weights(given)  # type: ignore[arg-type]
    assert sum(found.values()) == pytest.approx(1.0)
    assert set(found) == set(WEIGHTS)


def test_channels_stand_side_by_side_per_period() -> None:
    rows = compare_channels(
        [summary("a", channels=[channel("tv"), channel("radio", spend=500.0)]), summary("b", periods=20)]
    )
    assert [row.name for row in rows] == ["radio", "tv"]
    assert rows[0].roi[1] is None
    assert rows[1].spend == [10.0, 5.0]
    assert rows[1].contribution[1] is not None
    assert rows[1].contribution[1].value == pytest.approx(10.0)


def test_stability_goes_by_the_end_of_the_window() -> None:
    models = [
        summary("b", channels=[channel(roi=3.0)], end=date(2025, 6, 1)),
        summary("a", channels=[channel(roi=1.0)]),
    ]
    (tv,) = compare_stability(models)
    assert [point.model_id[0] for point in tv.points] == ["a", "b"]
    assert tv.spread == pytest.approx(0.5)
    (alone,) = compare_stability(models[:1])
    assert alone.spread is None
