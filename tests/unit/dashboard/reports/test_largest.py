"""Figures on a sheet of paper have less room: their names are still read."""

from __future__ import annotations

from itertools import pairwise

from dashboard.figures.decomposition import draw_decomposition
from dashboard.figures.drawing import make_look
from dashboard.reports.composing import compose
from dashboard.reports.largest import respace
from dashboard.reports.page import write_page
from mixline.messages import ReportDocuments
from tests.unit.dashboard import builders, evidence

HEIGHT = 200


def make_documents(tracking: str) -> ReportDocuments:
    documents = evidence.make_documents()
    lineage = documents.summary.lineage.model_copy(update={"tracking_url": tracking})
    return documents.model_copy(update={"summary": documents.summary.model_copy(update={"lineage": lineage})})


def test_no_name_lies_on_another_and_none_leaves_the_figure() -> None:
    documents = evidence.make_documents()
    drawn = draw_decomposition(documents.contributions, make_look(documents.summary, "light", 90))
    layout = respace(drawn, HEIGHT).figure["layout"]
    low, high = layout["yaxis"]["range"]
    places = sorted((note["y"] - low) / (high - low) * HEIGHT for note in layout["annotations"])
    assert len(places) > 5
    assert min(b - a for a, b in pairwise(places)) >= 13.9
    assert places[-1] <= HEIGHT
    kept = {note["text"] for note in drawn.figure["layout"]["annotations"]}
    assert {note["text"] for note in layout["annotations"]} == kept


def test_paper_is_not_pointed_at() -> None:
    page = write_page(compose(evidence.make_documents(), "measurement"))
    assert "Point at a part" not in page


def test_people_outside_are_sent_to_no_address_of_this_machine() -> None:
    assert "127.0.0.1" not in write_page(compose(make_documents("http://127.0.0.1:8053/#/1"), "measurement"))
    assert "mlflow.example.com" in write_page(compose(make_documents("https://mlflow.example.com/#/1"), "measurement"))


def test_every_sheet_names_the_model() -> None:
    page = write_page(compose(evidence.make_documents(), "measurement"))
    short = builders.MODEL_ID[:12]
    assert page.count(f"model {short} of") == 5
