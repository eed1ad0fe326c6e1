from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from dash import Dash
from hypothesis import given
from hypothesis import strategies as st

from dashboard.components import upload_panel
from dashboard.components.dataset_form import findings_list, holiday_default, suggest_goal_kind, suggest_name
from dashboard.components.dataset_list import channel_words, latest_first
from dashboard.components.mapping_table import mapping_rows
from dashboard.components.mapping_wiring import save_dataset, summarise_roles
from dashboard.components.markets import COUNTRIES, CURRENCIES
from mixline.messages import DatasetRequest, UploadView
from pages import data


def test_an_empty_house_says_what_to_bring(page_app: Dash, text_of: Callable[[Any], str]) -> None:
    words = text_of(data.layout())
    assert "No dataset yet" in words
    assert "up to 100 MB" in words


def test_review_shows_findings_worst_first(upload: UploadView, text_of: Callable[[Any], str]) -> None:
    words = text_of(findings_list(upload.findings))
    assert words.index("tv_spend holds text") < words.index("Two weeks are missing")


def test_review_of_an_upload_that_is_gone_says_so(page_app: Dash, trainer: Any, text_of: Callable[[Any], str]) -> None:
    problem = {"type": "about:blank", "title": "no such upload", "status": 404, "detail": "No such upload."}
    trainer.answer("GET /v1/uploads/xyz", {**problem, "code": "not-found", "correlation_id": "1"}, 404)
    assert "Send the file once more" in text_of(data.layout(upload="xyz"))


def test_an_address_of_no_upload_says_so_as_well(page_app: Dash, trainer: Any, text_of: Callable[[Any], str]) -> None:
    problem = {"type": "about:blank", "title": "is not usable", "status": 422, "detail": "It is not usable."}
    trainer.answer("GET /v1/uploads/xyz", {**problem, "code": "input", "correlation_id": "1"}, 422)
    assert "Send the file once more" in text_of(data.layout(upload="xyz"))


def test_saving_sends_what_was_confirmed(page_app: Dash, trainer: Any, upload: UploadView, make_dataset: Any) -> None:
    trainer.answer("POST /v1/datasets", make_dataset(3).model_copy(update={"name": "Shop"}), 201)
    rows = mapping_rows(upload.columns)
    kept: dict[str, Any] = {upload.id: {}, "other": {}}
    search, message, edits = save_dataset(1, upload.id, rows, " Shop ", "revenue", "EUR", "DE", kept)
    assert search == f"?dataset={make_dataset(3).id}"
    assert message is None
    assert edits == {"other": {}}
    sent = DatasetRequest.model_validate_json(trainer.asked[-1].content)
    assert (sent.name, sent.currency, sent.holiday_country) == ("Shop", "EUR", "DE")
    assert {choice.name for choice in sent.columns} == {column.name for column in upload.columns}


def test_a_table_saved_before_under_another_name_is_said_to_be_there(
    page_app: Dash, trainer: Any, upload: UploadView, make_dataset: Any, text_of: Callable[[Any], str]
) -> None:
    """A table is named by its content; the page must not say that the name just typed was saved."""
    there = make_dataset(3)
    trainer.answer("POST /v1/datasets", there)
    trainer.answer("GET /v1/datasets", [there])
    search, *_ = save_dataset(1, upload.id, mapping_rows(upload.columns), "Another", "revenue", "EUR", "DE", None)
    assert search == f"?dataset={there.id}&known=1"
    assert f"This very table is there already, as {there.name} v{there.version}." in text_of(
        data.layout(dataset=there.id, known="1")
    )
    assert f"{there.name} v{there.version} is saved." in text_of(data.layout(dataset=there.id))


def test_saving_says_at_the_button_what_is_wrong(
    page_app: Dash, trainer: Any, upload: UploadView, text_of: Callable[[Any], str]
) -> None:
    sentence = "revenue: negative numbers in the goal."
    problem = {"type": "about:blank", "title": "negative", "status": 422, "detail": sentence, "code": "data"}
    trainer.answer("POST /v1/datasets", {**problem, "correlation_id": "1"}, 422)
    rows = mapping_rows(upload.columns)
    _, message, _ = save_dataset(1, upload.id, rows, "Shop", "revenue", "", "", None)
    assert text_of(message).strip() == sentence
    _, message, _ = save_dataset(1, upload.id, rows, "*", "revenue", "", "", None)
    assert "name has 1 to 80" in text_of(message)


def test_summary_says_what_is_missing(upload: UploadView) -> None:
    from dashboard.components.mapping_table import role_counts, set_role

    rows = mapping_rows(upload.columns)
    assert "1 paid media" in summarise_roles(role_counts(rows))
    assert "role spend" in summarise_roles(role_counts(set_role(rows, ["tv_spend"], "Leave out")))
    assert "2 columns have the role Goal" in summarise_roles(role_counts(set_role(rows, ["mystery"], "Goal")))


@given(st.text(min_size=0, max_size=120))
def test_a_suggested_name_is_always_accepted(filename: str) -> None:
    DatasetRequest(upload_id="a" * 64, name=suggest_name(filename), columns=[])


def test_goal_kind_follows_the_goals_name(upload: UploadView) -> None:
    assert suggest_goal_kind(upload) == "revenue"
    columns = [c.model_copy(update={"name": "conversions"}) if c.role == "goal" else c for c in upload.columns]
    assert suggest_goal_kind(upload.model_copy(update={"columns": columns})) == "conversions"


def test_countries_are_known_to_the_holidays_package() -> None:
    holidays = pytest.importorskip("holidays")
    known = holidays.list_supported_countries(include_aliases=True)
    assert [code for code in COUNTRIES if code not in known] == []
    assert all(len(code) == 3 for code in CURRENCIES)
    assert holiday_default(["DE", "FR"]).startswith("Each country's own")
    assert holiday_default(["north", "south"]) == "No holidays"


def test_datasets_are_grouped_by_name_newest_first(make_dataset: Any) -> None:
    groups = latest_first([make_dataset(1), make_dataset(2), make_dataset(3, name="Shop", version=1)])
    assert [[d.version for d in versions] for versions in groups] == [[1], [2, 1]]
    assert channel_words(["a", "b"]) == "a, b"
    assert channel_words(list("abcdefg")) == "a, b, c, d, e and 2 more"


def test_a_file_is_passed_on_as_it_arrives(page_app: Dash, trainer: Any, upload: UploadView) -> None:
    trainer.answer("POST /v1/uploads", upload, 201)
    body = b"DATE,revenue\n" + b"2020-01-06,1\n" * 100_000
    answer = page_app.server.test_client().post(
        upload_panel.ADDRESS,
        data={"file": (io.BytesIO(body), "t.csv")},
        headers={upload_panel.HEADER: "upload"},
        content_type="multipart/form-data",
    )
    assert answer.status_code == 200
    assert answer.json == {"id": upload.id}
    sent = trainer.asked[-1]
    assert body in sent.content
    assert sent.headers["content-type"].startswith("multipart/form-data; boundary=")


def test_another_sites_form_cannot_send_a_file(page_app: Dash, trainer: Any) -> None:
    answer = page_app.server.test_client().post(upload_panel.ADDRESS, data={"file": (io.BytesIO(b"x"), "t.csv")})
    assert answer.status_code == 422
    assert not trainer.asked


def test_a_file_over_the_limit_is_refused_before_it_is_read(page_app: Dash, trainer: Any) -> None:
    answer = page_app.server.test_client().post(
        upload_panel.ADDRESS,
        data=b"x",
        headers={upload_panel.HEADER: "upload"},
        environ_overrides={"CONTENT_LENGTH": "200000000"},
    )
    problem = json.loads(answer.data)
    assert answer.status_code == 413
    assert answer.mimetype == "application/problem+json"
    assert problem["detail"].startswith("The file has 200 MB; expected at most 100 MB.")
    assert problem["correlation_id"]
    assert not trainer.asked


def test_the_trainers_sentence_reaches_the_browser(page_app: Dash, trainer: Any) -> None:
    problem = {
        "type": "about:blank",
        "title": "no date",
        "status": 422,
        "detail": "t.csv: no date column.",
        "code": "data",
    }
    trainer.answer("POST /v1/uploads", {**problem, "correlation_id": "abc"}, 422)
    answer = page_app.server.test_client().post(
        upload_panel.ADDRESS, data={"file": (io.BytesIO(b"x"), "t.csv")}, headers={upload_panel.HEADER: "upload"}
    )
    assert (answer.status_code, answer.json["detail"]) == (422, "t.csv: no date column.")
    assert answer.json["correlation_id"] == "abc"
