from __future__ import annotations

import pytest

from dashboard.labels import label_contributions, label_curves, label_summary, write_label
from tests.unit.dashboard import builders


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("tv", "TV"),
        ("price_index", "Price index"),
        ("ooh", "OOH"),
        ("youtube_video", "YouTube video"),
        ("Paid Search", "Paid Search"),
        ("facebook_S", "facebook S"),
        ("_", "_"),
    ],
)
def test_columns_are_written_for_people(name: str, label: str) -> None:
    assert write_label(name) == label


def test_only_what_has_no_label_of_its_own_gets_one() -> None:
    summary = builders.make_summary()
    bare = summary.channels[0].model_copy(update={"label": "tv"})
    own = summary.channels[1].model_copy(update={"label": "search, brand"})
    labelled = label_summary(summary.model_copy(update={"channels": [bare, own]}))
    assert [channel.label for channel in labelled.channels] == ["TV", "search, brand"]
    assert label_contributions(builders.make_contributions(summary, "month")).terms[0].label == "Level"
    assert label_curves(builders.make_curves(summary)).curves[0].label == "TV"
