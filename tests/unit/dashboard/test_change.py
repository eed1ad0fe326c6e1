from __future__ import annotations

import json

import httpx
from plotly.utils import PlotlyJSONEncoder

from dashboard.client import TrainerClient
from dashboard.components.change import change_line, read_change, write_change
from dashboard.figures.format import Unit
from mixline.messages import Change, HeadlineChange
from mixline.settings import Settings
from tests.unit.dashboard import answers, builders

EURO = Unit("EUR")


def make_headline(measure: str, before: float, after: float, within: bool | None) -> HeadlineChange:
    return HeadlineChange(
        measure=measure,  # type: ignore[arg-type]
        before=before,
        after=after,
        difference=after - before,
        relative=(after - before) / before if before else None,
        within_range=within,
        words="",
    )


def make_change(*changes: HeadlineChange) -> Change:
    summary = builders.make_summary()
    return Change(model_id=summary.id, previous=builders.make_row(summary), changes=list(changes))


def write(component: object) -> str:
    return json.dumps(component, cls=PlotlyJSONEncoder, ensure_ascii=False)


def test_money_is_written_per_period_and_returns_as_returns() -> None:
    assert write_change(make_headline("incremental", 100_000, 112_000, True), EURO, "week") == "+€12k a week (+12 %)"
    assert write_change(make_headline("spend", 100_000, 90_000, None), EURO, "week") == "−€10k a week (−10 %)"
    assert write_change(make_headline("blended_roi", 2.0, 1.5, False), EURO, "week") == "−0.50 (−25 %)"
    assert write_change(make_headline("blended_roi", 2.0, 2.001, True), EURO, "week") == "No change"


def test_a_line_says_whether_it_may_be_chance() -> None:
    change = make_change(make_headline("blended_roi", 2.0, 2.4, True), make_headline("spend", 100.0, 200.0, None))
    assert "may be chance" in write(change_line(change, "blended_roi", EURO, "week"))
    assert "chance" not in write(change_line(change, "spend", EURO, "week")).replace("change", "")
    assert "20 Nov 2026" in write(change_line(change, "spend", EURO, "week"))


def test_no_line_without_an_earlier_model() -> None:
    assert change_line(None, "spend", EURO, "week") is None
    assert change_line(make_change(), "spend", EURO, "week") is None


def test_a_trainer_that_cannot_say_leaves_the_line_out() -> None:
    client = TrainerClient(Settings(), httpx.MockTransport(answers.answer_with([builders.make_summary()])))
    assert read_change(client, builders.MODEL_ID) is None
