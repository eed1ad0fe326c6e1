"""The Models page as the browser asks for it, with a trainer that answers in the same process."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from dash import Dash
from dash.exceptions import PreventUpdate

from dashboard.app import create_app
from dashboard.client import TrainerClient
from dashboard.layout import guard
from dashboard.reports.page import read_figures
from mixline.messages import ChoiceView, ModelSummary
from mixline.settings import Settings
from pages import models
from tests.unit.dashboard import answers, builders, evidence

NEW = "c3" * 32
CANDIDATE = {"model": builders.MODEL_ID, "candidate": 4}


class Trainer:
    """Two models, and a memory of what was chosen."""

    def __init__(self, summaries: list[ModelSummary]) -> None:
        self.answer_rest = answers.answer_with(summaries)
        self.summaries, self.chosen, self.fault = summaries, [], None

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if self.fault is not None:
            raise self.fault
        if path.endswith("/choice"):
            self.chosen.append((path.split("/")[3], json.loads(request.content)))
            row = builders.make_row(self.summaries[0]).model_copy(update={"id": NEW})
            return httpx.Response(201, text=row.model_dump_json())
        if "/files/" in path:
            return httpx.Response(200, content=b"content of " + path.rpartition("/")[2].encode())
        return self.answer_rest(request)


@pytest.fixture
def trainer() -> Trainer:
    return Trainer(answers.make_two_countries())


@pytest.fixture
def app(trainer: Trainer) -> Iterator[Dash]:
    settings = Settings()
    made = create_app(settings, TrainerClient(settings, httpx.MockTransport(trainer)))
    with made.server.test_request_context():
        yield made


def draw(**query: str) -> str:
    return json.dumps(
        guard(models.layout, models.HERE)(**query).to_plotly_json(),
        default=lambda c: c.to_plotly_json(),
        ensure_ascii=False,
    )


def test_page_shows_candidates_agreement_residuals_checks_and_reason(app: Dash) -> None:
    page = draw()
    for text in (
        "near-optimal candidates",
        "Good candidates agree most on",
        "trials were still improving",
        "In a typical week the model is off by",
        "Errors",
        "TV and Radio move together",
        "Why this candidate",
        "contributions.csv",
        "2 models to look at",
        "Demo, France",
    ):
        assert text in page, text


def test_a_search_of_one_candidate_is_spoken_of_as_one(trainer: Trainer, app: Dash) -> None:
    trainer.summaries[0] = trainer.summaries[0].model_copy(update={"evaluated": 1})
    assert "1 candidate was tried" in draw()


def test_address_names_the_candidate_looked_at(app: Dash) -> None:
    page = draw(candidate="4")
    assert "Trial 1, candidate 53" in page
    assert "Make this the model" in page
    assert "Make this the model" not in draw(candidate="8")  # the model itself
    assert "Make this the model" not in draw()


@pytest.mark.parametrize("text", ["40", "-1", "x", "1e3", "99999999999"])
def test_candidate_that_does_not_exist_offers_a_way_out(app: Dash, text: str) -> None:
    page = draw(candidate=text)
    assert "no such candidate" in page
    assert "Clear the filters" in page


def test_click_on_a_point_looks_closer_and_keeps_the_range() -> None:
    click: dict[str, Any] = {"points": [{"customdata": [7, 1, 92]}]}
    assert models.look_closer(click, "?range=50&country=DE", "a1a1") == "?range=50&model=a1a1&candidate=7"
    for nothing in (None, {}, {"points": [{}]}):
        with pytest.raises(PreventUpdate):
            models.look_closer(nothing, "", "a1a1")


def test_choice_is_sent_with_its_reason_and_opens_the_new_model(app: Dash, trainer: Trainer) -> None:
    search, message = models.choose(1, "TV was tested", CANDIDATE)
    assert trainer.chosen == [(builders.MODEL_ID, {"candidate": 4, "note": "TV was tested"})]
    assert search == f"?model={NEW[:12]}"
    assert message is None


@pytest.mark.parametrize("note", [None, "", "   ", "x" * 501])
def test_choice_without_a_usable_reason_asks_for_one(app: Dash, trainer: Trainer, note: str | None) -> None:
    _, message = models.choose(1, note, CANDIDATE)
    assert "reason" in str(message) or "Say in a sentence" in str(message)
    assert trainer.chosen == []


def test_trainer_that_is_away_is_said_where_the_choice_was_made(app: Dash, trainer: Trainer) -> None:
    trainer.fault = httpx.ConnectError("refused")
    _, message = models.choose(1, "TV was tested", CANDIDATE)
    assert "cannot be reached" in str(message)


def test_page_never_seen_says_what_still_works_and_who_can_mend_it(app: Dash, trainer: Trainer) -> None:
    trainer.fault = httpx.ConnectError("refused")
    page = draw()
    for words in (
        "The trainer cannot be reached.",
        "Nothing is lost",
        "last known results",
        "whoever looks after Mixline",
    ):
        assert words in page, words
    assert "`" not in page


def test_known_model_stays_readable_while_the_trainer_is_away(app: Dash, trainer: Trainer) -> None:
    draw(candidate="4")
    trainer.fault = httpx.ConnectError("refused")
    page = draw(candidate="4")
    assert "Last known results" in page
    assert "choosing works again when it is back" in page
    assert "Make this the model" not in page


def test_choice_of_a_person_is_told_with_the_way_back(trainer: Trainer, app: Dash) -> None:
    choice = ChoiceView(
        note="TV was tested",
        model_id=builders.OTHER_ID,
        trial=1,
        iteration=3,
        reason="lowest",
        chosen_by="ada@example.com",
        chosen_at=datetime(2026, 11, 21, 14, 5, tzinfo=UTC),
    )
    trainer.summaries[0] = trainer.summaries[0].model_copy(
        update={"choice": choice, "reason": "A person chose it: “TV was tested” The search had chosen another."}
    )
    page = draw()
    assert "A person chose this candidate" in page
    assert "TV was tested" in page
    assert "Chosen by ada@example.com on 21 Nov 2026, 14:05 UTC, on record with the reason." in page
    assert f"/models?model={builders.OTHER_ID[:12]}" in page


def test_files_are_passed_on_and_nothing_else_is(app: Dash, trainer: Trainer) -> None:
    browser = app.server.test_client()
    base = f"/downloads/models/{builders.MODEL_ID}"
    answer = browser.get(f"{base}/model.json")
    assert answer.data == b"content of model.json"
    assert 'filename="a1a1a1a1a1a1-model.json"' in answer.headers["Content-Disposition"]
    table = browser.get(f"{base}/contributions.csv")
    assert table.data.decode("utf-8-sig").startswith("date,actual (EUR),fitted,")
    for path in (f"{base}/secrets.json", f"{base}/manifest.json", "/downloads/models/zz/model.json"):
        assert browser.get(path).status_code == 404, path
    assert browser.get(f"/downloads/models/{'0' * 64}/contributions.csv").status_code == 404
    trainer.fault = httpx.ConnectError("refused")
    assert browser.get(f"{base}/model.json").status_code == 503


def test_families_are_told_with_what_sets_them_apart_and_may_colour_the_cloud(app: Dash) -> None:
    page = draw()
    for text in (
        "Good candidates tell 2 stories that differ most in TV",
        "TV returns 40\u00a0% more than in the others",
        "★ the model’s",
    ):
        assert text in page, text
    assert "&show=families" in page
    assert "Near-optimal" in page
    colored = draw(show="families")
    assert "Family 1 (6)" in colored
    assert "Family 2 (4)" in colored
    assert '"star"' in colored


def test_candidate_brings_its_one_page_report_with_ways_to_take_it_along(app: Dash) -> None:
    page = draw(candidate="4")
    for ending in ("html", "pdf", "png"):
        assert f"/reports/{builders.MODEL_ID}.{ending}?candidate=4" in page
    assert models.PANELS in page
    shown, busy = models.show_report({"model": builders.MODEL_ID, "candidate": 4, "level": 90})
    assert busy == "false"
    text = json.dumps(shown, default=lambda c: c.to_plotly_json(), ensure_ascii=False)
    for name in ("waterfall", "actual", "shares", "roi", "decay", "carryover", "all-curves", "residual-size"):
        assert f"figure-candidate-{name}" in text, name
    with pytest.raises(PreventUpdate):
        models.show_report(None)


def test_report_that_cannot_be_made_says_why_in_its_place(app: Dash, trainer: Trainer) -> None:
    trainer.fault = httpx.ConnectError("refused")
    shown, _ = models.show_report({"model": builders.MODEL_ID, "candidate": 9, "level": 90})
    assert "cannot be reached" in str(shown)


def test_forecasts_and_experiments_stand_beside_the_model(app: Dash) -> None:
    page = draw()
    for text in (
        "Forecasts were off by 10\u00a0%, 60\u00a0% less than repeating the year before",
        "The model agrees with 1 of 2 experiments",
        "Search + Social",
    ):
        assert text in page, text


def test_reports_are_served_with_their_own_policy_and_name(app: Dash) -> None:
    browser = app.server.test_client()
    answer = browser.get(f"/reports/{builders.MODEL_ID}.html?candidate=4", headers={"Accept-Encoding": ""})
    assert answer.status_code == 200
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert f"mixline-{builders.MODEL_ID[:12]}-candidate-4.html" in answer.headers["Content-Disposition"]
    figures = read_figures(answer.text)
    documents = evidence.make_documents(id=builders.MODEL_ID)
    dots = next(t for t in figures["roi"]["data"] if t["mode"] == "markers")  # type: ignore[attr-defined]
    assert sorted(dots["x"]) == sorted(channel.roi.value for channel in documents.summary.channels)
    again = browser.get(answer.request.path + "?candidate=4", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    packed = browser.get(f"/reports/{builders.MODEL_ID}.html", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert len(packed.data) < len(answer.data) / 2


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"{builders.MODEL_ID}.exe", 404),
        ("zz.html", 404),
        (f"{'0' * 64}.html", 404),
        (f"{builders.MODEL_ID}.html?kind=novel", 422),
        (f"{builders.MODEL_ID}.html?candidate=-1", 422),
        (f"{builders.MODEL_ID}.html?candidate=99999999", 422),
    ],
)
def test_addresses_of_no_report_are_refused(app: Dash, path: str, status: int) -> None:
    assert app.server.test_client().get(f"/reports/{path}").status_code == status


def test_a_printed_report_without_a_browser_is_one_sentence(app: Dash, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIXLINE_CHROMIUM", "/nowhere/chrome")
    answer = app.server.test_client().get(f"/reports/{builders.MODEL_ID}.pdf?kind=measurement")
    assert answer.status_code == 503
    assert "apt-get install chromium" in answer.text


def test_channels_can_be_taken_as_a_table(app: Dash) -> None:
    answer = app.server.test_client().get(f"/downloads/models/{builders.MODEL_ID}/channels.csv")
    lines = answer.data.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("channel,spend (EUR),share of spend,contribution (EUR),")
    assert ',roi (per euro),"roi (per euro), 5 %",' in lines[0]
    first = builders.make_summary().channels[0]
    assert lines[1].split(",")[:4] == [
        first.label,
        str(first.spend),
        str(first.share_of_spend),
        str(first.contribution.value),
    ]
