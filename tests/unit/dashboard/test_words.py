from __future__ import annotations

import re
from pathlib import Path

import dashboard
from dashboard import words
from dashboard.figures.all_curves import draw_all_curves
from dashboard.figures.drawing import make_look
from dashboard.figures.format import unit_of
from dashboard.glossary import GLOSSARY
from mixline.messages import Finding
from tests.unit.dashboard import builders

ROOT = Path(dashboard.__file__).parent


def test_verdict_names_the_worst_finding() -> None:
    error = Finding(code="x", severity="error", title="the fit is poor")
    summary = builders.make_summary()
    summary = summary.model_copy(update={"findings": [*summary.findings, error], "verdict": "do_not_use"})
    assert words.write_verdict(summary) == ("Do not decide by these numbers", "The fit is poor.")


def test_verdict_without_findings_says_that_checks_passed() -> None:
    summary = builders.make_summary(findings=[], verdict="trust")
    assert words.write_verdict(summary)[1].startswith("All checks passed")


def test_fit_is_told_in_words() -> None:
    assert words.write_fit_title(builders.make_summary()) == "The model explains revenue very well"
    assert "as well on periods" in words.write_fit(builders.make_summary())


def test_overview_sentence_for_money_and_conversions() -> None:
    money, count = builders.make_summary(), builders.make_summary(conversions=True)
    assert words.write_overview(money, unit_of(money)).endswith("brought back 1.7 per euro spent.")
    assert words.write_overview(count, unit_of(count)).endswith("each.")


def test_an_empty_channel_that_would_bring_little_is_not_the_one_to_fill() -> None:
    summary = builders.make_summary()
    first, second, *rest = summary.channels
    empty = first.model_copy(update={"saturation_share": 0.01, "marginal_roi": builders.make_estimate(0.2, 0.1)})
    full = second.model_copy(update={"saturation_share": 0.55, "marginal_roi": builders.make_estimate(9.0, 0.1)})
    idle = second.model_copy(update={"name": "idle", "spend": 0.0, "marginal_roi": builders.make_estimate(99.0, 0.1)})
    summary = summary.model_copy(update={"channels": [empty, full, *rest, idle]})
    found = words.write_best_next(summary, unit_of(summary))
    assert found == f"the next euro brings the most in {second.label} and the least in {first.label}"
    title = draw_all_curves([], summary, make_look(summary, "light", 90)).title
    assert title.lower() == found.lower()


def test_every_definition_is_used_and_every_used_one_is_there() -> None:
    used = set()
    pages = [*ROOT.rglob("*.py"), *(ROOT.parent / "pages").glob("*.py")]
    for path in pages:
        if path.name != "glossary.py":
            used |= set(re.findall(r'"([a-z0-9_]+)"', path.read_text()))
    assert set(GLOSSARY) <= used
    for text in GLOSSARY.values():
        assert text.endswith(".")
