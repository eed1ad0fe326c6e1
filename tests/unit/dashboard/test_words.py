from __future__ import annotations

import re
from pathlib import Path

import dashboard
from dashboard import words
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


def test_every_definition_is_used_and_every_used_one_is_there() -> None:
    used = set()
    pages = [*ROOT.rglob("*.py"), *(ROOT.parent / "pages").glob("*.py")]
    for path in pages:
        if path.name != "glossary.py":
            used |= set(re.findall(r'"([a-z0-9_]+)"', path.read_text()))
    assert set(GLOSSARY) <= used
    for text in GLOSSARY.values():
        assert text.endswith(".")
