"""Reports as files: every number is the documents' own, every panel is there, nothing from elsewhere is needed."""

from __future__ import annotations

import re
from typing import Any

import pytest

from dashboard import theme
from dashboard.reports.composing import compose, read_kind
from dashboard.reports.page import page_policy, read_figures, write_page
from mixline.errors import InputError
from mixline.messages import ReportDocuments
from tests.unit.dashboard import evidence

EIGHT = ["waterfall", "actual", "shares", "roi", "decay", "carryover", "all-curves", "residual-size"]


@pytest.fixture(scope="module")
def documents() -> ReportDocuments:
    return evidence.make_documents()


@pytest.fixture(scope="module")
def onepage(documents: ReportDocuments) -> str:
    return write_page(compose(documents, "onepage"))


@pytest.fixture(scope="module")
def measurement(documents: ReportDocuments) -> str:
    return write_page(compose(documents, "measurement"))


def traces(figure: dict[str, Any], **wanted: Any) -> list[dict[str, Any]]:
    return [trace for trace in figure["data"] if all(trace.get(key) == value for key, value in wanted.items())]


def test_all_eight_panels_are_on_the_page_with_their_places(onepage: str) -> None:
    assert list(read_figures(onepage)) == EIGHT
    assert re.findall(r'data-figure="([^"]+)"', onepage) == EIGHT


def test_figures_hold_the_numbers_of_the_documents(documents: ReportDocuments, onepage: str) -> None:
    figures, summary = read_figures(onepage), documents.summary
    by_label = {channel.label: channel for channel in summary.channels}
    bars = traces(figures["waterfall"], type="bar")[0]
    steps = dict(zip(bars["y"], bars["x"], strict=True))
    for label, channel in by_label.items():
        assert steps[label] == channel.contribution.value
    assert steps["Modelled total"] == pytest.approx(sum(documents.contributions.fitted))
    actual, model = (traces(figures["actual"], name=name)[0]["y"] for name in ("Actual", "Model"))
    assert actual == documents.contributions.actual
    assert model == documents.contributions.fitted
    dots = next(trace for trace in figures["roi"]["data"] if trace["mode"] == "markers")
    assert dict(zip(dots["y"], dots["x"], strict=True)) == {label: c.roi.value for label, c in by_label.items()}
    spend = traces(figures["shares"], name="Share of spend")[0]
    assert dict(zip(spend["y"], spend["x"], strict=True)) == pytest.approx(
        {label: c.share_of_spend * 100 for label, c in by_label.items()}
    )
    now = traces(figures["carryover"], name="In the same week")[0]
    assert dict(zip(now["y"], now["x"], strict=True)) == pytest.approx(
        {label: c.immediate_share * 100 for label, c in by_label.items()}
    )
    for decay in documents.decays:
        line = traces(figures["decay"], name=by_label[decay.label].label)[0]
        assert line["y"] == pytest.approx([share * 100 for share in decay.value])
    for curve in documents.curves.curves:
        today = traces(figures["all-curves"], name=f"{curve.label} today")[0]
        assert (today["x"], today["y"]) == ([curve.spend_today], [curve.value_today.value])
        lines = traces(figures["all-curves"], name=curve.label, mode="lines")
        assert lines[0]["y"] + lines[1]["y"][1:] == curve.value
    assert figures["residual-size"]["data"][0]["x"] == documents.contributions.fitted


def test_head_names_model_goal_window_fit_verdict_and_reason(onepage: str) -> None:
    text = re.sub(r"<[^>]+>", " ", onepage[onepage.index("<main>") : onepage.index("</main>")]).replace("\u00a0", " ")
    for part in (
        "Demo, Germany",
        "Goal revenue in EUR",
        "1 Jan 2024 – 28 Dec 2025",
        "R² 93 %",
        "Use with care",
        "TV and Radio move together",
        "Best balance of error and plausibility",
        "90 % range",
    ):
        assert part in text, part


def test_a_candidate_says_which_it_is() -> None:
    preview = evidence.make_preview(17)
    documents = evidence.make_documents().model_copy(update={"preview": preview})
    report = compose(documents, "onepage")
    text = write_page(report)
    assert "Candidate 17: trial 2, candidate 1,340" in text
    assert report.name.endswith("candidate-17")


def test_the_measurement_report_has_five_sheets_with_words_and_lineage(measurement: str) -> None:
    assert measurement.count('<section class="sheet') == 5
    for part in ("What the numbers say", "Paid marketing brought", "Every channel in numbers", "ROI of the next",
                 "The next €10k works hardest", "Method", "Checks", "Lineage", "Specification", "d4d4d4d4d4d4"):  # fmt: skip
        assert part in measurement.replace("\u00a0", " "), part
    assert {"waterfall", "decomposition", "roi", "all-curves", "next-money"} <= set(read_figures(measurement))


@pytest.mark.parametrize("kind", ["onepage", "measurement"])
def test_conversions_and_a_single_channel_make_a_report_too(kind: Any) -> None:
    documents = evidence.make_documents(conversions=True)
    one = documents.summary.channels[:1]
    alone = documents.model_copy(
        update={
            "summary": documents.summary.model_copy(update={"channels": one}),
            "decays": documents.decays[:1],
            "curves": documents.curves.model_copy(update={"curves": documents.curves.curves[:1]}),
        }
    )
    for given in (documents, alone):
        page = write_page(compose(given, kind))
        assert "conversions" in page
        assert "break-even" not in page[page.index("<main>") : page.index("</main>")]


def test_the_same_documents_give_the_same_file(documents: ReportDocuments, onepage: str) -> None:
    assert write_page(compose(documents, "onepage")) == onepage


def test_names_cannot_become_markup_or_end_the_data() -> None:
    evil = "</script><script>alert(1)</script>"
    documents = evidence.make_documents(title=evil)
    channels = [documents.summary.channels[0].model_copy(update={"label": evil}), *documents.summary.channels[1:]]
    summary = documents.summary.model_copy(update={"channels": channels})
    page = write_page(compose(documents.model_copy(update={"summary": summary}), "onepage"))
    assert "<script>alert" not in page
    assert page.count("<script") == onepage_scripts()


def onepage_scripts() -> int:
    return write_page(compose(evidence.make_documents(), "onepage")).count("<script")


def test_the_file_asks_no_other_host_for_anything(onepage: str) -> None:
    policy = page_policy()
    assert "default-src 'none'" in policy
    assert policy.replace("'", "&#x27;") in onepage
    ours = onepage[: onepage.index("<script>")]  # without plotly's own text
    assert not re.search(r"""(?:src|href)\s*=\s*["'](?!#)|url\((?!data:)|@import""", ours)


def test_a_report_has_the_colours_of_the_pages(onepage: str) -> None:
    light = theme.LIGHT
    for name, value in {"surface": light.surface, "ink": light.ink, "accent": light.accent, "good": light.good}.items():
        assert f"--{name}:{value};" in onepage, name


def test_unknown_kind_of_report_is_refused() -> None:
    assert read_kind("") == "onepage"
    assert read_kind("measurement") == "measurement"
    with pytest.raises(InputError, match="no such report"):
        read_kind("sixpage")
