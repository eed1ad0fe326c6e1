"""Figures of the page Compare draw what the documents say."""

from __future__ import annotations

import plotly.graph_objects as go
import pytest

from dashboard.figures.before_after import draw_before_after
from dashboard.figures.builds import draw_builds
from dashboard.figures.causes import draw_causes, write_change
from dashboard.figures.compared_ranges import draw_compared
from dashboard.figures.drawing import Drawing, make_look
from dashboard.figures.stability import draw_stability
from tests.unit.dashboard.comparison_builders import make_comparison, make_movement, make_pair

MODELS = make_pair()
COMPARISON = make_comparison(MODELS)
MOVEMENT = make_movement(MODELS[1], MODELS[0])
LOOK = make_look(MODELS[0], "light", 90)


def _drawings() -> dict[str, Drawing]:
    causes = draw_causes(MOVEMENT, LOOK)
    assert causes is not None
    found = [causes, draw_before_after(MOVEMENT, LOOK), draw_builds(COMPARISON.builds, ["A", "B"], LOOK)]
    found += [draw_compared(COMPARISON, measure, LOOK) for measure in ("roi", "share_of_effect", "marginal_roi")]
    return {drawing.name: drawing for drawing in [*found, draw_stability(COMPARISON, LOOK)]}


@pytest.mark.parametrize("name", sorted(_drawings()))
def test_every_figure_is_a_document_plotly_accepts(name: str) -> None:
    drawing = _drawings()[name]
    go.Figure(drawing.figure)
    assert drawing.title
    assert drawing.note


def test_bars_of_causes_add_up_to_the_change() -> None:
    drawing = draw_causes(MOVEMENT, LOOK)
    assert drawing is not None
    search = [channel.label for channel in MOVEMENT.channels].index("Search")
    assert sum(trace["x"][search] for trace in drawing.figure["data"]) == pytest.approx(0.4)
    assert "Search" in drawing.title


def test_each_model_has_its_own_mark_and_each_channel_its_own_colour() -> None:
    dots = [t for t in draw_compared(COMPARISON, "roi", LOOK).figure["data"] if t["mode"] == "markers"]
    assert len({t["marker"]["symbol"] for t in dots}) == 2
    assert {t["marker"]["color"] for t in dots} == {LOOK.color(channel.name) for channel in COMPARISON.channels}
    first = COMPARISON.channels[0]
    assert dots[0]["x"] == [first.roi[0].value]  # type: ignore[union-attr]


def test_stacks_hold_the_whole_outcome() -> None:
    drawing = draw_builds(COMPARISON.builds, ["A", "B"], LOOK)
    for place in range(2):
        assert sum(trace["x"][place] for trace in drawing.figure["data"]) == pytest.approx(100.0)


@pytest.mark.parametrize(("value", "text"), [(0.214, "+0.21"), (-1.4, "−1.40"), (0.001, "0"), (-0.0, "0")])
def test_changes_are_written_with_their_sign(value: float, text: str) -> None:
    assert write_change(value) == text
