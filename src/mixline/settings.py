"""All settings, in one typed object.

A setting is read from the environment (prefix ``MIXLINE_``) or from a ``.env`` file in the working directory; the
environment wins. ``docs/settings.md`` documents each one, and a test fails when it does not.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from mixline.errors import SettingsError
from mixline.exchange import read_rates

Port = Annotated[int, Field(ge=1, le=65535)]


class Settings(BaseSettings):
    """What can be configured. Addresses left empty are derived from `home` by the `*_address` properties."""

    model_config = SettingsConfigDict(env_prefix="MIXLINE_", env_file=".env", extra="ignore", frozen=True)

    home: Path = Field(Path(".mixline"), description="Folder of everything the embedded parts store.")
    host: str = Field("127.0.0.1", description="Address the local services listen on.")
    dashboard_port: Port = Field(8050, description="Port of the dashboard.")
    trainer_port: Port = Field(8051, description="Port of the trainer API.")
    prediction_port: Port = Field(8052, description="Port of the prediction API.")
    tracking_port: Port = Field(8053, description="Port of the MLflow server.")

    warehouse: str = Field("", description="Warehouse address. Empty: duckdb:///HOME/warehouse.duckdb.")
    artifacts: str = Field("", description="Artifact store address. Empty: the folder HOME/artifacts.")
    state: SecretStr = Field(
        SecretStr(""), description="SQLAlchemy address of the state database. Empty: SQLite at HOME/state.sqlite."
    )
    tracking: str = Field("", description="MLflow server address. Empty: http://HOST:TRACKING_PORT.")
    trainer: str = Field("", description="Trainer API address the dashboard calls. Empty: http://HOST:TRAINER_PORT.")
    prediction: str = Field(
        "", description="Prediction API address the dashboard calls. Empty: http://HOST:PREDICTION_PORT."
    )

    workers: int = Field(1, ge=0, le=64, description="Worker processes of the local executor.")
    fit_processes: int = Field(0, ge=0, le=256, description="Processes one fit may use. 0: one per core.")
    queue_limit: int = Field(100, ge=1, description="Jobs that may wait before new ones are answered with 429.")
    job_attempts: int = Field(3, ge=1, le=20, description="Times a job is started before it is given up.")
    lease_seconds: float = Field(15.0, gt=0, description="Seconds without a heartbeat after which a job is taken over.")
    log_days: int = Field(
        90,
        ge=0,
        le=36_500,
        description="Days after which the log of an ended run keeps its states only. 0: all, for ever.",
    )
    core_hour_price: float = Field(0.0, ge=0, description="Price of one core for an hour. 0: no cost is shown.")
    core_hour_currency: str = Field("EUR", pattern=r"^[A-Z]{3}$", description="Currency of that price.")
    rates: str = Field(
        "", description="Exchange rates pages may convert by: a day and CODE=amount. Empty: each model's own currency."
    )
    queue_operators: str = Field(
        "", description="Who may pause, resume and reorder the queue, separated by commas. Empty: everybody."
    )
    identity_header: str = Field(
        "", description="Header in which a sign-in proxy names the person. Empty: all are the local user."
    )
    upload_limit_mb: int = Field(100, ge=1, description="Largest file a person may upload, in megabytes.")
    request_timeout: float = Field(10.0, gt=0, description="Seconds a client waits for a service's answer.")
    chromium: str = Field("", description="Chrome or Chromium that prints reports. Empty: the one installed.")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least severity logged.")
    log_format: Literal["line", "json"] = Field("line", description="A readable line per event, or a JSON object.")

    @field_validator("home")
    @classmethod
    def _expand_home(cls, value: Path) -> Path:
        return value.expanduser().absolute()

    @field_validator("rates")
    @classmethod
    def _check_rates(cls, value: str) -> str:
        read_rates(value)
        return value

    @property
    def warehouse_address(self) -> str:
        return self.warehouse or f"duckdb:///{self.home / 'warehouse.duckdb'}"

    @property
    def artifacts_address(self) -> str:
        return self.artifacts or (self.home / "artifacts").as_uri()

    @property
    def state_address(self) -> str:
        return self.state.get_secret_value() or f"sqlite:///{self.home / 'state.sqlite'}"

    @property
    def tracking_address(self) -> str:
        return self.tracking or f"http://{self.host}:{self.tracking_port}"

    @property
    def trainer_address(self) -> str:
        return self.trainer or f"http://{self.host}:{self.trainer_port}"

    @property
    def prediction_address(self) -> str:
        return self.prediction or f"http://{self.host}:{self.prediction_port}"


def load_settings() -> Settings:
    """Read the settings of this process.

    Raises:
        SettingsError: a value is not usable; the sentence names the variable, never a secret's value.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]) if first["loc"] else "?"
        stated = first.get("ctx", {}).get("error")  # what a check of our own says
        raise SettingsError(
            "the setting is not usable",
            where=f"MIXLINE_{name.upper()}",
            got=None if name == "state" else first.get("input"),
            expected=str(stated) if stated else first["msg"].lower(),
            action="Change it in the environment or in .env; docs/settings.md lists every setting.",
        ) from None
