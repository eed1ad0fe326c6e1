from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.figures.placing import SPOTS, label_box, place_labels, spread

places = st.lists(st.floats(-1e6, 1e6), max_size=12).map(sorted)


@given(places, st.floats(0.1, 1e4))
def test_spread_labels_keep_their_order_and_their_distance(wanted: list[float], apart: float) -> None:
    found = spread(wanted, apart)
    assert len(found) == len(wanted)
    for one, other in itertools.pairwise(found):
        assert other - one >= apart * (1 - 1e-6) - 1e-6


@given(places)
def test_labels_that_have_room_stay_where_they_belong(wanted: list[float]) -> None:
    roomy = [value + 10 * place for place, value in enumerate(wanted)]
    assert spread(roomy, 1.0) == pytest.approx(roomy, abs=1e-6)


def test_labels_that_crowd_are_spread_around_their_middle() -> None:
    assert spread([5.0, 5.0, 5.0], 2.0) == pytest.approx([3.0, 5.0, 7.0])


def test_names_of_two_bubbles_side_by_side_do_not_lie_on_each_other() -> None:
    points, sizes, names = [(1.0, 1.0), (1.1, 1.0)], [20.0, 20.0], ["Television", "Search"]
    ends, around = ([0.0, 2.0], [0.0, 2.0]), (600.0, 400.0)
    spots = place_labels(points, sizes, names, ends, around)
    boxes = [
        label_box((x * 300, y * 200), size, name, spot)
        for (x, y), size, name, spot in zip(points, sizes, names, spots, strict=True)
    ]
    assert boxes[0].covers(boxes[1]) == 0


def test_a_name_at_the_edge_is_written_inwards() -> None:
    (spot,) = place_labels([(1.99, 1.0)], [20.0], ["Television"], ([0.0, 2.0], [0.0, 2.0]), (600.0, 400.0))
    assert spot.endswith("left")
    assert spot in SPOTS
