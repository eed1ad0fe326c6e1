"""Composing and directing runs over real HTTP: drafts, checks, saved settings, batches, tags, the queue. Without a worker."""

from __future__ import annotations

import copy
import csv
import io
from collections.abc import Iterator
from typing import Any

import httpx
import pandas as pd
import pytest

from gcp.trainer.app import create_app
from mixline.mmm.simulation.simulate import simulate
from mixline.services.people import LOCAL_USER
from mixline.settings import Settings
from mixline.state import open_state
from mixline.state.audit import Audit
from tests.fixtures_services import confirm, make_settings, serving, upload

HEADER = "X-Test-Person"


def two_countries() -> bytes:
    """Germany with three channels; France without the last one."""
    frames = []
    for country, seed in (("DE", 1), ("FR", 2)):
        frame = simulate("clean", seed=seed, weeks=80, channels=3).frame.assign(country=country)
        frames.append(frame)
    spends = [column for column in frames[1].columns if column.endswith("_spend")]
    frames[1][spends[-1]] = 0.0
    text = io.StringIO()
    pd.concat(frames).to_csv(text, index=False, date_format="%Y-%m-%d")
    return text.getvalue().encode()


@pytest.fixture(scope="module")
def composing(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return make_settings(
        tmp_path_factory.mktemp("composing"),
        core_hour_price=0.1,
        identity_header=HEADER,
        queue_operators="Ada@example.com, bob@example.com",
    )


@pytest.fixture(scope="module")
def api(composing: Settings) -> Iterator[httpx.Client]:
    with serving(create_app(composing)) as address:
        headers = {HEADER: "accounts.google.com:ada@example.com"}
        with httpx.Client(base_url=address, timeout=30, headers=headers) as client:
            yield client


@pytest.fixture(scope="module")
def dataset(api: httpx.Client) -> dict[str, Any]:
    return confirm(api, upload(api, two_countries()), "Two")


@pytest.fixture
def draft(api: httpx.Client, dataset: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = api.get(f"/v1/datasets/{dataset['id']}/specification").json()
    return copy.deepcopy(found)


def check(api: httpx.Client, dataset: dict[str, Any], document: dict[str, Any], *segments: str) -> dict[str, Any]:
    body = {"dataset_id": dataset["id"], "segments": list(segments), "specification": document}
    response = api.post("/v1/specifications/check", json=body)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def actions(composing: Settings, subject: str) -> list[tuple[str, str]]:
    state = open_state(composing.state_address)
    lines = Audit(state).list_lines(subject=subject)
    state.close()
    return [(line.actor, line.action) for line in lines]


# --- drafts -----------------------------------------------------------------------------------------------------------


def test_a_draft_is_what_a_plain_launch_fits(api: httpx.Client, dataset: dict[str, Any], draft: dict[str, Any]) -> None:
    assert draft["segment"] == "DE"
    body = {"dataset_id": dataset["id"], "segment": "DE", "preset": "test"}
    run = api.post("/v1/mmm/runs", json=body).json()
    assert draft["sizes"][0]["trials"] == 2
    document = draft["specification"]
    document["search"] |= {"trials": 2, "iterations": 300}
    plan = check(api, dataset, document, "DE")["runs"][0]
    assert (plan["run_id"], plan["state"]) == (run["id"], "queued")
    assert api.get(f"/v1/mmm/runs/{run['id']}/specification").json() == document


def test_every_channel_has_ranges_for_its_parameters_and_a_reason(draft: dict[str, Any]) -> None:
    for channel in draft["channels"]:
        assert set(channel["ranges"]) == {"alpha", "gamma", "theta"}
        assert channel["reason"].endswith(".")
    assert {kind["kind"] for kind in draft["kinds"]} >= {channel["kind"] for channel in draft["channels"]}
    assert "weekday" not in draft["components"]


def test_a_draft_of_an_unknown_segment_dataset_or_run_is_refused(api: httpx.Client, dataset: dict[str, Any]) -> None:
    path = f"/v1/datasets/{dataset['id']}/specification"
    assert api.get(path, params={"segment": "IT"}).status_code == 422
    assert api.get(path, params={"run": "0" * 32}).status_code == 404
    assert api.get(path, params={"settings": "0" * 32}).status_code == 404
    assert api.get(path, params={"settings": "0" * 32, "run": "0" * 32}).status_code == 422
    assert api.get(f"/v1/datasets/{'0' * 64}/specification").status_code == 404


# --- checks -----------------------------------------------------------------------------------------------------------


def test_all_problems_are_found_at_once_each_with_its_field(
    api: httpx.Client, dataset: dict[str, Any], draft: dict[str, Any]
) -> None:
    document = draft["specification"]
    first, second, third = (medium["name"] for medium in document["media"])
    document["media"][0]["ranges"] = {"theta": {"low": 0.9, "high": 0.2}}
    document["media"][1]["kind"] = "tvv"
    document["search"]["trials"] = 500
    document["validation"]["folds"] = 99
    document["window_start"] = "2031-01-01"
    study = {
        "channels": [third],
        "start": "2022-02-07",
        "end": "2022-03-06",
        "effect": 10,
        "spend": 5,
        "confidence": 0.9,
    }
    outside = study | {"start": "2010-01-01", "end": "2010-02-01"}
    document["studies"] = [study, outside, study | {"start": "soon"}]
    answer = check(api, dataset, document)
    assert not answer["ok"]
    assert answer["runs"] == []
    assert {problem["path"] for problem in answer["problems"]} == {
        "media[0].ranges.theta", "media[1].kind", "search.trials", "validation.folds", "window_start", "studies[1]",
        "studies[2].start",
    }  # fmt: skip
    assert first
    assert second
    assert all("Traceback" not in problem["sentence"] for problem in answer["problems"])


def test_a_problem_of_the_data_leads_to_its_channel(
    api: httpx.Client, dataset: dict[str, Any], draft: dict[str, Any]
) -> None:
    document = draft["specification"] | {"segment_value": "FR"}
    (problem,) = check(api, dataset, document)["problems"]
    assert problem["path"] == f"media[{len(document['media']) - 1}]"
    assert "zero" in problem["sentence"]


@pytest.mark.parametrize("document", [{}, {"media": []}, {"goal": 3}, {"media": [{"name": 7}] * 3}, {"version": 9}])
def test_any_document_is_answered_with_problems(
    api: httpx.Client, dataset: dict[str, Any], document: dict[str, Any]
) -> None:
    answer = check(api, dataset, document)
    assert not answer["ok"]
    assert answer["problems"]


def test_several_segments_are_several_runs_each_with_what_it_has(
    api: httpx.Client, dataset: dict[str, Any], draft: dict[str, Any]
) -> None:
    document = draft["specification"]
    answer = check(api, dataset, document, "DE", "FR")
    assert answer["ok"], answer["problems"]
    assert [plan["segment"] for plan in answer["runs"]] == ["DE", "FR"]
    last = document["media"][-1]["name"]
    assert any(note.startswith(f"FR: {last} is left out") for note in answer["notes"])
    body = {"dataset_id": dataset["id"], "specification": document, "segment": "FR", "adapt": True, "seed": 77}
    run = api.post("/v1/mmm/runs", json=body).json()
    fitted = api.get(f"/v1/mmm/runs/{run['id']}/specification").json()
    assert (fitted["segment_value"], fitted["search"]["seed"]) == ("FR", 77)
    assert last not in {medium["name"] for medium in fitted["media"]}


def test_a_back_test_counts_among_the_candidates(
    api: httpx.Client, dataset: dict[str, Any], draft: dict[str, Any]
) -> None:
    document = draft["specification"]
    document["search"] |= {"trials": 2, "iterations": 300}
    plain = check(api, dataset, document)["takes"]["candidates"]
    document["validation"]["folds"] = 2
    assert plain == 600
    assert check(api, dataset, document)["takes"]["candidates"] > plain


# --- saved settings and clones ----------------------------------------------------------------------------------------


def test_saved_settings_come_back_and_leave_out_what_was_left_out(
    api: httpx.Client, composing: Settings, dataset: dict[str, Any], draft: dict[str, Any]
) -> None:
    document = draft["specification"]
    gone = document["media"].pop(0)["name"]
    document["media"][0]["ranges"] = {"theta": {"low": 0.1, "high": 0.2}}
    document["search"]["trials"] = 3
    body = {"name": "Narrow", "dataset_id": dataset["id"], "specification": document}
    saved = api.post("/v1/settings", json=body)
    assert saved.status_code == 201
    settings_id = saved.json()["id"]
    path = f"/v1/datasets/{dataset['id']}/specification"
    assert api.get(path, params={"settings": settings_id}).json()["specification"] == document
    there = api.get(path, params={"settings": settings_id, "segment": "FR"}).json()
    media = {medium["name"]: medium for medium in there["specification"]["media"]}
    assert gone not in media
    assert media[document["media"][0]["name"]]["ranges"] == {"theta": {"low": 0.1, "high": 0.2}}
    assert there["specification"]["search"]["trials"] == 3

    again = api.post("/v1/settings", json=body | {"specification": draft["specification"]})
    assert again.json()["id"] == settings_id
    assert [one["name"] for one in api.get("/v1/settings").json()].count("Narrow") == 1
    assert api.post(f"/v1/settings/{settings_id}/forget").json()["name"] == "Narrow"
    assert api.post(f"/v1/settings/{settings_id}/forget").status_code == 404
    assert [action for _, action in actions(composing, settings_id)] == [
        "forget settings", "save settings", "save settings",
    ]  # fmt: skip


def test_a_run_is_cloned_with_its_whole_specification(
    api: httpx.Client, dataset: dict[str, Any], draft: dict[str, Any]
) -> None:
    document = draft["specification"]
    document["media"][1]["adstock"] = "weibull_cdf"
    document["search"] |= {"trials": 1, "iterations": 60, "seed": 9}
    run = api.post("/v1/mmm/runs", json={"dataset_id": dataset["id"], "specification": document}).json()
    path = f"/v1/datasets/{dataset['id']}/specification"
    assert api.get(path, params={"run": run["id"]}).json()["specification"] == document
    assert run["preset"] == "custom"


# --- batches ----------------------------------------------------------------------------------------------------------


def test_the_template_is_a_batch_of_right_rows(api: httpx.Client, dataset: dict[str, Any]) -> None:
    template = api.get("/v1/batches/template")
    assert template.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(template.text)))
    assert [row["segment"] for row in rows if row["dataset"] == "Two"] == ["DE", "FR"]
    preview = api.post("/v1/batches/preview", json={"content": template.text}).json()
    assert all(row["state"] == "ready" for row in preview["rows"])


def test_a_wrong_row_names_the_column_of_the_file(api: httpx.Client, dataset: dict[str, Any]) -> None:
    content = "dataset,segment,trials,settings\nTwo,DE,500,\nTwo,DE,,Nobody's"
    rows = api.post("/v1/batches/preview", json={"content": content}).json()["rows"]
    (trials,), (settings,) = (row["problems"] for row in rows)
    assert trials.startswith("trials: the number of trials is out of range")
    assert settings.startswith("settings: there are no saved settings of this name")


def test_each_row_says_what_it_is_and_only_right_ones_are_launched(api: httpx.Client, dataset: dict[str, Any]) -> None:
    content = "\n".join(
        [
            "dataset;segment;preset;seed;window_start;tags",
            "Two;DE;test;901;;week=1|final",
            "Two;DE;test;901;;",
            "Two;IT;test;1;;",
            "Nowhere;;test;1;;",
            "Two;DE;test;soon;;",
            "Two;DE;test;902;2031-01-01;",
            "Two;FR;test;901;;",
            "Two;DE;huge;901;;",
            "Two;DE;test;901;;9=x",
        ]
    )
    preview = api.post("/v1/batches/preview", json={"content": content}).json()
    states = ["ready", "same", "wrong", "wrong", "wrong", "wrong", "ready", "wrong", "wrong"]
    assert [row["state"] for row in preview["rows"]] == states
    assert preview["rows"][1]["same_as"] == 2
    assert preview["ready"] == 2
    assert all(row["problems"] for row in preview["rows"] if row["state"] == "wrong")
    (late,) = preview["rows"][5]["problems"]
    assert "expected up to" in late
    launched = api.post("/v1/batches", json={"content": content})
    assert launched.status_code == 202
    assert (len(launched.json()["launched"]), launched.json()["left_out"]) == (2, 7)
    run = api.get(f"/v1/mmm/runs/{launched.json()['launched'][0]}").json()
    assert run["tags"] == [{"name": "final", "value": None}, {"name": "week", "value": 1.0}]
    again = api.post("/v1/batches/preview", json={"content": content}).json()
    assert [row["state"] for row in again["rows"]][:2] == ["known", "same"]
    assert api.post("/v1/batches", json={"content": content}).json()["launched"] == []


@pytest.mark.parametrize(
    ("content", "status", "mentioned"),
    [
        ("a,b\n1,2\n", 422, "dataset"),
        ("dataset,datset\nTwo,\n", 422, "template"),
        ("dataset\n", 422, "no rows"),
        ("dataset\n" + "Two\n" * 101, 413, "101 rows"),
        ('dataset\n"Two\n', 422, ""),
    ],
)
def test_a_file_that_is_no_batch_is_one_clear_sentence(
    api: httpx.Client, dataset: dict[str, Any], content: str, status: int, mentioned: str
) -> None:
    response = api.post("/v1/batches/preview", json={"content": content})
    if status == 422 and response.status_code == 200:  # an open quote is a cell to the reader of CSV: the row is wrong
        assert response.json()["rows"][0]["state"] == "wrong"
        return
    assert response.status_code == status
    assert mentioned in response.json()["detail"]


# --- tags, queue and who may ------------------------------------------------------------------------------------------


def test_tags_replace_each_other_and_find_runs(api: httpx.Client, composing: Settings, dataset: dict[str, Any]) -> None:
    body = {"dataset_id": dataset["id"], "segment": "DE", "preset": "test", "seed": 31}
    run_id = api.post("/v1/mmm/runs", json=body | {"tags": [{"name": "draft"}]}).json()["id"]
    tags = [{"name": "budget", "value": 1.5}, {"name": "kept", "value": None}]
    assert api.post(f"/v1/mmm/runs/{run_id}/tags", json={"tags": tags}).json()["tags"] == tags

    def find(*wanted: str) -> list[str]:
        return [run["id"] for run in api.get("/v1/mmm/runs", params={"tag": list(wanted)}).json()]

    assert find("budget") == find("budget=1.5") == find("budget > 1", "kept") == find("budget <= 2") == [run_id]
    assert find("draft") == find("budget < 1") == []
    assert api.get("/v1/mmm/runs", params={"tag": "budget >"}).status_code == 422
    assert api.post(f"/v1/mmm/runs/{run_id}/tags", json={"tags": [{"name": "1"}]}).status_code == 422
    assert api.post(f"/v1/mmm/runs/{'0' * 32}/tags", json={"tags": []}).status_code == 404
    assert ("ada@example.com", "tag run") in actions(composing, run_id)
    assert ("ada@example.com", "launch run") in actions(composing, run_id)


def test_operators_pause_move_and_resume_and_all_see_it(
    api: httpx.Client, composing: Settings, dataset: dict[str, Any]
) -> None:
    ids = [
        api.post(
            "/v1/mmm/runs", json={"dataset_id": dataset["id"], "segment": "DE", "preset": "test", "seed": seed}
        ).json()["id"]
        for seed in (41, 42)
    ]
    paused = api.post("/v1/queue/pause", json={"note": "stock count"}).json()
    assert (paused["paused"], paused["actor"], paused["note"]) == (True, "ada@example.com", "stock count")
    other = {HEADER: "eve@example.com"}
    seen = api.get("/v1/queue", headers=other).json()
    assert (seen["paused"], seen["may_direct"]) == (True, False)
    assert api.post(f"/v1/mmm/runs/{ids[1]}/move", json={"place": "first"}).json()["job"]["position"] == 1
    log = [event["message"] for event in api.get(f"/v1/jobs/{ids[1]}/events").json()]
    assert log[-1] == "Moved to the front of the queue"
    assert api.post("/v1/queue/resume").json()["paused"] is False
    assert ("ada@example.com", "pause queue") in actions(composing, "queue")
    assert api.get("/v1/queue/pause").status_code == 405


@pytest.mark.parametrize(
    ("path", "body"),
    [("/v1/queue/pause", {}), ("/v1/queue/resume", None), ("/v1/mmm/runs/{run}/move", {"place": "up"})],
)
def test_others_are_refused_and_nothing_changes(
    api: httpx.Client, dataset: dict[str, Any], path: str, body: dict[str, str] | None
) -> None:
    run = api.post(
        "/v1/mmm/runs", json={"dataset_id": dataset["id"], "segment": "DE", "preset": "test", "seed": 51}
    ).json()
    for person in ({HEADER: "eve@example.com"}, {HEADER: ""}):
        before = api.get("/v1/queue").json()
        response = api.post(path.format(run=run["id"]), json=body, headers=person)
        assert response.status_code == 403
        assert response.json()["code"] == "forbidden"
        assert api.get("/v1/queue").json() == before


def test_a_run_that_does_not_wait_is_not_moved(api: httpx.Client, dataset: dict[str, Any]) -> None:
    run = api.post(
        "/v1/mmm/runs", json={"dataset_id": dataset["id"], "segment": "DE", "preset": "test", "seed": 61}
    ).json()
    api.post(f"/v1/mmm/runs/{run['id']}/cancel")
    response = api.post(f"/v1/mmm/runs/{run['id']}/move", json={"place": "up"})
    assert response.status_code == 409
    assert api.post(f"/v1/mmm/runs/{run['id']}/move", json={"place": "over"}).status_code == 422


def test_without_a_sign_in_it_is_the_local_user_who_acts(tmp_path: Any) -> None:
    with serving(create_app(make_settings(tmp_path))) as address:
        view = httpx.post(f"{address}/v1/queue/pause", json={}).json()
        assert (view["actor"], view["may_direct"]) == (LOCAL_USER, True)


def test_the_cloud_of_a_waiting_run_is_empty(api: httpx.Client, dataset: dict[str, Any]) -> None:
    run = api.post("/v1/mmm/runs", json={"dataset_id": dataset["id"], "segment": "DE", "seed": 71}).json()
    cloud = api.get(f"/v1/mmm/runs/{run['id']}/cloud").json()
    assert (cloud["error"], cloud["rssd"]) == ([], [])
    assert api.get(f"/v1/mmm/runs/{'0' * 32}/cloud").status_code == 404
