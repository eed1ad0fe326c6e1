"""Uploads and datasets over real HTTP: what is taken, what is refused in a sentence, and that nothing is left of it."""

from __future__ import annotations

import io
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pandas as pd
import pytest

from gcp.trainer.app import create_app
from mixline.messages import DatasetView, UploadView
from mixline.settings import Settings
from tests.fixtures_services import confirm, make_csv, make_settings, problem_of, serving, upload


@pytest.fixture(scope="module")
def api_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return make_settings(tmp_path_factory.mktemp("trainer"), upload_limit_mb=1)


@pytest.fixture(scope="module")
def api(api_settings: Settings) -> Iterator[httpx.Client]:
    with serving(create_app(api_settings)) as address, httpx.Client(base_url=address, timeout=30) as client:
        yield client


@pytest.fixture(scope="module")
def dataset(api: httpx.Client) -> dict:
    return confirm(api, upload(api, make_csv()))


def test_upload_suggests_a_role_for_every_column(api: httpx.Client) -> None:
    content = make_csv(seed=2)
    response = api.post("/v1/uploads", files={"file": ("../../etc/we ekly.csv", content)})
    view = UploadView.model_validate(response.json())
    assert response.status_code == 201
    assert response.headers["location"] == f"/v1/uploads/{view.id}"
    assert view.filename == "we ekly.csv"
    assert {c.role for c in view.columns} >= {"date", "goal", "spend"}
    assert all(c.reason for c in view.columns)
    assert len(view.preview) == 20
    assert (view.interval, view.rows) == ("week", 80)
    again = api.post("/v1/uploads", files={"file": ("other name.csv", content)})
    assert (again.status_code, again.json()["id"]) == (200, view.id)
    assert api.get(f"/v1/uploads/{view.id}").json() == again.json()


def test_parquet_upload(api: httpx.Client) -> None:
    frame = pd.read_csv(io.BytesIO(make_csv(seed=3)), parse_dates=["date"])
    sink = io.BytesIO()
    frame.to_parquet(sink)
    assert upload(api, sink.getvalue(), "weekly.parquet")["interval"] == "week"


def test_two_different_uploads_at_once(api: httpx.Client) -> None:
    contents = [make_csv(seed=seed) for seed in range(10, 16)]
    with ThreadPoolExecutor(6) as pool:
        views = list(pool.map(lambda content: upload(api, content), contents))
    assert len({view["id"] for view in views}) == 6
    with ThreadPoolExecutor(6) as pool:
        datasets = list(pool.map(lambda pair: confirm(api, pair[1], f"At once {pair[0]}"), enumerate(views)))
    assert len({dataset["id"] for dataset in datasets}) == 6
    for view, dataset in zip(views, datasets, strict=True):
        rows = api.get(f"/v1/datasets/{dataset['id']}/rows", params={"limit": 3}).json()["rows"]
        assert rows == view["preview"][:3]


def test_dataset_is_versioned_by_name_and_named_by_content(api: httpx.Client) -> None:
    first, second = upload(api, make_csv(seed=4)), upload(api, make_csv(seed=5))
    one = DatasetView.model_validate(confirm(api, first, "Versions"))
    same = confirm(api, first, "Another name")
    two = confirm(api, second, "Versions")
    other_mapping = confirm(api, first, "Versions", goal_kind="conversions", currency="")
    assert (one.version, two["version"], other_mapping["version"]) == (1, 2, 3)
    assert same["id"] == one.id
    assert len({one.id, two["id"], other_mapping["id"]}) == 3
    listed = api.get("/v1/datasets", params={"name": "Versions"}).json()
    assert [view["version"] for view in listed] == [3, 2, 1]
    assert api.get("/v1/datasets", params={"name": "Versions", "limit": 1, "offset": 1}).json() == [two]
    assert api.get(f"/v1/datasets/{one.id}").json() == one.model_dump(mode="json")


def test_dataset_is_a_table_of_the_warehouse_too(api: httpx.Client, api_settings: Settings, dataset: dict) -> None:
    from mixline.services.context import open_services
    from mixline.services.datasets import table_name

    services = open_services(api_settings)
    table = services.warehouse.read_table(table_name(dataset["id"]))
    services.close()
    assert table.num_rows == dataset["rows"]
    assert str(table.schema.field("date").type) == "date32[day]"


def test_rows_are_paged(api: httpx.Client, dataset: dict) -> None:
    page = api.get(f"/v1/datasets/{dataset['id']}/rows", params={"limit": 2, "offset": 79}).json()
    assert (page["total"], page["offset"], len(page["rows"])) == (80, 79, 1)
    assert list(page["rows"][0]) == page["columns"]


def _stored(home: Path) -> set[str]:
    return {str(path.relative_to(home)) for path in (home / "artifacts").rglob("*") if path.is_file()}


HEADER = "date,revenue,tv_spend\n"


def _weeks(count: int) -> list[str]:
    return [str(day.date()) for day in pd.date_range("2022-01-03", periods=count, freq="7D")]


def _table(rows: list[str]) -> bytes:
    return (HEADER + "\n".join(rows) + "\n").encode()


def _usual(week: str, i: int) -> str:
    return f"{week},{1000 + 13 * i % 97},{50 + 7 * i % 31}"


GOOD = [_usual(week, i) for i, week in enumerate(_weeks(60))]
BAD_TABLES = {
    "no date column": (b"revenue,tv_spend\n" + b"\n".join(b"%d,%d" % (i, i % 7) for i in range(60)), "date"),
    "duplicate weeks": (_table([*GOOD, GOOD[5]]), GOOD[5][:10]),
    "text in a spend column": (_table([*GOOD[:7], GOOD[7].rsplit(",", 1)[0] + ",n/a!", *GOOD[8:]]), "tv_spend"),
    "negative spend": (_table([*GOOD[:7], GOOD[7].rsplit(",", 1)[0] + ",-5", *GOOD[8:]]), "tv_spend"),
    "gaps": (_table(GOOD[:20] + GOOD[23:]), ""),
    "fewer than 26 rows": (_table(GOOD[:20]), "26"),
}


@pytest.mark.parametrize("name", BAD_TABLES)
def test_bad_table_is_one_clear_sentence_and_nothing_is_kept(
    api: httpx.Client, api_settings: Settings, name: str
) -> None:
    content, mentioned = BAD_TABLES[name]
    count = len(api.get("/v1/datasets", params={"limit": 500}).json())
    response = api.post("/v1/uploads", files={"file": ("bad.csv", content)})
    if response.status_code == 201:
        view = response.json()
        stored = _stored(api_settings.home)
        assert any(finding["severity"] == "error" for finding in view["findings"]), view["findings"]
        wanted = {"date": "date", "revenue": "goal", "tv_spend": "spend"}
        columns = [{"name": c["name"], "role": wanted[c["name"]]} for c in view["columns"]]
        response = api.post("/v1/datasets", json={"upload_id": view["id"], "name": "Bad", "columns": columns})
        assert _stored(api_settings.home) == stored
    problem = problem_of(response)
    assert response.status_code == 422
    assert problem.code in {"data", "input", "specification"}
    assert mentioned in problem.detail
    assert problem.action
    assert len(problem.detail) < 400
    assert len(api.get("/v1/datasets", params={"limit": 500}).json()) == count


@pytest.mark.parametrize(
    ("content", "mentioned"),
    [(b"", "empty"), (b"\x00\x01\x02" * 50, ""), (b"PK\x03\x04rest", "Excel"), (b"a,b\n", "")],
    ids=["empty", "binary", "workbook", "header only"],
)
def test_file_that_is_no_table_is_refused_and_not_kept(
    api: httpx.Client, api_settings: Settings, content: bytes, mentioned: str
) -> None:
    stored = _stored(api_settings.home)
    response = api.post("/v1/uploads", files={"file": ("bad.csv", content)})
    assert response.status_code == 422
    assert mentioned in problem_of(response).detail
    assert _stored(api_settings.home) == stored


def test_200_mb_file_is_refused_before_it_is_sent(api: httpx.Client) -> None:
    head = (
        "POST /v1/uploads HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 200000000\r\n"
        "Content-Type: multipart/form-data; boundary=b\r\n\r\n"
    )
    with socket.create_connection((api.base_url.host, api.base_url.port), timeout=10) as line:
        line.sendall(head.encode())
        answer = ""
        while not answer.endswith("}"):
            answer += line.recv(4000).decode()
    assert " 413 " in answer
    assert "MIXLINE_UPLOAD_LIMIT_MB" in answer


def test_file_of_unstated_length_is_cut_off_while_it_comes_in(api: httpx.Client, api_settings: Settings) -> None:
    def body() -> Iterator[bytes]:
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="big.csv"\r\n\r\n'
        for _ in range(10):
            yield b"1,2,3\n" * 166_667

    stored = _stored(api_settings.home)
    headers = {"content-type": "multipart/form-data; boundary=b"}
    response = api.post("/v1/uploads", content=body(), headers=headers)
    assert response.status_code == 413
    assert "MIXLINE_UPLOAD_LIMIT_MB" in problem_of(response).detail
    assert _stored(api_settings.home) == stored


def test_file_a_little_over_the_limit_is_refused(api: httpx.Client, api_settings: Settings) -> None:
    stored = _stored(api_settings.home)
    response = api.post("/v1/uploads", files={"file": ("big.csv", b"a,b\n" + b"1,2\n" * 250_001)})
    assert response.status_code == 413
    assert "big.csv" in problem_of(response).detail
    assert _stored(api_settings.home) == stored


@pytest.mark.parametrize(
    ("changes", "mentioned"),
    [
        ({"name": "!"}, "name"),
        ({"columns": [{"name": "nope", "role": "goal"}]}, "nope"),
        ({"columns": [{"name": "date", "role": "date"}] * 2}, "date"),
        ({"columns": [{"name": "date", "role": "boss"}]}, "role"),
        ({"currency": "euro"}, "currency"),
        ({"typo": 1}, "typo"),
        ({"upload_id": "f" * 64}, "upload"),
    ],
)
def test_bad_dataset_request_names_the_field(api: httpx.Client, changes: dict, mentioned: str) -> None:
    view = upload(api, make_csv())
    response = api.post("/v1/datasets", json={"upload_id": view["id"], "name": "X", "columns": [], **changes})
    assert response.status_code in {404, 422}
    assert mentioned in problem_of(response).detail
