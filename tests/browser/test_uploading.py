"""Bring a file through the Data page: to a dataset, or to one clear sentence."""

from __future__ import annotations

import random
import re
from pathlib import Path
from typing import Any

import pytest

from tests.browser.tables import MISTAKES, REFUSED_AT_ONCE, good_rows, write_table

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
DEMO = Path(__file__).resolve().parents[2] / "data" / "sample" / "demo.csv"


def review(page: Any, product: Any, file: Path) -> None:
    page.goto(f"{product.dashboard}/data")
    page.set_input_files("#upload-file", file)
    page.wait_for_url(re.compile(r"upload=[0-9a-f]{64}"))
    page.wait_for_selector(".mapping-grid .ag-row")


def read_role(page: Any, column: str) -> str:
    return str(page.locator(f'[row-id="{column}"] [col-id="role"]').first.inner_text())


def test_the_demo_file_becomes_a_dataset_that_can_be_launched(page: Any, product: Any) -> None:
    review(page, product, DEMO)
    assert read_role(page, "tv_spend") == "Spend"
    page.get_by_label("Name").fill("From the browser")
    page.get_by_label("Currency").select_option("CHF")
    page.get_by_role("button", name="Save dataset").click()
    page.wait_for_url(re.compile(r"dataset=[0-9a-f]{64}"))
    page.get_by_role("status").get_by_role("link", name="Launch a run").click()
    page.wait_for_url(re.compile(r"/runs\?dataset="))
    chosen = page.get_by_label("Dataset").evaluate("list => list.selectedOptions[0].text")
    assert chosen.startswith("From the browser v")
    datasets = [d for d in product.read("/v1/datasets") if d["name"] == "From the browser"]
    assert datasets[0]["currency"] == "CHF"
    assert "tv" in datasets[0]["channels"]


def test_a_changed_role_survives_a_reload_and_is_what_is_saved(page: Any, product: Any, tmp_path: Path) -> None:
    name = f"edited {random.randrange(10**9)}"
    review(page, product, write_table(tmp_path, f"{name}.csv", good_rows(random.randrange(10**6))))
    page.locator('[row-id="price"] [col-id="role"]').first.click()
    page.locator(".ag-select-list-item", has_text="Leave out").click()
    page.get_by_text("1 columns left out").wait_for()
    page.wait_for_timeout(300)
    page.reload()
    page.wait_for_selector(".mapping-grid .ag-row")
    page.get_by_text("1 columns left out").wait_for()
    assert read_role(page, "price") == "Leave out"
    page.get_by_role("button", name="Save dataset").click()
    page.wait_for_selector("#saved-launch")
    dataset = next(d for d in product.read("/v1/datasets") if d["name"] == name)
    assert {c["name"]: c["role"] for c in dataset["columns"]}["price"] == "ignore"


def test_many_columns_are_set_at_once(page: Any, product: Any, tmp_path: Path) -> None:
    rows = [{**row, **{f"flag_{n}": place % (n + 2) for n in range(30)}} for place, row in enumerate(good_rows())]
    review(page, product, write_table(tmp_path, "wide.csv", rows))
    page.get_by_label("Find a column").fill("flag_")
    page.wait_for_function("document.querySelectorAll('[row-id^=\"flag_\"]').length > 5")
    page.locator(".mapping-grid .ag-header-select-all input").first.check()
    page.get_by_label("Role of the selected columns").select_option("Leave out")
    page.get_by_text(re.compile(r"3\d columns left out|30 columns left out")).wait_for()


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_bad_table_gets_one_clear_sentence_and_no_dataset(
    page: Any, product: Any, record: Any, tmp_path: Path, mistake: str
) -> None:
    spoil, words = MISTAKES[mistake]
    before = len(product.read("/v1/datasets", limit=500))
    review(page, product, write_table(tmp_path, f"{mistake}.csv", spoil(good_rows())))
    assert words in page.locator(".findings li", has_text="Must be fixed").first.inner_text().lower()
    page.get_by_role("button", name="Save dataset").click()
    sentence = page.locator("#dataset-message .error-line").inner_text()
    assert words in sentence.lower()
    assert "Traceback" not in sentence
    assert len(product.read("/v1/datasets", limit=500)) == before


@pytest.mark.parametrize("mistake", REFUSED_AT_ONCE)
def test_a_file_that_is_no_table_is_refused_with_one_sentence(
    page: Any, product: Any, record: Any, tmp_path: Path, mistake: str
) -> None:
    content, words = REFUSED_AT_ONCE[mistake]
    record.expected_refusals = {422, 415}
    file = tmp_path / "picture.csv"
    file.write_bytes(content)
    page.goto(f"{product.dashboard}/data")
    page.set_input_files("#upload-file", file)
    sentence = page.locator(".upload-error").inner_text()
    assert words in sentence.lower()
    assert "upload=" not in page.url


def test_a_200_mb_file_is_refused_without_being_sent(page: Any, product: Any, record: Any, tmp_path: Path) -> None:
    file = tmp_path / "huge.csv"
    with file.open("wb") as stream:
        stream.truncate(200_000_000)
    page.goto(f"{product.dashboard}/data")
    page.set_input_files("#upload-file", file)
    assert "huge.csv is 200 MB; files up to 100 MB are accepted" in page.locator(".upload-error").inner_text()
    assert not [url for url in record.requests if "/files/upload" in url]
