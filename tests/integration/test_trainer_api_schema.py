"""Both APIs against their own OpenAPI documents: schemathesis sends what they describe and what they do not.

All checks run. What is valid by its form can still be wrong in its meaning (bytes that are no table, a specification that
names other columns, a period shorter than the model's): the answer to that is 422, so it counts as accepted data too.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.config import SchemathesisConfig

from gcp.prediction.app import create_app as create_prediction
from gcp.trainer.app import create_app as create_trainer
from mixline.settings import Settings
from tests.fixtures_services import confirm, make_csv, make_settings, serving, upload, wait_for_run, working

CONFIG = {
    "checks": {
        "positive_data_acceptance": {"expected-statuses": ["2xx", "3xx", "404", "409", "422", "429"]},
        "negative_data_rejection": {"expected-statuses": ["400", "404", "405", "409", "413", "415", "422", "429"]},
    }
}
BOUNDED = settings(
    max_examples=8, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)


KNOWN: dict[str, str] = {}  # path parameter -> the id of a thing that exists, once `furnished` has made it


def _load(create: Any) -> Any:
    document = create(Settings(home=Path("never-opened"))).openapi()
    schema = schemathesis.openapi.from_dict(document, config=SchemathesisConfig.from_dict(CONFIG))

    @schema.hook
    def map_path_parameters(context: Any, path_parameters: dict[str, Any] | None) -> dict[str, Any] | None:
        """Half of the well-formed ids become ids of things that exist."""
        for name, value in (path_parameters or {}).items():
            if name in KNOWN and len(str(value)) == len(KNOWN[name]) and str(value)[-1] < "8":
                path_parameters[name] = KNOWN[name]  # type: ignore[index]
        return path_parameters

    @schema.hook
    def map_body(context: Any, body: Any) -> Any:
        """The same for the ids in a body, so that what follows them is looked at, too."""
        if isinstance(body, dict):
            for name in KNOWN.keys() & body.keys():
                if isinstance(body[name], str) and len(body[name]) == len(KNOWN[name]):
                    body[name] = KNOWN[name]
        return body

    return schema


trainer = _load(create_trainer)
prediction = _load(create_prediction)


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """A home with an upload, a dataset, a finished run and its model."""
    home = make_settings(tmp_path_factory.mktemp("schema"), queue_limit=20)
    with serving(create_trainer(home)) as address, httpx.Client(base_url=address, timeout=30) as client:
        view = upload(client, make_csv())
        dataset = confirm(client, view)
        run = client.post("/v1/mmm/runs", json={"dataset_id": dataset["id"], "trials": 1, "iterations": 40}).json()
        with working(home):
            ended = wait_for_run(client, run["id"])
    KNOWN.update(
        upload_id=view["id"],
        dataset_id=dataset["id"],
        run_id=run["id"],
        job_id=run["id"],
        model_id=ended["model_id"],
    )
    yield home
    KNOWN.clear()


@pytest.fixture(scope="module")
def trainer_address(furnished: Settings) -> Iterator[str]:
    with serving(create_trainer(furnished)) as address:
        yield address


@pytest.fixture(scope="module")
def prediction_address(furnished: Settings) -> Iterator[str]:
    with serving(create_prediction(furnished)) as address:
        yield address


@trainer.parametrize()
@BOUNDED
def test_trainer_keeps_its_word(case: Any, trainer_address: str) -> None:
    case.call_and_validate(base_url=trainer_address, timeout=20)


@prediction.parametrize()
@BOUNDED
def test_prediction_keeps_its_word(case: Any, prediction_address: str) -> None:
    case.call_and_validate(base_url=prediction_address, timeout=20)
