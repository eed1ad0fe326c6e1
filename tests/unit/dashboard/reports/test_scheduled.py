"""A report that is written on a schedule is the report of the page, byte for byte, and its numbers are the model's."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from dashboard.reports.page import read_figures
from mixline.cli.reports import keep_up
from tests.fixtures_trainer import open_dashboard, publish
from tests.unit.dashboard.reports.measured import CASES, open_measured

FRAME = pd.DataFrame({"date": pd.date_range("2022-01-03", periods=90, freq="7D")})


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str], dict[str, str]]:
    """A home with the models of `CASES`: their ids, and what the page gives for each, by case."""
    folder = tmp_path_factory.mktemp("scheduled")
    settings, ids = publish(folder, [(case, open_measured(case).model, FRAME) for case in CASES])
    known = dict(zip(CASES, ids, strict=True))
    with open_dashboard(settings) as server:
        browser = server.test_client()
        pages = {case: browser.get(f"/reports/{key}.html?kind=measurement").text for case, key in known.items()}
    return folder, known, pages


def test_every_scheduled_report_is_the_pages_with_the_models_numbers(
    home: tuple[Path, dict[str, str], dict[str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, ids, pages = home
    monkeypatch.setenv("MIXLINE_HOME", str(folder))
    written, failed = keep_up(tmp_path, "html", newest=True)
    assert not failed
    found = {path.name: path.read_text(encoding="utf-8") for path in written}
    assert set(found) == {f"mixline-measurement-{key[:12]}.html" for key in ids.values()}
    for case, key in ids.items():
        page = found[f"mixline-measurement-{key[:12]}.html"]
        assert page == pages[case]
        assert read_figures(page) == open_measured(case).figures, "what the tests of the numbers look at"
        assert f"model {key[:12]} of " in page
