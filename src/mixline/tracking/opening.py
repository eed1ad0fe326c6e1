"""The tracker that the settings mean."""

from __future__ import annotations

from urllib.parse import urlsplit

from mixline.errors import SettingsError
from mixline.settings import Settings
from mixline.tracking.contract import Tracker


def open_tracker(settings: Settings) -> Tracker:
    """The MLflow server at the tracking address, with the outbox in the home folder. Asks nobody yet.

    Raises:
        SettingsError: the address is not one of a server.
    """
    address = settings.tracking_address
    if urlsplit(address).scheme not in {"http", "https"} or not urlsplit(address).netloc:
        raise SettingsError(
            "the address of the tracking server is not usable",
            where="MIXLINE_TRACKING",
            got=address,
            expected="http://host:port of an MLflow server",
        )
    from mixline.tracking.mlflow_server import MLflowTracker
    from mixline.tracking.outbox import Outbox

    return MLflowTracker(address, Outbox(settings.home / "outbox"))
