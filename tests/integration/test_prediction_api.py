"""The prediction API stands alone: its deployable has none of the trainer's libraries."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ABSENT = {"sklearn", "nevergrad", "numba", "scipy", "holidays", "multipart", "python_multipart"}


def test_service_needs_no_trainer_library(tmp_path: Path) -> None:
    """A process in which those libraries cannot be imported starts the service and answers from a model."""
    code = f"""
import sys
for name in {sorted(ABSENT)!r}:
    sys.modules[name] = None
from pathlib import Path
from fastapi.testclient import TestClient
from gcp.prediction.app import create_app
from mixline.mmm.model_file import write_model
from mixline.services.context import open_services
from mixline.settings import Settings
from tests.builders import make_model

settings = Settings(home=Path({str(tmp_path)!r}))
services = open_services(settings)
model = make_model()
services.datasets.create("d" * 64, name="Shop", upload_id=None, artifact_id="e" * 64, mapping={{}}, view={{}})
services.specifications.put(model.spec.id, model.spec.to_dict())
model_id = services.artifacts.publish(write_model(model))
services.models.put(model_id, run_id=None, dataset_id="d" * 64, specification_id=model.spec.id, title="Shop", segment="",
                    goal="revenue", currency="EUR", verdict="trust", summary={{}})
services.close()
with TestClient(create_app(settings), base_url="http://127.0.0.1") as client:
    assert client.get("/ready").json()["status"] == "ready"
    answer = client.post(f"/v1/models/{{model_id}}/response", json={{"spend": {{"channel_0": 5000.0}}}})
    assert answer.status_code == 200, answer.text
    assert answer.json()["extrapolated"] == ["channel_0"], answer.text
print("answered")
"""
    environment = {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=environment,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().splitlines()[-1] == "answered"
