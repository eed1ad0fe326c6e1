from __future__ import annotations

import pytest

from dashboard.figures.drawing import Look, make_look
from dashboard.figures.quadrants import LARGEST, Lines, advise, bubble_sizes, draw_quadrants, find_lines
from mixline.messages import ModelSummary
from tests.unit.dashboard import builders


@pytest.fixture(scope="module")
def summary() -> ModelSummary:
    return builders.make_summary()


@pytest.fixture(scope="module")
def look(summary: ModelSummary) -> Look:
    return make_look(summary, "light", 90)


@pytest.mark.parametrize(
    ("roi", "marginal", "advice"),
    [(2.0, 1.2, "scale"), (2.0, 0.8, "hold"), (0.5, 0.3, "cut"), (0.5, 1.4, "fix"), (1.0, 1.0, "scale")],
)
def test_what_to_do_follows_from_both_returns(summary: ModelSummary, roi: float, marginal: float, advice: str) -> None:
    channel = summary.channels[0].model_copy(
        update={"roi": builders.make_estimate(roi), "marginal_roi": builders.make_estimate(marginal)}
    )
    assert advise(channel, Lines(1.0, 1.0)) == advice


def test_conversions_are_held_against_all_channels_together_for_want_of_a_break_even() -> None:
    count = builders.make_summary(conversions=True)
    lines = find_lines(count, conversions=True)
    assert (lines.roi, lines.marginal) == (count.blended_roi.value, count.marginal_roi.value)
    title = draw_quadrants(count, make_look(count, "light", 90)).title
    assert title.startswith("Scale ")


def test_areas_are_as_spends_are() -> None:
    large, small = bubble_sizes([400.0, 100.0])
    assert large == LARGEST
    assert (small / large) ** 2 == pytest.approx(0.25)
    assert bubble_sizes([0.0]) == [9]


def test_dots_are_at_the_returns_and_both_lines_are_on_the_drawing(summary: ModelSummary, look: Look) -> None:
    figure = draw_quadrants(summary, look).figure
    dots = figure["data"][-1]
    channels = sorted(summary.channels, key=lambda channel: -channel.spend)
    assert dots["x"] == [channel.roi.value for channel in channels]
    assert dots["y"] == [channel.marginal_roi.value for channel in channels]
    for axis in ("xaxis", "yaxis"):
        low, high = figure["layout"][axis]["range"]
        assert low <= 0 < 1 < high


def test_all_four_parts_are_named(summary: ModelSummary, look: Look) -> None:
    words = " ".join(note["text"] for note in draw_quadrants(summary, look).figure["layout"]["annotations"])
    for name in ("Scale", "Hold", "Fix", "Cut"):
        assert f"<b>{name}</b>" in words
