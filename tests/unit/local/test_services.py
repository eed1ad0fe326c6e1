from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from mixline.local.services import find_root, list_services
from mixline.settings import Settings


def test_every_service_listens_on_the_hosts_address_only(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, host="127.0.0.2")
    for service in list_services(settings):
        if service.port:
            assert service.address == f"http://127.0.0.2:{service.port}"
            text = " ".join(service.command)
            assert f"127.0.0.2:{service.port}" in text or f"--host 127.0.0.2 --port {service.port}" in text


def test_the_dashboard_is_the_address_to_open_and_mlflow_holds_nobody_up(tmp_path: Path) -> None:
    services = list_services(Settings(home=tmp_path))
    assert [service.name for service in services] == ["dashboard", "trainer", "worker", "prediction", "tracking"]
    assert [service.name for service in services if not service.needed] == ["tracking"]


def test_each_port_is_changed_by_the_setting_that_is_named(tmp_path: Path) -> None:
    for service in list_services(Settings(home=tmp_path)):
        if service.port:
            changed = Settings.model_validate(
                {"home": tmp_path, service.setting.removeprefix("MIXLINE_").lower(): 19999}
            )
            assert 19999 in [other.port for other in list_services(changed) if other.name == service.name]


@pytest.mark.parametrize("name", ["tracking", "trainer", "prediction"])
def test_a_service_that_runs_elsewhere_is_not_started(tmp_path: Path, name: str) -> None:
    settings = Settings.model_validate({"home": tmp_path, name: "https://elsewhere.example"})
    assert name not in [service.name for service in list_services(settings)]


def test_without_workers_none_is_started(tmp_path: Path) -> None:
    assert "worker" not in [service.name for service in list_services(Settings(home=tmp_path, workers=0))]


def test_the_source_tree_is_found() -> None:
    assert (find_root() / "gcp" / "trainer").is_dir()


def test_the_dashboard_runs_here_as_it_is_deployed(tmp_path: Path) -> None:
    """What a page may count on: how long connections and addresses may be, and that no socket is left in the folder."""
    deployed = yaml.safe_load((find_root() / "app.yaml").read_text())["entrypoint"].split()
    dashboard = next(s for s in list_services(Settings(home=tmp_path)) if s.name == "dashboard")
    for option in ("--keep-alive", "--limit-request-line", "--timeout", "--threads"):
        assert dashboard.command[dashboard.command.index(option) + 1] == deployed[deployed.index(option) + 1], option
    assert "--no-control-socket" in dashboard.command
    assert "--no-control-socket" in deployed
