"""What an API does with requests that should not be: wrong hosts, foreign pages, broken bodies, faults of its own."""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest
from fastapi import FastAPI

from gcp.common.protection import known_hosts, known_origins
from gcp.prediction.app import create_app as create_prediction
from gcp.trainer.app import create_app as create_trainer
from mixline.errors import IntegrityError
from mixline.settings import Settings
from tests.fixtures_services import make_settings, serving

SENT = {"x-correlation-id": "test-1.a_b"}


def _break(app: FastAPI) -> FastAPI:
    @app.get("/broken")
    def broken() -> None:
        raise RuntimeError("postgresql://mixline:hunter2@db said no")

    @app.get("/damaged")
    def damaged() -> None:
        raise IntegrityError("stored bytes have changed", where="model.json")

    return app


@pytest.fixture(scope="module", params=[create_trainer, create_prediction], ids=["trainer", "prediction"])
def service(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    app = _break(request.param(make_settings(tmp_path_factory.mktemp("home"))))
    with serving(app) as address, httpx.Client(base_url=address) as client:
        yield client


def test_correlation_id_is_taken_over_and_given_back(service: httpx.Client) -> None:
    response = service.get("/nothing", headers=SENT)
    assert response.headers["x-correlation-id"] == "test-1.a_b"
    assert response.json()["correlation_id"] == "test-1.a_b"


@pytest.mark.parametrize("forged", ["a b", "x" * 65, "a\tb", "ü".encode().decode("latin-1")])
def test_unusable_correlation_id_is_replaced(service: httpx.Client, forged: str) -> None:
    response = service.get("/health", headers={b"x-correlation-id": forged.encode("latin-1")})
    assert response.headers["x-correlation-id"] != forged
    assert len(response.headers["x-correlation-id"]) == 32


def test_fault_of_ours_shows_an_id_and_logs_the_traceback(
    service: httpx.Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        response = service.get("/broken", headers=SENT)
    assert response.status_code == 500
    assert response.json()["code"] == "internal"
    assert "test-1.a_b" in response.json()["detail"]
    assert "hunter2" not in response.text
    assert "RuntimeError" not in response.text
    assert any(record.exc_info and record.exc_info[0] is RuntimeError for record in caplog.records)


def test_known_fault_of_ours_keeps_its_sentence(service: httpx.Client) -> None:
    response = service.get("/damaged")
    assert (response.status_code, response.json()["code"]) == (500, "integrity")
    assert response.json()["detail"] == "model.json: stored bytes have changed."


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8051", "127.0.0.1.evil.example", ""])
def test_foreign_host_is_refused(service: httpx.Client, host: str) -> None:
    response = service.get("/health", headers={"host": host})
    assert response.status_code == 400
    assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("host", ["127.0.0.1:1", "LOCALHOST", "[::1]:80"])
def test_own_names_are_answered(service: httpx.Client, host: str) -> None:
    assert service.get("/health", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [{"origin": "https://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}],
    ids=["foreign", "opaque", "cross-site without origin"],
)
def test_writing_from_a_foreign_page_is_refused(service: httpx.Client, headers: dict) -> None:
    for path in ("/v1/mmm/runs", "/v1/models/x/response", "/nothing"):
        assert service.post(path, headers=headers).status_code == 403
    assert service.get("/health", headers=headers).status_code == 200


def test_writing_from_our_own_pages_is_let_through(service: httpx.Client) -> None:
    for origin in ("http://127.0.0.1:8050", "http://localhost:8051"):
        assert service.post("/nothing", headers={"origin": origin}).status_code == 404


def test_service_behind_a_load_balancer_takes_any_host() -> None:
    settings = Settings(host="trainer.internal", trainer="https://trainer.example")
    assert known_hosts(settings) == set()
    assert "https://trainer.example" in known_origins(settings)


def test_documentation_page_fetches_nothing_from_elsewhere(service: httpx.Client) -> None:
    page = service.get("/docs")
    assert "/health" in page.text
    assert "http://" not in page.text
    assert "https://" not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert service.post("/docs").status_code == 405


def test_method_that_is_not_there_names_those_that_are(service: httpx.Client) -> None:
    response = service.delete("/health")
    assert (response.status_code, response.headers["allow"]) == (405, "GET")
    assert "GET" in response.json()["detail"]


def test_allow_header_names_every_method_of_an_address(tmp_path_factory: pytest.TempPathFactory) -> None:
    with serving(create_trainer(make_settings(tmp_path_factory.mktemp("home")))) as address:
        assert httpx.put(f"{address}/v1/datasets").headers["allow"] == "GET, POST"


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"{", "application/json", 422),
        (b"[]", "application/json", 422),
        (b"\x80{}", "application/json", 400),
        (b"{}", "text/plain", 415),
        (b"{}", "", 415),
        (b"", "application/json", 422),
        (b'{"a":' * 2000, "application/json", 400),
    ],
    ids=["cut off", "a list", "not UTF-8", "text", "no type", "empty", "deep"],
)
def test_broken_body_is_a_problem_document(service: httpx.Client, content: bytes, kind: str, status: int) -> None:
    trainer = service.get("/health").json()["service"] == "trainer"
    path = "/v1/mmm/runs" if trainer else f"/v1/models/{'a' * 64}/response"
    response = service.post(path, content=content, headers={"content-type": kind} if kind else {})
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert len(response.json()["detail"]) < 400


def test_document_larger_than_a_megabyte_is_413(service: httpx.Client) -> None:
    response = service.post(
        f"/v1/models/{'a' * 64}/response", content=b" " * 1_000_001, headers={"content-type": "application/json"}
    )
    assert response.status_code == 413


def test_body_that_keeps_coming_is_cut_off(service: httpx.Client) -> None:
    """Chunked, so nobody says how long it will be; over a raw socket, so that the answer can be seen while sending."""
    parts = urlsplit(str(service.base_url))
    path = f"/v1/models/{'a' * 64}/response" if "prediction" in service.get("/health").text else "/v1/mmm/runs"
    with socket.create_connection((parts.hostname, parts.port), timeout=10) as line:
        head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        line.sendall(f"{head}Transfer-Encoding: chunked\r\n\r\n".encode())
        chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
        for _ in range(20):
            line.sendall(chunk)
        assert b" 413 " in line.recv(200)
