"""The trainer's application in the same process, over models that are published as a run publishes them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
from fastapi.testclient import TestClient
from flask import Flask

from dashboard.app import create_app as create_dashboard
from dashboard.client import TrainerClient
from gcp.trainer.app import create_app as create_trainer
from mixline.mmm.model import MixModel
from mixline.mmm.model_file import read_model, write_model
from mixline.services import models
from mixline.services.context import open_services
from mixline.services.snapshots import TABLE_NAME, to_table, write_parquet
from mixline.settings import Settings
from tests.fixtures_services import make_settings


def publish(home: Path, found: Sequence[tuple[str, MixModel, pd.DataFrame]]) -> tuple[Settings, list[str]]:
    """Models with their data sets' names and tables. Two tables of one name are two versions. Gives the models' ids."""
    settings, ids = make_settings(home), []
    services = open_services(settings)
    try:
        for number, (name, model, frame) in enumerate(found, 1):
            table = services.artifacts.publish({TABLE_NAME: write_parquet(to_table(frame))})
            dataset = services.datasets.create(
                f"{number:064x}", name=name, upload_id=None, artifact_id=table, mapping={}, view=_view(model, frame)
            )
            services.specifications.put(model.spec.id, model.spec.to_dict())
            files = write_model(model)
            ids.append(services.artifacts.publish(files))
            models.keep_model(services, ids[-1], read_model(files), run=None, dataset=dataset)
    finally:
        services.close()
    return settings, ids


def _view(model: MixModel, frame: pd.DataFrame) -> dict[str, Any]:
    """What a confirmed data set is known by."""
    spec, dates = model.spec, model.series.dates
    return {
        "rows": len(frame),
        "interval": model.interval,
        "first_date": str(dates[0]),
        "last_date": str(dates[-1]),
        "goal": spec.goal.column,
        "goal_kind": spec.goal.kind,
        "currency": spec.goal.currency,
        "holiday_country": spec.holiday_country,
        "segment_column": spec.segment_column,
        "segments": [spec.segment_value] if spec.segment_value else [],
        "channels": list(model.paid_names),
        "columns": [],
        "findings": [],
        "filename": "table.csv",
    }


@contextmanager
def open_dashboard(settings: Settings) -> Iterator[Flask]:
    """A dashboard whose trainer is the real one, without a network between them."""
    with TestClient(create_trainer(settings), base_url="http://127.0.0.1") as trainer:
        client = TrainerClient(settings, trainer._transport)
        yield create_dashboard(settings, client).server
