"""A stakeholder reads and prints; an analyst composes a run with experiments and defends its model."""

from __future__ import annotations

import io
from typing import Any

import httpx
import pypdf
import pytest

from mixline.mmm.simulation.simulate import simulate
from tests.fixtures_services import confirm, upload, wait_for_run

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

FIGURE = ".js-plotly-plot .main-svg"
WEEKS, FIRST, LAST = 130, 60, 67  # the experiments' weeks


@pytest.fixture(scope="module")
def defended(product: Any) -> str:
    """A model with two lift studies, held-out periods and a back-test, asked for with a whole specification."""
    world = simulate("clean", weeks=WEEKS, channels=3)
    text = io.StringIO()
    world.frame.to_csv(text, index=False, date_format="%Y-%m-%d")
    with httpx.Client(base_url=product.trainer, timeout=60) as client:
        dataset = confirm(client, upload(client, text.getvalue().encode()), name="With experiments")
        document = client.get(f"/v1/datasets/{dataset['id']}/specification").json()["specification"]
        document["studies"] = [
            {
                "channels": [channel.name],
                "start": str(world.truth.dates[FIRST])[:10],
                "end": str(world.truth.dates[LAST])[:10],
                "effect": float(channel.contribution[FIRST : LAST + 1].sum()),
                "spend": float(world.frame[f"{channel.name}_spend"].iloc[FIRST : LAST + 1].sum()),
                "confidence": 0.9,
            }
            for channel in world.truth.paid[:2]
        ]
        document["validation"] = {"train": [0.85, 0.85], "folds": 2}
        size = {"trials": 2, "iterations": 200}
        document["search"] |= size
        body = {"dataset_id": dataset["id"], "preset": "test", "specification": document, **size}
        answer = client.post("/v1/mmm/runs", json=body)
        assert answer.status_code in {200, 202}, answer.text
        return str(wait_for_run(client, answer.json()["id"])["model_id"])


def test_a_model_is_defended_with_all_its_evidence(page: Any, product: Any, defended: str) -> None:
    page.goto(f"{product.dashboard}/models?model={defended[:12]}")
    page.wait_for_selector("#figure-backtest .main-svg")
    text = page.locator("main").inner_text()
    backtest = product.read(f"/v1/models/{defended}/backtest")
    assert f"{backtest['error']:.1%}".replace("%", " %") in text.replace("\u00a0", " ")
    calibration = product.read(f"/v1/models/{defended}/calibration")
    assert len(calibration["studies"]) == 2
    assert page.locator("#figure-lift-studies .main-svg").count() > 0
    for words in ("Error on held-out periods", "Candidates", "What to do:", "not seen by the fit"):
        assert words in text


def test_a_stakeholder_follows_the_banner_to_the_check(page: Any, product: Any) -> None:
    page.goto(product.dashboard + "/")
    page.wait_for_selector(FIGURE)
    page.locator("main .banner .inline-link").click()
    page.wait_for_url("**/models?*#checks")
    page.wait_for_selector("#checks")
    for name in ("Contribution", "Response curves", "Planner"):
        page.get_by_role("navigation").get_by_role("link", name=name).click()
        page.wait_for_selector(f"main h1:text-is('{name}')")
        page.wait_for_selector(FIGURE)


def test_the_five_page_report_is_a_button_away(page: Any, product: Any) -> None:
    page.goto(product.dashboard + "/")
    page.get_by_role("button", name="Report").click()
    link = page.locator(".report-menu a[href*='measurement']").first
    assert httpx.get(product.dashboard + str(link.get_attribute("href")), timeout=60).status_code == 200


def test_a_table_wider_than_the_paper_is_printed_whole_and_curves_four_to_a_page(page: Any, product: Any) -> None:
    page.goto(product.dashboard + "/contribution")
    page.wait_for_selector("#channel-table .ag-row")
    document = pypdf.PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True, print_background=True)))
    text = " ".join(sheet.extract_text() for sheet in document.pages)
    names = page.locator("#channel-table [col-id=channel].ag-cell").all_inner_texts()
    for word in ("Pays for itself", "Half-life", *names):
        assert word in text
    page.goto(product.dashboard + "/response")
    page.wait_for_selector(FIGURE)
    curves = page.locator(".curves > .panel").count()
    document = pypdf.PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True, print_background=True)))
    assert len(document.pages) <= 2 + curves // 4


@pytest.mark.parametrize("path", ["/", "/contribution", "/planner"])
def test_any_view_prints(page: Any, product: Any, path: str) -> None:
    page.goto(product.dashboard + path)
    page.wait_for_selector(FIGURE)
    document = pypdf.PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True, print_background=True)))
    assert document.pages[0].mediabox.width == pytest.approx(595, abs=2)  # A4, in points
    text = " ".join(sheet.extract_text() for sheet in document.pages)
    assert "Light or dark" not in text
    assert page.locator("main h1").inner_text() in text
    page.emulate_media(media="print")
    assert not page.locator(".sidebar").is_visible()
    assert not page.locator(".filters").first.is_visible()
